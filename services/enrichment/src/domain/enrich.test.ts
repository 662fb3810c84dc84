import { command, contactCentre, given } from '@adherence/domain/configuration/given.testing.ts';
import type { RawNotification } from '@adherence/schemas/records.ts';
import { describe, expect, it } from 'vitest';
import { enrich, type Tables } from './enrich.ts';

const receivedAt = Date.parse('2026-11-18T10:00:00Z');
const source = { topic: 'odigo.notifications', partition: 3, offset: 7 };

describe('enrich', () => {
  it('joins as of the time of the event, not of its receipt', () => {
    const from = Date.parse('2026-11-18T09:00:00Z');
    const users = (validFrom: number | null, validTo: number | null) => ({
      name: 'A',
      externalUsers: [{ integrationId: 'odigo', externalUserId: 'anna', validFrom, validTo }],
    });
    const tables = tablesOf(
      command('person', 'old', users(null, from)),
      command('person', 'new', users(from, null)),
    );
    const personAt = (occurredAt: string) => enriched(raw({ status: 'X', occurredAt }), tables).personId;
    expect(personAt('2026-11-18T08:59:59.999Z')).toBe('old');
    expect(personAt('2026-11-18T09:00:00.000Z')).toBe('new');
  });

  it('reads local times in the zone of the integration, of its tenant when it is gone, else in UTC', () => {
    const item = { status: 'X', occurredAt: '2026-11-18 09:00:00' };
    const tables = tablesOf();
    const at = (record: Partial<RawNotification>) => enriched({ ...raw(item), ...record }, tables).occurredAt;
    expect(at({})).toBe(Date.parse('2026-11-18T08:00:00Z'));
    expect(at({ integrationId: 'gone' })).toBe(Date.parse('2026-11-18T08:00:00Z'));
    expect(at({ tenantId: 'gone' })).toBe(Date.parse('2026-11-18T09:00:00Z'));
  });

  it('carries the flags, the place of the raw record and the version of the tables', () => {
    expect(enriched(raw({ status: 'X' }), tablesOf())).toMatchObject({
      flags: ['time-missing'],
      configurationOffset: 5,
      sourcePartition: 3,
      sourceOffset: 7,
    });
  });

  it('reads an entry with what its envelope says, and keeps that with what it cannot read', () => {
    const envelope = '{"eventType":"LOGOUT","timestamp":"2026-11-18T09:00:00Z"}';
    const event = enriched({ ...raw({}), envelope }, tablesOf());
    expect(event).toMatchObject({ eventType: 'LOGOUT', flags: ['time-of-envelope'] });
    expect(event.occurredAt).toBe(Date.parse('2026-11-18T09:00:00Z'));
    const statusless = { ...raw({}), envelope: '{"eventType":"SNAPSHOT"}' };
    expect(enrich(statusless, source, tablesOf())).toMatchObject({
      rejected: { reason: 'status-missing', envelope: '{"eventType":"SNAPSHOT"}' },
    });
  });

  it('turns an item that it cannot read into a dead letter with its place', () => {
    expect(enrich(raw({}), source, tablesOf())).toMatchObject({
      kind: 'rejected',
      rejected: { stage: 'enrichment', reason: 'status-missing', sourcePartition: 3, sourceOffset: 7 },
    });
  });
});

function tablesOf(...commands: object[]): Tables {
  const { state } = given(...contactCentre, ...commands);
  return { tenant: (id) => state.tenants.get(id), offset: contactCentre.length + commands.length };
}

function enriched(record: RawNotification, tables: Tables) {
  const result = enrich(record, source, tables);
  if (result.kind !== 'event') throw new Error(result.rejected.reason);
  return result.event;
}

function raw(item: object): RawNotification {
  const body = Buffer.from(JSON.stringify({ agentId: 'anna', ...item }));
  const origin = {
    tenantId: 't1',
    integrationId: 'odigo',
    externalUserId: 'anna',
    receivedAt,
    requestId: 'r',
  };
  return { ...origin, itemIndex: 0, format: 'json', body };
}

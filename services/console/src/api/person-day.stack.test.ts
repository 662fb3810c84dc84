/** The events behind a day, and what an exception would make of it, from what is stored on the real engine. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClickHouse, openClickHouse } from '@adherence/runtime/clickhouse.ts';
import { createManualClock } from '@adherence/runtime/manual-clock.ts';
import { migrateTables } from '@adherence/runtime/migrate.ts';
import { type ClickHousePart, startClickHouse } from '@adherence/stack/clickhouse.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Call, integrationBody, startTestConsole, type TestConsole } from '../console.testing.ts';

const at = (time: string) => Date.parse(`2026-11-18T${time}Z`);
const iso = (time: string) => new Date(at(time)).toISOString();
const minute = 60_000;

let directory: string;
let engine: ClickHousePart;
let db: ClickHouse;
let console_: TestConsole;
let call: Call;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'adherence-person-day-'));
  engine = await startClickHouse({ dataDir: join(directory, 'data') });
  db = openClickHouse({ url: engine.url });
  await migrateTables(db);
  console_ = await startTestConsole({ database: db, clock: createManualClock(at('20:00')) });
  call = await console_.tenant('t1', 'UTC');
  await call('PUT', '/activities/calls', { name: 'Calls', type: 'Presence' });
  await call('PUT', '/integrations/odigo', integrationBody('Odigo'));
  await call('POST', '/integrations/odigo/status-mappings', {
    status: 'TALKING',
    breakType: null,
    activityId: 'calls',
  });
  await call('PUT', '/people/anna', {
    name: 'Anna',
    externalUsers: [{ integrationId: 'odigo', externalUserId: 'anna@x', validTo: iso('12:00') }],
  });
  const fact = (user: string, time: string, event: string, status: string | null) =>
    `('t1', 'odigo', '${user}', ${at(time)}, '${user}${time}', 'c', '${event}', ${status ? `'${status}'` : 'NULL'},
     NULL, NULL, ${at(time) + 200}, [], map(), 3, ${at(time) % 1000}, 1)`;
  await db.command(`INSERT INTO facts (tenant, integration, external_user, occurred_at, dedup_key, content_hash,
    event_type, status, break_type, sequence, received_at, flags, detail, source_partition, source_offset, version)
    VALUES ${[
      fact('anna@x', '10:20', 'STATUS', 'TALKING'),
      fact('anna@x', '11:00', 'LOGOUT', null),
      fact('anna@x', '13:00', 'STATUS', 'TALKING'),
      fact('bert@x', '10:30', 'STATUS', 'TALKING'),
    ].join(', ')}`);
  await db.command(`INSERT INTO schedules (tenant, person, shift_date, offset, removed, activities.activity,
    activities.start_at, activities.end_at, command_id, written_by, written_at)
    VALUES ('t1', 'anna', '2026-11-18', 1, 0, ['calls'], [${at('10:00')}], [${at('11:00')}], 'c1', 'op', 0)`);
});
afterAll(async () => {
  await console_?.stop();
  await db?.close();
  await engine?.stop();
  await rm(directory, { recursive: true, force: true });
});

describe('GET /people/{id}/events', () => {
  it("has the events of the person's users alone, while they were the person's", async () => {
    const { body } = await call('GET', `/people/anna/events?from=${iso('00:00')}&to=${iso('23:00')}`);
    expect(
      body.items.map((item: Record<string, unknown>) => [item.occurredAt, item.eventType, item.status]),
    ).toEqual([
      [iso('10:20'), 'STATUS', 'TALKING'],
      [iso('11:00'), 'LOGOUT', null],
    ]);
    expect(body.truncated).toBe(false);
  });

  it('refuses a range that is turned round or too long, and does not know who is not there', async () => {
    const turned = await call('GET', `/people/anna/events?from=${iso('11:00')}&to=${iso('10:00')}`);
    const long = await call('GET', '/people/anna/events?from=2026-01-01T00:00:00Z&to=2026-11-01T00:00:00Z');
    const gone = await call('GET', `/people/gone/events?from=${iso('10:00')}&to=${iso('11:00')}`);
    expect([turned.status, long.status, gone.status]).toEqual([422, 422, 404]);
  });
});

describe('GET /people/{id}/exception-preview', () => {
  const preview = (from: string, to: string) =>
    call(
      'GET',
      `/people/anna/exception-preview?from=${iso('00:00')}&to=${iso('23:00')}&exceptionFrom=${iso(from)}&exceptionTo=${iso(to)}`,
    );

  it('says what the day is, and what it would be: lateness of 20 minutes, 15 of them excused', async () => {
    const { body } = await preview('09:00', '10:15');
    expect(body.before).toMatchObject({
      scheduledMs: 60 * minute,
      inMs: 40 * minute,
      notPresentMs: 20 * minute,
      excludedMs: 0,
    });
    expect(body.after).toMatchObject({
      scheduledMs: 45 * minute,
      inMs: 40 * minute,
      notPresentMs: 5 * minute,
      excludedMs: 15 * minute,
    });
    expect(body.after.adherence).toBe(40 / 45);
  });

  it('stores nothing', async () => {
    const first = await preview('10:00', '10:20');
    const second = await preview('10:00', '10:20');
    expect(second.body).toEqual(first.body);
    expect((await call('GET', '/exceptions')).body.items).toEqual([]);
  });
});

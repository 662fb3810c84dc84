import { fold } from '@adherence/domain/configuration/decide.ts';
import { command, contactCentre, integration } from '@adherence/domain/configuration/given.testing.ts';
import { emptyState } from '@adherence/domain/configuration/tables.ts';
import { createMemoryBroker, type MemoryBroker } from '@adherence/runtime/broker/memory-broker.ts';
import { createManualClock, type ManualClock } from '@adherence/runtime/manual-clock.ts';
import { topics } from '@adherence/schemas/topics.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { type ConfigurationHistory, createConfigurationHistory } from './history.ts';

let broker: MemoryBroker;
let clock: ManualClock;
let history: ConfigurationHistory;
let sent: number;

beforeEach(async () => {
  clock = createManualClock();
  broker = createMemoryBroker({ clock });
  await broker.ensureTopics(Object.values(topics));
  history = createConfigurationHistory(broker, clock);
  sent = 0;
});

async function append(...values: readonly unknown[]): Promise<void> {
  const producer = await broker.producer();
  await producer.send(
    values.map((value) => ({
      topic: topics.configuration.name,
      partition: 0,
      key: `c${sent++}`,
      value: typeof value === 'string' ? Buffer.from(value) : Buffer.from(JSON.stringify(value)),
    })),
  );
}

const settings = (notPresent: number, writtenAt: number, validFrom: number | null = null) =>
  command('settings', '', { bufferSeconds: { notPresent }, validFrom }, { writtenAt });
const otherTenant = command(
  'tenant',
  't2',
  { name: 'Two', timeZone: 'Asia/Tokyo' },
  { tenantId: 't2', writtenAt: 9_000 },
);

describe('the configuration at an instant', () => {
  it('is what the log had made by then, for every instant', async () => {
    const commands = [
      ...contactCentre,
      settings(10, 2_000),
      otherTenant,
      command('person', 'anna', { name: 'Anna', team: 'blue' }, { writtenAt: 3_000 }),
      settings(20, 3_000, 500),
      command('person', 'anna', { name: 'Anna', team: 'red' }, { writtenAt: 4_000 }),
      command('integration', 'odigo', { ...integration('Odigo'), feedGapSeconds: 60 }, { writtenAt: 5_000 }),
      // Refused when it was written, so refused again.
      command('integration', 'second', integration('Odigo'), { writtenAt: 5_500 }),
      command('person', 'anna', null, { writtenAt: 6_000 }),
    ];
    await append(...commands);
    for (const at of [999, 1_000, 2_000, 2_999, 3_000, 4_500, 5_000, 5_999, 6_000, 1e12]) {
      const state = emptyState();
      for (const [offset, each] of commands.entries()) {
        if (each.tenantId === 't1' && each.writtenAt <= at) fold(state, each, offset);
      }
      expect([at, await history.tablesAt('t1', at)]).toEqual([at, state.tenants.get('t1') ?? null]);
    }
    expect((await history.tablesAt('t2', 9_000))?.tenant.document.name).toBe('Two');
  });

  it('ends with the first command that was written later, whatever stands behind it', async () => {
    await append(...contactCentre, settings(10, 4_000), settings(20, 3_999));
    const tables = await history.tablesAt('t1', 3_999);
    expect(tables?.rules.settings).toEqual([]);
  });

  it('does not have what was erased, from a minute after, compacted or not', async () => {
    const anna = command('person', 'anna', { name: 'Anna' }, { writtenAt: 1_500 });
    await append(...contactCentre, anna);
    expect((await history.tablesAt('t1', 2_000))?.people.size).toBe(1);
    const producer = await broker.producer();
    await producer.send([
      { topic: topics.configuration.name, partition: 0, key: `c${sent - 1}`, value: null },
    ]);
    await clock.advance(60_000);
    expect((await history.tablesAt('t1', 2_000))?.people.size).toBe(0);
  });

  it('passes over what is no command', async () => {
    await append(...contactCentre, 'no json', '"text"', 'null', settings(10, 2_000));
    expect((await history.tablesAt('t1', 2_000))?.rules.settings).toHaveLength(1);
  });
});

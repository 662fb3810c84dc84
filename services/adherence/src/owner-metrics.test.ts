import type { OutMessage } from '@adherence/runtime/broker/broker.ts';
import { OperationalError } from '@adherence/runtime/errors.ts';
import { createMetrics } from '@adherence/runtime/metrics.ts';
import { topics } from '@adherence/schemas/topics.ts';
import { expect, test } from 'vitest';
import { countingProducer, tellOwned } from './owner-metrics.ts';
import type { Partition } from './partition.ts';

const numberOf = async (metrics: ReturnType<typeof createMetrics>, name: string): Promise<number> =>
  Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(await metrics.text())?.[1]);
const message = (topic: string): OutMessage => ({ topic, partition: 0, key: 'a', value: null });

test('rows of the board are counted once they are on the topic, and others are not', async () => {
  const metrics = createMetrics('test', '0', false);
  let away = true;
  const send = async () => {
    if (away) throw new OperationalError('AWAY', 'away');
  };
  const producer = countingProducer({ send, close: async () => {} }, metrics);
  const rows = [message(topics.live.name), message(topics.health.name), message(topics.live.name)];
  await expect(producer.send(rows)).rejects.toThrow('away');
  away = false;
  await producer.send(rows);
  expect(await numberOf(metrics, 'adherence_live_messages_total')).toBe(2);
});

test('people of all partitions, and those who wait to be computed again, each once', async () => {
  const metrics = createMetrics('test', '0', false);
  const partition = (people: string[], rebuilds: string[], toCome: string[]) => {
    const mapOf = (keys: string[]) => new Map(keys.map((key) => [key, {}]));
    return {
      people: mapOf(people),
      rebuilds: mapOf(rebuilds),
      rebuildsToCome: mapOf(toCome),
    } as unknown as Partition;
  };
  tellOwned([partition(['a', 'b'], ['a'], ['a', 'b']), partition(['c'], [], [])], metrics);
  expect(await numberOf(metrics, 'adherence_people_held')).toBe(3);
  expect(await numberOf(metrics, 'adherence_recomputations_pending')).toBe(2);
  tellOwned([], metrics);
  expect(await numberOf(metrics, 'adherence_people_held')).toBe(0);
});

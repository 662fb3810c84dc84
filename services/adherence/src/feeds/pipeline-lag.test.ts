import type { Broker } from '@adherence/runtime/broker/broker.ts';
import { consumerGroups, topics } from '@adherence/schemas/topics.ts';
import { expect, test } from 'vitest';
import { horizonAt } from './pipeline-lag.ts';

/** Two topics of one partition: how far they go, and how far their groups have come. */
function twoStages() {
  const at = { raw: 0, enriched: 0, events: 0, settled: 0 };
  const one = (offset: number) => [{ partition: 0, offset, metadata: null }];
  const broker = {
    endOffsets: async (topic: string) => one(topic === topics.notifications.name ? at.raw : at.events),
    startOffsets: async () => one(0),
    committed: async (groupId: string) =>
      one(groupId === consumerGroups.enrichment ? at.enriched : at.settled),
  };
  return { at, broker: broker as unknown as Broker };
}

test('is reached when what was accepted before has come through both stages', async () => {
  const { at, broker } = twoStages();
  at.raw = 5;
  const horizon = await horizonAt(broker, 1_000);
  expect(await horizon.reached()).toBe(false);
  at.events = 7;
  at.enriched = 5;
  expect(await horizon.reached()).toBe(false);
  at.settled = 7;
  expect(await horizon.reached()).toBe(true);
});

test('is not put off by what keeps coming', async () => {
  const { at, broker } = twoStages();
  at.raw = 5;
  const horizon = await horizonAt(broker, 1_000);
  Object.assign(at, { raw: 50, enriched: 6, events: 8, settled: 3 });
  expect(await horizon.reached()).toBe(false);
  Object.assign(at, { raw: 90, enriched: 60, events: 80, settled: 8 });
  expect(await horizon.reached()).toBe(true);
});

test('is reached at once where nothing was ever accepted', async () => {
  const { broker } = twoStages();
  expect(await (await horizonAt(broker, 1_000)).reached()).toBe(true);
});

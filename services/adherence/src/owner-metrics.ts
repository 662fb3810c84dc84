/** What the metrics tell of an owner: whom it holds, what it has still to compute again, what it sends to the board. */
import type { OutMessage, Producer } from '@adherence/runtime/broker/broker.ts';
import type { Metrics } from '@adherence/runtime/metrics.ts';
import { topics } from '@adherence/schemas/topics.ts';
import type { Partition } from './partition.ts';

/** Counts what is on the topic of the board, once it is. */
export function countingProducer(producer: Producer, metrics: Pick<Metrics, 'count'>): Producer {
  return {
    ...producer,
    async send(messages) {
      await producer.send(messages);
      const rows = messages.filter(({ topic }: OutMessage) => topic === topics.live.name).length;
      if (rows > 0) metrics.count('adherence_live_messages_total', {}, rows);
    },
  };
}

export function tellOwned(
  partitions: Iterable<Pick<Partition, 'people' | 'rebuilds' | 'rebuildsToCome'>>,
  metrics: Pick<Metrics, 'set'>,
): void {
  let people = 0;
  const pending = new Set<string>();
  for (const partition of partitions) {
    people += partition.people.size;
    for (const queue of [partition.rebuilds, partition.rebuildsToCome]) {
      for (const key of queue.keys()) pending.add(key);
    }
  }
  metrics.set('adherence_people_held', {}, people);
  metrics.set('adherence_recomputations_pending', {}, pending.size);
}

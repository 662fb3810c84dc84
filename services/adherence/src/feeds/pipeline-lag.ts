/**
 * Has everything that was accepted by a moment been taken into account? A live gap is only declared then
 * (architecture.md, "Feed gaps"); that more keeps coming, of other feeds too, does not put it off.
 */
import type { Instant } from '@adherence/domain/model.ts';
import type { Broker, PartitionOffset } from '@adherence/runtime/broker/broker.ts';
import { consumerGroups, topics } from '@adherence/schemas/topics.ts';

export interface Horizon {
  readonly at: Instant;
  /** What was accepted before `at` is stored. Asked again, it goes on from where it was. */
  reached(): Promise<boolean>;
}

export async function horizonAt(broker: Broker, at: Instant): Promise<Horizon> {
  const raw = await broker.endOffsets(topics.notifications.name);
  let events: readonly PartitionOffset[] | null = null;
  return {
    at,
    async reached() {
      if (events === null) {
        if (!(await isPast(broker, consumerGroups.enrichment, topics.notifications.name, raw))) return false;
        events = await broker.endOffsets(topics.activityEvents.name);
      }
      return isPast(broker, consumerGroups.adherence, topics.activityEvents.name, events);
    },
  };
}

/** What was never committed has been reached as far as it is gone from the topic. */
async function isPast(
  broker: Broker,
  groupId: string,
  topic: string,
  ends: readonly PartitionOffset[],
): Promise<boolean> {
  const committed = await broker.committed(groupId, topic);
  const starts = await broker.startOffsets(topic);
  const reached = new Map(starts.map(({ partition, offset }) => [partition, offset]));
  for (const { partition, offset } of committed) {
    reached.set(partition, Math.max(offset, reached.get(partition) ?? 0));
  }
  return ends.every(({ partition, offset }) => (reached.get(partition) ?? 0) >= offset);
}

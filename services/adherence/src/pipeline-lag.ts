/** Is anything accepted still on its way? A live gap is only declared when nothing is (architecture.md). */
import type { Broker } from '@adherence/runtime/broker/broker.ts';
import { consumerGroups, topics } from '@adherence/schemas/topics.ts';

export async function pipelineIsBehind(broker: Broker): Promise<boolean> {
  // In the order of the way, so that nothing can move past between two reads.
  return (
    (await isBehind(broker, consumerGroups.enrichment, topics.notifications.name)) ||
    (await isBehind(broker, consumerGroups.adherence, topics.activityEvents.name))
  );
}

async function isBehind(broker: Broker, groupId: string, topic: string): Promise<boolean> {
  const committed = await broker.committed(groupId, topic);
  const [starts, ends] = await Promise.all([broker.startOffsets(topic), broker.endOffsets(topic)]);
  const reached = new Map(starts.map(({ partition, offset }) => [partition, offset]));
  for (const { partition, offset } of committed) {
    reached.set(partition, Math.max(offset, reached.get(partition) ?? 0));
  }
  return ends.some(({ partition, offset }) => (reached.get(partition) ?? 0) < offset);
}

/** Follows a topic without a group: own fetches, one loop for each broker that leads partitions. */
import type { KafkaMessage, Broker as KafkaNode } from 'kafkajs';
import { sleep } from '../clock.ts';
import { createLane } from '../consume/lane.ts';
import { asError, OperationalError } from '../errors.ts';
import { backoffMs } from '../retry.ts';
import type { Batch, Tail, TailOptions } from './broker.ts';
import { fetchBytes, inMessage, type KafkaTools } from './kafka-client.ts';
import { connectCluster, partitionsOf, topicOffsets } from './kafka-cluster.ts';
import { kafkaFailure } from './kafka-errors.ts';

interface FetchedPartition {
  readonly partition: number;
  readonly highWatermark: string;
  readonly messages: readonly (KafkaMessage & { readonly isControlRecord?: boolean })[];
}

export async function openKafkaTail(
  tools: KafkaTools,
  { topic, from }: TailOptions,
  onBatch: (batch: Batch) => void | Promise<void>,
): Promise<Tail> {
  const { kafka, times, clock, log } = tools;
  const { cluster, close: disconnect } = await connectCluster(kafka);
  const offsets = async (which: 'start' | 'end') =>
    new Map((await topicOffsets(clock, cluster, topic, which)).map((o) => [o.partition, o.offset]));
  const starts = await offsets('start');
  const goals = await offsets('end');
  const partitions = partitionsOf(cluster, topic);
  const positions = new Map(
    partitions.map((p) => {
      if (from === 'end') return [p, goals.get(p)!];
      return [p, from === 'beginning' ? starts.get(p)! : Math.max(from, starts.get(p)!)];
    }),
  );
  const caughtUp = Promise.withResolvers<void>();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {}); // Known to whoever asks for it; not an unhandled rejection meanwhile.
  const lane = createLane(() => {});
  const loops = new Map<number, Promise<void>>();
  let closed = false;
  let answerAt = clock.now();

  const fail = (error: Error) => {
    if (closed) return;
    closed = true;
    failed.reject(error);
    disconnect().catch((closing: unknown) =>
      log.warn({ error: asError(closing), topic }, 'closing a tail failed'),
    );
  };
  const noteCaughtUp = () => {
    if (partitions.every((p) => positions.get(p)! >= goals.get(p)!)) caughtUp.resolve();
  };
  const ledBy = (nodeId: number): number[] =>
    cluster.findLeaderForPartitions(topic, partitions)[nodeId] ?? [];

  /** One loop for each leader there is. */
  function startLoops(): void {
    for (const node of Object.keys(cluster.findLeaderForPartitions(topic, partitions)).map(Number)) {
      if (loops.has(node)) continue;
      loops.set(
        node,
        follow(node).finally(() => loops.delete(node)),
      );
    }
  }

  async function follow(nodeId: number): Promise<void> {
    let failures = 0;
    while (!closed) {
      try {
        const led = ledBy(nodeId);
        if (led.length === 0) return;
        await fetchOnce(nodeId, led);
        failures = 0;
      } catch (error) {
        failures += 1;
        await recover(asError(error), failures);
      }
    }
  }

  async function fetchOnce(nodeId: number, led: readonly number[]): Promise<void> {
    await cluster.refreshMetadataIfNecessary();
    const node: KafkaNode = await cluster.findBroker({ nodeId: String(nodeId) });
    const { responses } = (await node.fetch({
      maxWaitTime: times.fetchWaitMs,
      minBytes: 1,
      maxBytes: fetchBytes.maxBytes,
      topics: [
        {
          topic,
          partitions: led.map((partition) => ({
            partition,
            fetchOffset: String(positions.get(partition)!),
            maxBytes: fetchBytes.maxBytesPerPartition,
          })),
        },
      ],
    })) as { responses: readonly { partitions: readonly FetchedPartition[] }[] };
    answerAt = clock.now();
    for (const { partitions: fetched } of responses) {
      for (const partition of fetched) await lane.run(() => handle(partition));
    }
    noteCaughtUp();
  }

  async function handle({ partition, highWatermark, messages }: FetchedPartition): Promise<void> {
    const position = positions.get(partition)!;
    const end = Number(highWatermark);
    if (messages.length === 0) {
      // Below the end and yet nothing: what was there has been compacted away.
      if (position < end) positions.set(partition, end);
      return;
    }
    const wanted = messages
      .filter((message) => !message.isControlRecord && Number(message.offset) >= position)
      .map((message) => inMessage(topic, partition, message));
    try {
      if (wanted.length > 0 && !closed) await onBatch({ partition, messages: wanted, highWatermark: end });
    } catch (error) {
      fail(asError(error));
      return;
    }
    positions.set(partition, Math.max(position, Number(messages.at(-1)!.offset) + 1));
  }

  /** Waits, then looks again where the partitions are and whether their offsets are still there. */
  async function recover(error: Error, failures: number): Promise<void> {
    if (closed) return;
    if (clock.now() - answerAt > times.tailStallMs) {
      fail(new OperationalError('TAIL_STALLED', `Kafka: no answer for a tail of ${topic}`, error));
      return;
    }
    log.debug({ error: kafkaFailure('tail', error), topic, failures }, 'a tail tries again');
    await sleep(clock, backoffMs({ firstDelayMs: 50, maxDelayMs: 1_000 }, failures));
    try {
      await cluster.refreshMetadata();
      if (error.name === 'KafkaJSOffsetOutOfRange') await moveIntoRange();
      if (!closed) startLoops();
    } catch (refreshing) {
      log.debug({ error: kafkaFailure('metadata', refreshing), topic }, 'a tail tries again');
    }
  }

  async function moveIntoRange(): Promise<void> {
    const oldest = await offsets('start');
    const ends = await offsets('end');
    for (const partition of partitions) {
      const position = positions.get(partition)!;
      if (position < oldest.get(partition)! || position > ends.get(partition)!) {
        log.warn(
          { topic, partition, offset: position },
          'offset out of range; going on at the oldest record',
        );
        positions.set(partition, oldest.get(partition)!);
      }
    }
  }

  noteCaughtUp();
  startLoops();
  return {
    caughtUp: caughtUp.promise,
    failed: failed.promise,
    position: (partition) => positions.get(partition) ?? 0,
    lastAnswerAt: () => answerAt,
    async close() {
      if (closed) return;
      closed = true;
      await disconnect();
      await Promise.all(loops.values());
    },
  };
}

/**
 * What kafkajs keeps to itself in its admin client: offsets that survive a change of leader, and fetches without a
 * group. It hands its cluster to a partition assigner, the public way to it; the consumer around it joins nothing.
 */
import type { Cluster, Kafka } from 'kafkajs';
import type { Clock } from '../clock.ts';
import { retryOperational } from '../retry.ts';
import type { PartitionOffset } from './broker.ts';
import { kafkaFailure } from './kafka-errors.ts';

export interface KafkaCluster {
  readonly cluster: Cluster;
  close(): Promise<void>;
}

export async function connectCluster(kafka: Kafka): Promise<KafkaCluster> {
  let found: Cluster | null = null;
  const consumer = kafka.consumer({
    groupId: 'none',
    allowAutoTopicCreation: false,
    partitionAssigners: [
      ({ cluster }) => {
        found = cluster;
        return {
          name: 'none',
          version: 0,
          assign: async () => [],
          protocol: () => ({ name: 'none', metadata: Buffer.alloc(0) }),
        };
      },
    ],
  });
  await consumer.connect();
  return { cluster: found!, close: () => consumer.disconnect() };
}

/** A new topic has no leaders yet, and a leader moves: both pass, and are found by asking for the metadata again. */
const questionRetry = { attempts: 8, firstDelayMs: 50, maxDelayMs: 1_000 };

/** By partition, ascending. */
export function topicOffsets(
  clock: Clock,
  cluster: Cluster,
  topic: string,
  which: 'start' | 'end',
): Promise<readonly PartitionOffset[]> {
  let tries = 0;
  return retryOperational(clock, questionRetry, async () => {
    try {
      tries += 1;
      await cluster.addTargetTopic(topic);
      if (tries > 1) await cluster.refreshMetadata();
      const partitions = partitionsOf(cluster, topic).map((partition) => ({ partition }));
      const [answer] = await cluster.fetchTopicsOffset([
        { topic, partitions, fromBeginning: which === 'start' },
      ]);
      return answer!.partitions
        .map(({ partition, offset }) => ({ partition, offset: Number(offset) }))
        .sort((a, b) => a.partition - b.partition);
    } catch (error) {
      throw kafkaFailure('offsets', error);
    }
  });
}

export const partitionsOf = (cluster: Cluster, topic: string): number[] =>
  cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId);

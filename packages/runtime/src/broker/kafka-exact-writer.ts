/**
 * Puts records at given offsets of an empty topic, with their own times: for bringing a backup back. Nobody else may
 * write meanwhile; a record that lands elsewhere (a repeated request) ends it with an error.
 */
import type { Message } from 'kafkajs';
import { systemClock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { PartitionOffset } from './broker.ts';
import { createKafka, type KafkaConnection } from './kafka-client.ts';
import { connectCluster, topicOffsets } from './kafka-cluster.ts';
import { kafkaFailure } from './kafka-errors.ts';
import { fillerBatch, sendBatch } from './kafka-filler.ts';

export interface ExactRecord {
  readonly offset: number;
  readonly timestamp: number;
  readonly key: string | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

export interface ExactWriter {
  /** By partition: where the next record goes. */
  endOffsets(topic: string): Promise<Map<number, number>>;
  /** Records of neighbouring offsets, the first of which is the end of the partition. */
  write(topic: string, partition: number, records: readonly ExactRecord[]): Promise<void>;
  /** Tombstones for the offsets from `from`, which is the end of the partition, up to `to`. */
  fill(topic: string, partition: number, from: number, to: number): Promise<void>;
  /** Deletes what is older. Not for compacted topics. */
  deleteBefore(topic: string, offsets: readonly PartitionOffset[]): Promise<void>;
  close(): Promise<void>;
}

/** Packed, well below the least size that brokers take for a batch (1 MB). */
const fillAtOnce = 100_000;

export async function openExactWriter(connection: KafkaConnection, log: Log): Promise<ExactWriter> {
  const kafka = createKafka(connection, log);
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    idempotent: false,
    createPartitioner:
      () =>
      ({ message }) =>
        message.partition!,
  });
  const admin = kafka.admin();
  await Promise.all([producer.connect(), admin.connect()]);
  const { cluster, close: disconnect } = await connectCluster(kafka);

  const batches = new Map<number, Buffer>();
  const batchOf = (count: number): Buffer => {
    const batch = batches.get(count) ?? fillerBatch(count, systemClock.now());
    if (count === fillAtOnce) batches.set(count, batch);
    return batch;
  };
  /** `sending` answers the offset of its first record. */
  const expectOffset = async (
    topic: string,
    partition: number,
    offset: number,
    sending: () => Promise<number>,
  ): Promise<void> => {
    let at: number;
    try {
      at = await sending();
    } catch (error) {
      throw kafkaFailure('send', error);
    }
    if (at === offset) return;
    throw new Error(
      `partition ${partition} of ${topic}: a record for offset ${offset} went to ${at}; delete the topics, and restore again`,
    );
  };

  return {
    endOffsets: async (topic) =>
      new Map(
        (await topicOffsets(systemClock, cluster, topic, 'end')).map((each) => [each.partition, each.offset]),
      ),
    async write(topic, partition, records) {
      const messages: Message[] = records.map(({ timestamp, key, value, headers }) => ({
        partition,
        key,
        value,
        headers: { ...headers },
        timestamp: String(timestamp),
      }));
      await expectOffset(topic, partition, records[0]!.offset, async () => {
        const [answer] = await producer.send({ topic, acks: -1, messages });
        return Number(answer?.baseOffset ?? -1);
      });
    },
    async fill(topic, partition, from, to) {
      await cluster.addTargetTopic(topic);
      for (let at = from; at < to; at += fillAtOnce) {
        const batch = batchOf(Math.min(fillAtOnce, to - at));
        await expectOffset(topic, partition, at, () => sendBatch(cluster, topic, partition, batch));
      }
    },
    async deleteBefore(topic, offsets) {
      const partitions = offsets
        .filter(({ offset }) => offset > 0)
        .map(({ partition, offset }) => ({ partition, offset: String(offset) }));
      if (partitions.length === 0) return;
      try {
        // It knows where partitions are only of topics that it was asked for before.
        await admin.fetchTopicOffsets(topic);
        await admin.deleteTopicRecords({ topic, partitions });
      } catch (error) {
        throw kafkaFailure('delete records', error);
      }
    },
    async close() {
      await Promise.all([producer.disconnect(), admin.disconnect(), disconnect()]);
    },
  };
}

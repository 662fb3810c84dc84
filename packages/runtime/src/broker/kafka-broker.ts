/** The port to Kafka on kafkajs. What is known of its traps is written where it is met; see docs/architecture.md. */
import type { TopicDefinition } from '@adherence/schemas/topics.ts';
import { type Clock, systemClock, within } from '../clock.ts';
import { DeadlineError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Broker } from './broker.ts';
import { createKafka, defaultTimes, type KafkaConnection, type KafkaTimes } from './kafka-client.ts';
import { connectCluster, topicOffsets } from './kafka-cluster.ts';
import { kafkaFailure } from './kafka-errors.ts';
import { committedOffsets, joinKafkaGroup } from './kafka-group.ts';
import { openKafkaProducer } from './kafka-producer.ts';
import { openKafkaTail } from './kafka-tail.ts';
import { ensureKafkaTopics } from './kafka-topics.ts';

export interface KafkaBrokerOptions extends KafkaConnection {
  readonly log: Log;
  readonly clock?: Clock;
  readonly times?: Partial<KafkaTimes>;
}

/** Connects; rejects with OperationalError when no broker answers. */
export async function openKafkaBroker(options: KafkaBrokerOptions): Promise<Broker> {
  const { log, clock = systemClock } = options;
  const times = { ...defaultTimes, ...options.times };
  const kafka = createKafka(options, log);
  const tools = { kafka, times, clock, log };
  const admin = kafka.admin();
  const open = new Set<{ close(): Promise<void> }>();

  const ask = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await within(
        clock,
        work(),
        times.deadlineMs,
        () => new DeadlineError(`Kafka: ${what}`, times.deadlineMs),
      );
    } catch (error) {
      throw kafkaFailure(what, error);
    }
  };
  const kept = async <T extends { close(): Promise<void> }>(
    what: string,
    opening: () => Promise<T>,
  ): Promise<T> => {
    const late = opening();
    const opened = await ask(what, () => late).catch((error: unknown) => {
      // What opens after its deadline must not live on unseen, a member of a group least of all.
      late.then((unseen) => unseen.close()).catch(() => log.debug({ what }, 'given up while opening'));
      throw error;
    });
    const closable = { ...opened, close: () => opened.close().finally(() => open.delete(closable)) };
    open.add(closable);
    return closable;
  };

  await ask('connect', () => admin.connect());
  const { cluster, close: disconnect } = await ask('connect', () => connectCluster(kafka));
  return {
    producer: () => kept('producer', () => openKafkaProducer(tools)),
    join: (join, handlers) => kept('join', () => joinKafkaGroup(tools, admin, join, handlers)),
    tail: (tail, onBatch) => kept('tail', () => openKafkaTail(tools, tail, onBatch)),
    endOffsets: (topic) => ask('end offsets', () => topicOffsets(clock, cluster, topic, 'end')),
    startOffsets: (topic) => ask('start offsets', () => topicOffsets(clock, cluster, topic, 'start')),
    committed: (groupId, topic) =>
      ask('committed offsets', () => committedOffsets(tools, admin, groupId, topic)),
    ensureTopics: (definitions: readonly TopicDefinition[]) =>
      ask('topics', () => ensureKafkaTopics(admin, definitions)),
    async close() {
      await Promise.all([...open].map((closable) => closable.close()));
      await Promise.all([admin.disconnect(), disconnect()]);
    },
  };
}

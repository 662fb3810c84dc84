/** Sending with acks=all, a deadline of our own, and a check that every partition really answered. */
import type { Kafka, Message, RecordMetadata } from 'kafkajs';
import { within } from '../clock.ts';
import { DeadlineError, OperationalError } from '../errors.ts';
import type { OutMessage, Producer } from './broker.ts';
import type { KafkaTools } from './kafka-client.ts';
import { kafkaFailure } from './kafka-errors.ts';
import { partsBySize } from './parts-by-size.ts';

export async function openKafkaProducer({ kafka, times, clock }: KafkaTools): Promise<Producer> {
  const producer = createProducer(kafka);
  await producer.connect();
  const sendPart = async (messages: readonly OutMessage[]): Promise<void> => {
    const sent = producer.sendBatch({ acks: -1, timeout: 5_000, topicMessages: byTopic(messages) });
    try {
      const late = () => new DeadlineError('Kafka: send', times.deadlineMs);
      requireAllAnswered(messages, await within(clock, sent, times.deadlineMs, late));
    } catch (error) {
      throw kafkaFailure('send', error);
    }
  };
  return {
    async send(messages) {
      if (messages.length === 0) return;
      for (const part of partsBySize(messages)) await sendPart(part);
    },
    close: () => producer.disconnect(),
  };
}

const createProducer = (kafka: Kafka) =>
  kafka.producer({
    allowAutoTopicCreation: false,
    idempotent: false,
    createPartitioner:
      () =>
      ({ message }) =>
        message.partition!,
  });

function byTopic(messages: readonly OutMessage[]) {
  const topics = new Map<string, OutMessage[]>();
  for (const message of messages) {
    const known = topics.get(message.topic);
    if (known) known.push(message);
    else topics.set(message.topic, [message]);
  }
  // A message as we have it is one of kafkajs, which reads no more of it than it knows.
  return [...topics].map(([topic, ofTopic]) => ({ topic, messages: ofTopic as Message[] }));
}

/**
 * kafkajs resolves although it left messages out: those of a partition that it does not know, and, when a leader
 * moves between two of its tries, those whose new leader had already answered for other partitions.
 */
export function requireAllAnswered(
  messages: readonly Pick<OutMessage, 'topic' | 'partition'>[],
  answers: readonly Pick<RecordMetadata, 'topicName' | 'partition' | 'errorCode'>[],
): void {
  const answered = new Map<string, Set<number>>();
  for (const { topicName, partition, errorCode } of answers) {
    if (errorCode !== 0) continue;
    const known = answered.get(topicName);
    if (known) known.add(partition);
    else answered.set(topicName, new Set([partition]));
  }
  for (const { topic, partition } of messages) {
    if (answered.get(topic)?.has(partition)) continue;
    throw new OperationalError(
      'SEND_INCOMPLETE',
      `Kafka: send: no answer for partition ${partition} of ${topic}`,
    );
  }
}

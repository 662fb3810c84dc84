/**
 * The baseline of enrichment: a kafkajs loop that decodes Avro, reads the status out of the item, looks the person and
 * the activity up in two Maps, and produces the same record in Avro. No spellings, no identity hashes, no versions in
 * time, no dead letters, no marks of the feed.
 */
import { createServer } from 'node:http';
import { avroTypes } from '@adherence/runtime/avro-types.ts';
import type { ActivityEvent, RawNotification } from '@adherence/schemas/records.ts';
import { partitionOf } from '@adherence/schemas/topics.ts';
import { Kafka, logLevel, type Message } from 'kafkajs';
import { externalUserOf, keyOf, personIdOf, statuses } from './centre.ts';

const { env } = process;
const [topic, output, partitions] = [env.TOPIC ?? '', env.OUTPUT ?? '', Number(env.PARTITIONS)];
const persons = new Map<string, { readonly personId: string; readonly key: string }>();
for (let n = 0; n < Number(env.PEOPLE); n++) {
  persons.set(externalUserOf(n), { personId: personIdOf(n), key: keyOf(n) });
}
const activities = new Map(statuses);
const rawType = avroTypes.get('RawNotification')!;
const eventType = avroTypes.get('ActivityEvent')!;
const header = Buffer.from([0, 0, 0, 0, 1]);

const kafka = new Kafka({
  clientId: 'bare-enrichment',
  brokers: (env.KAFKA_BROKERS ?? '').split(','),
  logLevel: logLevel.NOTHING,
});
const producer = kafka.producer({
  allowAutoTopicCreation: false,
  createPartitioner:
    () =>
    ({ message }) =>
      message.partition!,
});
const consumer = kafka.consumer({
  groupId: env.GROUP ?? '',
  maxBytesPerPartition: 1024 * 1024,
  maxBytes: 8 * 1024 * 1024,
});
await producer.connect();
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
await consumer.run({
  autoCommit: false,
  eachBatchAutoResolve: false,
  async eachBatch({ batch, resolveOffset, commitOffsetsIfNecessary }) {
    const { partition } = batch;
    const messages = batch.messages.map(({ value, offset }) => enriched(value!, partition, Number(offset)));
    await producer.sendBatch({ acks: -1, topicMessages: [{ topic: output, messages }] });
    resolveOffset(batch.lastOffset());
    const next = String(Number(batch.lastOffset()) + 1);
    await commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset: next }] }] });
  },
});

function enriched(value: Buffer, sourcePartition: number, sourceOffset: number): Message {
  const raw = rawType.decode(value, header.length).value as RawNotification;
  const item = JSON.parse(raw.body.toString('utf8')) as {
    readonly eventId: string;
    readonly agentId: string;
    readonly status: string;
    readonly occurredAt: string;
    readonly sessionId: string;
    readonly channel: string;
  };
  const person = persons.get(item.agentId)!;
  const event: ActivityEvent = {
    tenantId: raw.tenantId,
    integrationId: raw.integrationId,
    externalUserId: item.agentId,
    eventType: 'STATUS',
    status: item.status,
    breakType: null,
    occurredAt: Date.parse(item.occurredAt),
    sequence: null,
    dedupKey: item.eventId,
    contentHash: '',
    receivedAt: raw.receivedAt,
    flags: [],
    detail: { eventId: item.eventId, sessionId: item.sessionId, channel: item.channel },
    personId: person.personId,
    activityId: activities.get(item.status) ?? null,
    configurationOffset: 0,
    sourcePartition,
    sourceOffset,
  };
  const { key } = person;
  return {
    key,
    partition: partitionOf(key, partitions),
    value: Buffer.concat([header, eventType.toBuffer(event)]),
  };
}

createServer((_request, response) => response.end('ready')).listen(Number(env.PORT), '127.0.0.1');
process.once('SIGTERM', () => process.exit(0));

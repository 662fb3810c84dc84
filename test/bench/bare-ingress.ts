/**
 * The ceiling of the ingress: `node:http`, JSON.parse, one message per item, acks=all, one batch in flight. No tokens,
 * no limits, no original bytes, no Avro, no quarantine, no deadlines, no metrics.
 */
import { createServer, type IncomingMessage } from 'node:http';
import { partitionOf } from '@adherence/schemas/topics.ts';
import { Kafka, logLevel, type Message } from 'kafkajs';

const { KAFKA_BROKERS: brokers = '', PORT: port = '', TOPIC: topic = '', PARTITIONS = '' } = process.env;
const partitions = Number(PARTITIONS);
const kafka = new Kafka({
  clientId: 'bare-ingress',
  brokers: brokers.split(','),
  logLevel: logLevel.NOTHING,
});
const producer = kafka.producer({
  allowAutoTopicCreation: false,
  createPartitioner:
    () =>
    ({ message }) =>
      message.partition!,
});
await producer.connect();

let waiting: { readonly messages: readonly Message[]; readonly done: (error?: unknown) => void }[] = [];
let flying = false;

async function fly(): Promise<void> {
  flying = true;
  await null;
  while (waiting.length > 0) {
    const batch = waiting;
    waiting = [];
    try {
      const messages = batch.flatMap((entry) => entry.messages);
      await producer.sendBatch({ acks: -1, topicMessages: [{ topic, messages }] });
      for (const { done } of batch) done();
    } catch (error) {
      for (const { done } of batch) done(error);
    }
  }
  flying = false;
}

function publish(messages: readonly Message[]): Promise<void> {
  return new Promise((resolve, reject) => {
    waiting.push({ messages, done: (error) => (error === undefined ? resolve() : reject(error)) });
    if (!flying) void fly();
  });
}

interface Item {
  readonly agentId: string;
}

function messageOf(item: Item): Message {
  const { agentId } = item;
  return { key: agentId, partition: partitionOf(agentId, partitions), value: JSON.stringify(item) };
}

async function accept(request: IncomingMessage): Promise<number> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Item | Item[];
  const messages = (Array.isArray(body) ? body : [body]).map(messageOf);
  await publish(messages);
  return messages.length;
}

createServer((request, response) => {
  if (request.method !== 'POST') {
    response.end('ready');
    return;
  }
  accept(request).then(
    (accepted) => {
      const answer = JSON.stringify({ accepted, rejected: 0 });
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length });
      response.end(answer);
    },
    () => response.writeHead(503).end(),
  );
}).listen(Number(port), '127.0.0.1');

process.once('SIGTERM', () => process.exit(0));

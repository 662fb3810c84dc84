import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type KafkaPart, startKafka } from './kafka.ts';
import { type RegistryPart, startRegistry } from './registry.ts';

let directory: string;
let kafka: KafkaPart;
let registry: RegistryPart;

const start = async (ports: { kafka?: number; registry?: number }): Promise<void> => {
  kafka = await startKafka({ dataDir: join(directory, 'kafka'), port: ports.kafka });
  registry = await startRegistry({
    dataDir: join(directory, 'registry'),
    brokers: kafka.brokers,
    port: ports.registry,
  });
};

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'adherence-kafka-'));
  await start({});
});

afterAll(async () => {
  await registry?.stop();
  await kafka?.stop();
  await rm(directory, { recursive: true, force: true });
});

const client = (): Kafka =>
  new Kafka({ clientId: 'test', brokers: [kafka.brokers], logLevel: logLevel.NOTHING });

async function send(topic: string, values: readonly string[]): Promise<void> {
  const producer = client().producer();
  await producer.connect();
  await producer.send({ topic, acks: -1, messages: values.map((value) => ({ value, partition: 0 })) });
  await producer.disconnect();
}

async function readAll(topic: string, count: number): Promise<string[]> {
  const consumer = client().consumer({ groupId: `reader-${count}` });
  const values: string[] = [];
  const done = Promise.withResolvers<void>();
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => {
      values.push(message.value!.toString());
      if (values.length === count) done.resolve();
    },
  });
  await done.promise;
  await consumer.disconnect();
  return values;
}

const register = async (fields: readonly object[]): Promise<{ status: number; id?: number }> => {
  const response = await fetch(`${registry.url}/subjects/thing-value/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify({ schema: JSON.stringify({ type: 'record', name: 'Thing', fields }) }),
  });
  const { id } = (await response.json()) as { id?: number };
  return { status: response.status, id };
};

test('records and schemas with their ids are there after kill -9 of both, at the same addresses', async () => {
  const admin = client().admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: 'things', numPartitions: 1 }], waitForLeaders: true });
  await admin.disconnect();
  await send('things', ['a', 'b']);
  const first = await register([{ name: 'a', type: 'string' }]);
  expect(first.status).toBe(200);

  const before = { kafka: kafka.port, registry: registry.port };
  kafka.kill();
  registry.kill();
  await Promise.all([kafka.exited, registry.exited]);
  await start(before);
  expect({ kafka: kafka.port, registry: registry.port }).toEqual(before);

  await send('things', ['c']);
  expect(await readAll('things', 3)).toEqual(['a', 'b', 'c']);
  expect(await register([{ name: 'a', type: 'string' }])).toEqual(first);
});

test('a schema that old or new readers could not read is refused', async () => {
  const a = { name: 'a', type: 'string' };
  expect((await register([a, { name: 'b', type: 'int', default: 0 }])).status).toBe(200);
  expect((await register([a, { name: 'c', type: 'int' }])).status).toBe(409);
  expect((await register([])).status).toBe(409);
});

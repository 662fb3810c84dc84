import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KafkaPart, startKafka } from '@adherence/stack/kafka.ts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { OperationalError } from '../errors.ts';
import { silentLog } from '../log.ts';
import type { Broker } from './broker.ts';
import { brokerContract, definition, record } from './contract.ts';
import { openKafkaBroker } from './kafka-broker.ts';
import { recordedMember, recordedTail, valuesOf } from './recorder.ts';

let directory: string;
let kafka: KafkaPart;
const opened: Broker[] = [];

async function open(times: Parameters<typeof openKafkaBroker>[0]['times'] = {}): Promise<Broker> {
  const broker = await openKafkaBroker({
    brokers: [kafka.brokers],
    clientId: 'test',
    log: silentLog,
    times: { sessionTimeoutMs: 6_000, ...times },
  });
  opened.push(broker);
  return broker;
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'adherence-broker-'));
  kafka = await startKafka({ dataDir: directory });
});
afterAll(async () => {
  await kafka.stop();
  await rm(directory, { recursive: true, force: true });
});

brokerContract('Kafka', () => open());

test('settings of a topic are brought up to date, and what others set on it stays', async () => {
  const broker = await open();
  await broker.ensureTopics([definition('settings', 1, { 'retention.ms': '1000' })]);
  await broker.ensureTopics([definition('settings', 1, { 'max.message.bytes': '2000000' })]);
  await broker.ensureTopics([
    definition('settings', 1, { 'retention.ms': '1000', 'max.message.bytes': '2000000' }),
  ]);
  const producer = await broker.producer();
  await producer.send([{ topic: 'settings', partition: 0, key: null, value: Buffer.alloc(1_500_000) }]);
  await broker.close();
});

test('a membership outlives its session time-out while a batch is in hand', async () => {
  const broker = await open();
  await broker.ensureTopics([definition('long', 1)]);
  await (await broker.producer()).send([record('long', 0, 'a')]);
  const gate = Promise.withResolvers<void>();
  const member = await recordedMember(broker, 'long', 'long', () => gate.promise);
  await member.until((events) => events.some(({ kind }) => kind === 'batch'));
  const since = Date.now();
  const heldFor = () => member.membership.lastAnswerAt() - since;
  await vi.waitFor(() => expect(heldFor()).toBeGreaterThan(8_000), { timeout: 20_000, interval: 250 });
  gate.resolve();
  await member.membership.commit([{ partition: 0, offset: 1 }]);
  expect(member.events.map(({ kind }) => kind)).toEqual(['assigned', 'batch']);
  await broker.close();
});

test('a frozen broker: a send is given up in time, and what is sent later arrives', async () => {
  const broker = await open({ deadlineMs: 1_500 });
  await broker.ensureTopics([definition('frozen', 1)]);
  const producer = await broker.producer();
  await producer.send([record('frozen', 0, 'a')]);
  process.kill(kafka.pid, 'SIGSTOP');
  const startedAt = Date.now();
  await expect(producer.send([record('frozen', 0, 'b')])).rejects.toThrow(OperationalError);
  expect(Date.now() - startedAt).toBeLessThan(3_000);
  process.kill(kafka.pid, 'SIGCONT');
  await vi.waitFor(() => producer.send([record('frozen', 0, 'c')]), { timeout: 20_000 });
  const { tail, values } = await recordedTail(broker, { topic: 'frozen', from: 'beginning' });
  await tail.caughtUp;
  expect(values()[0]).toBe('0:a');
  expect(values().at(-1)).toBe('0:c');
  await broker.close();
});

test('a broker that was killed: producer, member and tail go on when it is back', async () => {
  const broker = await open({ deadlineMs: 3_000 });
  await broker.ensureTopics([definition('killed', 2)]);
  const producer = await broker.producer();
  await producer.send([record('killed', 0, 'a')]);
  const member = await recordedMember(broker, 'killed', 'killed');
  const tail = await recordedTail(broker, { topic: 'killed', from: 'beginning' });
  await member.until(() => member.values().includes('0:a'));
  await member.membership.commit([{ partition: 0, offset: 1 }]);
  const { port } = kafka;
  kafka.kill();
  await kafka.exited;
  await expect(producer.send([record('killed', 0, 'b')])).rejects.toThrow(OperationalError);
  await expect(member.membership.commit([{ partition: 0, offset: 1 }])).rejects.toThrow();
  kafka = await startKafka({ dataDir: directory, port });
  await vi.waitFor(() => producer.send([record('killed', 1, 'c')]), { timeout: 30_000 });
  await Promise.all([
    member.until(() => member.values().includes('1:c')),
    tail.until((batches) => batches.flatMap(valuesOf).includes('1:c')),
  ]);
  expect(member.events.some(({ kind }) => kind === 'crashed')).toBe(false);
  await broker.close();
});

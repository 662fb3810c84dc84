/** A processor that takes while it settles: what goes on, what waits, what may be committed. */
import { expect, test } from 'vitest';
import { createMemoryBroker } from './broker/memory-broker.ts';
import { consume, type Processor } from './consume.ts';
import { silentLog } from './log.ts';
import { createManualClock, turn } from './manual-clock.ts';

const topic = 'work';

async function start() {
  const clock = createManualClock(1_000_000);
  const broker = createMemoryBroker({ clock });
  const definition = {
    name: topic,
    partitions: 1,
    value: 'json',
    key: '',
    producers: [],
    consumers: [],
    config: {},
  };
  await broker.ensureTopics([definition as Parameters<typeof broker.ensureTopics>[0][number]]);
  const ledger: string[] = [];
  const gates: PromiseWithResolvers<void>[] = [];
  let position = 0;
  let released = false;
  const processor: Processor = {
    takesWhileSettling: true,
    async assigned() {
      ledger.push('assigned');
    },
    take({ messages }) {
      position = messages.at(-1)!.offset + 1;
      ledger.push(`take to ${position}`);
    },
    async settle() {
      const found = position;
      ledger.push(`settle ${found}`);
      const gate = Promise.withResolvers<void>();
      gates.push(gate);
      if (released) gate.resolve();
      await gate.promise;
      ledger.push(`stored ${found}`);
      return [{ partition: 0, offset: found }];
    },
    revoked() {
      ledger.push('revoked');
    },
  };
  const consumption = await consume({
    broker,
    topic,
    groupId: 'workers',
    processor,
    settleWhen: { messages: 100, maxDelayMs: 50 },
    clock,
    log: silentLog,
  });
  const producer = await broker.producer();
  const send = (value: string) =>
    producer.send([{ topic, partition: 0, key: null, value: Buffer.from(value) }]);
  const committed = async () => (await broker.committed('workers', topic))[0]?.offset ?? 0;
  const stop = async () => {
    released = true;
    for (const gate of gates) gate.resolve();
    await consumption.stop();
  };
  return { broker, clock, consumption, ledger, gates, send, committed, stop };
}

test('takes go on while a settling waits, and only what it found is committed', async () => {
  const { consumption, ledger, gates, send, committed, stop } = await start();
  await send('a');
  await turn();
  consumption.settleSoon();
  await turn();
  await send('b');
  await turn();
  expect(ledger).toEqual(['assigned', 'take to 1', 'settle 1', 'take to 2']);
  expect(await committed()).toBe(0);
  gates[0]!.resolve();
  await turn();
  expect(await committed()).toBe(1);
  consumption.settleSoon();
  await turn();
  gates[1]!.resolve();
  await turn();
  expect(await committed()).toBe(2);
  await stop();
});

test('a settling that fails leaves everything uncommitted, and the next answers for all', async () => {
  const { clock, consumption, ledger, gates, send, committed, stop } = await start();
  await send('a');
  await turn();
  consumption.settleSoon();
  await turn();
  await send('b');
  await turn();
  gates[0]!.reject(new TypeError('a bug, once'));
  await turn();
  await clock.advance(10_000);
  expect(await committed()).toBe(0);
  expect(ledger.at(-1)).toBe('settle 2');
  gates[1]!.resolve();
  await turn();
  expect(await committed()).toBe(2);
  await stop();
});

test('a new generation is loaded only after the settling of the old one has ended', async () => {
  const { broker, consumption, ledger, gates, send, stop } = await start();
  await send('a');
  await turn();
  consumption.settleSoon();
  await turn();
  broker.rebalance('workers', topic);
  await turn();
  expect(ledger).toEqual(['assigned', 'take to 1', 'settle 1', 'revoked']);
  gates[0]!.resolve();
  await turn();
  expect(ledger.slice(4, 6)).toEqual(['stored 1', 'assigned']);
  await stop();
});

test('a stop takes on until the settling that is under way has ended; one more follows, without takes', async () => {
  const { consumption, ledger, gates, send, committed } = await start();
  await send('a');
  await turn();
  consumption.settleSoon();
  await turn();
  const stopped = consumption.stop();
  await send('b');
  await turn();
  expect(ledger).toEqual(['assigned', 'take to 1', 'settle 1', 'take to 2']);
  gates[0]!.resolve();
  await turn();
  await send('c');
  await turn();
  expect(ledger.slice(4)).toEqual(['stored 1', 'settle 2']);
  gates[1]!.resolve();
  await stopped;
  expect(ledger.slice(6)).toEqual(['stored 2', 'revoked']);
  expect(await committed()).toBe(2);
});

test('a consumption that fails while a stop waits for its settling stays failed', async () => {
  const { clock, consumption, gates, send, committed } = await start();
  await send('a');
  await turn();
  consumption.settleSoon();
  await turn();
  const stopped = consumption.stop();
  await clock.advance(200_000);
  await expect(consumption.failed).rejects.toThrow('no progress');
  gates[0]!.resolve();
  await stopped;
  expect(await committed()).toBe(0);
});

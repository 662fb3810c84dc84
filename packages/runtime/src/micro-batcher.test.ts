import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OutMessage } from './broker/broker.ts';
import { DeadlineError, OperationalError, OverloadError } from './errors.ts';
import { createManualClock, turn } from './manual-clock.ts';
import { createMicroBatcher, type MicroBatcherOptions } from './micro-batcher.ts';

const message = (key: string, bytes = 10): OutMessage => ({
  topic: 't',
  partition: 0,
  key,
  value: Buffer.alloc(bytes),
});
const messages = (...keys: readonly string[]) => keys.map((key) => message(key));

/** A producer whose sends are answered by hand, and an ordered ledger. */
function setUp(options: Partial<MicroBatcherOptions> = {}) {
  const clock = createManualClock();
  const ledger: string[] = [];
  const flights: { resolve: () => void; reject: (error: Error) => void; keys: string[] }[] = [];
  const producer = {
    send: (sent: readonly OutMessage[]) => {
      const keys = sent.map(({ key }) => key!);
      ledger.push(`send ${keys.join(' ')}`);
      return new Promise<void>((resolve, reject) => flights.push({ resolve, reject, keys }));
    },
  };
  const batcher = createMicroBatcher({ producer, clock, ...options });
  const add = (name: string, added: readonly OutMessage[]) =>
    batcher.add(added).then(
      () => void ledger.push(`${name} durable`),
      (error: Error) => void ledger.push(`${name} ${error.constructor.name}`),
    );
  const answer = async (error?: Error) => {
    const flight = flights.shift()!;
    if (error) flight.reject(error);
    else flight.resolve();
    await turn();
  };
  return { batcher, clock, ledger, flights, add, answer };
}

describe('batches', () => {
  test('nothing waits for a timer; what comes during a flight goes with the next one', async () => {
    const { add, answer, ledger, clock } = setUp();
    void add('one', messages('a'));
    void add('two', messages('b', 'c'));
    await turn();
    void add('three', messages('d'));
    await turn();
    await answer();
    await answer();
    expect(ledger).toEqual(
      ['send a b c', 'one durable', 'two durable', 'send d', 'three durable'].sort(byLedger(ledger)),
    );
    expect(ledger.indexOf('one durable')).toBeGreaterThan(ledger.indexOf('send a b c'));
    expect(clock.pending()).toBe(1);
    await clock.advance(2_000);
    expect(clock.pending()).toBe(0);
  });

  test('one batch is in flight, in the order of asking', async () => {
    const { add, answer, flights, ledger } = setUp({ maxBatchMessages: 2 });
    for (const key of ['a', 'b', 'c', 'd', 'e']) void add(key, messages(key));
    await turn();
    expect(flights).toHaveLength(1);
    for (let i = 0; i < 3; i += 1) await answer();
    expect(ledger.filter((entry) => entry.startsWith('send'))).toEqual(['send a b', 'send c d', 'send e']);
  });

  test('a call that is greater than a batch resolves when its last part is durable', async () => {
    const { add, answer, ledger } = setUp({ maxBatchMessages: 2 });
    void add('big', messages('a', 'b', 'c'));
    void add('small', messages('d'));
    await turn();
    await answer();
    expect(ledger).toEqual(['send a b', 'send c d']);
    await answer();
    expect(ledger.slice(2).sort()).toEqual(['big durable', 'small durable']);
  });

  test('bytes are a limit too; one message greater than it travels alone', async () => {
    const { add, answer, ledger } = setUp({ maxBatchBytes: 1_000 });
    void add('x', [message('a', 400), message('b', 400), message('c', 5_000), message('d', 10)]);
    await turn();
    for (let i = 0; i < 3; i += 1) await answer();
    expect(ledger).toEqual(['send a b', 'send c', 'send d', 'x durable']);
  });

  test('nothing to add is durable', async () => {
    const { batcher, ledger } = setUp();
    await batcher.add([]);
    expect(ledger).toEqual([]);
  });
});

describe('failures', () => {
  test('a batch that failed fails all its callers, as an outage; the next batch goes its way', async () => {
    const { add, answer, ledger } = setUp();
    void add('one', messages('a'));
    void add('two', messages('b'));
    await turn();
    void add('three', messages('c'));
    await answer(new TypeError('inside the client'));
    await answer();
    expect(ledger).toEqual(
      ['send a b', 'one OperationalError', 'two OperationalError', 'send c', 'three durable'].sort(
        byLedger(ledger),
      ),
    );
  });

  test('the rest of a call whose first part failed is not sent', async () => {
    const { add, answer, ledger, batcher } = setUp({ maxBatchMessages: 1 });
    void add('big', messages('a', 'b', 'c'));
    await turn();
    await answer(new OperationalError('AWAY', 'away'));
    expect(ledger).toEqual(['send a', 'big OperationalError']);
    expect(batcher.depth()).toBe(0);
  });

  test('no answer in time: a deadline for the caller; what has not been sent yet is not sent any more', async () => {
    const { add, answer, clock, ledger } = setUp({ deadlineMs: 1_000 });
    void add('one', messages('a'));
    await clock.advance(400);
    void add('two', messages('b'));
    await clock.advance(600);
    expect(ledger).toEqual(['send a', 'one DeadlineError']);
    await clock.advance(400);
    expect(ledger.at(-1)).toBe('two DeadlineError');
    void add('three', messages('c'));
    await turn();
    await answer();
    expect(ledger.at(-1)).toBe('send c');
  });

  test('what landed after its deadline stays a deadline', async () => {
    const { add, answer, clock, ledger } = setUp();
    void add('one', messages('a'));
    await clock.advance(2_000);
    await answer();
    expect(ledger).toEqual(['send a', 'one DeadlineError']);
  });

  test('a full queue takes nothing, and room comes back', async () => {
    const { batcher, add, answer, clock } = setUp({ maxQueueMessages: 3 });
    void add('one', messages('a', 'b'));
    await turn();
    await expect(batcher.add(messages('c', 'd'))).rejects.toThrow(OverloadError);
    expect(batcher.depth()).toBe(2);
    await answer();
    expect(batcher.depth()).toBe(0);
    void add('two', messages('c', 'd'));
    await turn();
    await clock.advance(2_000);
    expect(batcher.depth()).toBe(0);
  });

  test('bytes fill the queue too', async () => {
    const { batcher } = setUp({ maxQueueBytes: 100 });
    await expect(batcher.add([message('a', 200)])).rejects.toThrow(OverloadError);
  });
});

test('draining sends what waits and takes no more', async () => {
  const { batcher, add, answer, ledger, clock } = setUp({ maxBatchMessages: 1 });
  void add('one', messages('a', 'b'));
  await turn();
  const drained = batcher.drain().then(() => void ledger.push('drained'));
  await expect(batcher.add(messages('c'))).rejects.toThrow(OverloadError);
  await answer();
  await answer();
  await drained;
  expect(ledger).toEqual(['send a', 'send b', 'one durable', 'drained']);
  expect(clock.pending()).toBe(0);
});

test('whatever fails and however late: durable is only what was answered, each once, and the queue empties', async () => {
  const call = fc.record({
    size: fc.integer({ min: 1, max: 5 }),
    pauseMs: fc.constantFrom(0, 0, 0, 50, 600),
  });
  const outcome = fc.constantFrom('ok', 'ok', 'fail', 'late');
  await fc.assert(
    fc.asyncProperty(
      fc.array(call, { maxLength: 20 }),
      fc.infiniteStream(outcome),
      async (calls, outcomes) => {
        const clock = createManualClock();
        const landed: string[] = [];
        const producer = {
          async send(sent: readonly OutMessage[]) {
            const next = outcomes.next().value;
            if (next === 'late') await new Promise<void>((resolve) => clock.setTimer(resolve, 700));
            if (next === 'fail') throw new OperationalError('AWAY', 'away');
            landed.push(...sent.map(({ key }) => key!));
          },
        };
        const batcher = createMicroBatcher({ producer, clock, deadlineMs: 500, maxBatchMessages: 3 });
        const results: Promise<void>[] = [];
        for (const [index, { size, pauseMs }] of calls.entries()) {
          const keys = Array.from({ length: size }, (_, i) => `${index}.${i}`);
          results.push(
            batcher.add(messages(...keys)).then(
              () => expect(keys.filter((key) => !landed.includes(key))).toEqual([]),
              (error: Error) =>
                expect(error instanceof DeadlineError || error instanceof OperationalError).toBe(true),
            ),
          );
          await clock.advance(pauseMs);
        }
        await clock.advance(60_000);
        await Promise.all(results);
        await batcher.drain();
        expect(batcher.depth()).toBe(0);
        expect(new Set(landed).size).toBe(landed.length);
      },
    ),
    { numRuns: 200 },
  );
});

/** Callers of one batch are told in an order that does not matter. */
function byLedger(ledger: readonly string[]) {
  return (a: string, b: string) => ledger.indexOf(a) - ledger.indexOf(b);
}

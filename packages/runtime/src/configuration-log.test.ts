import { topics } from '@adherence/schemas/topics.ts';
import { beforeEach, describe, expect, test } from 'vitest';
import { createMemoryBroker, type Fault, type MemoryBroker, type Operation } from './broker/memory-broker.ts';
import { followConfiguration } from './configuration-log.ts';
import { DeadlineError, OperationalError } from './errors.ts';
import { silentLog } from './log.ts';
import { createManualClock, turn } from './manual-clock.ts';

interface Sum {
  readonly total: number;
}
/** Adds numbers; refuses negative ones; throws on what is no command at all. */
function fold(state: Sum, command: unknown, offset: number): { state: Sum; outcome: string } {
  const { add } = command as { add: number };
  if (add === undefined) throw new TypeError('no command');
  return add < 0
    ? { state, outcome: `refused at ${offset}` }
    : { state: { total: state.total + add }, outcome: 'ok' };
}

const clock = createManualClock();
let broker: MemoryBroker;
let fault: (operation: Operation, nth: number) => Fault;

beforeEach(async () => {
  fault = () => null;
  broker = createMemoryBroker({ clock, maxBatch: 2, fault: (operation, nth) => fault(operation, nth) });
  await broker.ensureTopics([topics.configuration]);
});

const write = async (...values: readonly (object | string | null)[]) => {
  const producer = await broker.producer();
  await producer.send(
    values.map((value, i) => ({
      topic: topics.configuration.name,
      partition: 0,
      key: `key-${i}`,
      value: value === null ? null : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
    })),
  );
};
const follow = (options: { onCorrupt?: (offset: number) => void; appendLimitMs?: number } = {}) =>
  followConfiguration({ broker, fold, initial: { total: 0 }, log: silentLog, clock, ...options });

describe('following', () => {
  test('an empty log: at once', async () => {
    const log = await follow();
    expect([log.state(), log.offset()]).toEqual([{ total: 0 }, 0]);
  });

  test('resolves with everything folded that was there', async () => {
    await write({ add: 1 }, { add: 2 }, { add: -1 }, { add: 3 }, { add: 4 });
    const log = await follow();
    expect([log.state(), log.offset()]).toEqual([{ total: 10 }, 5]);
  });

  test('what is written later is folded, and told in order', async () => {
    const log = await follow();
    const told: unknown[] = [];
    const quiet = log.onChange((before, after, record, outcome) => {
      told.push([before.total, after.total, record.offset, record.key, outcome]);
      expect(log.state()).toBe(after);
      expect(log.offset()).toBe(record.offset + 1);
    });
    await write({ add: 1 }, { add: -1 });
    await log.waitFor(2);
    quiet();
    await write({ add: 5 });
    await log.waitFor(3);
    expect(told).toEqual([
      [0, 1, 0, 'key-0', 'ok'],
      [1, 1, 1, 'key-1', 'refused at 1'],
    ]);
  });

  test('a broken record and a tombstone are passed by, the same by everybody', async () => {
    await write({ add: 1 }, 'no json', null, { other: 1 }, { add: 2 });
    const corrupt: number[] = [];
    const log = await follow({ onCorrupt: (offset) => corrupt.push(offset) });
    expect([log.state(), log.offset(), corrupt]).toEqual([{ total: 3 }, 5, [1, 3]]);
  });

  test('waiting for an offset: at once when it is there, within a limit otherwise', async () => {
    const log = await follow();
    await log.waitFor(0);
    const late = log.waitFor(1, 500);
    const patient = log.waitFor(1);
    await Promise.all([expect(late).rejects.toThrow(DeadlineError), clock.advance(500)]);
    await write({ add: 1 });
    await patient;
  });

  test('a follower that was stopped waits for nothing any more', async () => {
    const log = await follow();
    const waiting = log.waitFor(1);
    await Promise.all([expect(waiting).rejects.toThrow(OperationalError), log.stop()]);
    await expect(log.waitFor(7)).rejects.toThrow(OperationalError);
  });

  test('a listener that throws ends the follower, and all that waits', async () => {
    const log = await follow();
    log.onChange(() => {
      throw new Error('listener');
    });
    const waiting = log.waitFor(2);
    await write({ add: 1 });
    await expect(log.failed).rejects.toThrow('listener');
    await expect(waiting).rejects.toThrow('listener');
    await expect(log.append('x', { add: 1 })).rejects.toThrow('listener');
  });

  test('a broker that is away at the start is told', async () => {
    fault = (operation) => (operation === 'tail' ? 'before' : null);
    await expect(follow()).rejects.toThrow(OperationalError);
  });
});

describe('appending', () => {
  test('answers what became of the command, once it is in the state', async () => {
    const log = await follow();
    expect(await log.append('a', { add: 4 })).toEqual({ offset: 0, outcome: 'ok' });
    expect(await log.append('b', { add: -4 })).toEqual({ offset: 1, outcome: 'refused at 1' });
    expect(log.state()).toEqual({ total: 4 });
  });

  test('many at once: each gets its own answer, everybody the same order', async () => {
    const [one, other] = await Promise.all([follow(), follow()]);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => (i % 2 ? one : other).append(`k${i}`, { add: i })),
    );
    expect(new Set(answers.map(({ offset }) => offset)).size).toBe(20);
    await Promise.all([one.waitFor(20), other.waitFor(20)]);
    expect([one.state(), other.state()]).toEqual([{ total: 190 }, { total: 190 }]);
  });

  test('a key is written once at a time', async () => {
    const log = await follow();
    const first = log.append('same', { add: 1 });
    await expect(log.append('same', { add: 1 })).rejects.toThrow(/already/);
    await first;
  });

  test('a send that failed is told, and the next one works', async () => {
    const log = await follow();
    fault = (operation, nth) => (operation === 'send' && nth === 1 ? 'before' : null);
    await expect(log.append('a', { add: 1 })).rejects.toThrow(OperationalError);
    expect(await log.append('a', { add: 1 })).toMatchObject({ outcome: 'ok' });
  });

  test('a producer that could not be opened is opened again', async () => {
    const log = await follow();
    fault = (operation, nth) => (operation === 'producer' && nth === 1 ? 'before' : null);
    await expect(log.append('a', { add: 1 })).rejects.toThrow(OperationalError);
    expect(await log.append('a', { add: 1 })).toMatchObject({ outcome: 'ok' });
  });

  test('without an answer in time: a deadline, and the key is free again', async () => {
    const slow: MemoryBroker = {
      ...broker,
      producer: async () => ({ send: () => new Promise(() => {}), close: async () => {} }),
    };
    const log = await followConfiguration({
      broker: slow,
      fold,
      initial: { total: 0 },
      log: silentLog,
      clock,
      appendLimitMs: 1_000,
    });
    const appended = log.append('a', { add: 1 });
    await turn();
    await Promise.all([expect(appended).rejects.toThrow(DeadlineError), clock.advance(1_000)]);
    const again = log.append('a', { add: 1 });
    await Promise.all([expect(again).rejects.toThrow(DeadlineError), clock.advance(1_000)]);
  });
});

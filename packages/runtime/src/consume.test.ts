import { describe, expect, test } from 'vitest';
import { createHarness, groupId, type Harness, topic } from './consume/harness.ts';
import { StalledError } from './consume/watchdog.ts';
import { type Consumption, consume } from './consume.ts';
import { FencedError, OperationalError } from './errors.ts';
import { silentLog } from './log.ts';
import { turn } from './manual-clock.ts';

const outage = () => new OperationalError('AWAY', 'the sink is away');
const times = (n: number, error: () => Error) => {
  let left = n;
  return () => {
    left -= 1;
    if (left >= 0) throw error();
  };
};
const values = (n: number) => Array.from({ length: n }, (_, i) => String(i));
const stateOf = async (promise: Promise<unknown>): Promise<'open' | 'done' | Error> => {
  await turn();
  return Promise.race([
    promise.then(
      () => 'done' as const,
      (error: Error) => error,
    ),
    turn().then(() => 'open' as const),
  ]);
};
const commits = ({ ledger }: Harness) => ledger.filter((entry) => entry.includes('commit'));

describe('order', () => {
  test('stored before committed, committed before taken as done', async () => {
    const h = await createHarness();
    await h.send(0, 'a', 'b');
    await h.send(1, 'c');
    const consumption = await h.start();
    await consumption.idle();
    expect(h.ledger).toEqual([
      'assigned 0:0 1:0',
      'take 0:0 0:1',
      'take 1:0',
      'settle asked',
      'stored 0:0 0:1 1:0',
      'commit 0:2 1:1',
    ]);
    await consumption.stop();
    expect(h.ledger.slice(6)).toEqual(['settle stop', 'revoked', 'leave']);
  });

  test('a batch is cut where a settling is due, so that no more is unsettled than was allowed', async () => {
    const h = await createHarness({ partitions: 1 });
    await h.send(0, ...values(7));
    const consumption = await h.start({ settleWhen: { messages: 3, maxDelayMs: 1_000 } });
    await consumption.idle();
    expect(h.ledger).toEqual([
      'assigned 0:0',
      'take 0:0 0:1 0:2',
      'settle messages',
      'stored 0:0 0:1 0:2',
      'commit 0:3',
      'take 0:3 0:4 0:5',
      'settle messages',
      'stored 0:3 0:4 0:5',
      'commit 0:6',
      'take 0:6',
      'settle asked',
      'stored 0:6',
      'commit 0:7',
    ]);
  });

  test('what is left of a settling is filled up by the next batch', async () => {
    const h = await createHarness({ partitions: 1 });
    await h.start({ settleWhen: { messages: 3, maxDelayMs: 1_000 } });
    await h.send(0, ...values(2));
    await turn();
    await h.send(0, ...values(3));
    await turn();
    expect(h.ledger.filter((entry) => /take|commit/.test(entry))).toEqual([
      'take 0:0 0:1',
      'take 0:2',
      'commit 0:3',
      'take 0:3 0:4',
    ]);
  });

  test('a settling is due so long after the first message that is not settled, and never without one', async () => {
    const h = await createHarness({ partitions: 1 });
    await h.start();
    await h.clock.advance(10_000);
    expect(h.ledger).toEqual(['assigned 0:0']);
    await h.send(0, 'a');
    await h.clock.advance(600);
    await h.send(0, 'b');
    await h.clock.advance(399);
    expect(h.ledger.at(-1)).toBe('take 0:1');
    await h.clock.advance(1);
    expect(h.ledger.slice(-3)).toEqual(['settle delay', 'stored 0:0 0:1', 'commit 0:2']);
    await h.clock.advance(10_000);
    expect(h.ledger.at(-1)).toBe('commit 0:2');
  });

  test('take, settle and what is run never overlap', async () => {
    const h = await createHarness({ partitions: 1 });
    let inside = 0;
    const alone = async () => {
      inside += 1;
      expect(inside).toBe(1);
      await turn();
      inside -= 1;
    };
    Object.assign(h.hooks, { assigned: alone, take: alone, settle: alone, stored: () => turn() });
    const consumption = await h.start({ settleWhen: { messages: 2, maxDelayMs: 10 } });
    const runs = values(10).map(() => consumption.run(alone));
    for (const value of values(10)) {
      await h.send(0, value);
      consumption.settleSoon();
    }
    await Promise.all(runs);
    await consumption.idle();
    expect(h.stored.size).toBe(10);
  });

  test('an error of what is run concerns only who ran it', async () => {
    const h = await createHarness({ partitions: 1 });
    const consumption = await h.start();
    await expect(consumption.run(() => Promise.reject(new TypeError('mine')))).rejects.toThrow('mine');
    await h.send(0, 'a');
    await consumption.idle();
    expect(await h.committed()).toEqual({ 0: 1 });
  });

  test('a settling that was asked for happens without a message, and commits metadata that changed', async () => {
    const h = await createHarness({ partitions: 1 });
    h.hooks.answer = (offsets) => offsets.map((offset) => ({ ...offset, metadata: 'asked:7' }));
    const consumption = await h.start();
    await turn();
    consumption.settleSoon();
    await turn();
    consumption.settleSoon();
    await turn();
    expect(h.ledger).toEqual(['assigned 0:0', 'settle asked', 'commit 0:0', 'settle asked']);
    expect(await h.broker.committed(groupId, topic)).toEqual([
      { partition: 0, offset: 0, metadata: 'asked:7' },
    ]);
  });

  test('a settling may answer less than was taken; the rest comes with a later one', async () => {
    const h = await createHarness({ partitions: 1 });
    h.hooks.answer = () => [{ partition: 0, offset: 1 }];
    await h.send(0, 'a', 'b');
    const consumption = await h.start();
    await h.clock.advance(1_000);
    expect(await h.committed()).toEqual({ 0: 1 });
    h.hooks.answer = (offsets) => offsets;
    await h.clock.advance(1_000);
    expect(await h.committed()).toEqual({ 0: 2 });
    await consumption.idle();
  });
});

describe('outages', () => {
  test('a batch that could not be taken is tried again until it is, waiting longer each time', async () => {
    const h = await createHarness({ partitions: 1 });
    await h.send(0, 'a', 'b');
    const at: number[] = [];
    const fail = times(3, outage);
    h.hooks.take = () => {
      at.push(h.clock.now());
      fail();
    };
    const consumption = await h.start();
    await h.passing(consumption.idle());
    expect(at.slice(1).map((time, i) => time - at[i]!)).toEqual([100, 200, 400]);
    expect(h.stored.size).toBe(2);
  });

  test('while the sink is away takes go on, up to the limit; nothing is committed until it is back', async () => {
    const h = await createHarness({ partitions: 1 });
    h.hooks.settle = () => {
      throw outage();
    };
    const settleWhen = { messages: 2, maxDelayMs: 1_000 };
    const consumption = await h.start({ settleWhen, limits: { unsettledMessages: 6 } });
    await h.send(0, ...values(10));
    await h.clock.advance(60_000);
    expect(h.ledger.filter((entry) => entry.startsWith('take'))).toHaveLength(3);
    expect(commits(h)).toEqual([]);
    h.hooks.settle = () => {};
    await h.passing(consumption.idle());
    expect(commits(h).at(-1)).toBe('commit 0:10');
    expect([...h.stored.values()]).toEqual(values(10).map(() => 1));
  });

  test('however many messages come meanwhile, a sink that is away is only asked as often as the backoff says', async () => {
    const h = await createHarness({ partitions: 1 });
    let asked = 0;
    h.hooks.settle = () => {
      asked += 1;
      throw outage();
    };
    const consumption = await h.start({
      settleWhen: { messages: 2, maxDelayMs: 10 },
      limits: { firstRetryMs: 1_000, maxRetryMs: 1_000 },
    });
    for (let i = 0; i < 20; i += 1) {
      await h.send(0, 'a', 'b', 'c');
      consumption.settleSoon();
      await h.clock.advance(100);
    }
    expect(asked).toBe(3);
  });

  test('the limit of an outage counts anew after each success, and in each generation', async () => {
    const h = await createHarness({ partitions: 1 });
    const consumption = await h.start({ limits: { retryForMs: 30_000 } });
    const failFor = async (ms: number) => {
      h.hooks.settle = () => {
        throw outage();
      };
      await h.send(0, 'a');
      await h.clock.advance(ms);
      h.hooks.settle = () => {};
    };
    await failFor(20_000);
    await h.passing(consumption.idle());
    await h.clock.advance(60_000);
    await failFor(20_000);
    await h.passing(consumption.idle());
    await failFor(20_000);
    h.broker.rebalance(groupId, topic);
    await failFor(20_000);
    expect(await stateOf(consumption.failed)).toBe('open');
    await h.passing(consumption.idle());
  });

  test('a commit that failed is tried again, although everything is stored', async () => {
    const h = await createHarness({
      partitions: 1,
      fault: (operation, nth) => (operation === 'commit' && nth <= 2 ? 'before' : null),
    });
    await h.send(0, 'a');
    const consumption = await h.start();
    await h.passing(consumption.idle());
    expect(await h.committed()).toEqual({ 0: 1 });
    expect([...h.stored.values()]).toEqual([1]);
  });

  test('an outage past the limit: given up, nothing committed, the group left', async () => {
    const h = await createHarness({ partitions: 1 });
    await h.send(0, 'a');
    h.hooks.settle = () => {
      throw outage();
    };
    const consumption = await h.start({ limits: { retryForMs: 30_000 } });
    await h.clock.advance(25_000);
    expect(await stateOf(consumption.failed)).toBe('open');
    await h.clock.advance(15_000);
    expect(await stateOf(consumption.failed)).toBeInstanceOf(OperationalError);
    expect(h.ledger.slice(-2)).toEqual(['revoked', 'leave']);
    expect(await h.committed()).toEqual({});
  });

  test('state that could not be loaded is loaded again before anything is taken', async () => {
    const h = await createHarness({ partitions: 1 });
    await h.send(0, 'a');
    h.hooks.assigned = times(2, outage);
    const consumption = await h.start();
    await h.passing(consumption.idle());
    expect(h.ledger.slice(0, 2)).toEqual(['assigned 0:0', 'take 0:0']);
  });

  test('the next generation does not wait for the backoff of the last one', async () => {
    const h = await createHarness({ partitions: 1 });
    await h.send(0, 'a');
    h.hooks.take = () => {
      throw outage();
    };
    const consumption = await h.start({ limits: { firstRetryMs: 5_000 } });
    await turn();
    h.hooks.take = () => {};
    h.broker.rebalance(groupId, topic);
    await consumption.idle();
    expect(h.ledger).toEqual([
      'assigned 0:0',
      'revoked',
      'assigned 0:0',
      'take 0:0',
      'settle asked',
      'stored 0:0',
      'commit 0:1',
    ]);
  });
});

describe('bugs', () => {
  test.each(['assigned', 'take', 'settle'] as const)(
    'in %s: tried once more, then given up',
    async (call) => {
      const h = await createHarness({ partitions: 1 });
      await h.send(0, 'a');
      let calls = 0;
      h.hooks[call] = () => {
        calls += 1;
        throw new TypeError('bug');
      };
      const consumption = await h.start();
      await h.clock.advance(5_000);
      expect(await stateOf(consumption.failed)).toBeInstanceOf(TypeError);
      expect(calls).toBe(2);
      expect(await h.committed()).toEqual({});
      expect(h.ledger.at(-1)).toBe('leave');
      await expect(consumption.run(() => {})).rejects.toThrow(FencedError);
    },
  );

  test('that happens once is survived, and nothing is skipped', async () => {
    const h = await createHarness({ partitions: 1 });
    await h.send(0, 'a', 'b');
    h.hooks.take = times(1, () => new TypeError('once'));
    h.hooks.settle = times(1, () => new RangeError('once'));
    const consumption = await h.start();
    await h.passing(consumption.idle());
    expect(await h.committed()).toEqual({ 0: 2 });
  });

  test.each([
    ['more than was taken', 3],
    ['less than before', 0],
  ])('a settling that answers %s is refused, not committed', async (_, offset) => {
    const h = await createHarness({ partitions: 1 });
    await h.send(0, 'a');
    const consumption = await h.start();
    await consumption.idle();
    await h.send(0, 'b');
    h.hooks.answer = () => [{ partition: 0, offset }];
    await h.clock.advance(5_000);
    expect(await stateOf(consumption.failed)).toMatchObject({ message: expect.stringContaining('settled') });
    expect(await h.committed()).toEqual({ 0: 1 });
  });

  test('a membership that crashed is given up', async () => {
    const h = await createHarness({ fault: (operation) => (operation === 'assign' ? 'before' : null) });
    const consumption = await h.start();
    expect(await stateOf(consumption.failed)).toMatchObject({ code: 'INJECTED' });
  });

  test('a group that cannot be joined is told to the caller', async () => {
    const h = await createHarness({ fault: (operation) => (operation === 'join' ? 'before' : null) });
    await expect(h.start()).rejects.toThrow(OperationalError);
    expect(h.clock.pending()).toBe(0);
  });
});

describe('generations', () => {
  test('a rebalance in the middle of a settling: it commits nothing, and the records come again', async () => {
    const h = await createHarness({ partitions: 1 });
    await h.send(0, 'a');
    const gate = Promise.withResolvers<void>();
    h.hooks.stored = () => gate.promise;
    const consumption = await h.start();
    await h.clock.advance(1_000);
    expect(h.ledger.at(-1)).toBe('stored 0:0');
    h.broker.rebalance(groupId, topic);
    expect(h.ledger.at(-1)).toBe('revoked');
    await turn();
    expect(h.ledger.at(-1)).toBe('revoked');
    gate.resolve();
    await consumption.idle();
    expect(h.ledger.slice(-5)).toEqual([
      'assigned 0:0',
      'take 0:0',
      'settle asked',
      'stored 0:0',
      'commit 0:1',
    ]);
    expect(commits(h)).toEqual(['commit 0:1']);
  });

  test('a rebalance in the middle of a take: the take counts for nothing', async () => {
    const h = await createHarness({ partitions: 1 });
    await h.send(0, 'a');
    const gate = Promise.withResolvers<void>();
    h.hooks.take = () => gate.promise;
    const consumption = await h.start();
    await turn();
    h.broker.rebalance(groupId, topic);
    gate.resolve();
    await consumption.idle();
    expect(commits(h)).toEqual(['commit 0:1']);
    expect([...h.stored]).toEqual([['0:0', 1]]);
  });

  test('what was asked for before a rebalance, and waits behind something else, is not done any more', async () => {
    const h = await createHarness({ partitions: 1 });
    const consumption = await h.start();
    await turn();
    const gate = Promise.withResolvers<void>();
    const running = consumption.run(() => gate.promise);
    let takes = 0;
    h.hooks.take = () => {
      takes += 1;
    };
    await h.send(0, 'a');
    await turn();
    h.broker.rebalance(groupId, topic);
    gate.resolve();
    await running;
    await consumption.idle();
    expect(takes).toBe(1);
    expect(h.ledger.slice(0, 4)).toEqual(['assigned 0:0', 'revoked', 'assigned 0:0', 'take 0:0']);
  });

  test('the backoff of a settling ends with its generation', async () => {
    const h = await createHarness({ partitions: 1 });
    h.hooks.settle = times(1, outage);
    await h.start({ limits: { firstRetryMs: 60_000, maxRetryMs: 60_000 } });
    await h.send(0, 'a');
    await h.clock.advance(1_000);
    h.broker.rebalance(groupId, topic);
    await turn();
    await h.clock.advance(999);
    expect(commits(h)).toEqual([]);
    await h.clock.advance(1);
    expect(commits(h)).toEqual(['commit 0:1']);
  });

  test('a commit that is fenced ends the generation at once, before the broker says so', async () => {
    const h = await createHarness({ partitions: 1 });
    const broker = {
      ...h.broker,
      join: async (...args: Parameters<typeof h.broker.join>) => ({
        ...(await h.broker.join(...args)),
        commit: () => Promise.reject(new FencedError('over')),
      }),
    };
    const consumption = await h.start({ broker });
    await h.send(0, 'a');
    await h.clock.advance(10_000);
    expect(h.ledger).toEqual(['assigned 0:0', 'take 0:0', 'settle delay', 'stored 0:0', 'revoked']);
    expect(await stateOf(consumption.failed)).toBe('open');
  });

  test('a commit that is fenced ends the generation; whoever owns the partition does it again', async () => {
    const h = await createHarness({ partitions: 1 });
    await h.send(0, 'a');
    const consumption = await h.start();
    await turn();
    h.broker.expel(groupId, topic, 0);
    await consumption.idle();
    expect(h.ledger).toEqual([
      'assigned 0:0',
      'take 0:0',
      'settle asked',
      'stored 0:0',
      'revoked',
      'assigned 0:0',
      'take 0:0',
      'settle asked',
      'stored 0:0',
      'commit 0:1',
    ]);
  });

  test('a second member takes over half, from what was committed', async () => {
    const h = await createHarness({ partitions: 2 });
    await h.send(0, 'a');
    await h.send(1, 'b');
    const one = await h.start({ name: 'one' });
    await one.idle();
    const two = await h.start({ name: 'two' });
    await Promise.all([one.idle(), two.idle()]);
    await h.send(0, 'c');
    await h.send(1, 'd');
    await Promise.all([one.idle(), two.idle()]);
    expect(h.ledger).toContain('one assigned 0:1');
    expect(h.ledger).toContain('two assigned 1:1');
    expect([...h.stored.values()]).toEqual([1, 1, 1, 1]);
    await one.stop();
    await h.send(0, 'e');
    await two.idle();
    expect(h.ledger).toContain('two assigned 0:2 1:2');
    expect(await h.committed()).toEqual({ 0: 3, 1: 2 });
  });

  test('a member without partitions is idle', async () => {
    const h = await createHarness({ partitions: 1 });
    const one = await h.start();
    const two = await h.start();
    await h.send(0, 'a');
    await Promise.all([one.idle(), two.idle()]);
    expect(h.stored.size).toBe(1);
  });
});

describe('stopping', () => {
  test('takes no more, settles and commits what it has, then leaves', async () => {
    const h = await createHarness({ partitions: 1 });
    await h.send(0, ...values(5));
    const gate = Promise.withResolvers<void>();
    h.hooks.take = () => gate.promise;
    const consumption = await h.start({ settleWhen: { messages: 2, maxDelayMs: 1_000 } });
    await turn();
    const stopped = consumption.stop();
    gate.resolve();
    await stopped;
    expect(h.ledger.slice(1)).toEqual([
      'take 0:0 0:1',
      expect.stringMatching(/settle (stop|messages)/),
      'stored 0:0 0:1',
      'commit 0:2',
      'revoked',
      'leave',
    ]);
    expect(h.clock.pending()).toBe(0);
    const before = h.ledger.length;
    await consumption.stop();
    await consumption.idle();
    expect(h.ledger).toHaveLength(before);
  });

  test('asked twice, it is done once, and both wait for it', async () => {
    const h = await createHarness({ partitions: 1 });
    await h.send(0, 'a');
    const consumption = await h.start();
    await turn();
    await Promise.all([
      consumption.stop(),
      consumption.stop().then(() => expect(h.ledger.at(-1)).toBe('leave')),
    ]);
    expect(h.ledger.filter((entry) => entry === 'leave')).toHaveLength(1);
    expect(await h.committed()).toEqual({ 0: 1 });
  });

  test('takes nothing more while the sink is away: not the rest of a batch', async () => {
    const h = await createHarness({ partitions: 1 });
    await h.send(0, ...values(6));
    const gate = Promise.withResolvers<void>();
    h.hooks.take = () => gate.promise;
    h.hooks.settle = times(4, outage);
    const consumption = await h.start({ settleWhen: { messages: 2, maxDelayMs: 1_000 } });
    await turn();
    const stopped = consumption.stop();
    gate.resolve();
    await h.passing(stopped);
    expect(h.ledger.filter((entry) => entry.startsWith('take'))).toEqual(['take 0:0 0:1']);
    expect(await h.committed()).toEqual({ 0: 2 });
  });

  test('takes nothing more while the sink is away: not a batch that had failed', async () => {
    const h = await createHarness({ partitions: 1 });
    const consumption = await h.start();
    await h.send(0, 'a');
    await turn();
    h.hooks.take = times(1, outage);
    h.hooks.settle = times(2, outage);
    await h.send(0, 'b');
    await turn();
    await h.passing(consumption.stop());
    expect(h.ledger.filter((entry) => entry.startsWith('take'))).toEqual(['take 0:0']);
    expect(await h.committed()).toEqual({ 0: 1 });
  });

  test('waits for a sink that is away only so long; the rest stays uncommitted', async () => {
    const h = await createHarness({ partitions: 1 });
    await h.send(0, 'a');
    h.hooks.settle = () => {
      throw outage();
    };
    const consumption = await h.start({ limits: { drainMs: 5_000 } });
    await turn();
    const startedAt = h.clock.now();
    await h.passing(consumption.stop());
    expect(h.clock.now() - startedAt).toBeLessThan(10_000);
    expect(await h.committed()).toEqual({});
    expect(h.ledger.slice(-2)).toEqual(['revoked', 'leave']);
  });

  test('a sink that comes back in time is waited for', async () => {
    const h = await createHarness({ partitions: 1 });
    await h.send(0, 'a');
    h.hooks.settle = times(2, outage);
    const consumption = await h.start();
    await turn();
    await h.passing(consumption.stop());
    expect(await h.committed()).toEqual({ 0: 1 });
  });

  test('before anything was assigned', async () => {
    const h = await createHarness({ partitions: 1 });
    const consumption = await h.start();
    await consumption.stop();
    expect(h.ledger.at(-1)).toBe('leave');
  });
});

describe('watchdog', () => {
  const stalled = async (h: Harness, consumption: Consumption, afterMs: number) => {
    await h.clock.advance(afterMs);
    return stateOf(consumption.failed);
  };

  test('a call that never comes back is a failure', async () => {
    const h = await createHarness({ partitions: 1 });
    h.hooks.settle = () => new Promise(() => {});
    const consumption = await h.start({ limits: { stallMs: 60_000 } });
    await h.send(0, 'a');
    expect(await stalled(h, consumption, 50_000)).toBe('open');
    const before = consumption.lastProgressAt();
    expect(h.clock.now() - before).toBeGreaterThan(40_000);
    expect(await stalled(h, consumption, 40_000)).toBeInstanceOf(StalledError);
  });

  test('a call after a long quiet time is not', async () => {
    const h = await createHarness({ partitions: 1 });
    const consumption = await h.start({ limits: { stallMs: 60_000 } });
    expect(await stalled(h, consumption, 3_600_000)).toBe('open');
    expect(consumption.lastProgressAt()).toBe(h.clock.now());
    h.hooks.take = () => new Promise(() => {});
    await h.send(0, 'a');
    expect(await stalled(h, consumption, 30_000)).toBe('open');
  });

  test('waiting out an outage is not', async () => {
    const h = await createHarness({ partitions: 1 });
    h.hooks.settle = times(60, outage);
    const consumption = await h.start({ limits: { stallMs: 60_000 } });
    await h.send(0, 'a');
    expect(await stalled(h, consumption, 200_000)).toBe('open');
    await h.passing(consumption.idle());
  });

  test('a broker that does not answer is a failure', async () => {
    const h = await createHarness({ partitions: 1 });
    const answered = h.clock.now();
    const broker = {
      ...h.broker,
      join: async (...args: Parameters<typeof h.broker.join>) => ({
        ...(await h.broker.join(...args)),
        lastAnswerAt: () => answered,
      }),
    };
    const consumption = await h.start({ broker, limits: { stallMs: 60_000 } });
    expect(await stalled(h, consumption, 59_000)).toBe('open');
    expect(consumption.lastProgressAt()).toBe(answered);
    expect(await stalled(h, consumption, 20_000)).toBeInstanceOf(StalledError);
  });
});

test('a synchronous take is enough', async () => {
  const h = await createHarness({ partitions: 1 });
  const seen: string[] = [];
  let next = 0;
  const consumption = await consume({
    broker: h.broker,
    topic,
    groupId,
    settleWhen: { messages: 10, maxDelayMs: 100 },
    log: silentLog,
    clock: h.clock,
    processor: {
      assigned: async () => {},
      take: ({ messages }) => {
        for (const { key, offset } of messages) {
          seen.push(key!);
          next = offset + 1;
        }
      },
      settle: async () => [{ partition: 0, offset: next }],
      revoked: () => {},
    },
  });
  await h.send(0, 'a', 'b');
  await consumption.idle();
  expect(seen).toEqual(['a', 'b']);
  expect(await h.committed()).toEqual({ 0: 2 });
});

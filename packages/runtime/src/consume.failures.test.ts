import { describe, expect, test } from 'vitest';
import {
  commits,
  createHarness,
  groupId,
  type Harness,
  outage,
  stateOf,
  times,
  topic,
  values,
} from './consume/harness.ts';
import { StalledError } from './consume/watchdog.ts';
import type { Consumption } from './consume.ts';
import { FencedError, OperationalError } from './errors.ts';
import { turn } from './manual-clock.ts';

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

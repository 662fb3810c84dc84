import { describe, expect, test } from 'vitest';
import { createHarness, groupId, outage, stateOf, times, topic, values } from './consume/harness.ts';
import { consume } from './consume.ts';
import { silentLog } from './log.ts';
import { turn } from './manual-clock.ts';

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

  test('where settlings are dear they rest so many times as long as the last one took', async () => {
    const h = await createHarness({ partitions: 1 });
    await h.start({ settleWhen: { messages: 100, maxDelayMs: 100, restPerWork: 2 } });
    const work = Promise.withResolvers<void>();
    h.hooks.settle = () => work.promise;
    await h.send(0, 'a');
    await h.clock.advance(100 + 300);
    work.resolve();
    await turn();
    expect(h.ledger.at(-1)).toBe('commit 0:1');
    await h.send(0, 'b');
    await h.clock.advance(599);
    expect(h.ledger.at(-1)).toBe('take 0:1');
    await h.clock.advance(1);
    expect(h.ledger.at(-1)).toBe('commit 0:2');
    await h.send(0, 'c');
    await h.clock.advance(100);
    expect(h.ledger.at(-1)).toBe('commit 0:3');
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

test('records that the processor holds back are committed once it lets them go', async () => {
  const h = await createHarness({ partitions: 1 });
  await h.send(0, 'a', 'b');
  let upTo = 1;
  const consumption = await h.start({
    hooks: {
      answer: (offsets) => offsets.map((each) => ({ ...each, offset: Math.min(each.offset, upTo) })),
    },
  });
  const idle = consumption.idle();
  expect(await stateOf(idle)).toBe('open');
  expect(await h.committed()).toEqual({ 0: 1 });
  upTo = 2;
  await h.passing(idle);
  expect(await h.committed()).toEqual({ 0: 2 });
  const settlings = h.ledger.filter((entry) => entry.startsWith('settle'));
  expect(settlings.length).toBeLessThanOrEqual(3);
});

test('it is not ready before it has loaded what it was given, nor after the end', async () => {
  const h = await createHarness({ partitions: 1 });
  const loading = Promise.withResolvers<void>();
  const consumption = await h.start({ hooks: { assigned: () => loading.promise } });
  await turn();
  expect(consumption.missing()).toEqual([`its part of ${topic}`]);
  loading.resolve();
  await consumption.idle();
  expect(consumption.missing()).toEqual([]);
  await consumption.stop();
  expect(consumption.missing()).toHaveLength(1);
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

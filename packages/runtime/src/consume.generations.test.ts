import { describe, expect, test } from 'vitest';
import { commits, createHarness, groupId, outage, stateOf, times, topic } from './consume/harness.ts';
import { FencedError } from './errors.ts';
import { turn } from './manual-clock.ts';

const outageOnce = () => times(1, outage);

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

  test('what is kept over a rebalance is not taken again, and is committed without anything new', async () => {
    const h = await createHarness({ partitions: 2 });
    h.hooks.keeps = true;
    const one = await h.start({ name: 'one' });
    await h.send(0, 'a', 'b');
    await h.send(1, 'c');
    await turn();
    const two = await h.start({ name: 'two' });
    await h.clock.advance(999);
    expect(commits(h)).toEqual([]);
    await h.clock.advance(1);
    const of = (name: string) => h.ledger.filter((entry) => entry.startsWith(name));
    expect(of('one')).toEqual([
      'one assigned 0:0 1:0',
      'one take 0:0 0:1',
      'one take 1:0',
      'one revoked',
      'one assigned 0:2',
      'one settle delay',
      'one stored 0:0 0:1',
      'one commit 0:2',
    ]);
    expect(of('two')).toEqual([
      'two assigned 1:0',
      'two take 1:0',
      'two settle delay',
      'two stored 1:0',
      'two commit 1:1',
    ]);
    await h.send(0, 'd');
    await Promise.all([one.idle(), two.idle()]);
    expect(h.ledger).toContain('one take 0:2');
    expect([...h.stored.values()]).toEqual([1, 1, 1, 1]);
  });

  test('a settling that a rebalance interrupts is done again with what was kept', async () => {
    const h = await createHarness({ partitions: 1 });
    h.hooks.keeps = true;
    await h.send(0, 'a');
    const gate = Promise.withResolvers<void>();
    h.hooks.settle = () => gate.promise;
    const consumption = await h.start();
    await h.clock.advance(1_000);
    h.broker.rebalance(groupId, topic);
    h.hooks.settle = outageOnce();
    gate.reject(outage());
    await h.passing(consumption.idle());
    expect(h.ledger.filter((entry) => entry.startsWith('take'))).toEqual(['take 0:0']);
    expect([...h.stored]).toEqual([['0:0', 1]]);
    expect(await h.committed()).toEqual({ 0: 1 });
  });

  test('a member that a generation went by without begins anew, though it would keep', async () => {
    const h = await createHarness({ partitions: 1 });
    h.hooks.keeps = true;
    await h.send(0, 'a');
    const consumption = await h.start();
    await turn();
    h.broker.expel(groupId, topic, 0);
    await consumption.idle();
    expect(h.ledger.filter((entry) => entry.startsWith('take'))).toEqual(['take 0:0', 'take 0:0']);
    expect(await h.committed()).toEqual({ 0: 1 });
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

import { OperationalError } from '@adherence/runtime/errors.ts';
import { silentLog } from '@adherence/runtime/log.ts';
import { createManualClock, turn } from '@adherence/runtime/manual-clock.ts';
import { describe, expect, it } from 'vitest';
import { keepOpen } from './keep-open.ts';

const away = () => new OperationalError('AWAY', 'away');

function newWorld() {
  const clock = createManualClock();
  const ledger: string[] = [];
  const things: { name: string; failed: Promise<never>; fail: (error: Error) => void }[] = [];
  let refusals = 0;
  const open = async () => {
    if (refusals-- > 0) {
      ledger.push('refused');
      throw away();
    }
    const { promise, reject } = Promise.withResolvers<never>();
    const thing = { name: `t${things.length}`, failed: promise, fail: reject };
    things.push(thing);
    ledger.push(`open ${thing.name}`);
    return thing;
  };
  const close = async ({ name }: { name: string }) => void ledger.push(`close ${name}`);
  const refuse = (times: number) => {
    refusals = times;
  };
  return { clock, ledger, things, refuse, options: { what: 'x', open, close, clock, log: silentLog } };
}

describe('keepOpen', () => {
  it('holds on to the last one while the next cannot be opened', async () => {
    const { clock, ledger, things, refuse, options } = newWorld();
    const kept = await keepOpen(options);
    refuse(2);
    things[0]!.fail(away());
    await clock.advance(2_500);
    expect(kept.current()).toBe(things[0]);
    await clock.advance(1_000);
    expect(kept.current()).toBe(things[1]);
    await kept.stop();
    expect(ledger).toEqual(['open t0', 'refused', 'refused', 'open t1', 'close t1']);
    expect(clock.pending()).toBe(0);
  });

  it('fails with a fault of ours, and at the start without anything for meanwhile', async () => {
    const { things, refuse, options } = newWorld();
    const kept = await keepOpen(options);
    things[0]!.fail(new TypeError('a bug'));
    await expect(kept.failed).rejects.toThrow(TypeError);
    refuse(1);
    await expect(keepOpen(options)).rejects.toThrow('away');
  });

  it('starts with what there is for meanwhile', async () => {
    const { clock, things, refuse, options } = newWorld();
    refuse(1);
    const meanwhile = { name: 'meanwhile', failed: Promise.reject(away()), fail: () => {} };
    const kept = await keepOpen({ ...options, meanwhile });
    expect(kept.current()).toBe(meanwhile);
    await turn();
    await clock.advance(1_000);
    expect(kept.current()).toBe(things[0]);
  });

  it('does not need it when the first one opens, however long that takes', async () => {
    const { options } = newWorld();
    const slow = async () => {
      for (let i = 0; i < 5; i++) await turn();
      return options.open();
    };
    const meanwhile = { name: 'meanwhile', failed: Promise.reject(away()), fail: () => {} };
    const kept = await keepOpen({ ...options, open: slow, meanwhile });
    expect(kept.current().name).toBe('t0');
  });
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OutMessage } from '@adherence/runtime/broker/broker.ts';
import { type Clock, systemClock } from '@adherence/runtime/clock.ts';
import { OperationalError } from '@adherence/runtime/errors.ts';
import { silentLog } from '@adherence/runtime/log.ts';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createOutbox } from './outbox.ts';
import { type Disk, openDisk } from './spool/disk.ts';
import { message, openTestSpool } from './spool/spool.testing.ts';
import type { Spool } from './spool/spool.ts';

let folder: string;
const opened: Spool[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'adherence-outbox-'));
});
afterEach(async () => {
  for (const spool of opened.splice(0)) await spool.close();
  await rm(folder, { recursive: true, force: true });
});

/** Pauses are short: a hundredth of what they are told. */
const hasty: Clock = {
  now: systemClock.now,
  setTimer: (callback, delayMs) => systemClock.setTimer(callback, delayMs / 100),
};

const nameOf = ({ key }: OutMessage): string => key!.split('|').at(-1)!;

/** `outcomes` of the calls of Kafka in turn, then all well: refused, or refused although it landed. */
async function newWorld(outcomes: readonly ('ok' | 'refused' | 'landed')[] = [], disk?: Disk) {
  const landed: string[] = [];
  let calls = 0;
  const send = async (messages: readonly OutMessage[]) => {
    const outcome = outcomes[calls++] ?? 'ok';
    if (outcome !== 'refused') landed.push(...messages.map(nameOf));
    if (outcome !== 'ok') throw new OperationalError('AWAY', 'away');
  };
  const spool = await openTestSpool(disk ?? (await openDisk(folder)), { segmentBytes: 300 });
  opened.push(spool);
  const outbox = createOutbox({
    direct: send,
    producer: { send },
    spool,
    appendLimitMs: 500_000,
    clock: hasty,
    log: silentLog,
  });
  const publish = async (name: string): Promise<boolean> => {
    try {
      await outbox.publish([message(name)]);
      return true;
    } catch (error) {
      expect(error).toBeInstanceOf(OperationalError);
      return false;
    }
  };
  const drained = async () => {
    while (!spool.empty()) await new Promise((resolve) => setImmediate(resolve));
  };
  return { landed, spool, outbox, publish, drained, calls: () => calls };
}

describe('createOutbox', () => {
  it('does not touch the disk while Kafka takes what comes', async () => {
    const { publish, landed, spool } = await newWorld();
    for (const name of ['a', 'b']) expect(await publish(name)).toBe(true);
    expect([landed, spool.bytes()]).toEqual([['a', 'b'], 0]);
  });

  it('lands everything that it took, first in the order of a sender that waits, wherever Kafka fails', async () => {
    const outcome = fc.constantFrom('ok', 'refused', 'landed') as fc.Arbitrary<'ok' | 'refused' | 'landed'>;
    await fc.assert(
      fc.asyncProperty(
        fc.array(outcome, { maxLength: 25 }),
        fc.integer({ min: 1, max: 15 }),
        async (outcomes, n) => {
          const { publish, landed, outbox, drained } = await newWorld(outcomes);
          const names = Array.from({ length: n }, (_, i) => `m${i}`);
          for (const name of names) expect(await publish(name)).toBe(true);
          await drained();
          await outbox.stop();
          expect([...new Set(landed)]).toEqual(names);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('loses nothing that it took when it ends in the middle and another goes on', async () => {
    for (let failures = 0; failures <= 6; failures++) {
      const first = await newWorld(Array.from({ length: failures }, () => 'refused' as const));
      for (const name of ['a', 'b', 'c']) expect(await first.publish(name)).toBe(true);
      await first.outbox.stop();
      await first.spool.close();
      const second = await newWorld();
      expect(await second.publish('d')).toBe(true);
      await second.drained();
      await second.outbox.stop();
      expect(new Set([...first.landed, ...second.landed])).toEqual(new Set(['a', 'b', 'c', 'd']));
    }
  });

  it('takes nothing when neither Kafka nor the disk does, and goes on with Kafka alone', async () => {
    const disk = await openDisk(folder);
    const full: Disk = { ...disk, create: () => Promise.reject(new Error('no space')) };
    const { publish, landed } = await newWorld(['refused', 'ok'], full);
    expect(await publish('a')).toBe(false);
    expect(await publish('b')).toBe(true);
    expect(landed).toEqual(['b']);
  });

  it('passes on what is a fault of ours, and spools nothing for it', async () => {
    const spool = await openTestSpool(await openDisk(folder));
    opened.push(spool);
    const bug = () => Promise.reject(new TypeError('a bug'));
    const outbox = createOutbox({
      direct: bug,
      producer: { send: bug },
      spool,
      appendLimitMs: 1_000,
      clock: systemClock,
      log: silentLog,
    });
    await expect(outbox.publish([message('a')])).rejects.toThrow(TypeError);
    expect(spool.empty()).toBe(true);
  });
});

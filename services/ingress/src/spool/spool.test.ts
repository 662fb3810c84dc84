import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OperationalError, OverloadError } from '@adherence/runtime/errors.ts';
import { createManualClock, turn } from '@adherence/runtime/manual-clock.ts';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cursorFile } from './cursor.ts';
import { type Disk, openDisk } from './disk.ts';
import { lockFolder } from './folder-lock.ts';
import { drain, message, openTestSpool } from './spool.testing.ts';
import type { Spool } from './spool.ts';

let folder: string;
let disk: Disk;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'adherence-spool-'));
  disk = await openDisk(folder);
});
afterEach(async () => {
  for (const spool of opened.splice(0)) await spool.close();
  await rm(folder, { recursive: true, force: true });
});

const opened: Spool[] = [];

async function open(...args: Parameters<typeof openTestSpool>): Promise<Spool> {
  const spool = await openTestSpool(...args);
  opened.push(spool);
  return spool;
}

const segmentFiles = async () => (await readdir(folder)).filter((name) => name.endsWith('.spool'));

describe('openSpool', () => {
  it('gives back what was appended, in order and as it was, and is empty after', async () => {
    const spool = await open(disk);
    const sent = ['a', 'b', 'c'].map((name) => message(name));
    sent.push({ topic: 'rejected', partition: 0, key: null, value: null });
    await Promise.all(sent.map((each) => spool.append([each])));
    expect([spool.held.messages(), spool.held.notifications()]).toEqual([4, { t1: 3 }]);
    const read = await spool.next();
    expect(read?.messages).toEqual(sent);
    await read?.drained();
    expect(await spool.next()).toBeNull();
    expect([spool.empty(), spool.bytes(), await segmentFiles()]).toEqual([true, 0, []]);
  });

  it('goes on after a crash where it was, over many segments', async () => {
    const before = await open(disk, { segmentBytes: 400 });
    const names = Array.from({ length: 20 }, (_, i) => `n${i}`);
    for (const name of names) await before.append([message(name)]);
    expect((await segmentFiles()).length).toBeGreaterThan(3);
    const read = await before.next();
    await read?.drained();
    const rest = names.slice(read!.messages.length);
    const after = await open(disk, { segmentBytes: 400 });
    expect(after.held.messages()).toBe(rest.length);
    await after.append([message('later')]);
    expect(await drain(after)).toEqual([...rest, 'later']);
    expect(await segmentFiles()).toEqual([]);
  });

  it('reads again what was not said to be drained', async () => {
    const spool = await open(disk);
    await spool.append([message('a')]);
    expect((await spool.next())?.messages).toHaveLength(1);
    expect((await spool.next())?.messages).toHaveLength(1);
    expect(await drain(await open(disk))).toEqual(['a']);
  });

  it('keeps the order while it is written and drained at once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 30 }), async (sizes) => {
        const spool = await open(disk, { segmentBytes: 500 });
        const sent: string[] = [];
        const read: string[] = [];
        const appends: Promise<void>[] = [];
        for (const [index, size] of sizes.entries()) {
          const names = Array.from({ length: size }, (_, i) => `${index}.${i}`);
          sent.push(...names);
          appends.push(spool.append(names.map((name) => message(name))));
          if (index % 3 === 0) read.push(...(await drain(spool)));
        }
        await Promise.all(appends);
        read.push(...(await drain(spool)));
        expect(read).toEqual(sent);
        expect([spool.empty(), await segmentFiles()]).toEqual([true, []]);
      }),
      { numRuns: 30 },
    );
  });

  it('takes messages greater than what is read at once', async () => {
    const spool = await open(disk, { maxBytes: 10_000_000 });
    await spool.append([message('big', 3_000_000), message('small')]);
    expect(await drain(spool)).toEqual(['big', 'small']);
  });

  it('refuses what is over its bound, and takes again once there is room', async () => {
    const spool = await open(disk, { maxBytes: 2_000, segmentBytes: 500 });
    let taken = 0;
    const fill = async () => {
      for (;;) {
        await spool.append([message(`m${taken}`, 200)]);
        taken += 1;
      }
    };
    await expect(fill()).rejects.toThrow(OverloadError);
    expect(taken).toBeGreaterThan(2);
    expect(spool.bytes()).toBeLessThanOrEqual(2_000);
    expect(await drain(spool)).toHaveLength(taken);
    await spool.append([message('again', 200)]);
  });

  it('belongs to one process at a time', async () => {
    const lock = lockFolder(folder);
    expect(() => lockFolder(folder)).toThrow(OperationalError);
    lock.release();
    lockFolder(folder).release();
  });
});

describe('a damaged spool', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];

  async function written() {
    const spool = await open(disk);
    for (const name of names) await spool.append([message(name)]);
    await spool.close();
    const [file] = await segmentFiles();
    const bytes = await readFile(join(folder, file!));
    return { file: join(folder, file!), bytes, frame: bytes.length / names.length };
  }

  it('cut at any byte, gives every message before the cut', async () => {
    const { file, bytes, frame } = await written();
    for (let cut = 0; cut <= bytes.length; cut++) {
      await writeFile(file, bytes.subarray(0, cut));
      const spool = await open(disk);
      const whole = names.slice(0, Math.floor(cut / frame));
      expect(spool.held.messages()).toBe(whole.length);
      // The life of the spool goes on behind the cut; not every time, since it waits for the disk.
      const more = cut % 29 === 0 ? ['next'] : [];
      for (const name of more) await spool.append([message(name)]);
      expect(await drain(spool)).toEqual([...whole, ...more]);
      await rm(join(folder, cursorFile), { force: true });
    }
  });

  it.each([
    ['flipped', (bytes: Buffer, at: number) => void bytes.writeUInt8(bytes[at]! ^ 0x41, at)],
    ['zeroed', (bytes: Buffer, at: number) => void bytes.fill(0, at, Math.min(at + 16, bytes.length))],
  ])('%s at any byte, loses only what was hit', async (_name, damage) => {
    const { file, bytes, frame } = await written();
    for (let at = 0; at < bytes.length; at++) {
      const damaged = Buffer.from(bytes);
      damage(damaged, at);
      await writeFile(file, damaged);
      const changed = names.filter(
        (_, i) =>
          !damaged.subarray(i * frame, (i + 1) * frame).equals(bytes.subarray(i * frame, (i + 1) * frame)),
      );
      expect(changed.length).toBeLessThanOrEqual(2);
      const spool = await open(disk);
      expect(await drain(spool)).toEqual(names.filter((name) => !changed.includes(name)));
      expect(spool.empty()).toBe(true);
      await rm(join(folder, cursorFile), { force: true });
    }
  });

  it('with its note of what is drained cut or changed at any byte, loses nothing', async () => {
    const spool = await open(disk);
    for (const name of names) await spool.append([message(name)]);
    await (await spool.next())?.drained();
    await spool.append([message('f')]);
    const [file] = await segmentFiles();
    const bytes = await readFile(join(folder, file!));
    const note = await readFile(join(folder, cursorFile));
    for (let at = 0; at <= note.length; at++) {
      for (const damaged of [note.subarray(0, at), flipped(note, at)]) {
        await writeFile(join(folder, file!), bytes);
        await writeFile(join(folder, cursorFile), damaged);
        const read = await drain(await open(disk));
        expect(read.at(-1)).toBe('f');
        if (read.length > 1) expect(read).toEqual([...names, 'f']);
      }
    }
  });

  it('never takes a body for a message of its own', async () => {
    const { bytes } = await written();
    const spool = await open(disk);
    await drain(spool);
    await spool.append([{ ...message('forged'), value: bytes }]);
    await spool.close();
    const [file] = await segmentFiles();
    const path = join(folder, file!);
    const whole = await readFile(path);
    for (let at = 0; at < 60; at++) {
      await writeFile(path, flipped(whole, at));
      expect(await drain(await open(disk))).toEqual([]);
      await rm(join(folder, cursorFile), { force: true });
    }
  });
});

const flipped = (bytes: Buffer, at: number): Buffer => {
  const changed = Buffer.from(bytes);
  if (at < changed.length) changed[at] = changed[at]! ^ 0x04;
  return changed;
};

describe('a failing disk', () => {
  type Operation = 'create' | 'append';

  /** The real disk; the `nth` call of an operation and those after it fail until `repair`. */
  function failingDisk(operation: Operation, nth: number, code: string) {
    let calls = 0;
    let broken = true;
    const fail = (called: Operation): void => {
      if (called !== operation || !broken) return;
      calls += 1;
      if (calls >= nth) throw Object.assign(new Error(`${operation} failed`), { code });
    };
    const failing: Disk = {
      ...disk,
      async create(name) {
        fail('create');
        const file = await disk.create(name);
        return {
          ...file,
          async append(bytes) {
            if (operation === 'append' && broken && calls + 1 >= nth) {
              await file.append(bytes.subarray(0, bytes.length / 2)); // Full in the middle of it.
            }
            fail('append');
            await file.append(bytes);
          },
        };
      },
    };
    const repair = () => {
      broken = false;
    };
    return { failing, repair };
  }

  it.each([
    ['create', 'EROFS'],
    ['append', 'ENOSPC'],
    ['append', 'EIO'],
  ] as const)(
    'of which %s answers %s, says so to everybody who waits, and nothing said is lost',
    async (operation, code) => {
      for (let nth = 1; nth <= 4; nth++) {
        const clock = createManualClock();
        const { failing, repair } = failingDisk(operation, nth, code);
        const spool = await open(failing, { clock, segmentBytes: 100 });
        const taken: string[] = [];
        const attempt = async (name: string) => {
          try {
            await spool.append([message(name)]);
            taken.push(name);
          } catch (error) {
            expect(error).toBeInstanceOf(OperationalError);
          }
        };
        for (let i = 0; i < 6; i++) await attempt(`${nth}.${i}`);
        expect(taken.length).toBeLessThan(6);
        expect(spool.held.messages()).toBe(taken.length);
        repair();
        await clock.advance(500);
        await attempt('after');
        expect(taken.at(-1)).toBe('after');
        expect(await drain(spool)).toEqual(taken);
        expect([spool.empty(), await segmentFiles()]).toEqual([true, []]);
      }
    },
  );

  it('keeps what was taken while it fails again and again under a reader', async () => {
    for (let nth = 1; nth <= 6; nth++) {
      const clock = createManualClock();
      const { failing, repair } = failingDisk('append', nth, 'ENOSPC');
      const spool = await open(failing, { clock, segmentBytes: 100 });
      const taken: string[] = [];
      const read: string[] = [];
      const steps: Promise<unknown>[] = [];
      for (let i = 0; i < 8; i++) {
        if (i === 5) repair();
        await clock.advance(500);
        const append = spool.append([message(`${i}`)]).then(
          () => taken.push(`${i}`),
          (error: unknown) => expect(error).toBeInstanceOf(OperationalError),
        );
        steps.push(append);
        if (i % 2 === 1) read.push(...(await drain(spool)));
      }
      await Promise.all(steps);
      read.push(...(await drain(spool)));
      expect(read).toEqual(taken);
      expect([spool.empty(), await segmentFiles()]).toEqual([true, []]);
    }
  });

  it('leaves no file behind for every refusal', async () => {
    const clock = createManualClock();
    const { failing } = failingDisk('append', 1, 'ENOSPC');
    const spool = await open(failing, { clock });
    for (let i = 0; i < 5; i++) {
      await expect(spool.append([message('a')])).rejects.toThrow(OperationalError);
      await clock.advance(500);
    }
    expect(await segmentFiles()).toEqual([]);
  });

  it('rests for a moment, so that a full disk costs a request no time', async () => {
    const clock = createManualClock();
    const { failing } = failingDisk('create', 1, 'ENOSPC');
    let creates = 0;
    const counting: Disk = {
      ...failing,
      create: (name) => {
        creates += 1;
        return failing.create(name);
      },
    };
    const spool = await open(counting, { clock });
    for (let i = 0; i < 5; i++) await expect(spool.append([message('a')])).rejects.toThrow(OperationalError);
    expect(creates).toBe(1);
  });

  it('that syncs slowly holds a bounded amount', async () => {
    const stuck: Disk = { ...disk, create: () => new Promise(() => {}) };
    const spool = await openTestSpool(stuck, { maxBytes: 1_000_000_000 });
    let refused = 0;
    for (let i = 0; i < 80; i++) {
      spool.append([message('a', 1_000_000)]).catch((error: unknown) => {
        expect(error).toBeInstanceOf(OverloadError);
        refused += 1;
      });
    }
    await turn();
    expect([refused > 40, spool.held.messages()]).toEqual([true, 80 - refused]);
  });
});

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockData } from './data-lock.ts';
import { identityOf } from './process-identity.ts';

let directory: string;
let others: ChildProcess[];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'adherence-lock-'));
  others = [];
});
afterEach(async () => {
  for (const other of others) other.kill('SIGKILL');
  await rm(directory, { recursive: true, force: true });
});

async function otherProcess(): Promise<number> {
  const other = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  others.push(other);
  await once(other, 'spawn');
  return other.pid!;
}

const lockOf = (pid: number, identity: string | undefined, children: readonly object[] = []): Promise<void> =>
  writeFile(join(directory, 'lock.json'), JSON.stringify({ pid, identity, children }));

const noLeftover = (): void => expect.fail('nothing was left over');

test('a second start on the same directory is refused and names the first', async () => {
  const pid = await otherProcess();
  await lockOf(pid, identityOf(pid));
  await expect(lockData(directory, noLeftover)).rejects.toThrow(`process ${pid}`);
});

test('the lock of a process that is gone, or whose number another one has now, is taken over', async () => {
  const pid = await otherProcess();
  await lockOf(pid, 'another life');
  const lock = await lockData(directory, noLeftover);
  expect(JSON.parse(await readFile(join(directory, 'lock.json'), 'utf8')).pid).toBe(process.pid);
  lock.release();
  await writeFile(join(directory, 'lock.json'), '{"pid":');
  (await lockData(directory, noLeftover)).release();
});

test('children that a killed start left behind are ended, their namesakes are not', async () => {
  const [left, namesake] = [await otherProcess(), await otherProcess()];
  await lockOf(2 ** 22 + 1, 'gone', [
    { name: 'kafka', pid: left, identity: identityOf(left) },
    { name: 'console', pid: namesake, identity: 'another life' },
  ]);
  const told: unknown[] = [];
  const lock = await lockData(directory, (child) => told.push(child.name));
  expect(told).toEqual(['kafka']);
  expect(identityOf(left)).toBeUndefined();
  expect(identityOf(namesake)).toBeDefined();
  lock.release();
});

test('notes keep only children that still run', async () => {
  const lock = await lockData(directory, noLeftover);
  const pid = await otherProcess();
  lock.note('gone', 2 ** 22 + 1);
  lock.note('here', pid);
  const { children } = JSON.parse(await readFile(join(directory, 'lock.json'), 'utf8'));
  expect(children).toEqual([{ name: 'here', pid, identity: identityOf(pid) }]);
  lock.release();
});

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Child, startChild, untilReady } from './child.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'adherence-child-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const run = (script: string, onLine?: (line: string) => void): Promise<Child> =>
  startChild({
    name: 'part',
    command: process.execPath,
    args: ['-e', script],
    logFile: join(directory, 'logs', 'part.log'),
    onLine,
  });

test('a child that ends before it is ready is told with its last error and its log', async () => {
  const child = await run("console.error('Error: port in use'); process.exit(3)");
  const waiting = untilReady(child, async () => false, 30_000, 5);
  await expect(waiting).rejects.toThrow(
    `part ended at its start (exit code 3); see ${child.logFile} (last error there: Error: port in use)`,
  );
});

test('a child that never becomes ready is killed', async () => {
  const child = await run('process.stdin.resume(); setInterval(() => {}, 1000)');
  await expect(untilReady(child, () => Promise.reject(new Error('no')), 50, 5)).rejects.toThrow(
    'part was not ready after 0.05 s',
  );
  expect(await child.exited).toEqual({ code: null, signal: 'SIGKILL' });
});

test('SIGTERM ends it; one that will not listen is killed after its grace', async () => {
  const up = Promise.withResolvers<void>();
  const polite = await run('setInterval(() => {}, 1000)');
  await polite.stop();
  expect((await polite.exited).signal).toBe('SIGTERM');
  const script = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('up')";
  const deaf = await run(script, () => up.resolve());
  await up.promise;
  await deaf.stop(20);
  expect((await deaf.exited).signal).toBe('SIGKILL');
});

test('lines are told as they come and are in the log as well', async () => {
  const lines: string[] = [];
  const child = await run("console.log('one'); console.log('two')", (line) => lines.push(line));
  await child.exited;
  await expect.poll(() => lines).toEqual(['one', 'two']);
  expect(await readFile(child.logFile, 'utf8')).toBe('one\ntwo\n');
});

test('a log that has grown large is turned over at the next start', async () => {
  await run('').then((child) => child.exited);
  const logFile = join(directory, 'logs', 'part.log');
  await writeFile(logFile, Buffer.alloc(17 * 1024 * 1024));
  await run('').then((child) => child.exited);
  expect((await readFile(logFile)).length).toBe(0);
  expect((await readFile(`${logFile}.1`)).length).toBe(17 * 1024 * 1024);
});

test('a command that does not exist is told', async () => {
  const missing = { name: 'Kafka', command: 'no-such-command', args: [], logFile: join(directory, 'x.log') };
  await expect(startChild(missing)).rejects.toThrow('Kafka could not be started');
});

import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, closeSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';

export interface ChildOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Receives stdout and stderr; appended to, turned over at the start when it has grown large. */
  readonly logFile: string;
  /** Told as soon as the process runs, long before it is ready. */
  readonly onSpawn?: (name: string, pid: number) => void;
  /** Told each line of its stdout as well. */
  readonly onLine?: (line: string) => void;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A part of the stack: `url` or `brokers` come on top. Restart it by starting it again on the same data and port. */
export interface Child {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** Settles when the process has ended, for whatever reason. */
  readonly exited: Promise<Exit>;
  /** SIGTERM, then SIGKILL after `graceMs`; resolves once the process is gone. */
  stop(graceMs?: number): Promise<void>;
  /** SIGKILL, at once. */
  kill(): void;
}

/** Starts a process in a group of its own, so that Ctrl-C reaches only the launcher, which stops parts in order. */
export async function startChild(options: ChildOptions): Promise<Child> {
  mkdirSync(dirname(options.logFile), { recursive: true });
  turnOver(options.logFile);
  const log = openSync(options.logFile, 'a', 0o600);
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', options.onLine === undefined ? log : 'pipe', log],
    detached: true,
  });
  if (options.onLine !== undefined) relay(child, options.logFile, options.onLine);
  closeSync(log);
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  await spawned(child, options);
  running.add(child);
  exited.then(() => running.delete(child));
  killRunningAtExit();
  options.onSpawn?.(options.name, child.pid!);
  return {
    name: options.name,
    pid: child.pid!,
    logFile: options.logFile,
    exited,
    kill: () => void child.kill('SIGKILL'),
    async stop(graceMs = 8_000) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await exited;
      clearTimeout(timer);
    },
  };
}

/**
 * Asks `probe` until it is true. Fails as soon as the child ends, or after `timeoutMs` (the child is killed then).
 * A probe that throws counts as not yet.
 */
export async function untilReady(
  child: Child,
  probe: () => Promise<boolean>,
  timeoutMs: number,
  everyMs = 100,
): Promise<void> {
  let exit: Exit | undefined;
  child.exited.then((value) => {
    exit = value;
  });
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  while (exit === undefined && Date.now() < deadline) {
    try {
      if (await probe()) return;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  child.kill();
  const hint = `see ${child.logFile}${lastWords(child.logFile)}`;
  if (exit !== undefined)
    throw new Error(`${child.name} ended at its start (${describeExit(exit)}); ${hint}`);
  throw new Error(`${child.name} was not ready after ${timeoutMs / 1000} s; ${hint}`, { cause: last });
}

export const describeExit = (exit: Exit): string =>
  exit.signal === null ? `exit code ${exit.code}` : `signal ${exit.signal}`;

function lastWords(logFile: string): string {
  const lines = readFileSync(logFile, 'utf8').split('\n');
  const line = lines.findLast((text) => /error|exception|fatal/i.test(text));
  return line === undefined ? '' : ` (last error there: ${line.trim().slice(0, 300)})`;
}

function relay(child: ChildProcess, logFile: string, onLine: (line: string) => void): void {
  child.stdout!.on('data', (chunk: Buffer) => appendFileSync(logFile, chunk));
  createInterface({ input: child.stdout! }).on('line', onLine);
}

function turnOver(logFile: string): void {
  const size = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
  if (size > 16 * 1024 * 1024) renameSync(logFile, `${logFile}.1`);
}

function spawned(child: ChildProcess, options: ChildOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) =>
      reject(new Error(`${options.name} could not be started: ${error.message}`)),
    );
  });
}

const running = new Set<ChildProcess>();
let exitHook = false;

function killRunningAtExit(): void {
  if (exitHook) return;
  exitHook = true;
  process.on('exit', () => {
    for (const child of running) child.kill('SIGKILL');
  });
}

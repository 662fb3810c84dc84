/** What a process costs, read from /proc: CPU seconds since its start and memory. Linux only. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { nodeCommand } from '@adherence/stack/node-command.ts';

/** USER_HZ, the same on every Linux that Node runs on. */
const ticksPerSecond = 100;

export const canMeasureProcesses = (): boolean => existsSync('/proc/self/stat');

/** User and system time, in seconds, to a hundredth. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in brackets may hold spaces; the fields after it are counted from the state.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** Resident memory in MB (10^6 bytes), now and at its greatest. */
export function memoryMb(pid: number): { readonly now: number; readonly peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const read = (name: string) =>
    (Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]) * 1024) / 1e6;
  return { now: Math.round(read('VmRSS')), peak: Math.round(read('VmHWM')) };
}

const askLimitMs = 400_000;

/**
 * Runs a script of this folder with an argument in JSON and answers the JSON that it prints. Its standard input ends
 * once `until` has resolved.
 */
export function askScript<Answer>(
  name: string,
  argument: object,
  until: Promise<unknown> | null = null,
): Promise<Answer> {
  const script = fileURLToPath(new URL(name, import.meta.url));
  return new Promise((resolve, reject) => {
    const options = { timeout: askLimitMs, maxBuffer: 64 * 1024 * 1024 };
    const child = execFile(
      nodeCommand(),
      [script, JSON.stringify(argument)],
      options,
      (error, stdout, stderr) => {
        if (error) reject(new Error(`${name}: ${stderr.trim() || error.message}`));
        else resolve(JSON.parse(stdout) as Answer);
      },
    );
    void until?.then(() => child.stdin?.end());
  });
}

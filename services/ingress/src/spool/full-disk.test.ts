/** The operating system itself refuses to write on, in the middle of a record: no file may grow past 16 KiB. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openDisk } from './disk.ts';
import { drain, openTestSpool } from './spool.testing.ts';

it.runIf(process.platform === 'linux')(
  'a disk that fills up takes nothing that is not there afterwards',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'adherence-spool-'));
    const script = join(import.meta.dirname, 'full-disk.testing.ts');
    const limited = `ulimit -f 16; exec "$0" "$@"`;
    const output = execFileSync('bash', ['-c', limited, process.execPath, script, folder, '40'], {
      encoding: 'utf8',
    });
    const lines = output.trim().split('\n');
    const taken = lines.filter((line) => line.startsWith('taken ')).map((line) => line.slice(6));
    expect(lines).toHaveLength(40);
    expect(taken.length).toBeGreaterThan(20);
    expect(lines.filter((line) => line.startsWith('refused '))).toContain('refused m10 OperationalError');
    const spool = await openTestSpool(await openDisk(folder));
    expect(await drain(spool)).toEqual(taken);
    await spool.close();
    await rm(folder, { recursive: true, force: true });
  },
);

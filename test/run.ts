/**
 * `npm test`: types and lint, then unit, property and pipeline tests, then those on the real local stack. Quick ones
 * first; the last line reads `N passed, N failed`. Arguments choose parts: `npm test -- quick`.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Part {
  readonly name: string;
  readonly quick: boolean;
  readonly command: readonly string[];
  /** Vitest writes its counts there; a plain command counts as one check. */
  readonly counts: boolean;
}

const parts: readonly Part[] = [
  { name: 'types', quick: true, command: ['npm', 'run', 'typecheck', '--silent'], counts: false },
  { name: 'lint', quick: true, command: ['biome', 'check', '.'], counts: false },
  { name: 'unit', quick: true, command: ['vitest', 'run'], counts: true },
  {
    name: 'stack',
    quick: false,
    command: ['vitest', 'run', '--config', 'vitest.stack.config.ts'],
    counts: true,
  },
];

const wanted = process.argv.slice(2);
const chosen = parts.filter(
  ({ name, quick }) => wanted.length === 0 || wanted.includes(name) || (wanted.includes('quick') && quick),
);

let passed = 0;
let failed = 0;
const folder = await mkdtemp(join(tmpdir(), 'adherence-tests-'));
for (const part of chosen) {
  console.log(`\n# ${part.name}: ${part.command.join(' ')}`);
  const report = join(folder, `${part.name}.json`);
  const reporters = part.counts
    ? ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    : [];
  const code = await run([...part.command, ...reporters]);
  const counts = part.counts ? await readCounts(report) : null;
  if (counts) {
    passed += counts.passed;
    // A run that fails outside of its tests (an error in a hook, an unhandled rejection) is a failure too.
    failed += Math.max(counts.failed, code === 0 ? 0 : 1);
  } else if (code === 0) passed += 1;
  else failed += 1;
}
await rm(folder, { recursive: true });
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

function run([command, ...args]: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(command!, args, { stdio: 'inherit' });
    child.on('error', (error) => {
      console.error(`${command}: ${error.message}`);
      resolve(1);
    });
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

async function readCounts(report: string): Promise<{ passed: number; failed: number } | null> {
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(await readFile(report, 'utf8')) as Record<
      string,
      number
    >;
    return { passed: numPassedTests ?? 0, failed: numFailedTests ?? 0 };
  } catch (error) {
    console.error(`no counts in ${report}: ${error instanceof Error ? error.message : error}`);
    return null;
  }
}

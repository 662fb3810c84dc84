/**
 * `npm run mutation`: which lines of the domain no test would miss. Every line is changed in turn and the tests run
 * against it; what survives is listed in .local/mutation. `-- 'packages/domain/src/compute/line.ts'` chooses files.
 * Works on a copy: the checkout is not touched. Minutes to an hour; not in CI.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const repository = resolve(import.meta.dirname, '../..');
const files = process.argv.slice(2);
const mutated = files.length > 0 ? files : ['packages/domain/src/compute/*.ts', '!**/*.test.ts'];

const copy = mkdtempSync(join(tmpdir(), 'adherence-mutation-'));
process.once('exit', () => rmSync(copy, { recursive: true, force: true }));
copyRepository();
writeFileSync(join(copy, 'vitest.mutation.config.ts'), vitestConfig());
// A counterexample is enough: making it small takes longer than all the rest.
writeFileSync(
  join(copy, 'setup.ts'),
  "import fc from 'fast-check';\nfc.configureGlobal({ endOnFailure: true });\n",
);
writeFileSync(join(copy, 'stryker.config.json'), JSON.stringify(strykerConfig(), null, 2));
const stryker = join(repository, 'node_modules/@stryker-mutator/core/bin/stryker.js');
const running = spawn(process.execPath, [stryker, 'run'], { cwd: copy, stdio: 'inherit', detached: true });
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // With its workers.
  process.once(signal, () => process.kill(-running.pid!, signal));
}
const [status] = (await once(running, 'exit')) as [number | null];
const report = join(repository, '.local', 'mutation');
if (existsSync(join(copy, 'reports'))) {
  rmSync(report, { recursive: true, force: true });
  mkdirSync(dirname(report), { recursive: true });
  cpSync(join(copy, 'reports', 'mutation'), report, { recursive: true });
  console.log('Written to .local/mutation');
}
process.exit(status ?? 1);

/** What git knows of, with the packages of others linked and our own ones those of the copy. */
function copyRepository(): void {
  const list = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: repository,
    encoding: 'utf8',
  });
  for (const path of list.split('\n').filter((each) => /\.(ts|json|gz|avsc)$/.test(each))) {
    if (existsSync(join(repository, path))) cpSync(join(repository, path), join(copy, path));
  }
  const modules = join(repository, 'node_modules');
  const own = join(copy, 'node_modules', '@adherence');
  mkdirSync(own, { recursive: true });
  for (const name of readdirSync(modules)) {
    if (name !== '@adherence') symlinkSync(join(modules, name), join(copy, 'node_modules', name));
  }
  for (const folder of [
    'schemas',
    'packages/domain',
    'packages/store',
    'packages/runtime',
    'services/adherence',
  ]) {
    symlinkSync(join(copy, folder), join(own, folder.split('/').at(-1)!));
  }
}

/** The tests beside what is changed, and those that know the computation. */
function vitestConfig(): string {
  const beside = mutated
    .filter((path) => !path.startsWith('!'))
    .map((path) => join(dirname(path), '*.test.ts'));
  const include = [
    ...new Set(beside),
    'services/adherence/src/domain/*.test.ts',
    'test/compute-against-model.test.ts',
    'test/finality.test.ts',
    'test/owner-against-model.test.ts',
    'test/explain.test.ts',
  ];
  const test = {
    include,
    // One process for all files: starting them would take most of the time.
    isolate: false,
    testTimeout: 30_000,
    setupFiles: ['./setup.ts'],
    env: { MODEL_RUNS: process.env.MODEL_RUNS ?? '200' },
  };
  return `export default ${JSON.stringify({ test })};\n`;
}

function strykerConfig(): object {
  return {
    testRunner: 'vitest',
    plugins: [join(repository, 'node_modules/@stryker-mutator/vitest-runner/dist/src/index.js')],
    vitest: { configFile: 'vitest.mutation.config.ts', related: false },
    mutate: mutated,
    inPlace: true,
    coverageAnalysis: 'perTest',
    // The text of errors and the keys of caches are no rules.
    mutator: { excludedMutations: ['StringLiteral'] },
    ignoreStatic: true,
    concurrency: Math.max(1, Math.floor(cpus().length / 2)),
    timeoutMS: 10_000,
    reporters: ['clear-text', 'json', 'progress'],
    clearTextReporter: { allowColor: false, logTests: false },
    checkers: [],
    tempDirName: '.stryker',
    allowConsoleColors: false,
  };
}

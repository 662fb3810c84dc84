/**
 * `npm run bench`: measures the parts beside their baselines in one run, prints tables and writes .local/bench.json.
 * `npm run bench -- ingress live` chooses parts; `--write` puts their tables into docs/benchmarks.md.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { repository } from '@adherence/stack/launcher.ts';
import { benchAdherence } from './adherence.ts';
import { benchBoard } from './board.ts';
import { benchCompute } from './compute.ts';
import { benchEnrichment } from './enrichment.ts';
import { withFigures } from './figures.ts';
import { benchHistory } from './history-read.ts';
import { benchImports } from './imports.ts';
import { benchIngress } from './ingress.ts';
import { benchLive } from './live.ts';
import { canMeasureProcesses } from './processes.ts';
import { benchRecomputation } from './recomputation.ts';
import { type Section, sectionText } from './report.ts';

type Part = (say: (line: string) => void) => Promise<Section[]>;

const parts: Readonly<Record<string, Part>> = {
  ingress: benchIngress,
  enrichment: benchEnrichment,
  adherence: benchAdherence,
  live: benchLive,
  compute: benchCompute,
  recomputation: benchRecomputation,
  imports: benchImports,
  history: benchHistory,
  board: benchBoard,
};

const { values, positionals } = parseArgs({
  options: { write: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !(name in parts));
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(', ')}; there are ${Object.keys(parts).join(', ')}.`);
  process.exit(2);
}
if (!canMeasureProcesses()) {
  console.error('The benchmark reads CPU times from /proc, so it needs Linux.');
  process.exit(2);
}
// Known and harmless: the Kafka client sets timers in the past.
process.removeAllListeners('warning');
process.on('warning', (warning) => {
  if (warning.name !== 'TimeoutNegativeWarning') console.warn(warning);
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const results: Record<string, { readonly seconds: number; readonly sections: readonly Section[] }> = {};
const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`;
console.log(machine);
for (const [name, measure] of Object.entries(parts)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const startedAt = performance.now();
  console.log(`\n# ${name}`);
  try {
    const sections = await measure((line) => console.log(line));
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    results[name] = { seconds, sections };
    for (const section of sections) console.log(sectionText(section));
    console.log(`(${seconds} s)`);
  } catch (error) {
    // The other parts are measured all the same.
    console.error(`${name} could not be measured:`, error);
    process.exitCode = 1;
  }
}

const measuredAt = new Date().toISOString();
mkdirSync(join(repository, '.local'), { recursive: true });
writeFileSync(
  join(repository, '.local', 'bench.json'),
  `${JSON.stringify({ machine, measuredAt, parts: results }, null, 2)}\n`,
);
console.log('\nWritten to .local/bench.json');
if (values.write) {
  const file = join(repository, 'docs', 'benchmarks.md');
  const sections = Object.fromEntries(Object.entries(results).map(([name, part]) => [name, part.sections]));
  const measured = `Measured ${measuredAt.slice(0, 10)} on ${machine}.`;
  writeFileSync(file, withFigures(readFileSync(file, 'utf8'), measured, sections));
  console.log(`Tables of ${Object.keys(results).join(', ')} written to ${file}`);
}

/**
 * `npm run scaling [-- --most 6 --people 240 --rate 120 --settle 5 --write]`: consumers are scaled out and in, rolled and
 * killed under steady load. Prints the longest pause of each phase, and fails when something was lost or a number
 * differs. `--write` puts the table into docs/operations/scaling.md. It asserts no time.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { repository } from '@adherence/stack/launcher.ts';
import { withFigures } from '../bench/figures.ts';
import { pausesSection } from './pauses.ts';
import { scale } from './scale.ts';
import { phasesOf } from './steps.ts';

process.removeAllListeners('warning');
process.on('warning', (warning) => {
  // Known and harmless: the Kafka client sets timers in the past.
  if (warning.name !== 'TimeoutNegativeWarning') console.warn(warning);
});
// Children end with this process.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));

const { values } = parseArgs({
  options: {
    most: { type: 'string', default: '6' },
    people: { type: 'string', default: '240' },
    rate: { type: 'string', default: '120' },
    /** Seconds after each step. */
    settle: { type: 'string', default: '5' },
    data: { type: 'string', default: '.local/scaling' },
    write: { type: 'boolean', default: false },
  },
});
const dataDir = resolve(values.data);
await rm(dataDir, { recursive: true, force: true });
await mkdir(dataDir, { recursive: true });
const report = await scale({
  dataDir,
  phases: phasesOf(Number(values.most)),
  people: Number(values.people),
  eventsPerSecond: Number(values.rate),
  settleMs: Number(values.settle) * 1000,
  onPhase: (phase) => console.log(JSON.stringify(phase)),
});
console.table(report.phases);
await writeFile(join(dataDir, 'report.json'), JSON.stringify({ values, ...report }, null, 2));
for (const fault of report.faults) console.log(`FAULT ${fault}`);
for (const what of report.unexpected) console.log(`unasked: ${what.slice(0, 400)}`);
const isWell = report.faults.length === 0;
console.log(isWell ? 'nothing lost, nothing counted twice, every number the same' : 'failed');
if (values.write && isWell) {
  const file = join(repository, 'docs', 'operations', 'scaling.md');
  const [load] = loadavg();
  const measured = [
    `Measured ${new Date().toISOString().slice(0, 10)} on ${availableParallelism()} cores for everything, load average`,
    `${load!.toFixed(0)} at the end: ${report.notifications} notifications of ${values.people} people, ${values.rate} a second.`,
    'Nothing was lost, and every stored number equals that of the same notifications sent to consumers that nobody touched.',
  ].join('\n');
  const title = `1 to ${values.most} processes of each consumer, and back`;
  const parts = { scaling: [pausesSection(title, report.phases)] };
  await writeFile(file, withFigures(await readFile(file, 'utf8'), measured, parts));
  console.log(`Table written to ${file}`);
}
process.exit(isWell ? 0 : 1);

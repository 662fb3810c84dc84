/**
 * `npm run faults [-- --seeds 100 --from 1 --day YYYY-MM-DD --keep]`: one fault run after the other, a line for each, a
 * report in .local/. Exit code 1 when a seed failed; its data and logs are kept.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { localDateOf } from '@adherence/domain/calendar.ts';
import { tenantTimeZone } from './contact-centre.ts';
import { runSeed, type SeedReport } from './run-seed.ts';

// Known and harmless: the Kafka client sets timers in the past.
process.removeAllListeners('warning');
process.on('warning', (warning) => {
  if (warning.name !== 'TimeoutNegativeWarning') console.warn(warning);
});
// Children end with this process.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    day: { type: 'string', default: localDateOf(tenantTimeZone, Date.now()) },
    data: { type: 'string', default: '.local/faults' },
    keep: { type: 'boolean', default: false },
  },
});
const first = Number(values.from);
const dataDir = resolve(values.data);
await mkdir(dataDir, { recursive: true });
const reports: SeedReport[] = [];
for (let seed = first; seed < first + Number(values.seeds); seed += 1) {
  const report = await runSeed({
    seed,
    today: values.day,
    dataDir: join(dataDir, `seed-${seed}`),
    print: (line) => console.log(line),
    keep: values.keep,
  });
  reports.push(report);
  console.log(lineOf(report));
  for (const fault of report.faults) console.log(`  FAULT ${fault.slice(0, 1_000)}`);
  for (const what of report.unexpected) console.log(`  unasked: ${what.slice(0, 500)}`);
  if (report.late.length > 0) console.log(`  late: ${report.late.slice(0, 5).join('; ')}`);
  await writeFile(join(dataDir, 'report.json'), JSON.stringify(reports, null, 2));
}
const failed = reports.filter(({ faults }) => faults.length > 0);
console.log(
  `${reports.length - failed.length} passed, ${failed.length} failed${
    failed.length > 0
      ? `: seeds ${failed.map(({ seed }) => seed).join(', ')}; reproduce one with --seeds 1 --from SEED --day ${values.day}`
      : ''
  }`,
);
process.exit(failed.length === 0 && reports.length > 0 ? 0 : 1);

function lineOf(report: SeedReport): string {
  const { seed, faults, chaos, changes, items, facts, retries, personDays, unexpected, lateMs, tookMs } =
    report;
  const seconds = Object.entries(tookMs).map(([phase, ms]) => `${phase} ${(ms / 1000).toFixed(0)}`);
  const kills = chaos.filter(({ what }) => what.startsWith('kill')).length;
  return [
    `seed ${seed} ${faults.length === 0 ? 'ok' : 'FAILED'}:`,
    `${kills} kills of ${chaos.length} disturbances, ${changes} changes,`,
    `${items} items acknowledged (${retries} retries), ${facts} facts, ${personDays} person days,`,
    `${unexpected.length} ends by themselves, ${lateMs} ms late; ${seconds.join(', ')} s`,
  ].join(' ');
}

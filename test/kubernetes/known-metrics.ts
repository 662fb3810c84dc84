/** Series that Prometheus has of us: those of the metrics table and of the process, and who in the sources records them. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMetrics, metricTable } from '@adherence/runtime/metrics.ts';

const root = join(import.meta.dirname, '../..');

/** Labels that a target has by how it is scraped (templates/monitoring.yaml, compose/prometheus.yaml). */
export const targetLabels = ['job', 'instance', 'namespace', 'service', 'pod'];

/** Labels of every series by its name, those of targets left out. */
export async function knownSeries(): Promise<Map<string, readonly string[]>> {
  const known = new Map<string, readonly string[]>([['up', []]]);
  for (const [name, { type, labels }] of Object.entries(metricTable)) {
    if (type !== 'histogram') known.set(name, labels);
    else {
      known.set(`${name}_bucket`, [...labels, 'le']);
      for (const part of ['sum', 'count']) known.set(`${name}_${part}`, labels);
    }
  }
  const text = await createMetrics('test').text();
  for (const [, name] of text.matchAll(/^# TYPE ((?:process|nodejs)_\w+) /gm)) known.set(name!, []);
  return known;
}

/** Names of the table that no source records. */
export function unrecordedMetrics(): string[] {
  const listed = ['ls-files', '--cached', '--others', '--exclude-standard', 'services', 'packages'];
  const sources = execFileSync('git', listed, { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((path) => /\.ts$/.test(path) && !/\.(test|testing)\.ts$|\/metrics\.ts$/.test(path))
    .filter((path) => existsSync(join(root, path)));
  const text = sources.map((path) => readFileSync(join(root, path), 'utf8')).join('\n');
  const byCreation = ['adherence_build_info'];
  return Object.keys(metricTable).filter((name) => !byCreation.includes(name) && !text.includes(`'${name}'`));
}

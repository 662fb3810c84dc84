/** The page of metrics is the table: `vitest run packages/runtime/src/metrics.test.ts -u` writes it anew. */
import { expect, test } from 'vitest';
import { createMetrics, metricTable } from './metrics.ts';

interface Row {
  readonly type: string;
  readonly help: string;
  readonly labels: readonly string[];
}

const page = (rows: Readonly<Record<string, Row>>): string => `# Metrics

Every metric of ours, by \`packages/runtime/src/metrics.ts\`: base units, no person and no tenant in a label. All processes
have all of them; those of another service stay at 0. Beside them are those of the process (\`process_*\`, \`nodejs_*\`).

| metric | type | labels | |
| --- | --- | --- | --- |
${Object.entries(rows)
  .map(([name, { type, labels, help }]) => `| \`${name}\` | ${type} | ${labels.join(', ')} | ${help} |\n`)
  .join('')}`;

test('the page lists every metric with its labels and meaning', async () => {
  await expect(page(metricTable)).toMatchFileSnapshot('../../../docs/operations/metrics.md');
});

test('what is told is exposed under its name, with its labels', async () => {
  const metrics = createMetrics('ingress', '1.2.3', false);
  metrics.count('adherence_dead_letters_total', { stage: 'ingress', reason: 'not-json' }, 2);
  metrics.set('adherence_spool_bytes', {}, 7);
  metrics.observe('adherence_event_age_seconds', { stage: 'board' }, 0.3);
  const lines = (await metrics.text()).split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      'adherence_build_info{service="ingress",version="1.2.3"} 1',
      'adherence_dead_letters_total{stage="ingress",reason="not-json"} 2',
      'adherence_spool_bytes 7',
      'adherence_event_age_seconds_bucket{le="0.25",stage="board"} 0',
      'adherence_event_age_seconds_bucket{le="0.5",stage="board"} 1',
    ]),
  );
});

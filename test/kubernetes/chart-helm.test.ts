/** What only helm can say of the chart. Where it is absent, this file says so and names what is checked instead. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chartCases, merged, minimalValues } from './chart-cases.ts';
import { refusals } from './refusals.ts';
import {
  chartFolder,
  lintChart,
  parseManifests,
  renderChart,
  renderedFolder,
  withoutContents,
} from './render-chart.ts';
import { findTool } from './tools.ts';

const twin = 'chart.test.ts';

if (findTool('helm')) {
  describe('helm', withHelm);
} else {
  console.log(
    `helm is not here (test/kubernetes/build-tools.sh makes it); run instead, on rendered/: ${twin}`,
  );
  it('has its twin, which needs none', () => {
    expect(existsSync(join(import.meta.dirname, twin))).toBe(true);
  });
}

function withHelm(): void {
  it.each(Object.entries(chartCases))('renders rendered/%s.yaml (npm run chart)', (name, values) => {
    const rendering = renderChart(values);
    if (!rendering.ok) throw new Error(rendering.error);
    const stored = parseManifests(readFileSync(join(renderedFolder, `${name}.yaml`), 'utf8'));
    expect(rendering.manifests.map(withoutContents)).toEqual(stored);
  });

  it.each(Object.entries(chartCases))('lints strictly with values %s', (_, values) => {
    expect(lintChart(values)).toContain('0 chart(s) failed');
  });

  it.each(refusals)('refuses with the remedy: $name', ({ values, says }) => {
    const rendering = renderChart(merged(minimalValues, values));
    expect(rendering.ok ? 'it rendered' : rendering.error).toMatch(says);
  });

  it('refuses a Kubernetes that it is not made for', () => {
    const rendering = renderChart(minimalValues, '1.28.0');
    expect(rendering.ok ? 'it rendered' : rendering.error).toMatch(/requires kubeVersion/);
  });

  it('brings alerts and dashboards as they are in their files', () => {
    const rendering = renderChart(chartCases.production!);
    if (!rendering.ok) throw new Error(rendering.error);
    for (const { kind, data, spec } of rendering.manifests) {
      if (kind === 'ConfigMap') {
        for (const [file, text] of Object.entries<string>(data)) {
          expect(JSON.parse(text)).toEqual(
            JSON.parse(readFileSync(join(chartFolder, 'dashboards', file), 'utf8')),
          );
        }
      }
      if (kind === 'PrometheusRule') expect(JSON.stringify(spec)).not.toContain('docs/operations/runbook.md');
    }
  });
}

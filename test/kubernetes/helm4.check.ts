/** Helm 4 renders, lints and refuses as Helm 3 does. */
import { expect, it } from 'vitest';
import { chartCases, merged, minimalValues } from './chart-cases.ts';
import { refusals } from './refusals.ts';
import { lintChart, release, renderChart } from './render-chart.ts';

it.each(Object.entries(chartCases))('renders values %s to the same objects, and lints them', (_, values) => {
  const three = renderChart(values);
  const four = renderChart(values, release.kubeVersion, 'helm4');
  if (!three.ok || !four.ok) throw new Error('it was refused');
  expect(four.manifests).toEqual(three.manifests);
  expect(lintChart(values, 'helm4')).toContain('0 chart(s) failed');
});

it.each(refusals)('refuses with the remedy: $name', ({ values, says }) => {
  const rendering = renderChart(merged(minimalValues, values), release.kubeVersion, 'helm4');
  expect(rendering.ok ? 'it rendered' : rendering.error).toMatch(says);
});

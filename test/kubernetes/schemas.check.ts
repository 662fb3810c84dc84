/**
 * kubeconform: everything that the chart renders is of the schemas of the current and the three previous versions of
 * Kubernetes, and of those of KEDA and the Prometheus operator; unknown fields are faults.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { chartCases } from './chart-cases.ts';
import { definitionSchemas, kubernetesSchemas } from './kubernetes-schemas.ts';
import { renderChart } from './render-chart.ts';
import { kubeFolder, needTool } from './tools.ts';

const openapi = join(kubeFolder, 'openapi');
const versions = readdirSync(openapi).map((file) => basename(file, '.json').slice(1));
const folder = mkdtempSync(join(tmpdir(), 'adherence-schemas-'));
afterAll(() => rmSync(folder, { recursive: true }));

function conform(version: string, text: string): { status: number | null; said: string } {
  const location = `${join(folder, version)}/{{.ResourceKind}}{{.KindSuffix}}.json`;
  const args = ['-strict', '-summary', '-schema-location', location, '-kubernetes-version', version, '-'];
  const { status, stdout, stderr } = spawnSync(needTool('kubeconform'), args, {
    input: text,
    encoding: 'utf8',
  });
  return { status, said: `${stdout}${stderr}` };
}

it('knows four minor versions in a row', () => {
  const minors = versions.map((version) => Number(version.split('.')[1])).sort((a, b) => a - b);
  expect(minors).toEqual(Array.from({ length: 4 }, (_, i) => minors[0]! + i));
});

describe.each(versions)('Kubernetes %s', (version) => {
  const schemas = { ...kubernetesSchemas(join(openapi, `v${version}.json`)), ...definitionSchemas() };
  for (const [name, schema] of Object.entries(schemas)) {
    writeSchema(version, name, schema);
  }

  it.each(Object.entries(chartCases))('knows every object and field of values %s', (_, values) => {
    const rendering = renderChart(values, version);
    if (!rendering.ok) throw new Error(rendering.error);
    const { status, said } = conform(version, rendering.text);
    expect(said).toMatch(/Invalid: 0, Errors: 0, Skipped: 0/);
    expect(status).toBe(0);
  });

  it('would find a field that does not exist, a missing one and a wrong type', () => {
    const rendering = renderChart(chartCases.production!, version);
    if (!rendering.ok) throw new Error(rendering.error);
    for (const [right, wrong] of [
      ['maxUnavailable: 1\n', 'maxUnavailabel: 1\n'],
      ['minReplicaCount: 2', 'minReplicaCount: two'],
      ['periodSeconds: 10', 'periodSecond: 10'],
      ['scaleTargetRef: { name: adh-odigo-adherence-adherence }', ''],
    ] as const) {
      expect(rendering.text).toContain(right);
      expect(conform(version, rendering.text.replace(right, wrong)).status).toBe(1);
    }
  });
});

function writeSchema(version: string, name: string, schema: object): void {
  const target = join(folder, version);
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, `${name}.json`), JSON.stringify(schema));
}

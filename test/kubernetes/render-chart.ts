/** `helm template` of the chart, as objects. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { chartCases, type Values } from './chart-cases.ts';
import { refusals } from './refusals.ts';
import { needTool } from './tools.ts';

export const chartFolder: string = join(import.meta.dirname, '../../deploy/helm/odigo-adherence');
/** What it looked like when it was rendered last, so that what it says is checked where there is no helm. */
export const renderedFolder: string = join(import.meta.dirname, 'rendered');

export const release = { name: 'adh', namespace: 'adherence', kubeVersion: '1.34.2' } as const;

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  // biome-ignore lint/suspicious/noExplicitAny: objects of many kinds, read by tests.
  readonly [field: string]: any;
}

export type Rendering =
  | { readonly ok: true; readonly text: string; readonly manifests: readonly Manifest[] }
  | { readonly ok: false; readonly error: string };

export function renderChart(
  values: Values,
  kubeVersion: string = release.kubeVersion,
  helm: 'helm' | 'helm4' = 'helm',
): Rendering {
  return withValuesFile(values, (file) => {
    const args = ['template', release.name, chartFolder, '-n', release.namespace, '-f', file];
    const result = spawnSync(needTool(helm), [...args, '--kube-version', kubeVersion], {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    if (result.status !== 0) return { ok: false, error: result.stderr };
    return { ok: true, text: result.stdout, manifests: parseManifests(result.stdout) };
  });
}

/** What `helm lint --strict` says; throws when it finds a fault. */
export function lintChart(values: Values, helm: 'helm' | 'helm4' = 'helm'): string {
  return withValuesFile(values, (file) =>
    execFileSync(
      needTool(helm),
      ['lint', '--strict', chartFolder, '-f', file, '--kube-version', release.kubeVersion],
      { encoding: 'utf8' },
    ),
  );
}

export const parseManifests = (text: string): Manifest[] =>
  parseAllDocuments(text, { merge: true })
    .map((document) => document.toJS() as Manifest | null)
    .filter((manifest) => manifest !== null);

/** Of everything that rendering depends on, so that a stale rendering is noticed where there is no helm. */
export function chartDigest(): string {
  const hash = createHash('sha256');
  const files = readdirSync(chartFolder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /^(templates\/.*|values\.yaml|Chart\.yaml)$/.test(file))
    .filter((file) => statSync(join(chartFolder, file)).isFile())
    .sort();
  for (const file of files) hash.update(`${file}\n`).update(readFileSync(join(chartFolder, file)));
  hash.update(JSON.stringify([chartCases, refusals.map(({ name, values }) => ({ name, values }))]));
  return hash.digest('hex');
}

/** Alerts and dashboards are files of their own with tests of their own: here only their names matter. */
export const withoutContents = (manifest: Manifest): Manifest => {
  if (manifest.kind === 'ConfigMap') {
    return {
      ...manifest,
      data: Object.fromEntries(Object.keys(manifest.data).map((name) => [name, relativeName(name)])),
    };
  }
  if (manifest.kind === 'PrometheusRule') return { ...manifest, spec: { groups: 'alerts/*.yaml' } };
  return manifest;
};

const relativeName = (file: string): string => relative('.', join('dashboards', file));

/** The file is there until what `work` answers is settled. */
export function withValuesFile<T>(values: Values, work: (file: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'adherence-values-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const file = join(folder, 'values.json');
  writeFileSync(file, JSON.stringify(values));
  let result: T;
  try {
    result = work(file);
  } catch (error) {
    remove();
    throw error;
  }
  if (result instanceof Promise) return result.finally(remove) as T;
  remove();
  return result;
}

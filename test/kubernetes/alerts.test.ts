/**
 * Alerts and dashboards, without Prometheus: every query is PromQL and asks for series that exist and are recorded,
 * every alert has an entry in the runbook and a test that fires it and one that does not. That these tests hold is
 * for promtool (`npm run test:kubernetes`).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { knownSeries, targetLabels, unrecordedMetrics } from './known-metrics.ts';
import { readPromql } from './promql.ts';
import { chartFolder } from './render-chart.ts';

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string }[];
}

const filesIn = (folder: string): [string, string][] =>
  readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')]);
const rules = filesIn(join(chartFolder, 'alerts')).flatMap(([, text]) =>
  (parse(text).groups as { rules: Rule[] }[]).flatMap((group) => group.rules),
);
const alerts = rules.filter((rule) => rule.alert !== undefined);
const recorded = rules.flatMap(({ record }) => record ?? []);
const names = [...new Set(alerts.map(({ alert }) => alert!))];
const dashboards = filesIn(join(chartFolder, 'dashboards')).map(
  ([file, text]) => [file, JSON.parse(text)] as const,
);
const runbook = readFileSync(join(import.meta.dirname, '../../docs/operations/runbook.md'), 'utf8');
const known = await knownSeries();

/** What is wrong with a query, each fault a line. */
function faultsOf(expression: string): string[] {
  const { errors, selectors, groupedBy } = readPromql(expression);
  const faults = errors.map((at) => `no PromQL at "${at}"`);
  for (const { metric, labels } of selectors) {
    const isOwn = recorded.includes(metric) || metric === 'ALERTS';
    const has = isOwn ? ['slo', 'alertname', 'alertstate', 'severity'] : known.get(metric);
    if (!has) faults.push(`${metric} does not exist`);
    else {
      const odd = labels.filter((label) => !has.includes(label) && !targetLabels.includes(label));
      faults.push(...odd.map((label) => `${metric} has no label ${label}`));
    }
  }
  const offered = selectors.flatMap(({ metric }) => known.get(metric) ?? ['slo', 'alertname']);
  const ungrouped = groupedBy.filter((label) => !offered.includes(label) && !targetLabels.includes(label));
  return [...faults, ...ungrouped.map((label) => `groups by ${label}, which nothing has`)];
}

it('every metric of the table is recorded somewhere in the sources', () => {
  expect(unrecordedMetrics()).toEqual([]);
});

describe('the check of queries', () => {
  it.each([
    ['sum by (topic) (rate(adherence_no_such_total[5m]))', 'adherence_no_such_total does not exist'],
    ['adherence_event_age_seconds_bucket{phase="board"}', 'has no label phase'],
    ['sum by (tenant) (adherence_unsettled_messages)', 'groups by tenant'],
    ['sum by (topic (up)', 'no PromQL'],
  ])('finds what is wrong with %s', (expression, fault) => {
    expect(faultsOf(expression).join('\n')).toContain(fault);
  });
});

describe('rules', () => {
  it.each(rules.map((rule) => [rule.alert ?? rule.record!, rule.expr]))('%s: %s', (_, expr) => {
    expect(faultsOf(expr)).toEqual([]);
  });

  it('keep one installation apart from another', () => {
    const mixed = rules.filter(({ expr }) => /\b(sum|max|count) (?!by \((namespace|alertname))/.test(expr));
    expect(mixed.map(({ alert, record }) => alert ?? record)).toEqual([]);
  });

  it('page or make a ticket, say what it means, and lead to the runbook', () => {
    for (const { alert, labels, annotations } of alerts) {
      expect(labels?.severity).toMatch(/^(page|ticket)$/);
      expect(annotations?.summary).toMatch(/\.$/);
      expect(annotations?.description).toMatch(/\.$/);
      expect(annotations?.runbook_url).toBe(`docs/operations/runbook.md#${alert!.toLowerCase()}`);
    }
  });

  it('burn over two windows each, for every objective', () => {
    const slos = new Set(rules.filter(({ record }) => record).map(({ labels }) => labels!.slo!));
    expect([...slos]).toEqual([
      'ingress-availability',
      'ingress-latency',
      'board-2s',
      'board-5s',
      'history-60s',
    ]);
    for (const slo of slos) {
      const of = alerts.filter(({ expr }) => expr.includes(slo) || expr.includes(`|${slo}`));
      expect(of.map(({ labels }) => labels!.severity).sort()).toEqual(['page', 'ticket']);
      for (const { expr } of of) expect(new Set(expr.match(/slo_burn:rate\w+/g))).toHaveLength(4);
    }
  });
});

describe.each(names)('alert %s', (name) => {
  const tests = filesIn(join(import.meta.dirname, 'alerts')).flatMap(
    ([, text]) => parse(text).tests as { name: string; promql_expr_test: { exp_samples: object[] }[] }[],
  );
  const own = tests.filter((test) => test.name.startsWith(`${name} `));

  it('has a test that fires it and one that does not', () => {
    const samples = (start: string) =>
      own
        .filter((test) => test.name.startsWith(`${name} ${start}: `))
        .map((test) => JSON.stringify(test.promql_expr_test[0]!.exp_samples));
    expect(samples('fires').length).toBeGreaterThan(0);
    expect(samples('stays silent').length).toBeGreaterThan(0);
    for (const fired of samples('fires')) expect(fired).toContain(`alertname=\\"${name}\\"`);
    for (const silent of samples('stays silent')) expect(silent).toBe('[]');
  });

  it('has an entry in the runbook that says what it means and what to do', () => {
    const entry = new RegExp(`^### ${name}\\n([\\s\\S]*?)(?=^#|\\Z)`, 'm').exec(`${runbook}\n#`)?.[1] ?? '';
    expect(entry).toMatch(/\*\*Means\*\*/);
    expect(entry).toMatch(/\*\*Do\*\*/);
  });
});

describe('the runbook', () => {
  it('has no entry of an alert that is gone', () => {
    const entries = [...runbook.matchAll(/^### (Adherence\w+)$/gm)].map(([, name]) => name!);
    expect(entries.sort()).toEqual([...names].sort());
  });
});

describe.each(dashboards)('dashboard %s', (_, dashboard) => {
  const panels: Panel[] = dashboard.panels.filter(({ type }: Panel) => type !== 'row');
  const queries = [
    ...panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const)),
    ...dashboard.annotations.list.map(
      ({ name, expr }: { name: string; expr: string }) => [name, expr] as const,
    ),
  ];

  it.each(queries)('%s: %s', (_title, expr) => {
    const filled = expr
      .replaceAll('$namespace', 'any')
      .replaceAll('$__rate_interval', '5m')
      .replaceAll('$__range', '1h');
    expect(filled).not.toContain('$');
    expect(faultsOf(filled)).toEqual([]);
    // One dashboard for many installations: every selector says whose.
    if (!expr.includes('changes(process_start')) expect(expr).toContain('namespace');
  });

  it('explains each panel, and lays none over another', () => {
    expect(
      panels.filter(({ description = '' }) => description.length < 12).map(({ title }) => title),
    ).toEqual([]);
    expect(panels.filter(({ targets = [] }) => targets.length === 0)).toEqual([]);
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }: Panel) =>
      Array.from({ length: w * h }, (_unused, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(dashboard.panels.every(({ gridPos: { x, w } }: Panel) => x + w <= 24)).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import { naiveCells } from './model/naive-amounts.ts';
import { daysLater } from './model/naive-calendar.ts';
import { naiveSegments } from './model/naive-compute.ts';
import { adherenceRows, type CellsOf, reportLines, timelineDifference } from './model/vector-answers.ts';
import { readVector, type VectorPhase, vectorFiles, vectorName } from './model/vector-files.ts';
import { scenarioOf, vectorTenant } from './model/vector-scenario.ts';

describe('the naive model agrees with the golden vectors', () => {
  const files = vectorFiles();

  it('finds the vectors', () => expect(files.length).toBeGreaterThanOrEqual(18));

  it.each(files.map((path) => ({ name: vectorName(path), path })))('$name', ({ path }) => {
    const vector = readVector(path);
    check([vector.first], vector.dates);
    check([vector.first, vector.later], vector.dates);
  });
});

function check(phases: readonly VectorPhase[], dates: readonly [string, string]): void {
  const tenant = vectorTenant(phases);
  const { asOf, timelines, adherence, report } = phases.at(-1)!.expect;
  const ids = [...tenant.people.keys()];
  const scenarios = new Map(ids.map((id) => [id, scenarioOf(tenant, id, Date.parse(asOf))]));
  const cellsOf: CellsOf = (personId, range) => naiveCells(scenarios.get(personId)!, range);

  for (const [personId, timeline] of Object.entries(timelines)) {
    const range = { from: Date.parse(timeline.from), to: Date.parse(timeline.to) };
    const segments = naiveSegments(scenarios.get(personId)!, range);
    const difference = timelineDifference(segments, timeline);
    expect({ personId, difference }).toEqual({ personId, difference: null });
  }
  for (const answer of adherence) {
    const rows = inOrder(adherenceRows(tenant, answer, cellsOf));
    expect({ query: answer.query, rows }).toEqual({ query: answer.query, rows: inOrder(answer.rows) });
  }
  // The report of a vector goes one day beyond its last shift date, where night shifts end.
  const lines = reportLines(tenant, [dates[0], daysLater(dates[1], 1)], cellsOf);
  expect(inOrder(lines.map(rounded))).toEqual(inOrder(report.map(rounded)));
}

/** Quotients may differ in the last bit with the order of the division; the integers behind them may not. */
function rounded(line: object): object {
  return Object.fromEntries(
    Object.entries(line).map(([name, value]) => [
      name,
      typeof value === 'number' ? Number(value.toFixed(9)) : value,
    ]),
  );
}

function inOrder<T>(values: readonly T[]): T[] {
  return values.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

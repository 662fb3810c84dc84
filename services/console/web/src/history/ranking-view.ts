/** Rows of a period put in an order, beside those of the period compared with. Pure. */
import type { AdherenceRow } from '../api/types.ts';
import { isJudged } from './bins.ts';
import type { Grouping } from './history-query.ts';

export const rankingSorts = [
  'adherence',
  'conformance',
  'coverage',
  'scheduledMs',
  'notPresentMs',
  'wrongActivityMs',
  'notScheduledMs',
  'change',
  'name',
] as const;
export type RankingSort = (typeof rankingSorts)[number];

export interface RankedRow {
  readonly key: string;
  readonly name: string;
  readonly team: string | null;
  readonly row: AdherenceRow;
  readonly before: AdherenceRow | null;
  /** Difference of the ratios, null where one is undefined or has too little data. */
  readonly change: number | null;
}

export interface Ranking {
  readonly ranked: readonly RankedRow[];
  /** Too little data: shown, and not ranked. */
  readonly apart: readonly RankedRow[];
}

export function rankingOf(
  rows: readonly AdherenceRow[],
  before: readonly AdherenceRow[] | null,
  grouping: Grouping,
  minCoverage: number,
  sort: RankingSort,
  descending: boolean,
  nameOf: (key: string) => { readonly name: string; readonly team: string | null },
): Ranking {
  const earlier = new Map((before ?? []).map((row) => [keyOf(row, grouping), row]));
  const all = rows.map((row): RankedRow => {
    const key = keyOf(row, grouping);
    const old = earlier.get(key) ?? null;
    return { key, ...nameOf(key), row, before: old, change: changeOf(row, old, minCoverage) };
  });
  const alphabet = new Intl.Collator();
  const byName = (a: RankedRow, b: RankedRow) => alphabet.compare(a.name, b.name) || (a.key < b.key ? -1 : 1);
  const value = (ranked: RankedRow): number | null =>
    sort === 'change' ? ranked.change : sort === 'name' ? null : ranked.row[sort];
  const sign = descending ? -1 : 1;
  const compare = (a: RankedRow, b: RankedRow): number => {
    if (sort === 'name') return sign * byName(a, b);
    const [left, right] = [value(a), value(b)];
    // What is undefined comes last, whichever way one looks.
    if (left === null || right === null) return left === right ? byName(a, b) : left === null ? 1 : -1;
    return sign * (left - right) || byName(a, b);
  };
  all.sort(compare);
  return {
    ranked: all.filter(({ row }) => isJudged(row, minCoverage)),
    apart: all.filter(({ row }) => !isJudged(row, minCoverage)),
  };
}

export function keyOf(row: AdherenceRow, grouping: Grouping): string {
  return (grouping === 'person' ? row.personId : grouping === 'team' ? row.team : row.planningUnitId) ?? '';
}

/** In points of the ratio; what has too little data on either side is not compared. */
export function changeOf(row: AdherenceRow, before: AdherenceRow | null, minCoverage: number): number | null {
  if (!before || !isJudged(row, minCoverage) || !isJudged(before, minCoverage)) return null;
  return row.adherence === null || before.adherence === null ? null : row.adherence - before.adherence;
}

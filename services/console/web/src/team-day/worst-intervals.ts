/** Where a day went wrong: intervals by the time that was out of adherence. Pure. */
import type { AdherenceRow } from '../api/types.ts';

export const outMsOf = ({ notPresentMs, wrongActivityMs }: AdherenceRow): number =>
  notPresentMs + wrongActivityMs;

/** Most time out first, at most `count`; intervals in which nothing was out are none. */
export const worstIntervals = (rows: readonly AdherenceRow[], count: number): AdherenceRow[] =>
  rows
    .filter((row) => outMsOf(row) > 0)
    .sort((a, b) => outMsOf(b) - outMsOf(a) || Date.parse(a.from) - Date.parse(b.from))
    .slice(0, count);

/** Rows of GET /adherence as the columns that the charts draw. Pure. */
import type { Instant } from '@adherence/domain/model.ts';
import type { AdherenceRow } from '../api/types.ts';

export interface CurveData {
  /** Rows in order of time; null where an interval has none, so that the line breaks there. */
  readonly rows: readonly (AdherenceRow | null)[];
  /** Middle of each interval, in seconds, as the charts want it. */
  readonly x: readonly number[];
  readonly adherence: readonly (number | null)[];
  /** Average people in the interval: time divided by its length so far. */
  readonly scheduledHeads: readonly (number | null)[];
  readonly workedHeads: readonly (number | null)[];
  /** Lower end of the scale of adherence. */
  readonly floor: number;
}

export function curveData(rows: readonly AdherenceRow[], target: number | null, asOf: Instant): CurveData {
  const padded = withGaps(rows);
  const adherence = padded.map(({ row }) => row?.adherence ?? null);
  return {
    rows: padded.map(({ row }) => row),
    x: padded.map(({ middle }) => middle / 1000),
    adherence,
    scheduledHeads: padded.map(({ row }) => row && headsOf(row, row.scheduledMs, asOf)),
    workedHeads: padded.map(({ row }) => row && headsOf(row, row.workedMs, asOf)),
    floor: floorOf(adherence, target),
  };
}

/** Average people over the row's interval, as far as it is computed: its borders stay whole buckets at the live end. */
export function headsOf(row: AdherenceRow, ms: number, asOf: Instant): number {
  const from = Date.parse(row.from);
  const lengthMs = Math.min(Date.parse(row.to), asOf) - from;
  return lengthMs > 0 ? ms / lengthMs : 0;
}

interface Padded {
  readonly row: AdherenceRow | null;
  readonly middle: number;
}

function withGaps(rows: readonly AdherenceRow[]): Padded[] {
  const padded: Padded[] = [];
  let end: number | null = null;
  for (const row of rows) {
    const [from, to] = [Date.parse(row.from), Date.parse(row.to)];
    if (end !== null && from > end) padded.push({ row: null, middle: (end + from) / 2 });
    padded.push({ row, middle: (from + to) / 2 });
    end = to;
  }
  return padded;
}

/** The next lower tenth below everything that is drawn, so that small differences can be seen; never above 80 %. */
function floorOf(adherence: readonly (number | null)[], target: number | null): number {
  const lowest = Math.min(target ?? 1, 0.85, ...adherence.filter((value) => value !== null));
  return Math.max(0, Math.floor((lowest - 0.03) * 10) / 10);
}

/** How the people of a period are spread over the scale of adherence. Pure. */
import type { AdherenceRow } from '../api/types.ts';
import type { Metric } from './history-query.ts';

export interface Bin {
  /** `[from, to)` of the ratio; the first reaches down to 0, the last up without end. */
  readonly from: number;
  readonly to: number;
  readonly personIds: readonly string[];
}

export interface Spread {
  readonly bins: readonly Bin[];
  /** People who have too little data to be judged, or none. */
  readonly apart: readonly string[];
  readonly median: number | null;
  /** A quarter of the people is below, a quarter above. */
  readonly lowerQuarter: number | null;
  readonly upperQuarter: number | null;
}

/** Steps of five points from 50 % on; what is below is one bin. Conformance goes up to 150 %. */
export function spreadOf(rows: readonly AdherenceRow[], metric: Metric, minCoverage: number): Spread {
  const judged = rows.filter((row) => isJudged(row, minCoverage) && row[metric] !== null);
  const apart = rows.filter((row) => !judged.includes(row));
  const highest = metric === 'conformance' ? 150 : 100;
  const bins: { from: number; to: number; personIds: string[] }[] = [{ from: 0, to: 0.5, personIds: [] }];
  for (let from = 50; from < highest; from += 5) {
    bins.push({ from: from / 100, to: (from + 5) / 100, personIds: [] });
  }
  const last = bins.at(-1)!;
  last.to = Number.POSITIVE_INFINITY;
  for (const row of judged) {
    const bin = bins.find(({ to }) => row[metric]! < to) ?? last;
    bin.personIds.push(row.personId ?? '');
  }
  while (bins.length > leastBins && bins[0]!.personIds.length === 0 && bins[1]!.from > 0) {
    // What nobody is in at the lower end is one bin.
    bins.splice(0, 2, { from: 0, to: bins[1]!.to, personIds: bins[1]!.personIds });
  }
  const values = judged.map((row) => row[metric]!).sort((a, b) => a - b);
  return {
    bins,
    apart: apart.map(({ personId }) => personId ?? ''),
    median: quantile(values, 0.5),
    lowerQuarter: quantile(values, 0.25),
    upperQuarter: quantile(values, 0.75),
  };
}

/** Fewer would not show a shape. */
const leastBins = 7;

/** Enough of the scheduled time has data; who has nothing scheduled has nothing to be judged by. */
export const isJudged = ({ coverage }: AdherenceRow, minCoverage: number): boolean =>
  coverage !== null && coverage * 100 >= minCoverage;

/** The mean of the two in the middle where the place lies between them. */
function quantile(ascending: readonly number[], p: number): number | null {
  if (ascending.length === 0) return null;
  const place = (ascending.length - 1) * p;
  const below = ascending[Math.floor(place)]!;
  const above = ascending[Math.ceil(place)]!;
  return below + (above - below) * (place - Math.floor(place));
}

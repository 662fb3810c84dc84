/** Rows of GET /adherence by day, week or month as the columns of a chart. Pure. */
import { addDays, localDateOf, monthStart, nextMonthStart, weekStart } from '@adherence/domain/calendar.ts';
import type { AdherenceRow } from '../api/types.ts';
import type { DateRange, Period } from './history-query.ts';

export interface TrendPoint {
  /** First date of the period. */
  readonly date: string;
  /** null where there is nothing. */
  readonly row: AdherenceRow | null;
  /** The period of the same place in what is compared with. */
  readonly beforeDate: string | null;
  readonly before: AdherenceRow | null;
}

export interface TrendData {
  readonly points: readonly TrendPoint[];
  /** Lower end of the scale. */
  readonly floor: number;
}

export function trendData(
  rows: readonly AdherenceRow[],
  range: DateRange,
  period: Period,
  timeZone: string,
  target: number | null,
  before: { readonly rows: readonly AdherenceRow[]; readonly range: DateRange } | null,
): TrendData {
  const dates = periodDates(range, period);
  const own = byDate(rows, timeZone);
  const otherDates = before ? periodDates(before.range, period) : [];
  const others = byDate(before?.rows ?? [], timeZone);
  const points = dates.map((date, i): TrendPoint => {
    const beforeDate = otherDates[i] ?? null;
    return {
      date,
      row: own.get(date) ?? null,
      beforeDate,
      before: beforeDate === null ? null : (others.get(beforeDate) ?? null),
    };
  });
  return { points, floor: floorOf(points, target) };
}

/** First dates of the periods that overlap a range. */
export function periodDates({ from, to }: DateRange, period: Period): string[] {
  const dates: string[] = [];
  let date = period === 'day' ? from : period === 'week' ? weekStart(from) : monthStart(from);
  while (date <= to) {
    dates.push(date);
    date = period === 'day' ? addDays(date, 1) : period === 'week' ? addDays(date, 7) : nextMonthStart(date);
  }
  return dates;
}

const byDate = (rows: readonly AdherenceRow[], timeZone: string): Map<string, AdherenceRow> =>
  new Map(rows.map((row) => [localDateOf(timeZone, Date.parse(row.from)), row]));

/** The next lower tenth below everything that is drawn; never above 80 %. */
function floorOf(points: readonly TrendPoint[], target: number | null): number {
  const drawn = points.flatMap(({ row, before }) => [row?.adherence ?? null, before?.adherence ?? null]);
  const lowest = Math.min(target ?? 1, 0.85, ...drawn.filter((value) => value !== null));
  return Math.max(0, Math.floor((lowest - 0.03) * 10) / 10);
}

/** GET /adherence/days as the heat map reads it: rows of people, columns of dates. Pure. */
import { addDays } from '@adherence/domain/calendar.ts';
import type { AdherenceDays, ClosedPeriod } from '../api/types.ts';
import { type DateRange, daysIn, type Metric } from './history-query.ts';

export interface HeatCell {
  readonly scheduledMs: number;
  readonly inMs: number;
  readonly noDataMs: number;
  readonly workedMs: number;
}

export interface HeatRow {
  readonly personId: string;
  readonly name: string;
  readonly team: string | null;
  readonly planningUnitId: string | null;
  /** Per date of the range, the place of its figures in the columns; -1 where there is nothing. */
  readonly places: Int32Array;
  readonly columns: AdherenceDays['items'][number];
  /** Of the whole range, to sort by; null where it is undefined. */
  readonly ratio: number | null;
  readonly coverage: number | null;
}

export interface HeatData {
  readonly dates: readonly string[];
  readonly rows: readonly HeatRow[];
}

export const heatSorts = ['ratio', 'name'] as const;
export type HeatSort = (typeof heatSorts)[number];

export function heatData(
  days: AdherenceDays,
  metric: Metric,
  sort: HeatSort,
  nameOf: (personId: string) => Pick<HeatRow, 'name' | 'team' | 'planningUnitId'>,
): HeatData {
  const range: DateRange = { from: days.from, to: days.to };
  const count = daysIn(range);
  const rows = days.items.map((columns): HeatRow => {
    const places = new Int32Array(count).fill(-1);
    columns.day.forEach((day, place) => {
      if (day >= 0 && day < count) places[day] = place;
    });
    const sum = sumOf(columns);
    return {
      personId: columns.personId,
      ...nameOf(columns.personId),
      places,
      columns,
      ratio: ratioOf(sum, metric),
      coverage: ratioOf(sum, 'coverage'),
    };
  });
  const alphabet = new Intl.Collator();
  const byName = (a: HeatRow, b: HeatRow) =>
    alphabet.compare(a.name, b.name) || (a.personId < b.personId ? -1 : 1);
  rows.sort(sort === 'name' ? byName : (a, b) => (a.ratio ?? 9) - (b.ratio ?? 9) || byName(a, b));
  return { dates: Array.from({ length: count }, (_, i) => addDays(range.from, i)), rows };
}

/** null where the person had nothing that day. */
export function cellOf({ places, columns }: HeatRow, day: number): HeatCell | null {
  const place = places[day] ?? -1;
  if (place < 0) return null;
  return {
    scheduledMs: columns.scheduledMs[place]!,
    inMs: columns.inMs[place]!,
    noDataMs: columns.noDataMs[place]!,
    workedMs: columns.workedMs[place]!,
  };
}

/** domain.md, "Metrics"; null where the divisor is 0. */
export function ratioOf({ scheduledMs, inMs, noDataMs, workedMs }: HeatCell, metric: Metric): number | null {
  const [part, whole] = {
    adherence: [inMs, scheduledMs - noDataMs],
    conformance: [workedMs, scheduledMs],
    coverage: [scheduledMs - noDataMs, scheduledMs],
  }[metric] as [number, number];
  return whole === 0 ? null : part / whole;
}

export type DayStatus = 'closed' | 'final' | 'provisional';

/** Provisional days may still change by themselves, final ones by a recomputation only, closed ones not at all. */
export function statusOf(
  { columns, planningUnitId }: HeatRow,
  date: string,
  closed: readonly ClosedPeriod[],
): DayStatus {
  if (closed.some((period) => isIn(period, planningUnitId, date))) return 'closed';
  return date < columns.finalBefore ? 'final' : 'provisional';
}

const isIn = (period: ClosedPeriod, planningUnitId: string | null, date: string): boolean =>
  period.planningUnitId === planningUnitId && period.from <= date && date <= period.to;

/** Closed periods that reach into a range, of the units that are asked for. */
export const closedIn = (
  periods: readonly ClosedPeriod[],
  { from, to }: DateRange,
  unitIds: ReadonlySet<string>,
): ClosedPeriod[] =>
  periods.filter((each) => each.from <= to && each.to >= from && unitIds.has(each.planningUnitId));

/** First date on which somebody has a day that is not final; null when all that is shown is. */
export function provisionalFrom({ rows, dates }: HeatData): string | null {
  let least = dates.length;
  for (const { columns } of rows) {
    const open = columns.day.find((day) => dates[day]! >= columns.finalBefore);
    if (open !== undefined) least = Math.min(least, open);
  }
  return dates[least] ?? null;
}

/**
 * Steps of the scale: 0 is at the target or above, 5 is far below. Each is lighter or darker than its neighbours, so
 * that the order can be seen without colours.
 */
export const steps = 6;
export function stepOf(ratio: number, target: number): number {
  const below = target - ratio;
  if (below <= 0) return 0;
  const limits = [0.03, 0.08, 0.15, 0.3];
  const found = limits.findIndex((limit) => below <= limit);
  return found === -1 ? steps - 1 : found + 1;
}

function sumOf(columns: HeatRow['columns']): HeatCell {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    scheduledMs: sum(columns.scheduledMs),
    inMs: sum(columns.inMs),
    noDataMs: sum(columns.noDataMs),
    workedMs: sum(columns.workedMs),
  };
}

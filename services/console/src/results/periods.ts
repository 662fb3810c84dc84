/** Periods of a result: buckets of UTC, or days, weeks and months of a zone's calendar. */
import {
  addDays,
  dayStart,
  localDateOf,
  monthStart,
  nextMonthStart,
  weekStart,
} from '@adherence/domain/calendar.ts';
import { bucketMs } from '@adherence/domain/compute/cells.ts';
import { type Calendar, dateOf, dateStart } from '@adherence/domain/configuration/person-calendar.ts';
import type { Instant, Interval } from '@adherence/domain/model.ts';

export const granularities = ['15m', '30m', '1h', 'day', 'week', 'month', 'total'] as const;
export type Granularity = (typeof granularities)[number];
export type CalendarGranularity = 'day' | 'week' | 'month';

const bucketSizes = { '15m': bucketMs, '30m': 2 * bucketMs, '1h': 4 * bucketMs } as const;

/** Length of a bucket of UTC, null for the calendar and the total. */
export const bucketSizeOf = (granularity: Granularity): number | null =>
  granularity in bucketSizes ? bucketSizes[granularity as keyof typeof bucketSizes] : null;

export const isCalendar = (granularity: Granularity): granularity is CalendarGranularity =>
  granularity === 'day' || granularity === 'week' || granularity === 'month';

/** First date of the period that a date is in. */
export function periodDate(granularity: CalendarGranularity, date: string): string {
  if (granularity === 'day') return date;
  return granularity === 'week' ? weekStart(date) : monthStart(date);
}

/** Borders of the period that begins on a date. */
export function periodOf(granularity: CalendarGranularity, zone: string, first: string): Interval {
  return { from: dayStart(zone, first), to: dayStart(zone, nextPeriod(granularity, first)) };
}

const nextPeriod = (granularity: CalendarGranularity, first: string): string => {
  if (granularity === 'day') return addDays(first, 1);
  return granularity === 'week' ? addDays(first, 7) : nextMonthStart(first);
};

/** First dates of the periods that overlap a range, in order. */
export function periodDates(granularity: CalendarGranularity, zone: string, range: Interval): string[] {
  const dates: string[] = [];
  const last = localDateOf(zone, range.to - 1);
  let date = periodDate(granularity, localDateOf(zone, range.from));
  while (date <= last) {
    dates.push(date);
    date = nextPeriod(granularity, date);
  }
  return dates;
}

/** About how many periods a range has, to refuse what nobody can read. */
export function periodCount(granularity: Granularity, { from, to }: Interval): number {
  if (granularity === 'total') return 1;
  const days = { day: 1, week: 7, month: 28 } as const;
  const size = isCalendar(granularity)
    ? days[granularity] * 24 * 4 * bucketMs
    : bucketSizes[granularity as keyof typeof bucketSizes];
  return Math.ceil((to - from) / size) + 1;
}

/** From the start of the first period that overlaps a range to the end of the last, in any of the zones. */
export function periodsAround(granularity: Granularity, zones: Iterable<string>, range: Interval): Interval {
  const size = bucketSizeOf(granularity);
  if (size !== null) {
    return { from: Math.floor(range.from / size) * size, to: Math.ceil(range.to / size) * size };
  }
  let { from, to } = range;
  if (isCalendar(granularity)) {
    for (const zone of zones) {
      const periodAt = (at: Instant) =>
        periodOf(granularity, zone, periodDate(granularity, localDateOf(zone, at)));
      from = Math.min(from, periodAt(range.from).from);
      to = Math.max(to, periodAt(range.to - 1).to);
    }
  }
  return { from, to };
}

/** The parts of a range: whole buckets of 15 minutes, and what sticks out at either end. */
export function splitRange({ from, to }: Interval): {
  readonly core: Interval | null;
  readonly edges: readonly Interval[];
} {
  const first = Math.ceil(from / bucketMs) * bucketMs;
  const last = Math.floor(to / bucketMs) * bucketMs;
  if (first > last) return { core: null, edges: [{ from, to }] };
  const edges = [
    { from, to: first },
    { from: last, to },
  ].filter((edge) => edge.from < edge.to);
  return { core: first < last ? { from: first, to: last } : null, edges };
}

/** Is the instant the start of a day in every one of the calendars? */
export const isDayStart = (calendars: Iterable<Calendar>, at: Instant): boolean =>
  [...calendars].every((calendar) => dateStart(calendar, dateOf(calendar, at)) === at);

/**
 * A person's day as rows: the API's segments, with those that differ in Odigo's raw status only put together, then
 * what is still ahead of the schedule. Pure; times are epoch milliseconds.
 */
import type { CountedAs, Instant, Interval, State } from '@adherence/domain/model.ts';
import type { Actual, Schedule, Segment } from '../api/types.ts';

export interface DayRow extends Interval {
  readonly scheduledActivityId: string | null;
  /** null for what is still ahead. */
  readonly actual: Actual | null;
  /** Raw statuses in it, in order of their first time. */
  readonly statuses: readonly string[];
  readonly state: State | null;
  readonly inBuffer: boolean;
  readonly countedAs: CountedAs;
}

/** Rows in which something was scheduled or done; what is neither is left out. */
export function dayRows(
  segments: readonly Segment[],
  slots: readonly Slot[],
  range: Interval,
  computedTo: Instant,
): DayRow[] {
  const rows: DayRow[] = [];
  for (const segment of segments) {
    const row = clipped(rowOf(segment), range);
    if (row.from >= row.to || saysNothing(row)) continue;
    const last = rows.at(-1);
    if (last && last.to === row.from && isSame(last, row)) {
      const statuses = [...new Set([...last.statuses, ...row.statuses])];
      rows[rows.length - 1] = { ...last, to: row.to, statuses };
    } else {
      rows.push(row);
    }
  }
  for (const slot of slots) {
    const row = clipped(aheadOf(slot), { from: Math.max(range.from, computedTo), to: range.to });
    if (row.from < row.to) rows.push(row);
  }
  return rows;
}

export interface Slot extends Interval {
  readonly activityId: string;
  readonly shiftDate: string;
}

/** Scheduled activities of all documents in order of time. */
export function slotsOf(schedules: readonly Schedule[]): Slot[] {
  return schedules
    .flatMap(({ shiftDate, activities }) =>
      activities.map(({ activityId, start, end }) => ({
        activityId,
        shiftDate,
        from: Date.parse(start),
        to: Date.parse(end),
      })),
    )
    .sort((a, b) => a.from - b.from);
}

/** The interval of one shift date; null on a day off. */
export function shiftOf(slots: readonly Slot[], date: string): Interval | null {
  const own = slots.filter(({ shiftDate }) => shiftDate === date);
  return own.length === 0 ? null : { from: own[0]!.from, to: own.at(-1)!.to };
}

/** The part of a day in which something happens or is planned, in whole hours with one to spare; the day if nothing. */
export function activePart(day: Interval, rows: readonly Interval[], slots: readonly Interval[]): Interval {
  const all = [...rows, ...slots].filter(({ from, to }) => from < day.to && to > day.from);
  if (all.length === 0) return day;
  const from = Math.min(...all.map((each) => each.from));
  const to = Math.max(...all.map((each) => each.to));
  return {
    from: Math.max(day.from, Math.floor(from / hour) * hour - hour),
    to: Math.min(day.to, Math.ceil(to / hour) * hour + hour),
  };
}

/** Index of the row at an instant, else of the nearest one; -1 when there is none. */
export function rowAt(rows: readonly Interval[], at: Instant): number {
  let nearest = -1;
  let distance = Number.POSITIVE_INFINITY;
  for (const [index, { from, to }] of rows.entries()) {
    const away = at < from ? from - at : at >= to ? at - to + 1 : 0;
    if (away < distance) {
      nearest = index;
      distance = away;
    }
  }
  return nearest;
}

/** Neighbours of which `same` says that they are one bar of a lane. */
export function barsOf<T extends Interval>(items: readonly T[], same: (a: T, b: T) => boolean): T[] {
  const bars: T[] = [];
  for (const item of items) {
    const last = bars.at(-1);
    if (last && last.to === item.from && same(last, item)) bars[bars.length - 1] = { ...last, to: item.to };
    else bars.push(item);
  }
  return bars;
}

const hour = 60 * 60_000;

function rowOf(segment: Segment): DayRow {
  const { scheduledActivityId, actual, state, inBuffer, countedAs } = segment;
  const { externalStatus, breakType } = actual;
  const status = breakType === null ? externalStatus : `${externalStatus} / ${breakType}`;
  return {
    from: Date.parse(segment.from),
    to: Date.parse(segment.to),
    scheduledActivityId,
    actual,
    statuses: status === null ? [] : [status],
    state,
    inBuffer,
    countedAs,
  };
}

function aheadOf({ from, to, activityId }: Slot): DayRow {
  return {
    from,
    to,
    scheduledActivityId: activityId,
    actual: null,
    statuses: [],
    state: null,
    inBuffer: false,
    countedAs: null,
  };
}

const clipped = (row: DayRow, { from, to }: Interval): DayRow => ({
  ...row,
  from: Math.max(row.from, from),
  to: Math.min(row.to, to),
});

const saysNothing = ({ scheduledActivityId, actual, state }: DayRow): boolean =>
  scheduledActivityId === null && state === null && actual?.kind !== 'activity';

function isSame(a: DayRow, b: DayRow): boolean {
  return (
    a.scheduledActivityId === b.scheduledActivityId &&
    a.actual?.kind === b.actual?.kind &&
    a.actual?.activityId === b.actual?.activityId &&
    a.actual?.estimated === b.actual?.estimated &&
    a.state === b.state &&
    a.inBuffer === b.inBuffer &&
    a.countedAs === b.countedAs
  );
}

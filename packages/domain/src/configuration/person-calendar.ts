/**
 * Where the dates of a person begin. They are those of the zone of the planning unit; but dates of closed periods stand in
 * the zone that they were closed in, and the dates beside them begin where the closed ones end, and end where they begin,
 * so that every instant is in exactly one date (who comes to a unit of another zone has a longer or a shorter day there).
 */
import { addDays, dayStart, localDateOf } from '../calendar.ts';
import type { Instant, Interval } from '../model.ts';

/** A zone, whose dates are its own; or the dates of a person some of which are closed in another zone. */
export type Calendar = string | PersonCalendar;

export interface PersonCalendar {
  /** Of all dates that are not closed. */
  readonly timeZone: string;
  /** In the order of closing: of a date that is in several the first decides. */
  readonly closed: readonly ClosedDates[];
}

/** Dates that are closed, both inclusive, with the first instant of them and the first after them. */
export interface ClosedDates extends Interval {
  readonly timeZone: string;
  readonly firstDate: string;
  readonly lastDate: string;
}

/** Dates that were closed one after the other, oldest closing first, and the zone of all others. */
export function calendarWith(
  timeZone: string,
  closings: readonly Omit<ClosedDates, 'from' | 'to'>[],
): Calendar {
  if (closings.every((closing) => closing.timeZone === timeZone)) return timeZone;
  return { timeZone, closed: closedDates(closings) };
}

/** With the instants at which they begin and end. */
export function closedDates(closings: readonly Omit<ClosedDates, 'from' | 'to'>[]): ClosedDates[] {
  const closed: ClosedDates[] = [];
  for (const closing of closings) {
    const { timeZone, firstDate, lastDate } = closing;
    const then = { timeZone, closed: [...closed] };
    const to = dateStart(then, addDays(lastDate, 1));
    closed.push({ ...closing, from: dateStart(then, firstDate), to });
  }
  return closed;
}

/** First instant of a date; of one that has no time left between closed ones also that of the next. */
export function dateStart(calendar: Calendar, date: string): Instant {
  if (typeof calendar === 'string') return dayStart(calendar, date);
  let timeZone = calendar.timeZone;
  let [earliest, latest] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const closed of calendar.closed) {
    if (date < closed.firstDate) latest = Math.min(latest, closed.from);
    else if (date > addDays(closed.lastDate, 1)) earliest = Math.max(earliest, closed.to);
    else {
      timeZone = closed.timeZone;
      break;
    }
  }
  return Math.min(Math.max(dayStart(timeZone, date), earliest), latest);
}

/** First instant after a date. */
export const dateEnd = (calendar: Calendar, date: string): Instant => dateStart(calendar, addDays(date, 1));

/** The date that an instant is in. */
export function dateOf(calendar: Calendar, at: Instant): string {
  if (typeof calendar === 'string') return localDateOf(calendar, at);
  let date = localDateOf(calendar.timeZone, at);
  while (dateStart(calendar, date) > at) date = addDays(date, -1);
  while (dateEnd(calendar, date) <= at) date = addDays(date, 1);
  return date;
}

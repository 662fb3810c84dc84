/** Segments -> one result per calendar day of the person's zone: totals, cells, segments. */
import { addDays } from '../calendar.ts';
import { type Calendar, dateEnd, dateOf, dateStart } from '../configuration/person-calendar.ts';
import type { Amounts, Instant, Interval, Segment } from '../model.ts';
import { type Cell, cellsOf, sumAmounts } from './cells.ts';
import type { Rules } from './rules.ts';
import { clipSegments } from './segments.ts';

export interface PersonDay extends Interval {
  /** Local date `YYYY-MM-DD`; from and to are its borders. */
  readonly day: string;
  readonly totals: Amounts;
  readonly cells: readonly Cell[];
  readonly segments: readonly Segment[];
}

/** One result for every day that overlaps `[from, to)`; segments must cover those days from their start. */
export function personDays(
  segments: readonly Segment[],
  activityType: Rules['activityType'],
  calendar: Calendar,
  from: Instant,
  to: Instant,
): PersonDay[] {
  if (to <= from) return [];
  const days: PersonDay[] = [];
  const last = dateOf(calendar, to - 1);
  for (let day = dateOf(calendar, from); day <= last; day = addDays(day, 1)) {
    const start = dateStart(calendar, day);
    const end = dateEnd(calendar, day);
    const own = clipSegments(segments, start, end);
    const cells = cellsOf(own, activityType);
    days.push({ day, from: start, to: end, totals: sumAmounts(cells), cells, segments: own });
  }
  return days;
}

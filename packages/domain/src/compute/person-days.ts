/** Segments -> one result per calendar day of the person's zone: totals, cells, segments. */
import { addDays, dayEnd, dayStart, localDateOf } from '../calendar.ts';
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

/** One result for every local day that overlaps `[from, to)`; segments must cover those days from their start. */
export function personDays(
  segments: readonly Segment[],
  activityType: Rules['activityType'],
  timeZone: string,
  from: Instant,
  to: Instant,
): PersonDay[] {
  if (to <= from) return [];
  const days: PersonDay[] = [];
  const last = localDateOf(timeZone, to - 1);
  for (let day = localDateOf(timeZone, from); day <= last; day = addDays(day, 1)) {
    const start = dayStart(timeZone, day);
    const end = dayEnd(timeZone, day);
    const own = clipSegments(segments, start, end);
    const cells = cellsOf(own, activityType);
    days.push({ day, from: start, to: end, totals: sumAmounts(cells), cells, segments: own });
  }
  return days;
}

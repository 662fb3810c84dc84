/** A time axis in a zone: borders of a local day, its ticks, and the clock change in it. */
import { addDays, dayEnd, dayStart, localDateOf, offsetAt } from '@adherence/domain/calendar.ts';
import type { Instant, Interval } from '@adherence/domain/model.ts';

export interface Tick {
  readonly at: Instant;
  /** Full hours of the zone carry a label, quarters none. */
  readonly isHour: boolean;
  /** Hour of the wall clock, 0 to 23. */
  readonly hour: number;
}

/** Every quarter of an hour of the zone in `[from, to]`. Zones have offsets in whole quarters. */
export function quarterTicks(timeZone: string, { from, to }: Interval): Tick[] {
  const ticks: Tick[] = [];
  for (let at = Math.ceil(from / quarter) * quarter; at <= to; at += quarter) {
    const minuteOfDay = mod(at + offsetAt(timeZone, at), day) / minute;
    ticks.push({ at, isHour: minuteOfDay % 60 === 0, hour: Math.floor(minuteOfDay / 60) });
  }
  return ticks;
}

export function localDay(timeZone: string, date: string): Interval {
  return { from: dayStart(timeZone, date), to: dayEnd(timeZone, date) };
}

export interface ClockChange {
  readonly at: Instant;
  /** Positive when the clocks go forward. */
  readonly forwardMs: number;
  /** What clocks showed when they were changed, written as if it were UTC. */
  readonly wallClock: number;
}

/** The change of offset inside an interval, null when there is none. */
export function clockChangeIn(timeZone: string, { from, to }: Interval): ClockChange | null {
  const before = offsetAt(timeZone, from);
  if (offsetAt(timeZone, to) === before) return null;
  for (let at = from; at <= to; at += quarter) {
    const offset = offsetAt(timeZone, at);
    if (offset !== before) return { at, forwardMs: offset - before, wallClock: at + before };
  }
  return null;
}

/** A date of the address bar: what is no date falls back to today in the zone. */
export function dateOr(text: string | null, timeZone: string, at: Instant): string {
  if (text !== null && /^\d{4}-\d{2}-\d{2}$/.test(text)) {
    const parsed = Date.parse(`${text}T00:00:00Z`);
    if (!Number.isNaN(parsed) && new Date(parsed).toISOString().startsWith(text)) return text;
  }
  return localDateOf(timeZone, at);
}

export { addDays, localDateOf };

const minute = 60_000;
const quarter = 15 * minute;
const day = 24 * 60 * minute;

const mod = (n: number, by: number): number => ((n % by) + by) % by;

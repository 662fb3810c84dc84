/**
 * Local time by asking the platform, without any arithmetic of our own on offsets: independent of the domain's
 * calendar. Slow.
 */
import type { Instant } from '@adherence/domain/model.ts';

/** `2026-03-29T02:30:00` (or a date alone: midnight) in a zone; the earlier of two, an error when it is skipped. */
export function instantOfLocal(timeZone: string, local: string): Instant {
  const wanted = Date.parse(`${local.length === 10 ? `${local}T00:00:00` : local}Z`);
  const key = `${timeZone} ${wanted}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  // Offsets lie between -12 h and +14 h in steps of a quarter: try all, earliest instant first.
  for (let instant = wanted - 14 * hour; instant <= wanted + 12 * hour; instant += hour / 4) {
    if (wallClock(timeZone, instant) === wanted) {
      cache.set(key, instant);
      return instant;
    }
  }
  throw new RangeError(`${local} does not exist in ${timeZone}`);
}

/** The first instant of a date, also where its midnight is skipped. */
export function startOfDate(timeZone: string, date: string): Instant {
  const midnight = Date.parse(`${date}T00:00:00Z`);
  for (let instant = midnight - 14 * hour; ; instant += hour / 4) {
    if (localDate(timeZone, instant) === date) return instant;
  }
}

/** Calendar date `YYYY-MM-DD` of an instant. */
export const localDate = (timeZone: string, at: Instant): string =>
  new Date(wallClock(timeZone, at)).toISOString().slice(0, 10);

export function daysLater(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 24 * hour).toISOString().slice(0, 10);
}

/** The Monday on or before a date. */
export function mondayOf(date: string): string {
  const isMonday = (day: string) => new Date(`${day}T00:00:00Z`).getUTCDay() === 1;
  return [0, 1, 2, 3, 4, 5, 6].map((back) => daysLater(date, -back)).find(isMonday)!;
}

const hour = 60 * 60_000;
const cache = new Map<string, Instant>();
const formats = new Map<string, Intl.DateTimeFormat>();

/** The wall clock at an instant, read as if it were UTC; whole seconds. */
function wallClock(timeZone: string, at: Instant): number {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
    formats.set(timeZone, format);
  }
  return Date.parse(`${format.format(at).replace(' ', 'T')}Z`);
}

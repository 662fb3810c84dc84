/**
 * Calendars: local dates and their borders in IANA zones. Days are `YYYY-MM-DD` strings and have 23, 24 or 25 hours
 * as the zone says; all instants are epoch milliseconds.
 */
import type { Instant } from './model.ts';

const quarter = 15 * 60_000;
const dayMs = 24 * 60 * 60_000;

/** Local date of an instant in a zone. */
export function localDateOf(timeZone: string, at: Instant): string {
  return isoDate(at + offsetAt(timeZone, at));
}

/** First instant of a local date in a zone (the first existing one where midnight is skipped). */
export function dayStart(timeZone: string, date: string): Instant {
  const cache = zoneCache(timeZone).dayStarts;
  const known = cache.get(date);
  if (known !== undefined) return known;
  const { instant } = instantOf(timeZone, Date.parse(`${date}T00:00:00Z`));
  if (cache.size > maxCached) cache.clear();
  cache.set(date, instant);
  return instant;
}

/** First instant after a local date in a zone. */
export const dayEnd = (timeZone: string, date: string): Instant => dayStart(timeZone, addDays(date, 1));

export function addDays(date: string, days: number): string {
  return isoDate(Date.parse(`${date}T00:00:00Z`) + days * dayMs);
}

/** Monday of the week of a date. */
export function weekStart(date: string): string {
  const weekday = (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;
  return addDays(date, -weekday);
}

export const monthStart = (date: string): string => `${date.slice(0, 7)}-01`;

export function nextMonthStart(date: string): string {
  return monthStart(addDays(monthStart(date), 31));
}

/** Local wall-clock time read as if it were UTC -> the instant. Ambiguous: the earlier one; skipped: moved forward. */
export function instantOf(
  timeZone: string,
  wallClock: Instant,
): { readonly instant: Instant; readonly ambiguous: boolean; readonly nonexistent: boolean } {
  const before = offsetAt(timeZone, wallClock - dayMs);
  const after = offsetAt(timeZone, wallClock + dayMs);
  const candidates = before === after ? [before] : [Math.max(before, after), Math.min(before, after)];
  const valid = candidates.map((o) => wallClock - o).filter((t) => t + offsetAt(timeZone, t) === wallClock);
  if (valid.length > 0) {
    return { instant: valid[0]!, ambiguous: valid.length > 1, nonexistent: false };
  }
  // Skipped by a clock change: reading it with the offset before the change lands after the change.
  return { instant: wallClock - before, ambiguous: false, nonexistent: true };
}

/** Offset of local time to UTC in milliseconds at an instant. Zones change on quarters of an hour. */
export function offsetAt(timeZone: string, at: Instant): number {
  const zone = zoneCache(timeZone);
  const slot = Math.floor(at / quarter);
  const known = zone.offsets.get(slot);
  if (known !== undefined) return known;
  const offset = readOffset(zone.format, slot * quarter);
  if (zone.offsets.size > maxCached) zone.offsets.clear();
  zone.offsets.set(slot, offset);
  return offset;
}

export function isTimeZone(timeZone: string): boolean {
  try {
    zoneCache(timeZone);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** UTC date of an instant. */
export function isoDate(at: Instant): string {
  return new Date(at).toISOString().slice(0, 10);
}

interface ZoneCache {
  readonly format: Intl.DateTimeFormat;
  readonly offsets: Map<number, number>;
  readonly dayStarts: Map<string, Instant>;
}

const maxCached = 100_000;
const zones = new Map<string, ZoneCache>();

function zoneCache(timeZone: string): ZoneCache {
  const known = zones.get(timeZone);
  if (known) return known;
  const zone: ZoneCache = {
    format: new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'iso8601',
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    }),
    offsets: new Map(),
    dayStarts: new Map(),
  };
  zones.set(timeZone, zone);
  return zone;
}

function readOffset(format: Intl.DateTimeFormat, at: Instant): number {
  const part: Record<string, number> = {};
  let beforeChrist = false;
  for (const { type, value } of format.formatToParts(at)) {
    if (type === 'era') beforeChrist = value.startsWith('B');
    else if (type !== 'literal') part[type] = Number(value);
  }
  const wall = new Date(0);
  wall.setUTCFullYear(beforeChrist ? 1 - part.year! : part.year!, part.month! - 1, part.day!);
  wall.setUTCHours(part.hour!, part.minute!, part.second!);
  return wall.getTime() - Math.floor(at / 1000) * 1000;
}

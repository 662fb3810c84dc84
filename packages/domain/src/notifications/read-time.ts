/**
 * A time as a sender may write it (odigo-notifications.md): ISO 8601 with offset or `Z`; ISO or `YYYY-MM-DD HH:mm:ss`
 * without zone, in the integration's zone; epoch seconds or milliseconds. Fraction digits beyond milliseconds are cut.
 */
import { instantOf } from '../calendar.ts';
import type { FactFlag, Instant } from '../model.ts';

export interface ReadTime {
  readonly instant: Instant;
  /** Set when the wall clock showed this time twice, or never. */
  readonly flag: Extract<FactFlag, 'time-ambiguous' | 'time-nonexistent'> | null;
}

/** null when it is not readable as a time, or lies before 2000: a clock that was never set, not an event. */
export function readTime(text: string, timeZone: string): ReadTime | null {
  const usual = readUsual(text);
  if (usual !== null) return usual < earliest ? null : { instant: usual, flag: null };
  const read = /^\d{4}-/.test(text) ? readCalendar(text, timeZone) : readEpoch(text);
  return read === null || read.instant < earliest ? null : read;
}

/** `YYYY-MM-DDTHH:mm:ss.sssZ`, as most senders write it, without an expression; null when it is anything else. */
function readUsual(text: string): Instant | null {
  if (text.length !== 24 || text.charCodeAt(23) !== 0x5a || text.charCodeAt(10) !== 0x54) return null;
  if (text.charCodeAt(4) !== 0x2d || text.charCodeAt(7) !== 0x2d || text.charCodeAt(19) !== 0x2e) return null;
  if (text.charCodeAt(13) !== 0x3a || text.charCodeAt(16) !== 0x3a) return null;
  const year = 100 * digits(text, 0) + digits(text, 2);
  const wallClock = wallClockOf(
    year,
    digits(text, 5),
    digits(text, 8),
    digits(text, 11),
    digits(text, 14),
    digits(text, 17),
  );
  const fraction = 10 * digits(text, 20) + digit(text, 22);
  return wallClock === null || Number.isNaN(wallClock + fraction) ? null : wallClock + fraction;
}

/** NaN when one of them is none. */
const digits = (text: string, at: number): number => 10 * digit(text, at) + digit(text, at + 1);

function digit(text: string, at: number): number {
  const value = text.charCodeAt(at) - 0x30;
  return value >= 0 && value <= 9 ? value : Number.NaN;
}

const earliest = Date.UTC(2000, 0, 1);

/** Below this many it is seconds (until the year 5138), from it on milliseconds (since 1973). */
const leastMilliseconds = 100_000_000_000;

function readEpoch(text: string): ReadTime | null {
  const match = /^(\d{1,16})(?:\.(\d+))?$/.exec(text);
  if (match === null) return null;
  const whole = Number(match[1]);
  const instant = whole >= leastMilliseconds ? whole : whole * 1000 + milliseconds(match[2]);
  return { instant, flag: null };
}

const calendarTime =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s?(?:([Zz])|([+-])(\d\d)(?::?(\d\d))?)?$/;

function readCalendar(text: string, timeZone: string): ReadTime | null {
  const match = calendarTime.exec(text);
  if (match === null) return null;
  const [
    ,
    year,
    month,
    day,
    hour,
    minute,
    second = '0',
    fraction,
    utc,
    sign,
    offsetHour,
    offsetMinute = '0',
  ] = match;
  const wallClock = wallClockOf(
    Number(year),
    Number(month),
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  if (wallClock === null) return null;
  const local = wallClock + milliseconds(fraction);
  if (utc !== undefined) return { instant: local, flag: null };
  if (sign === undefined) return readLocal(local, timeZone);
  const offset = Number(offsetHour) * 60 + Number(offsetMinute);
  if (offset > maxOffsetMinutes || Number(offsetMinute) > 59) return null;
  return { instant: local - (sign === '-' ? -offset : offset) * 60_000, flag: null };
}

const maxOffsetMinutes = 18 * 60;

/** A time that exists twice is read with the earlier offset, one that was skipped with the offset before the change. */
function readLocal(wallClock: number, timeZone: string): ReadTime {
  const { instant, ambiguous, nonexistent } = instantOf(timeZone, wallClock);
  return { instant, flag: ambiguous ? 'time-ambiguous' : nonexistent ? 'time-nonexistent' : null };
}

/** The date and time as if in UTC; null when there is no such date or time. 24:00:00 and a leap second are the next. */
function wallClockOf(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): number | null {
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return null;
  if (hour > 24 || minute > 59 || second > 60 || (hour === 24 && minute + second > 0)) return null;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** The first three digits of a fraction of a second; the others are cut, not rounded. */
function milliseconds(fraction: string | undefined): number {
  return fraction === undefined ? 0 : Number(fraction.slice(0, 3).padEnd(3, '0'));
}

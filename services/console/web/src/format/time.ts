/** Instants and dates as text, in a named zone and the language in force. */
import { locale } from '../i18n/translate.ts';

/** `10:42` or `10:42:07` in the zone. */
export function timeText(at: number, timeZone: string, withSeconds = false): string {
  return formatOf(localeOf(), {
    timeZone,
    hourCycle: 'h23',
    hour: '2-digit',
    minute: '2-digit',
    ...(withSeconds ? { second: '2-digit' } : {}),
  }).format(at);
}

/** `18 Nov, 10:42:07` in the zone. */
export function dateTimeText(at: number, timeZone: string): string {
  const date = formatOf(localeOf(), { timeZone, day: 'numeric', month: 'short' }).format(at);
  return `${date}, ${timeText(at, timeZone, true)}`;
}

/** `18 Nov 2026, 10:42` in the zone; seconds only where there are some. */
export function longDateTimeText(at: number, timeZone: string): string {
  const date = formatOf(localeOf(), { timeZone, day: 'numeric', month: 'short', year: 'numeric' }).format(at);
  return `${date}, ${timeText(at, timeZone, at % 60_000 >= 1000)}`;
}

/** `Wednesday 18 November 2026` of a calendar date `YYYY-MM-DD`. */
export function dateText(date: string): string {
  return formatOf(localeOf(), {
    timeZone: 'UTC',
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  }).format(Date.parse(`${date}T00:00:00Z`));
}

/** `18 Nov`, or `18 Nov 2026` of a calendar date. */
export function shortDateText(date: string, withYear = false): string {
  return formatOf(localeOf(), {
    timeZone: 'UTC',
    day: 'numeric',
    month: 'short',
    ...(withYear ? { year: 'numeric' } : {}),
  }).format(Date.parse(`${date}T00:00:00Z`));
}

/** `Wed 18 Nov`: of a calendar date. */
export function weekdayDateText(date: string): string {
  return formatOf(localeOf(), { timeZone: 'UTC', weekday: 'short', day: 'numeric', month: 'short' }).format(
    Date.parse(`${date}T00:00:00Z`),
  );
}

/** `Nov 2026` of any date of the month. */
export function monthText(date: string, withYear = true): string {
  return formatOf(localeOf(), {
    timeZone: 'UTC',
    month: 'short',
    ...(withYear ? { year: 'numeric' } : {}),
  }).format(Date.parse(`${date}T00:00:00Z`));
}

/** `1 Oct – 31 Oct 2026`. */
export const dateRangeText = (from: string, to: string): string =>
  from === to
    ? shortDateText(from, true)
    : `${shortDateText(from, from.slice(0, 4) !== to.slice(0, 4))} – ${shortDateText(to, true)}`;

/** `CET`, `EST`, `UTC+5:30`: what people of the zone call their time at that instant. */
export function zoneAbbreviation(timeZone: string, at: number): string {
  const parts = formatOf('en-GB', { timeZone, timeZoneName: 'short' }).formatToParts(at);
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? timeZone;
  if (!name.startsWith('GMT') && !name.startsWith('UTC')) return name;
  // British English has no short names for American zones, American English none for European ones.
  const american = formatOf('en-US', { timeZone, timeZoneName: 'short' }).formatToParts(at);
  return american.find(({ type }) => type === 'timeZoneName')?.value ?? name;
}

/** `Europe/Paris (CET)`. */
export const zoneText = (timeZone: string, at: number): string =>
  `${timeZone.replaceAll('_', ' ')} (${zoneAbbreviation(timeZone, at)})`;

/** English with the day first and 24 hours; French as it is. */
const localeOf = (): string => (locale.value === 'en' ? 'en-GB' : 'fr-FR');

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = language + JSON.stringify(options);
  let format = formats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(language, options);
    formats.set(key, format);
  }
  return format;
}

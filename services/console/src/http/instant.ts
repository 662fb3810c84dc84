/** Times of the API: ISO 8601 with offset or `Z` in, UTC with milliseconds and `Z` out. */
import { instantRange } from '@adherence/domain/configuration/entities.ts';
import type { Instant } from '@adherence/domain/model.ts';
import { z } from 'zod';

const format = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(:\d{2})?(?:\.(\d{1,9}))?(Z|[+-]\d{2}:?\d{2})$/;

/** Epoch milliseconds; null when the text is no such time. Digits past the millisecond are cut. */
export function parseInstant(text: string): Instant | null {
  const match = format.exec(text);
  if (!match) return null;
  const [, date, minutes, seconds = ':00', fraction = '', zone] = match;
  if (!isCalendarDate(date!)) return null;
  const offset = zone === 'Z' || zone!.includes(':') ? zone! : `${zone!.slice(0, 3)}:${zone!.slice(3)}`;
  const at = Date.parse(`${date}T${minutes}${seconds}.${fraction.padEnd(3, '0').slice(0, 3)}${offset}`);
  return Number.isNaN(at) ? null : at;
}

/** Is there such a day, of YYYY-MM-DD? Date.parse reads the 31st of February as the 3rd of March. */
export function isCalendarDate(date: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return false;
  const [year, month, day] = date.split('-').map(Number) as [number, number, number];
  return month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month);
}

function daysOf(year: number, month: number): number {
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}

export const instantText = z
  .string()
  .meta({ format: 'date-time', description: 'ISO 8601 with offset or Z' })
  .transform((text, context): Instant => {
    const at = parseInstant(text);
    if (at === null) {
      context.addIssue({ code: 'custom', message: 'must be a time of ISO 8601 with offset or Z' });
      return z.NEVER;
    }
    return at;
  })
  .pipe(instantRange);

/** In a query string `+` means a space, and is often meant as a plus. */
export const instantQuery = z
  .string()
  .meta({ format: 'date-time', description: 'ISO 8601 with offset or Z' })
  .overwrite((text) => text.replace(/ (\d{2}:?\d{2})$/, '+$1'))
  .pipe(instantText);

export const dateText = z
  .string()
  .meta({ format: 'date' })
  .regex(/^(19[789]\d|20\d\d|21\d\d)-\d{2}-\d{2}$/, 'must be YYYY-MM-DD, from 1970 to 2199')
  .refine(isCalendarDate, 'must be a day of the calendar');

export const instantView = z.string().meta({ format: 'date-time', description: 'UTC with milliseconds' });

export const isoText = (at: Instant): string => new Date(at).toISOString();
export const isoOrNull = (at: Instant | null): string | null => (at === null ? null : isoText(at));

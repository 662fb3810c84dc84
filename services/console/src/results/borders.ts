/** From and to of a result: instants, or calendar days of each group's own zone, both inclusive. */
import { type Calendar, dateEnd, dateStart } from '@adherence/domain/configuration/person-calendar.ts';
import type { Instant, Interval } from '@adherence/domain/model.ts';
import { z } from 'zod';
import { isCalendarDate, parseInstant } from '../http/instant.ts';
import { invalid } from '../http/problem.ts';

export type Border =
  | { readonly kind: 'instant'; readonly at: Instant }
  | { readonly kind: 'date'; readonly date: string };

/** In a query string `+` means a space, and is often meant as a plus. */
export const borderQuery = z
  .string()
  .meta({ description: 'ISO 8601 with offset or Z; or YYYY-MM-DD, a day of the planning unit, inclusive' })
  .transform((text, context): Border => {
    if (/^(19[789]\d|20\d\d|21\d\d)-\d{2}-\d{2}$/.test(text) && isCalendarDate(text)) {
      return { kind: 'date', date: text };
    }
    const at = parseInstant(text.replace(/ (\d{2}:?\d{2})$/, '+$1'));
    if (at !== null && at >= earliest && at < latest) return { kind: 'instant', at };
    context.addIssue({
      code: 'custom',
      message: 'must be a time of ISO 8601 with offset or Z, or a date YYYY-MM-DD, from 1970 to 2199',
    });
    return z.NEVER;
  });

const earliest = 0;
const latest = Date.UTC(2200, 0, 1);

/** The range in a zone, or by the dates of a person. Throws when one border is a date and the other an instant. */
export function rangeIn(
  calendar: Calendar,
  { from, to }: { readonly from: Border; readonly to: Border },
): Interval {
  if (from.kind === 'date' && to.kind === 'date') {
    return datesIn(calendar, { from: from.date, to: to.date });
  }
  if (from.kind === 'instant' && to.kind === 'instant') return { from: from.at, to: to.at };
  throw invalid({ path: 'to', message: 'must be a date where from is one, and a time where it is not' });
}

/** Calendar dates, both inclusive. */
export const datesIn = (
  calendar: Calendar,
  { from, to }: { readonly from: string; readonly to: string },
): Interval => ({ from: dateStart(calendar, from), to: dateEnd(calendar, to) });

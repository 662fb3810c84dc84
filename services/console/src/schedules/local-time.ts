/** Times of schedules: ISO 8601, or a wall-clock time in the planning unit's zone. */
import { instantOf } from '@adherence/domain/calendar.ts';
import type { Instant } from '@adherence/domain/model.ts';
import { isCalendarDate, parseInstant } from '../http/instant.ts';

/** For whoever writes schedules. */
export const localTimeRule =
  'A time without offset is one of the planning unit: where it exists twice (the clocks are set back) it is the earlier one, where it does not exist it is refused';

const local = /^(\d{4}-\d{2}-\d{2})[T ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,9}))?)?$/;

/** The instant, or what is wrong with the text. A local time that exists twice is the earlier one. */
export function scheduleInstant(text: string, timeZone: string): Instant | { readonly fault: string } {
  const at = parseInstant(text);
  if (at !== null) return inRange(at);
  const match = local.exec(text);
  if (!match || !isCalendarDate(match[1]!)) {
    return { fault: 'must be a time of ISO 8601, with offset or in the time zone of the planning unit' };
  }
  const [, date, hours, minutes, seconds = '00', fraction = ''] = match;
  const wall = Date.parse(`${date}T${hours}:${minutes}:${seconds}.${fraction.padEnd(3, '0').slice(0, 3)}Z`);
  const { instant, nonexistent } = instantOf(timeZone, wall);
  if (nonexistent) return { fault: `does not exist in ${timeZone}: the clocks are set forward then` };
  return inRange(instant);
}

const first = 0;
const last = Date.UTC(2200, 0, 1);

const inRange = (at: Instant): Instant | { readonly fault: string } =>
  at >= first && at < last ? at : { fault: 'must be from 1970 to 2199' };

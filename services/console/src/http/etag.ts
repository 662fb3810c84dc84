/** ETags are offsets on the configuration log (or on activity.events, for schedules): `"1234"`. */
import { noVersion } from '@adherence/domain/configuration/command.ts';
import { HttpProblem } from './problem.ts';

export const etagOf = (offset: number): string => `"${offset}"`;

/** A tag that stands for no version of ours, so that it never holds. */
const neverHolds = Number.MAX_SAFE_INTEGER;

/**
 * The version that a writer saw: If-Match, or If-None-Match: * for "not there". null = unconditional.
 * `current` is the offset of what is there now (for `If-Match: *`), noVersion when there is nothing.
 */
export function ifMatchOf(headers: Headers, current: number): number | null {
  const ifNoneMatch = headers.get('if-none-match')?.trim();
  if (ifNoneMatch === '*') return noVersion;
  if (ifNoneMatch)
    throw new HttpProblem(422, 'If-None-Match takes * only here.', [
      { path: 'If-None-Match', message: 'must be *' },
    ]);
  const ifMatch = headers.get('if-match')?.trim();
  if (!ifMatch) return null;
  if (ifMatch === '*') return current === noVersion ? neverHolds : current;
  const offset = /^(?:W\/)?"(-?\d{1,15})"$/.exec(ifMatch)?.[1];
  return offset === undefined ? neverHolds : Number(offset);
}

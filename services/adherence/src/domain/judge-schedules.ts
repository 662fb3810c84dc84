/**
 * The owner's judgement of a schedule command: stale tag, unknown activity, overlap inside a document or with a
 * neighbouring shift date, length, a start on another date. All documents of a command are judged together, in their end state.
 */
import { addDays, dayEnd, dayStart } from '@adherence/domain/calendar.ts';
import type { ScheduleDocument, ScheduledActivity } from '@adherence/domain/model.ts';
import { longestShiftMs, startWithinMs } from '@adherence/domain/schedule-limits.ts';
import type { ScheduleSet } from '@adherence/schemas/records.ts';

/** A document that holds, with the offset of the command that wrote it (its ETag). */
export interface HeldDocument extends ScheduleDocument {
  readonly offset: number;
  readonly removed: boolean;
}

export interface ScheduleResult {
  readonly shiftDate: string;
  readonly ok: boolean;
  readonly created: boolean;
  readonly unchanged: boolean;
  readonly etag: string | null;
  readonly problem: 'stale' | 'invalid' | null;
  readonly errors: readonly { readonly path: string; readonly message: string }[];
}

export const etagOf = (offset: number): string => `"${offset}"`;

/** Judges every document; those with `ok` and not `unchanged` are to be stored with `offset`. */
export function judgeSchedules(
  command: ScheduleSet,
  offset: number,
  held: ReadonlyMap<string, HeldDocument>,
  activityExists: (activityId: string) => boolean,
  timeZone: string,
): ScheduleResult[] {
  const proposed = new Map(command.documents.map((document) => [document.shiftDate, document]));
  const endState = (shiftDate: string): readonly ScheduledActivity[] => {
    const own = proposed.get(shiftDate);
    if (own) return own.remove ? [] : own.activities;
    const document = held.get(shiftDate);
    return document && !document.removed ? document.activities : [];
  };
  return command.documents.map((document) => {
    const { shiftDate, ifMatch } = document;
    const current = held.get(shiftDate);
    const exists = current !== undefined && !current.removed;
    const currentTag = exists ? etagOf(current.offset) : null;
    const refusal = (problem: 'stale' | 'invalid', errors: ScheduleResult['errors']): ScheduleResult => ({
      shiftDate,
      ok: false,
      created: false,
      unchanged: false,
      etag: currentTag,
      problem,
      errors,
    });
    if (ifMatch !== null && ifMatch !== currentTag && !(ifMatch === '*' && exists)) {
      return refusal('stale', [
        { path: 'If-Match', message: 'The schedule has been changed since it was read.' },
      ]);
    }
    const errors = document.remove
      ? []
      : [
          ...shapeErrors(document.activities, activityExists),
          ...dateErrors(document, timeZone),
          ...neighbourErrors(shiftDate, document.activities, endState),
        ];
    if (errors.length > 0) return refusal('invalid', errors);
    const unchanged = exists
      ? !document.remove && sameActivities(current.activities, document.activities)
      : document.remove;
    return {
      shiftDate,
      ok: true,
      created: !exists,
      unchanged,
      etag: document.remove ? null : unchanged ? currentTag : etagOf(offset),
      problem: null,
      errors: [],
    };
  });
}

function shapeErrors(
  activities: readonly ScheduledActivity[],
  activityExists: (activityId: string) => boolean,
): { path: string; message: string }[] {
  const errors: { path: string; message: string }[] = [];
  activities.forEach(({ activityId, start, end }, i) => {
    const path = `activities[${i}]`;
    if (!activityExists(activityId)) {
      errors.push({ path: `${path}.activityId`, message: `There is no activity ${activityId}.` });
    }
    if (end <= start) errors.push({ path: `${path}.end`, message: 'The end must be after the start.' });
    const previous = activities[i - 1];
    if (previous && start < previous.end) {
      errors.push({
        path: `${path}.start`,
        message: `Overlaps activities[${i - 1}] (${describe(previous)} and ${describe(activities[i]!)}).`,
      });
    }
  });
  const first = activities[0];
  const last = activities.at(-1);
  if (first && last && last.end - first.start > longestShiftMs) {
    errors.push({ path: 'activities', message: 'A shift may last at most 36 hours from first to last.' });
  }
  return errors;
}

function dateErrors(
  { shiftDate, activities }: Pick<ScheduleDocument, 'shiftDate' | 'activities'>,
  timeZone: string,
): { path: string; message: string }[] {
  const start = activities[0]?.start;
  const first = dayStart(timeZone, shiftDate) - startWithinMs;
  const last = dayEnd(timeZone, shiftDate) + startWithinMs;
  if (start === undefined || (start >= first && start < last)) return [];
  const began = new Date(start).toISOString();
  const message = `Begins at ${began}: the shift of ${shiftDate} must begin on that date, or within 24 hours of it.`;
  return [{ path: 'activities[0].start', message }];
}

/** A shift of at most 36 h that begins near its date can only touch those of the dates around it. */
function neighbourErrors(
  shiftDate: string,
  activities: readonly ScheduledActivity[],
  endState: (shiftDate: string) => readonly ScheduledActivity[],
): { path: string; message: string }[] {
  const errors: { path: string; message: string }[] = [];
  for (let days = -neighbourDays; days <= neighbourDays; days++) {
    if (days === 0) continue;
    const other = addDays(shiftDate, days);
    for (const theirs of endState(other)) {
      activities.forEach((ours, i) => {
        if (ours.start < theirs.end && theirs.start < ours.end) {
          errors.push({
            path: `activities[${i}]`,
            message: `${describe(ours)} of ${shiftDate} overlaps ${describe(theirs)} of ${other}.`,
          });
        }
      });
    }
  }
  return errors;
}

/** How many shift dates around a document its owner must know. */
export const neighbourDays = 4;

const describe = ({ activityId, start, end }: ScheduledActivity): string =>
  `${activityId} ${new Date(start).toISOString()}/${new Date(end).toISOString()}`;

function sameActivities(a: readonly ScheduledActivity[], b: readonly ScheduledActivity[]): boolean {
  return (
    a.length === b.length &&
    a.every(
      ({ activityId, start, end }, i) =>
        activityId === b[i]!.activityId && start === b[i]!.start && end === b[i]!.end,
    )
  );
}

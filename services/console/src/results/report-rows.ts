/** Segments -> rows of the report: what reportRows makes of stored ones, of those that are computed when asked for. */
import { cellsOf } from '@adherence/domain/compute/cells.ts';
import type { Rules } from '@adherence/domain/compute/rules.ts';
import { clipSegments } from '@adherence/domain/compute/segments.ts';
import type { Interval, Segment } from '@adherence/domain/model.ts';
import type { ReportRow } from '../queries/report.ts';

/** One row for each activity that is scheduled and counts, or is done, in the range; milliseconds. */
export function reportRowsOf(
  person: string,
  segments: readonly Segment[],
  activityType: Rules['activityType'],
  { from, to }: Interval,
): ReportRow[] {
  const rows = new Map<string, ReportRow>();
  const add = (activity: string | null, amounts: Partial<ReportRow>) => {
    if (activity === null) return;
    const row = { ...nothing, person, activity, ...amounts };
    const sum = rows.get(activity);
    rows.set(activity, sum ? addedRows(sum, row) : row);
  };
  for (const cell of cellsOf(segments, activityType, from, to)) {
    add(cell.scheduledActivityId, {
      scheduled: cell.scheduledMs,
      inside: cell.inMs,
      outside: cell.notPresentMs + cell.wrongActivityMs,
      without_data: cell.noDataMs,
    });
  }
  for (const { actual, ...segment } of clipSegments(segments, from, to)) {
    add(actual.activityId, { actual: segment.to - segment.from });
  }
  return [...rows.values()].filter(({ scheduled, actual }) => scheduled > 0 || actual > 0);
}

const nothing = { scheduled: 0, actual: 0, inside: 0, outside: 0, without_data: 0 };

/** Rows of the same person and activity as one. */
export const addedRows = (a: ReportRow, b: ReportRow): ReportRow => ({
  ...a,
  scheduled: a.scheduled + b.scheduled,
  actual: a.actual + b.actual,
  inside: a.inside + b.inside,
  outside: a.outside + b.outside,
  without_data: a.without_data + b.without_data,
});

/** The order of lines in the report. */
export const byPersonAndActivity = (a: ReportRow, b: ReportRow): number => {
  if (a.person !== b.person) return a.person < b.person ? -1 : 1;
  return a.activity < b.activity ? -1 : 1;
};

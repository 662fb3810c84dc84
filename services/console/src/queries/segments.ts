/** Segments of person_days, and their way back to the domain. */
import type { Actual, CountedAs, Interval, Segment, State } from '@adherence/domain/model.ts';
import { daysAround } from './adherence.ts';
import { idList, type Sql } from './sql.ts';

export interface SegmentRow {
  readonly person: string;
  readonly from_at: number;
  readonly to_at: number;
  readonly shift_date: string;
  readonly scheduled_activity: string;
  readonly actual_kind: string;
  readonly actual_activity: string;
  readonly external_status: string | null;
  readonly break_type: string | null;
  readonly estimated: number;
  readonly state: string;
  readonly in_buffer: number;
  readonly counted_as: string;
}

const columns = [
  'from_at',
  'to_at',
  'shift_date',
  'scheduled_activity',
  'actual_kind',
  'actual_activity',
  'external_status',
  'break_type',
  'estimated',
  'state',
  'in_buffer',
  'counted_as',
] as const;

/** Segments that overlap a range, uncut, by person and time. */
export const segmentsIn = (tenantId: string, personIds: readonly string[], range: Interval): Sql => ({
  text: `SELECT person, ${columns.map((name) => `segments.${name} AS ${name}`).join(', ')}
FROM person_days FINAL ARRAY JOIN segments
WHERE tenant = {tenant:String} AND person IN (${idList(personIds)})
  AND day >= {firstDay:Date} AND day <= {lastDay:Date}
  AND segments.from_at < {to:Int64} AND segments.to_at > {from:Int64}
ORDER BY person, from_at`,
  parameters: { tenant: tenantId, from: range.from, to: range.to, ...daysAround(range) },
});

/** Up to when a person is computed, of the days that overlap a range; no row when there are none. */
export const computedTo = (tenantId: string, personId: string, range: Interval): Sql => ({
  text: `SELECT max(least(as_of, day_end)) AS computed_to, max(as_of) AS latest_as_of
FROM person_days FINAL
WHERE tenant = {tenant:String} AND person = {person:String}
  AND day >= {firstDay:Date} AND day <= {lastDay:Date} AND day_start < {to:Int64} AND day_end > {from:Int64}
HAVING count() > 0`,
  parameters: { tenant: tenantId, person: personId, from: range.from, to: range.to, ...daysAround(range) },
});

export function segmentOf(row: SegmentRow): Segment {
  return {
    from: row.from_at,
    to: row.to_at,
    scheduledActivityId: row.scheduled_activity || null,
    shiftDate: row.shift_date || null,
    actual: {
      kind: row.actual_kind as Actual['kind'],
      activityId: row.actual_activity || null,
      externalStatus: row.external_status,
      breakType: row.break_type,
      estimated: row.estimated === 1,
    },
    state: (row.state || null) as State | null,
    inBuffer: row.in_buffer === 1,
    countedAs: (row.counted_as || null) as CountedAs,
  };
}

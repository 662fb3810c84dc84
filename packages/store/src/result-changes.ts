/** Changes of final buckets as rows of `result_changes`: who replaced what, why, and what is recorded already. */
import type { Instant } from '@adherence/domain/model.ts';
import { amountColumns } from '@adherence/schemas/tables.ts';
import type { Database } from './load.ts';
import { literal } from './queries.ts';
import type { Row } from './rows.ts';
import type { DayCell } from './stored-days.ts';
import { dayKey } from './stored-days.ts';

/** Why numbers changed: a record on a topic, and who wrote it. */
export interface Cause {
  /** `late event`, `schedule`, `feed gap`, `rules`, `taken over`, or the kind of entity of the configuration. */
  readonly reason: string;
  /** Topic whose offset follows; '' when there is none. */
  readonly topic: string;
  readonly offset: number;
  /** Id of the entity, of the recomputation asked for, or dedup key of the event. */
  readonly ref: string;
  /** `operator` or `token:ID`; '' when nobody in person. */
  readonly actor: string;
  readonly at: Instant;
  /** The time that it concerns, while it is not stored: absent = all, `to` null = from there on. */
  readonly concerns?: { readonly from: Instant; readonly to: Instant | null };
}

/** A cell before and after, amounts in the order of the columns. */
export interface ChangedCell extends Omit<DayCell, 'amounts'> {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

export interface ResultChange {
  readonly tenantId: string;
  readonly personId: string;
  readonly day: string;
  /** Version of the row that was replaced, or that stands because its period is closed. */
  readonly beforeVersion: string;
  readonly version: string;
  readonly recordedAt: Instant;
  /** '' unless the row stands because of it. */
  readonly closedPeriod: string;
  readonly rulesBefore: number;
  readonly rulesAfter: number;
  readonly causes: readonly Cause[];
  /** All cells of the buckets that changed; none: it turned out not to have changed. */
  readonly cells: readonly ChangedCell[];
}

export const resultChangeColumns = [
  'tenant',
  'person',
  'day',
  'before_version',
  'version',
  'recorded_at',
  'closed_period',
  'rules_before',
  'rules_after',
  'causes.reason',
  'causes.topic',
  'causes.offset',
  'causes.ref',
  'causes.actor',
  'causes.at',
  'cells.bucket',
  'cells.shift_date',
  'cells.scheduled_activity',
  'cells.actual_activity',
  ...amountColumns.map((name) => `cells.before_${name}`),
  ...amountColumns.map((name) => `cells.after_${name}`),
] as const;

export const resultChangeRow = ({ causes, cells, ...change }: ResultChange): Row => [
  change.tenantId,
  change.personId,
  change.day,
  change.beforeVersion,
  change.version,
  change.recordedAt,
  change.closedPeriod,
  change.rulesBefore,
  change.rulesAfter,
  causes.map(({ reason }) => reason),
  causes.map(({ topic }) => topic),
  causes.map(({ offset }) => offset),
  causes.map(({ ref }) => ref),
  causes.map(({ actor }) => actor),
  causes.map(({ at }) => at),
  cells.map(({ bucket }) => bucket),
  cells.map(({ shiftDate }) => shiftDate),
  cells.map(({ scheduledActivityId }) => scheduledActivityId),
  cells.map(({ actualActivityId }) => actualActivityId),
  ...amountColumns.map((_, i) => cells.map(({ before }) => before[i])),
  ...amountColumns.map((_, i) => cells.map(({ after }) => after[i])),
];

export interface RecordedChange {
  readonly beforeVersion: string;
  readonly closedPeriod: string;
  readonly causes: readonly Cause[];
}

/** The latest change recorded of each day from a date on, by dayKey; those that turned out to be none are left out. */
export async function loadRecordedChanges(
  db: Database,
  tenantId: string,
  personIds: readonly string[],
  fromDate: string,
  toDate: string | null,
): Promise<Map<string, RecordedChange>> {
  if (personIds.length === 0) return new Map();
  const rows = await db.query<{
    person: string;
    date: string;
    row_version: string;
    closed_period: string;
    causes: [string, string, number, string, string, number][];
  }>(`SELECT person, toString(day) AS date, toString(before_version) AS row_version, closed_period,
  arrayZip(causes.reason, causes.topic, causes.offset, causes.ref, causes.actor, causes.at) AS causes
FROM result_changes FINAL
WHERE tenant = ${literal(tenantId)} AND person IN (${personIds.map(literal).join(', ')})
  AND day >= ${literal(fromDate)}${toDate === null ? '' : ` AND day <= ${literal(toDate)}`} AND notEmpty(cells.bucket)
ORDER BY person, day, before_version DESC
LIMIT 1 BY person, day`);
  return new Map(
    rows.map((row) => [
      dayKey(row.person, row.date),
      {
        beforeVersion: row.row_version,
        closedPeriod: row.closed_period,
        causes: row.causes.map(([reason, topic, offset, ref, actor, at]) => ({
          reason,
          topic,
          offset,
          ref,
          actor,
          at,
        })),
      },
    ]),
  );
}

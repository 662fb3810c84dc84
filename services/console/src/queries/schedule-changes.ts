/** Versions of schedule documents as they were written: who, when, what. */
import { idList, type Sql } from './sql.ts';

export interface ScheduleVersionRow {
  readonly person: string;
  readonly date: string;
  readonly written_offset: number;
  readonly removed: number;
  readonly activity_ids: readonly string[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly written_by: string;
  readonly written_at: number;
}

/** Where a page of versions ended: each later one was written before it, or stands after it in this order. */
export type ScheduleVersionCursor = readonly [
  writtenAt: number,
  person: string,
  date: string,
  offset: number,
];

const fields = `person, toString(shift_date) AS date, offset AS written_offset, removed,
  activities.activity AS activity_ids, activities.start_at AS starts, activities.end_at AS ends,
  written_by, written_at`;

/** Null = of everybody; null = whoever wrote. */
export interface ScheduleVersionsOf {
  readonly personIds: readonly string[] | null;
  readonly writers: readonly string[] | null;
}

/** Newest first. */
export function scheduleVersions(
  tenantId: string,
  { personIds, writers }: ScheduleVersionsOf,
  date: string | null,
  after: ScheduleVersionCursor | null,
  limit: number,
): Sql {
  const conditions = ['tenant = {tenant:String}'];
  if (personIds) conditions.push(`person IN (${idList(personIds)})`);
  if (writers) conditions.push('written_by IN {writers:Array(String)}');
  if (date) conditions.push('shift_date = {date:Date}');
  if (after) {
    conditions.push(`(-written_at, person, toString(shift_date), offset) >
  (-{afterAt:Int64}, {afterPerson:String}, {afterDate:String}, {afterOffset:UInt64})`);
  }
  const [afterAt, afterPerson, afterDate, afterOffset] = after ?? [];
  return {
    text: `SELECT ${fields} FROM schedules FINAL
WHERE ${conditions.join(' AND ')}
ORDER BY written_at DESC, person, date, written_offset LIMIT {limit:UInt32}`,
    parameters: {
      tenant: tenantId,
      limit,
      ...(writers ? { writers } : {}),
      ...(date ? { date } : {}),
      ...(after
        ? { afterAt: afterAt!, afterPerson: afterPerson!, afterDate: afterDate!, afterOffset: afterOffset! }
        : {}),
    },
  };
}

/** Every version of some documents, oldest first. */
export function versionsOfDocuments(
  tenantId: string,
  documents: readonly Pick<ScheduleVersionRow, 'person' | 'date'>[],
): Sql {
  const people = [...new Set(documents.map(({ person }) => person))];
  const dates = documents.map(({ date }) => date).sort();
  return {
    text: `SELECT ${fields} FROM schedules FINAL
WHERE tenant = {tenant:String} AND person IN (${idList(people)})
  AND shift_date >= {first:Date} AND shift_date <= {last:Date}
ORDER BY person, date, written_offset`,
    parameters: { tenant: tenantId, first: dates[0]!, last: dates.at(-1)! },
  };
}

/** Changes of schedules for the audit trail, from the versions that their owners have stored. */
import type { Database } from '../environment.ts';
import { isoText } from '../http/instant.ts';
import {
  type ScheduleVersionCursor,
  type ScheduleVersionRow,
  type ScheduleVersionsOf,
  scheduleVersions,
  versionsOfDocuments,
} from '../queries/schedule-changes.ts';
import { partsOf } from '../queries/sql.ts';

export interface ScheduleChange {
  readonly person: string;
  readonly date: string;
  readonly offset: number;
  readonly writtenBy: string;
  readonly writtenAt: number;
  /** null = there was none, or it was deleted. */
  readonly before: object | null;
  readonly after: object | null;
}

export interface ScheduleChangesAsked {
  readonly tenantId: string;
  /** A change is among them that is in any of these. */
  readonly anyOf: readonly ScheduleVersionsOf[];
  readonly date: string | null;
  readonly after: ScheduleVersionCursor | null;
  readonly limit: number;
}

/** Newest first. */
export async function readScheduleChanges(
  database: Database,
  { tenantId, anyOf, date, after, limit }: ScheduleChangesAsked,
): Promise<ScheduleChange[]> {
  const query = ({ text, parameters }: ReturnType<typeof scheduleVersions>) =>
    database.query<ScheduleVersionRow>(text, parameters);
  const rows = new Map<string, ScheduleVersionRow>();
  for (const { personIds, writers } of anyOf) {
    for (const part of personIds === null ? [null] : partsOf(personIds, (id) => id.length + 4)) {
      const versions = scheduleVersions(tenantId, { personIds: part, writers }, date, after, limit);
      for (const row of await query(versions)) rows.set(keyOf(row), row);
    }
  }
  const newest = [...rows.values()].sort(byTime).slice(0, limit);
  if (newest.length === 0) return [];
  const before = new Map<string, ScheduleVersionRow>();
  const previous = new Map<string, ScheduleVersionRow>();
  for (const row of await query(versionsOfDocuments(tenantId, newest))) {
    const document = `${row.person}|${row.date}`;
    const known = previous.get(document);
    if (known) before.set(keyOf(row), known);
    previous.set(document, row);
  }
  return newest.map((row) => ({
    person: row.person,
    date: row.date,
    offset: row.written_offset,
    writtenBy: row.written_by,
    writtenAt: row.written_at,
    before: documentOf(before.get(keyOf(row))),
    after: documentOf(row),
  }));
}

export const scheduleCursorOf = (change: ScheduleChange): ScheduleVersionCursor => [
  change.writtenAt,
  change.person,
  change.date,
  change.offset,
];

const keyOf = (row: ScheduleVersionRow): string => `${row.person}|${row.date}|${row.written_offset}`;

function byTime(a: ScheduleVersionRow, b: ScheduleVersionRow): number {
  if (a.written_at !== b.written_at) return b.written_at - a.written_at;
  if (a.person !== b.person) return a.person < b.person ? -1 : 1;
  if (a.date !== b.date) return a.date < b.date ? -1 : 1;
  return a.written_offset - b.written_offset;
}

function documentOf(row: ScheduleVersionRow | undefined): object | null {
  if (!row || row.removed === 1) return null;
  const activities = row.activity_ids.map((activityId, i) => ({
    activityId,
    start: isoText(row.starts[i]!),
    end: isoText(row.ends[i]!),
  }));
  return { activities };
}

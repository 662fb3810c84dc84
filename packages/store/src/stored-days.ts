/** What is stored of people's days, to be compared with what is computed anew. */
import { setImmediate as othersTurn } from 'node:timers/promises';
import { isoDate } from '@adherence/domain/calendar.ts';
import type { Instant } from '@adherence/domain/model.ts';
import { amountColumns } from '@adherence/schemas/tables.ts';
import type { Block, Database } from './load.ts';
import { literal } from './queries.ts';

export interface StoredDay {
  readonly personId: string;
  readonly day: string;
  /** As `packVersion` gives it. */
  readonly version: string;
  readonly asOf: Instant;
  readonly rulesVersion: number;
  readonly from: Instant;
  readonly to: Instant;
  readonly finalUntil: Instant;
  readonly contentHash: string;
}

/** A cell as it is stored: '' for none, amounts in the order of the columns. */
export interface DayCell {
  readonly bucket: Instant;
  readonly shiftDate: string;
  readonly scheduledActivityId: string;
  readonly actualActivityId: string;
  readonly amounts: readonly number[];
}

export const dayKey = (personId: string, day: string): string => `${personId}|${day}`;

/** Days from a date on, by dayKey; dates inclusive, `toDate` null = to the last. */
export async function loadStoredDays(
  db: Database,
  tenantId: string,
  personIds: readonly string[],
  fromDate: string,
  toDate: string | null,
): Promise<Map<string, StoredDay>> {
  if (personIds.length === 0) return new Map();
  const rows = await db.query<{
    person: string;
    date: string;
    row_version: string;
    as_of: number;
    rules_version: number;
    day_start: number;
    day_end: number;
    final_until: number;
    content_hash: string;
  }>(`SELECT person, toString(day) AS date, toString(version) AS row_version, as_of, rules_version, day_start, day_end,
  final_until, content_hash FROM person_days FINAL
WHERE tenant = ${literal(tenantId)} AND person IN (${personIds.map(literal).join(', ')})
  AND day >= ${literal(fromDate)}${toDate === null ? '' : ` AND day <= ${literal(toDate)}`}`);
  return new Map(
    rows.map((row) => [
      dayKey(row.person, row.date),
      {
        personId: row.person,
        day: row.date,
        version: row.row_version,
        asOf: row.as_of,
        rulesVersion: row.rules_version,
        from: row.day_start,
        to: row.day_end,
        finalUntil: row.final_until,
        contentHash: row.content_hash,
      },
    ]),
  );
}

/** By person: start of the first day that is not final as a whole, of those that end after an instant. */
export async function loadUndecidedFrom(
  db: Database,
  tenantId: string,
  personIds: readonly string[],
  after: Instant,
): Promise<Map<string, Instant>> {
  const rows = await db.query<{ person: string; undecided: number }>(
    `SELECT person, min(day_start) AS undecided FROM person_days FINAL
WHERE tenant = ${literal(tenantId)} AND person IN (${personIds.map(literal).join(', ')})
  AND day >= ${literal(isoDate(after))} AND day_end > ${after} AND final_until < day_end
GROUP BY person`,
  );
  return new Map(rows.map(({ person, undecided }) => [person, undecided]));
}

/** Cells of days, by dayKey. Only the owner of a person writes its rows, so they are those of the days found before. */
export async function loadDayCells(
  db: Database,
  tenantId: string,
  days: readonly Pick<StoredDay, 'personId' | 'day'>[],
): Promise<Map<string, DayCell[]>> {
  const cells = new Map<string, DayCell[]>();
  for (let i = 0; i < days.length; i += daysAtOnce) {
    const some = days.slice(i, i + daysAtOnce);
    const blocks = await db.queryBlocks(`SELECT person, day,
  cells.bucket, cells.shift_date, cells.scheduled_activity, cells.actual_activity,
  ${amountColumns.map((name) => `cells.${name}`).join(', ')}
FROM person_days FINAL
WHERE tenant = ${literal(tenantId)} AND person IN (${distinct(some.map(({ personId }) => personId))})
  AND day IN (${distinct(some.map(({ day }) => day))})
  AND (person, day) IN (${some.map(({ personId, day }) => `(${literal(personId)}, ${literal(day)})`).join(', ')})`);
    for (const block of blocks) {
      addCells(cells, block);
      await othersTurn();
    }
  }
  return cells;
}

/** So that a statement stays well below the 256 KiB that ClickHouse reads of one, and an answer below 10 MB. */
const daysAtOnce = 1_000;

const distinct = (values: readonly string[]): string => [...new Set(values)].map(literal).join(', ');

function addCells(cells: Map<string, DayCell[]>, { rows, columns }: Block): void {
  const column = <T>(name: string) => columns.get(name) as ArrayLike<T>;
  const buckets = column<ArrayLike<number>>('cells.bucket');
  const shiftDates = column<readonly string[]>('cells.shift_date');
  const scheduled = column<readonly string[]>('cells.scheduled_activity');
  const actual = column<readonly string[]>('cells.actual_activity');
  const amounts = amountColumns.map((name) => column<ArrayLike<number>>(`cells.${name}`));
  for (let row = 0; row < rows; row++) {
    const ofRow = amounts.map((each) => each[row]!);
    const key = dayKey(column<string>('person')[row]!, column<string>('day')[row]!);
    const cellAt = (bucket: number, i: number): DayCell => ({
      bucket,
      shiftDate: shiftDates[row]![i]!,
      scheduledActivityId: scheduled[row]![i]!,
      actualActivityId: actual[row]![i]!,
      amounts: ofRow.map((each) => each[i]!),
    });
    cells.set(key, Array.from(buckets[row]!, cellAt));
  }
}

/** What is stored, read straight from ClickHouse, as texts that can be compared. */
import type { ClickHouse } from '@adherence/runtime/clickhouse.ts';
import { amountColumns } from '@adherence/schemas/tables.ts';
import type { Rows } from './compare.ts';
import { identityOf } from './load.ts';

interface FactRow {
  readonly integration: string;
  readonly external_user: string;
  readonly event_type: string;
  readonly status: string | null;
  readonly break_type: string | null;
  readonly occurred_at: number;
  readonly sequence: number | null;
  readonly event_id: string;
}

/** Identities as the load has them, and how many rows there are. */
export async function storedFacts(
  db: ClickHouse,
  tenantId: string,
): Promise<{ readonly identities: Set<string>; readonly rows: number }> {
  const rows = await db.query<FactRow>(
    `SELECT integration, external_user, event_type, status, break_type, occurred_at, sequence,
  detail['eventId'] AS event_id FROM facts FINAL WHERE tenant = {tenant:String}`,
    { tenant: tenantId },
  );
  const identities = rows.map((row) =>
    identityOf({
      integrationId: row.integration,
      externalUserId: row.external_user,
      eventType: row.event_type,
      status: row.status,
      breakType: row.break_type,
      occurredAt: row.occurred_at,
      sequence: row.sequence,
      eventId: row.event_id === '' ? null : row.event_id,
    }),
  );
  return { identities: new Set(identities), rows: rows.length };
}

/** Bodies in quarantine, by integration. */
export async function quarantinedBodies(db: ClickHouse, tenantId: string): Promise<Set<string>> {
  const rows = await db.query<{ integration: string; body_base64: string }>(
    'SELECT integration, body_base64 FROM rejected FINAL WHERE tenant = {tenant:String}',
    { tenant: tenantId },
  );
  return new Set(
    rows.map((row) => `${row.integration} ${Buffer.from(row.body_base64, 'base64').toString('utf8')}`),
  );
}

/** Not business: they tell when, and by what, a row was made. */
const otherColumns: ReadonlySet<string> = new Set(['tenant', 'version', 'as_of', 'final_until']);

/** Rows of days that were over at `until`, as JSON of their business columns, by person and day. */
export async function personDays(db: ClickHouse, tenantId: string, until: number): Promise<Rows> {
  const rows = await db.query<Record<string, unknown>>(
    `SELECT * EXCEPT (version) FROM person_days FINAL
WHERE tenant = {tenant:String} AND day_end <= {until:Int64} ORDER BY person, day`,
    { tenant: tenantId, until },
  );
  return new Map(
    rows.map((row) => {
      const business = Object.entries(row).filter(([column]) => !otherColumns.has(column));
      return [`${row.person} ${row.day}`, JSON.stringify(Object.fromEntries(business))];
    }),
  );
}

/** Nothing in it that any report shows. */
export function isEmptyDay(text: string): boolean {
  const row = JSON.parse(text) as Record<string, unknown>;
  return (
    amountColumns.every((column) => row[column] === 0) && (row['cells.bucket'] as unknown[]).length === 0
  );
}

/** Rows whose amounts contradict one another. */
export function unbalancedRows(rows: Rows): string[] {
  return [...rows].flatMap(([key, text]) => {
    const row = JSON.parse(text) as Record<string, number>;
    const cells = row as unknown as Record<string, readonly number[]>;
    const sum = row.in_ms! + row.not_present_ms! + row.wrong_activity_ms! + row.no_data_ms!;
    const cellsAgree = amountColumns.every(
      (column) => cells[`cells.${column}`]!.reduce((a, b) => a + b, 0) === row[column],
    );
    return sum === row.scheduled_ms && cellsAgree ? [] : [key];
  });
}

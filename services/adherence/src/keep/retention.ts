/**
 * What is older than RETENTION_DAYS is deleted by ClickHouse in its own time (TTL); what is older than a tenant wants it
 * kept is deleted here. Inputs outlive results by as much as a computation looks back: missing logouts reach two weeks,
 * and the last status before a range is looked for further.
 */
import { isoDate } from '@adherence/domain/calendar.ts';
import type { ConfigurationState } from '@adherence/domain/configuration/tables.ts';
import type { Instant } from '@adherence/domain/model.ts';
import { literal } from '@adherence/store/queries.ts';
import type { Owner } from '../owner.ts';

const inputsLongerDays = 60;

type Kept = 'results' | 'inputs';
interface RetainedTable {
  readonly name: string;
  readonly kept: Kept;
  /** A time of ClickHouse: when the row is from. */
  readonly time: string;
  /** The rows from before a UTC day. */
  readonly before: (day: Instant) => string;
}

const byDay = (name: string, kept: Kept, column: string): RetainedTable => ({
  name,
  kept,
  time: column,
  before: (day) => `${column} < ${literal(isoDate(day))}`,
});
const byOccurrence = (name: string): RetainedTable => ({
  name,
  kept: 'inputs',
  time: 'toDateTime(intDiv(occurred_at, 1000))',
  before: (day) => `occurred_at < ${day}`,
});

const retained: readonly RetainedTable[] = [
  byOccurrence('facts'),
  byOccurrence('break_details'),
  {
    name: 'feed_seconds',
    kept: 'inputs',
    time: 'toDateTime(second)',
    before: (day) => `second < ${day / 1000}`,
  },
  byDay('schedules', 'inputs', 'shift_date'),
  byDay('person_days', 'results', 'day'),
  byDay('result_changes', 'results', 'day'),
];

const daysOf = (kept: Kept, retentionDays: number): number =>
  kept === 'results' ? retentionDays : retentionDays + inputsLongerDays;

/** Statements that set how long the tables keep their rows; doing them again changes nothing. */
export function retentionStatements(retentionDays: number): string[] {
  return retained.map(
    ({ name, kept, time }) =>
      `ALTER TABLE ${name} MODIFY TTL ${time} + toIntervalDay(${daysOf(kept, retentionDays)}) SETTINGS materialize_ttl_after_modify = 0`,
  );
}

const dayMs = 24 * 60 * 60_000;

/**
 * Deletes what is older than its tenant wants: whole UTC days, one statement a table for all tenants. Does nothing
 * where there is nothing, so that it may be called at any time, by anybody. Answers from how many tables it deletes.
 */
export async function expireForTenants(
  db: Pick<Owner['db'], 'query' | 'command'>,
  { tenants }: ConfigurationState,
  now: Instant,
): Promise<number> {
  const wanted = [...tenants].flatMap(([tenantId, { tenant }]) => {
    const { retentionDays } = tenant.document;
    return retentionDays === undefined ? [] : [{ tenantId, retentionDays }];
  });
  let deletions = 0;
  for (const { name, kept, before } of retained) {
    const conditions: string[] = [];
    for (const { tenantId, retentionDays } of wanted) {
      const day = (Math.floor(now / dayMs) - daysOf(kept, retentionDays)) * dayMs;
      const old = `(tenant = ${literal(tenantId)} AND ${before(day)})`;
      const found = await db.query(`SELECT 1 AS one FROM ${name} WHERE ${old} LIMIT 1`);
      if (found.length > 0) conditions.push(old);
    }
    if (conditions.length === 0) continue;
    await db.command(`ALTER TABLE ${name} DELETE WHERE ${conditions.join(' OR ')}`);
    deletions += 1;
  }
  return deletions;
}

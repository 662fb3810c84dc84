/** Recorded changes of final buckets, newest first, and what closed periods would have. */
import type { Interval } from '@adherence/domain/model.ts';
import { amountColumns } from '@adherence/schemas/tables.ts';
import { topics } from '@adherence/schemas/topics.ts';
import { daysAround } from './adherence.ts';
import { idList, type Sql } from './sql.ts';

export interface ResultChangeRow {
  readonly person: string;
  readonly date: string;
  readonly key_version: string;
  readonly recorded: number;
  readonly rules: readonly [before: number, after: number];
  readonly why: readonly (readonly [
    reason: string,
    topic: string,
    offset: number,
    ref: string,
    actor: string,
    at: number,
  ])[];
  readonly buckets: readonly number[];
  /** By amount, then by cell. */
  readonly before: readonly (readonly number[])[];
  readonly after: readonly (readonly number[])[];
}

/** Where a page ended. */
export type ResultChangeCursor = readonly [recorded: number, person: string, date: string, version: string];

const fields = `person, toString(day) AS date, toString(before_version) AS key_version, recorded_at AS recorded,
  tuple(rules_before, rules_after) AS rules,
  arrayZip(causes.reason, causes.topic, causes.offset, causes.ref, causes.actor, causes.at) AS why,
  cells.bucket AS buckets,
  [${amountColumns.map((name) => `cells.before_${name}`).join(', ')}] AS before,
  [${amountColumns.map((name) => `cells.after_${name}`).join(', ')}] AS after`;

const page = `ORDER BY recorded DESC, person DESC, date DESC, before_version DESC
LIMIT {limit:UInt32}`;

const pageAfter = (after: ResultChangeCursor | null): { condition: string; parameters: Sql['parameters'] } =>
  after === null
    ? { condition: '', parameters: {} }
    : {
        condition: `
  AND (recorded_at, person, day, before_version) < ({afterAt:Int64}, {afterPerson:String}, {afterDay:Date}, toUInt128({afterVersion:String}))`,
        parameters: { afterAt: after[0], afterPerson: after[1], afterDay: after[2], afterVersion: after[3] },
      };

/** What was replaced; `causedBy` is the offset of a change of the configuration. */
export function resultChangesIn(
  tenantId: string,
  /** null = everybody. */
  personIds: readonly string[] | null,
  range: Interval,
  causedBy: number | null,
  after: ResultChangeCursor | null,
  limit: number,
): Sql {
  const next = pageAfter(after);
  const people = personIds === null ? '' : ` AND person IN (${idList(personIds)})`;
  const cause =
    causedBy === null
      ? ''
      : `
  AND arrayExists((topic, offset) -> topic = '${topics.configuration.name}' AND offset = {causedBy:UInt64}, causes.topic, causes.offset)`;
  return {
    text: `SELECT ${fields}
FROM result_changes FINAL
WHERE tenant = {tenant:String}${people} AND closed_period = ''
  AND day >= {firstDay:Date} AND day <= {lastDay:Date}
  AND arrayExists(bucket -> bucket >= {from:Int64} AND bucket < {to:Int64}, cells.bucket)${cause}${next.condition}
${page}`,
    parameters: {
      tenant: tenantId,
      ...daysAround(range),
      from: range.from,
      to: range.to,
      ...(causedBy === null ? {} : { causedBy }),
      ...next.parameters,
      limit,
    },
  };
}

/** What the numbers of a closed period would be by now, of the rows that stand. */
export function closedDifferences(
  tenantId: string,
  periodId: string,
  dates: { readonly from: string; readonly to: string },
  after: ResultChangeCursor | null,
  limit: number,
): Sql {
  const next = pageAfter(after);
  return {
    text: `SELECT ${fields}
FROM result_changes FINAL
WHERE tenant = {tenant:String} AND closed_period = {period:String} AND notEmpty(cells.bucket)
  AND day >= {firstDay:Date} AND day <= {lastDay:Date}
  AND (person, day, before_version) IN (
    SELECT person, day, version FROM person_days FINAL
    WHERE tenant = {tenant:String} AND day >= {firstDay:Date} AND day <= {lastDay:Date})${next.condition}
${page}`,
    parameters: {
      tenant: tenantId,
      period: periodId,
      firstDay: dates.from,
      lastDay: dates.to,
      ...next.parameters,
      limit,
    },
  };
}

export interface UnfinishedRow {
  readonly person: string;
  readonly date: string;
  readonly final_to: number;
}

/** People of whom a day is not final as a whole, each with the first such day. */
export const unfinishedDays = (
  tenantId: string,
  personIds: readonly string[],
  dates: { readonly from: string; readonly to: string },
  limit: number,
): Sql => ({
  text: `SELECT person, toString(min(day)) AS date, min(final_until) AS final_to
FROM person_days FINAL
WHERE tenant = {tenant:String} AND person IN (${idList(personIds)})
  AND day >= {firstDay:Date} AND day <= {lastDay:Date} AND final_until < day_end
GROUP BY person ORDER BY person LIMIT {limit:UInt32}`,
  parameters: { tenant: tenantId, firstDay: dates.from, lastDay: dates.to, limit },
});

/** People whose numbers are frozen by the command of this offset. */
export const frozenCount = (tenantId: string, closedAtOffset: number): Sql => ({
  text: `SELECT uniqExactIf(person, done = 1) AS frozen FROM recomputations FINAL
WHERE tenant = {tenant:String} AND asked_on = '${topics.configuration.name}' AND ask_offset = {offset:UInt64}`,
  parameters: { tenant: tenantId, offset: closedAtOffset },
});

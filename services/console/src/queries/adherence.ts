/**
 * Sums over person_days: whole days from the day totals, everything else from the cells. Ranges are whole buckets of
 * 15 minutes; what is cut inside a bucket comes from segments (segmentsIn).
 */
import { addDays, isoDate } from '@adherence/domain/calendar.ts';
import type { Instant, Interval } from '@adherence/domain/model.ts';
import { amountColumns } from '@adherence/schemas/tables.ts';
import { idList, idLiteral, type Sql } from './sql.ts';

/** People and the group each one counts for; groups are numbers that the caller understands. */
export type Members = readonly { readonly personId: string; readonly group: number }[];

/** How the sums are cut. `key` of a row is a number for buckets and borders, a date for calendar days, '' for total. */
export type Cut =
  | { readonly kind: 'bucket'; readonly sizeMs: number }
  /** Periods of the zone that the people's own days follow. */
  | { readonly kind: 'own'; readonly period: OwnPeriod }
  /** Periods of another zone than some of the people's: ascending starts. */
  | { readonly kind: 'borders'; readonly starts: readonly Instant[] }
  /** By shift date; unscheduled time by the people's own day, or by the borders of another zone's days. */
  | { readonly kind: 'shiftDate'; readonly starts: readonly Instant[] | null };

export type OwnPeriod = 'day' | 'week' | 'month' | 'total';

export interface SumRow {
  readonly person_group: number;
  readonly key: string | number;
  readonly sums: readonly number[];
}

export function adherenceSums(
  tenantId: string,
  members: Members,
  range: Interval,
  cut: Cut,
  /** The range begins and ends with days of every person, so that no day is cut. */
  wholeDays: boolean,
): Sql {
  const parameters = { tenant: tenantId, from: range.from, to: range.to, ...daysAround(range) };
  const own = where(members);
  const source =
    cut.kind === 'own'
      ? daySource(members, own, cut.period, range, wholeDays)
      : cellSource(members, own, keyOfCell(cut));
  return {
    text: `SELECT person_group, key, [${amountColumns.map((name) => `sum(${name})`).join(', ')}] AS sums
FROM (
${source}
)
GROUP BY person_group, key
HAVING arraySum(sums) > 0`,
    parameters,
  };
}

/**
 * Sums of days, none of which is cut, with how far they are computed, of one reading. Periods with nothing in them are
 * told too: their days may be behind.
 */
export function wholeDaySums(tenantId: string, members: Members, range: Interval, period: OwnPeriod): Sql {
  const more = ['person', 'final_until', 'day_end', 'as_of'];
  return {
    text: `SELECT person_group, key, [${amountColumns.map((name) => `sum(${name})`).join(', ')}] AS sums,
${freshnessColumns}
FROM (
${daysInside(members, where(members), period, more)}
)
GROUP BY person_group, key`,
    parameters: { tenant: tenantId, from: range.from, to: range.to, ...daysAround(range) },
  };
}

export interface FreshnessRow {
  readonly person_group: number;
  /** How many of the group have rows there. */
  readonly people: number;
  /** Least final_until of the days that are not final as a whole; null when all are. */
  readonly final_to: Instant | null;
  /** Least as_of of the days that are not computed to their end, or to the end of the range; null when all are. */
  readonly least_as_of: Instant | null;
  readonly latest_as_of: Instant | null;
}

/** How far the rows of a range are computed, and up to when those of the whole periods around it are final. */
export const freshnessOf = (tenantId: string, members: Members, range: Interval, whole: Interval): Sql => ({
  text: `WITH day_start < {to:Int64} AND day_end > {from:Int64} AS is_asked
SELECT ${groupOf(members)} AS person_group,
  minOrNullIf(final_until, final_until < day_end) AS final_to,
  minOrNullIf(as_of, is_asked AND as_of < least(day_end, {to:Int64})) AS least_as_of,
  maxOrNullIf(as_of, is_asked) AS latest_as_of,
  uniqExact(person) AS people
FROM person_days FINAL
WHERE ${where(members)} AND day_start < {wholeTo:Int64} AND day_end > {wholeFrom:Int64}
GROUP BY person_group`,
  parameters: {
    tenant: tenantId,
    from: range.from,
    to: range.to,
    wholeFrom: whole.from,
    wholeTo: whole.to,
    ...daysAround(whole),
  },
});

const freshnessColumns = `  minOrNullIf(final_until, final_until < day_end) AS final_to,
  minOrNullIf(as_of, as_of < least(day_end, {to:Int64})) AS least_as_of,
  max(as_of) AS latest_as_of,
  uniqExact(person) AS people`;

export interface ComputedPeopleRow {
  readonly person_group: number;
  readonly people: number;
}

/** How many of each group were computed at all: somebody new has no row yet. */
export const computedPeople = (tenantId: string, members: Members): Sql => ({
  text: `SELECT ${groupOf(members)} AS person_group, uniqExact(person) AS people
FROM person_days
WHERE tenant = {tenant:String} AND person IN (${idList(members.map(({ personId }) => personId))})
GROUP BY person_group`,
  parameters: { tenant: tenantId },
});

const day = 24 * 60 * 60_000;

/** Local dates differ from those of UTC by a day at most. */
export function daysAround({ from, to }: Interval): { readonly firstDay: string; readonly lastDay: string } {
  return { firstDay: isoDate(from - day), lastDay: isoDate(to + day) };
}

const where = (members: Members): string =>
  `tenant = {tenant:String} AND person IN (${idList(members.map(({ personId }) => personId))})
    AND day >= {firstDay:Date} AND day <= {lastDay:Date}`;

function groupOf(members: Members): string {
  const groups = new Set(members.map(({ group }) => group));
  if (groups.size <= 1) return `toInt32(${[...groups][0] ?? 0})`;
  const ids = members.map(({ personId }) => idLiteral(personId)).join(', ');
  return `transform(person, [${ids}], [${members.map(({ group }) => group).join(', ')}], -1)`;
}

const cellSums = amountColumns.map((name) => `toInt64(cells.${name}) AS ${name}`).join(', ');

const cellSource = (members: Members, own: string, key: string): string =>
  `  SELECT ${groupOf(members)} AS person_group, ${key} AS key, ${cellSums}
  FROM person_days FINAL ARRAY JOIN cells
  WHERE ${own}
    AND cells.bucket >= {from:Int64} AND cells.bucket < {to:Int64}`;

function daySource(
  members: Members,
  own: string,
  period: OwnPeriod,
  range: Interval,
  wholeDays: boolean,
): string {
  const whole = daysInside(members, own, period);
  if (wholeDays) return whole;
  const cutDays = [range.from, range.to].flatMap((at) => [-1, 0, 1].map((n) => addDays(isoDate(at), n)));
  const dates = [...new Set(cutDays)].map((date) => `'${date}'`).join(', ');
  return `${whole}
  UNION ALL
${cellSource(members, own, keyOfDay[period])}
    AND day IN (${dates}) AND NOT (${inside})`;
}

const inside = 'day_start >= {from:Int64} AND day_end <= {to:Int64}';

const keyOfDay: Readonly<Record<OwnPeriod, string>> = {
  day: 'toString(day)',
  week: 'toString(toMonday(day))',
  month: 'toString(toStartOfMonth(day))',
  total: "''",
};

/** Totals of the days that are all inside the range. */
const daysInside = (members: Members, own: string, period: OwnPeriod, more: readonly string[] = []): string =>
  `  SELECT ${groupOf(members)} AS person_group, ${keyOfDay[period]} AS key, ${[...amountColumns, ...more].join(', ')}
  FROM person_days FINAL
  WHERE ${own}
    AND ${inside}`;

function keyOfCell(cut: Exclude<Cut, { kind: 'own' }>): string {
  switch (cut.kind) {
    case 'bucket':
      return `intDiv(cells.bucket, ${cut.sizeMs}) * ${cut.sizeMs}`;
    case 'borders':
      return startBefore(cut.starts);
    case 'shiftDate': {
      const unscheduled = cut.starts ? `toString(${startBefore(cut.starts)})` : 'toString(day)';
      return `if(cells.shift_date != '', toString(cells.shift_date), ${unscheduled})`;
    }
  }
}

const startBefore = (starts: readonly Instant[]): string =>
  `roundDown(cells.bucket, [${starts.map((at) => `toInt64(${at})`).join(', ')}])`;

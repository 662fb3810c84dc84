/**
 * GET /adherence: sums by group and period. The database adds whole buckets up; what a range cuts inside a bucket is
 * computed from the stored segments, by the function that makes the buckets.
 */
import { rulesOf } from '@adherence/domain/compute/rules.ts';
import { calendarOf } from '@adherence/domain/configuration/closed-periods.ts';
import type { TenantTables } from '@adherence/domain/configuration/tables.ts';
import type { Amounts, Instant, Interval } from '@adherence/domain/model.ts';
import type { Database } from '../environment.ts';
import {
  adherenceSums,
  type ComputedPeopleRow,
  type Cut,
  computedPeople,
  type FreshnessRow,
  freshnessOf,
  type Members,
  type SumRow,
  wholeDaySums,
} from '../queries/adherence.ts';
import { type SegmentRow, segmentOf, segmentsIn } from '../queries/segments.ts';
import { partsOf, type Sql } from '../queries/sql.ts';
import { amountsOf } from './amounts.ts';
import type { Group } from './groups.ts';
import {
  bucketSizeOf,
  type CalendarGranularity,
  isCalendar,
  isDayStart,
  periodDates,
  periodOf,
  periodsAround,
  splitRange,
} from './periods.ts';
import { type AdherenceQuery, addSegments, createSums, finalAt, type Sums } from './sums.ts';

export interface AdherenceRow extends Interval {
  readonly key: string | null;
  readonly amounts: Amounts;
  readonly final: boolean;
}

export interface AdherenceResult {
  /** To which every row is computed; null when there is nothing stored. */
  readonly asOf: Instant | null;
  /** In order of time, then of groups. Rows with nothing in them are left out. */
  readonly rows: readonly AdherenceRow[];
}

export async function readAdherence(
  database: Database,
  tables: TenantTables,
  groups: readonly Group[],
  query: AdherenceQuery,
  now: Instant,
): Promise<AdherenceResult> {
  const reader: Reader = { database, tables, groups, query, sums: createSums(groups, query) };
  const { asOf, finalTo } = (await addWholeDays(reader)) ?? (await addParts(reader));
  const rows = reader.sums.rows().map(({ group, key, from, to, amounts }) => {
    const until = Math.min(finalTo[group] ?? Number.POSITIVE_INFINITY, now - finalAfterMs);
    return { key, from, to, amounts, final: finalAt({ from, to }, query) <= until };
  });
  return { asOf, rows };
}

/** domain.md: a bucket is final once asOf is 15 min past its end. */
export const finalAfterMs = 15 * 60_000;

interface Reader {
  readonly database: Database;
  readonly tables: TenantTables;
  readonly groups: readonly Group[];
  readonly query: AdherenceQuery;
  readonly sums: Sums;
}

/** Where no period is cut, one reading tells the sums and how far they are computed; null where one is. */
async function addWholeDays(reader: Reader): Promise<Freshness | null> {
  const { query, groups, tables, sums } = reader;
  const { core, edges } = splitRange(query);
  const whole = wholePeriods(groups, query);
  if (!core || edges.length > 0 || whole.from < query.from || whole.to > query.to) return null;
  const blocks = blocksOf(groups, query).map((block) => ({ block, cut: cutOf(query, block, core) }));
  if (!blocks.every(({ block, cut }) => cut.kind === 'own' && cutsNoDay(reader, block, core))) return null;
  const rows = await Promise.all(
    blocks.map(({ block, cut }) =>
      queryParts<SumRow & FreshnessRow>(reader, membersOf(groups, block.groups), (members) =>
        wholeDaySums(tables.tenantId, members, core, (cut as Extract<Cut, { kind: 'own' }>).period),
      ),
    ),
  );
  for (const row of rows.flat()) {
    if (row.sums.some((sum) => sum > 0)) sums.add(row.person_group, row.key, amountsOf(row.sums));
  }
  return freshnessIn(reader, rows.flat());
}

async function addParts(reader: Reader): Promise<Freshness> {
  const { query, groups } = reader;
  const { core, edges } = splitRange(query);
  // Before the sums: they are then at least as fresh, and as final, as it says.
  const freshness = await readFreshness(reader);
  const blocks = core ? blocksOf(groups, query).map((block) => addCore(reader, block, core)) : [];
  await Promise.all([...blocks, ...edges.map((edge) => addEdge(reader, edge))]);
  return freshness;
}

/** Groups that can be cut by the same statement: those of one calendar. */
interface Block {
  readonly groups: readonly number[];
  readonly timeZone: string;
  readonly ownDays: boolean;
}

function blocksOf(groups: readonly Group[], { granularity }: AdherenceQuery): Block[] {
  const all = groups.map((_, index) => index);
  if (!isCalendar(granularity)) return [{ groups: all, timeZone: '', ownDays: true }];
  const byCalendar = Map.groupBy(all, (index) => `${groups[index]!.ownDays}|${groups[index]!.timeZone}`);
  return [...byCalendar.values()].map((indexes) => {
    const { timeZone, ownDays } = groups[indexes[0]!]!;
    return { groups: indexes, timeZone, ownDays };
  });
}

async function addCore(reader: Reader, block: Block, core: Interval): Promise<void> {
  const { groups, query, tables, sums } = reader;
  const cut = cutOf(query, block, core);
  const wholeDays = cutsNoDay(reader, block, core);
  const rows = await queryParts<SumRow>(reader, membersOf(groups, block.groups), (members) =>
    adherenceSums(tables.tenantId, members, core, cut, wholeDays),
  );
  for (const row of rows) sums.add(row.person_group, row.key, amountsOf(row.sums));
}

/** The range begins and ends with days of everybody in the block. */
function cutsNoDay({ tables, groups }: Reader, block: Block, { from, to }: Interval): boolean {
  const calendars = new Set(
    block.groups.flatMap((index) =>
      groups[index]!.people.map(({ personId, timeZone }) => calendarOf(tables, personId, timeZone)),
    ),
  );
  return isDayStart(calendars, from) && isDayStart(calendars, to);
}

function cutOf({ granularity, shiftDate }: AdherenceQuery, block: Block, core: Interval): Cut {
  const sizeMs = bucketSizeOf(granularity);
  if (sizeMs !== null) return { kind: 'bucket', sizeMs };
  if (!isCalendar(granularity)) return { kind: 'own', period: 'total' };
  const starts = (unit: CalendarGranularity) =>
    periodDates(unit, block.timeZone, core).map((date) => periodOf(unit, block.timeZone, date).from);
  if (shiftDate) return { kind: 'shiftDate', starts: block.ownDays ? null : starts('day') };
  return block.ownDays
    ? { kind: 'own', period: granularity }
    : { kind: 'borders', starts: starts(granularity) };
}

async function addEdge(reader: Reader, edge: Interval): Promise<void> {
  const { groups, query, tables, sums } = reader;
  const members = membersOf(
    groups,
    groups.map((_, index) => index),
  );
  const groupOfPerson = new Map(members.map(({ personId, group }) => [personId, group]));
  const { activityType } = rulesOf(tables.rules);
  const cut = { ...edge, granularity: query.granularity, shiftDate: query.shiftDate };
  const rows = await queryParts<SegmentRow>(reader, members, (part) =>
    segmentsIn(
      tables.tenantId,
      part.map(({ personId }) => personId),
      edge,
    ),
  );
  for (const [personId, own] of Map.groupBy(rows, ({ person }) => person)) {
    addSegments(sums, groupOfPerson.get(personId)!, own.map(segmentOf), activityType, cut);
  }
}

interface Freshness {
  readonly asOf: Instant | null;
  /** Per group; absent where everything stored is final, and everybody was computed. */
  readonly finalTo: readonly (Instant | undefined)[];
}

async function readFreshness(reader: Reader): Promise<Freshness> {
  const { groups, query, tables } = reader;
  const whole = wholePeriods(groups, query);
  const rows = await queryParts<FreshnessRow>(
    reader,
    membersOf(
      groups,
      groups.map((_, index) => index),
    ),
    (members) => freshnessOf(tables.tenantId, members, query, whole),
  );
  return freshnessIn(reader, rows);
}

/** What the rows of a range stand for, with what the range cuts off. */
export function wholePeriods(groups: readonly Pick<Group, 'timeZone'>[], query: AdherenceQuery): Interval {
  const zones = new Set(groups.map(({ timeZone }) => timeZone));
  const periods = periodsAround(query.granularity, zones, query);
  return { from: periods.from, to: finalAt(periods, query) };
}

async function freshnessIn(reader: Reader, rows: readonly FreshnessRow[]): Promise<Freshness> {
  const finalTo: (Instant | undefined)[] = [];
  let least: Instant | null = null;
  let latest: Instant | null = null;
  for (const { person_group: group, final_to, least_as_of, latest_as_of } of rows) {
    if (final_to !== null) finalTo[group] = Math.min(finalTo[group] ?? final_to, final_to);
    if (least_as_of !== null) least = Math.min(least ?? least_as_of, least_as_of);
    if (latest_as_of !== null) latest = Math.max(latest ?? latest_as_of, latest_as_of);
  }
  for (const group of await groupsToCome(reader, rows)) finalTo[group] = Number.NEGATIVE_INFINITY;
  return { asOf: least ?? latest, finalTo };
}

/** Groups with somebody of whom nothing is stored yet: no row of them is final before that person is in it. */
async function groupsToCome(reader: Reader, rows: readonly FreshnessRow[]): Promise<number[]> {
  const { groups, tables } = reader;
  const isWhole = (group: number) =>
    rows.some((row) => row.person_group === group && row.people === groups[group]!.people.length);
  // Most often everybody has rows in the range.
  const partial = [...groups.keys()].filter((group) => !isWhole(group));
  if (partial.length === 0) return [];
  const counts = await queryParts<ComputedPeopleRow>(reader, membersOf(groups, partial), (members) =>
    computedPeople(tables.tenantId, members),
  );
  const computed = new Map<number, number>();
  for (const { person_group: group, people } of counts)
    computed.set(group, (computed.get(group) ?? 0) + people);
  return partial.filter((group) => (computed.get(group) ?? 0) < groups[group]!.people.length);
}

const membersOf = (groups: readonly Group[], indexes: readonly number[]): Members =>
  indexes.flatMap((group) => groups[group]!.people.map(({ personId }) => ({ personId, group })));

/** Asks for as many people at once as a statement takes. */
async function queryParts<T>(
  { database }: Reader,
  members: Members,
  toSql: (members: Members) => Sql,
): Promise<T[]> {
  const rows: T[] = [];
  for (const part of partsOf(members, ({ personId }) => 2 * personId.length + 16)) {
    const { text, parameters } = toSql(part);
    for (const row of await database.query<T>(text, parameters)) rows.push(row);
  }
  return rows;
}

/**
 * GET /adherence: sums by group and period. The database adds whole buckets up; what a range cuts inside a bucket is
 * computed from the stored segments, by the function that makes the buckets.
 */
import { localDateOf } from '@adherence/domain/calendar.ts';
import { cellsOf, noAmounts } from '@adherence/domain/compute/cells.ts';
import { rulesOf } from '@adherence/domain/compute/rules.ts';
import type { TenantTables } from '@adherence/domain/configuration/tables.ts';
import type { Amounts, Instant, Interval } from '@adherence/domain/model.ts';
import type { Database } from '../environment.ts';
import {
  adherenceSums,
  type Cut,
  type FreshnessRow,
  freshnessOf,
  type Members,
  type SumRow,
} from '../queries/adherence.ts';
import { type SegmentRow, segmentOf, segmentsIn } from '../queries/segments.ts';
import { partsOf, type Sql } from '../queries/sql.ts';
import { addAmounts, amountsOf, type MutableAmounts } from './amounts.ts';
import type { Group } from './groups.ts';
import {
  bucketSizeOf,
  type CalendarGranularity,
  type Granularity,
  isCalendar,
  isDayStart,
  periodDate,
  periodDates,
  periodOf,
  splitRange,
} from './periods.ts';

export interface AdherenceQuery extends Interval {
  readonly granularity: Granularity;
  /** Days, and what is made of them, by shift date. */
  readonly shiftDate: boolean;
}

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
  const { core, edges } = splitRange(query);
  // Before the sums: they are then at least as fresh, and as final, as it says.
  const { asOf, finalTo } = await readFreshness(reader);
  const blocks = core ? blocksOf(groups, query).map((block) => addCore(reader, block, core)) : [];
  await Promise.all([...blocks, ...edges.map((edge) => addEdge(reader, edge))]);
  const rows = reader.sums.rows().map(({ group, key, from, to, amounts }) => {
    const until = Math.min(finalTo[group] ?? Number.POSITIVE_INFINITY, now - finalAfterMs);
    return { key, from, to, amounts, final: to <= until };
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
  const zones = new Set(block.groups.flatMap((index) => groups[index]!.people.map((p) => p.timeZone)));
  const wholeDays = isDayStart(zones, core.from) && isDayStart(zones, core.to);
  const rows = await queryParts<SumRow>(reader, membersOf(groups, block.groups), (members) =>
    adherenceSums(tables.tenantId, members, core, cut, wholeDays),
  );
  for (const row of rows) sums.add(row.person_group, row.key, amountsOf(row.sums));
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
  const rows = await queryParts<SegmentRow>(reader, members, (part) =>
    segmentsIn(
      tables.tenantId,
      part.map(({ personId }) => personId),
      edge,
    ),
  );
  for (const [personId, own] of Map.groupBy(rows, ({ person }) => person)) {
    const group = groupOfPerson.get(personId)!;
    const segments = own.map(segmentOf);
    for (const cell of cellsOf(segments, activityType, edge.from, edge.to)) {
      const key =
        query.shiftDate && cell.shiftDate !== null ? cell.shiftDate : Math.max(cell.bucket, edge.from);
      sums.add(group, key, cell);
    }
  }
}

interface Sums {
  /** `key` is a date, an instant within the period, or '' for the total. */
  readonly add: (group: number, key: string | number, amounts: Amounts) => void;
  readonly rows: () => (Interval & { group: number; key: string | null; amounts: Amounts })[];
}

/** Adds amounts up by group and period, whatever way the period of each was told. */
function createSums(groups: readonly Group[], query: AdherenceQuery): Sums {
  const { granularity } = query;
  const sizeMs = bucketSizeOf(granularity);
  const sums = new Map<string, Interval & { group: number; amounts: MutableAmounts }>();

  const periodAt = (group: Group, key: string | number): Interval => {
    if (isCalendar(granularity)) {
      const date =
        typeof key === 'string' && key.includes('-') ? key : localDateOf(group.timeZone, Number(key));
      return periodOf(granularity, group.timeZone, periodDate(granularity, date));
    }
    if (sizeMs === null) return query;
    const from = Math.floor(Number(key) / sizeMs) * sizeMs;
    return { from, to: from + sizeMs };
  };

  return {
    add(group, key, amounts) {
      const { from, to } = periodAt(groups[group]!, key);
      const id = `${group}|${from}`;
      let sum = sums.get(id);
      if (!sum) {
        sum = { group, from, to, amounts: { ...noAmounts } };
        sums.set(id, sum);
      }
      addAmounts(sum.amounts, amounts);
    },
    rows: () =>
      [...sums.values()]
        .sort((a, b) => a.from - b.from || a.group - b.group)
        .map((sum) => ({ ...sum, key: groups[sum.group]!.key })),
  };
}

interface Freshness {
  readonly asOf: Instant | null;
  /** Per group; absent where everything stored is final. */
  readonly finalTo: readonly (Instant | undefined)[];
}

async function readFreshness(reader: Reader): Promise<Freshness> {
  const { groups, query, tables } = reader;
  const rows = await queryParts<FreshnessRow>(
    reader,
    membersOf(
      groups,
      groups.map((_, index) => index),
    ),
    (members) => freshnessOf(tables.tenantId, members, query),
  );
  const finalTo: (Instant | undefined)[] = [];
  let least: Instant | null = null;
  let latest: Instant | null = null;
  for (const { person_group: group, final_to, least_as_of, latest_as_of } of rows) {
    if (final_to !== null) finalTo[group] = Math.min(finalTo[group] ?? final_to, final_to);
    if (least_as_of !== null) least = Math.min(least ?? least_as_of, least_as_of);
    latest = Math.max(latest ?? latest_as_of, latest_as_of);
  }
  return { asOf: least ?? latest, finalTo };
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

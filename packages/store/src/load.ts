/** What is read from ClickHouse to compute, as values of the domain. Writing is `insertRows` with the columns of rows.ts. */
import { userKey } from '@adherence/domain/compute/actual.ts';
import type { Instant, Interval, ScheduleDocument } from '@adherence/domain/model.ts';
import {
  feedGapsOf,
  firstFacts,
  firstSchedules,
  gapsFromFacts,
  gapsFromSeconds,
  lastComputed,
  openRecomputations,
  type StoreView,
  schedulesBetween,
  type UserRef,
  wholeView,
} from './queries.ts';
import type { Row } from './rows.ts';

export interface Database {
  insertRows(
    table: string,
    columns: readonly string[],
    rows: readonly Row[],
    types?: readonly string[],
  ): Promise<void>;
  query<T>(sql: string): Promise<T[]>;
  /** For many rows: columns by name, block after block. */
  queryBlocks(sql: string): Promise<Iterable<Block>>;
}
export interface Block {
  readonly rows: number;
  readonly columns: ReadonlyMap<string, ArrayLike<unknown>>;
}
export type ReadDatabase = Pick<Database, 'query' | 'queryBlocks'>;

/** First instant known of each user, by userKey. */
export async function loadFirstFacts(
  db: ReadDatabase,
  tenantId: string,
  users: readonly UserRef[],
): Promise<Map<string, Instant>> {
  if (users.length === 0) return new Map();
  const rows = await db.query<{ integration: string; external_user: string; first_at: number }>(
    firstFacts(tenantId, users),
  );
  return new Map(rows.map((row) => [userKey(row.integration, row.external_user), row.first_at]));
}

/** First shift date of each person. */
export async function loadFirstShiftDates(
  db: ReadDatabase,
  tenantId: string,
  personIds: readonly string[],
): Promise<Map<string, string>> {
  const rows = await db.query<{ person: string; first_date: string }>(firstSchedules(tenantId, personIds));
  return new Map(rows.map((row) => [row.person, row.first_date]));
}

export interface StoredResults {
  readonly asOf: Instant;
  readonly firstDay: string;
  /** Greatest offset in the versions of the rows. */
  readonly offset: number;
}

export async function loadStoredResults(
  db: ReadDatabase,
  tenantId: string,
  personIds: readonly string[],
): Promise<Map<string, StoredResults>> {
  const rows = await db.query<{ person: string; as_of: number; first_day: string; last_offset: number }>(
    lastComputed(tenantId, personIds),
  );
  return new Map(
    rows.map((row) => [row.person, { asOf: row.as_of, firstDay: row.first_day, offset: row.last_offset }]),
  );
}

export interface StoredSchedule extends ScheduleDocument {
  readonly offset: number;
  readonly removed: boolean;
  /** Only in views with sources. */
  readonly written?: { readonly commandId: string; readonly by: string; readonly at: Instant };
}

/** Documents that hold, by person, shift dates inclusive; removed ones are given as such. */
export async function loadSchedules(
  db: ReadDatabase,
  tenantId: string,
  personIds: readonly string[],
  fromDate: string,
  toDate: string,
  beforeOffset: number | null = null,
  view: StoreView = wholeView,
): Promise<Map<string, StoredSchedule[]>> {
  const rows = await db.query<{
    person: string;
    shift_date: string;
    last_offset: number;
    removed: number;
    activity_ids: string[];
    starts: number[];
    ends: number[];
    last_command?: string;
    last_writer?: string;
    last_written_at?: number;
  }>(schedulesBetween(tenantId, personIds, fromDate, toDate, beforeOffset, view));
  const byPerson = new Map<string, StoredSchedule[]>();
  for (const row of rows) {
    const documents = byPerson.get(row.person) ?? [];
    byPerson.set(row.person, documents);
    documents.push({
      shiftDate: row.shift_date,
      offset: row.last_offset,
      removed: row.removed === 1,
      activities: row.activity_ids.map((activityId, i) => ({
        activityId,
        start: row.starts[i]!,
        end: row.ends[i]!,
      })),
      ...(view.withSources
        ? { written: { commandId: row.last_command!, by: row.last_writer!, at: row.last_written_at! } }
        : {}),
    });
  }
  return byPerson;
}

export interface StoredFeed {
  readonly integrationId: string;
  /** Of the version of the row. */
  readonly offset: number;
  readonly asked: boolean;
  readonly thresholdMs: number;
  readonly changedFrom: Instant;
  readonly first: Instant | null;
  readonly last: Instant | null;
  /** Start of a silence at the live end that was declared. */
  readonly openFrom: Instant | null;
  readonly gaps: readonly Interval[];
}

export async function loadFeeds(
  db: ReadDatabase,
  tenantId: string,
  integrationIds: readonly string[],
): Promise<StoredFeed[]> {
  if (integrationIds.length === 0) return [];
  const rows = await db.query<{
    integration: string;
    last_offset: number;
    asked: number;
    threshold_ms: number;
    changed_from: number;
    first_at: number | null;
    last_at: number | null;
    open_from: number | null;
    gap_from: number[];
    gap_to: number[];
  }>(feedGapsOf(tenantId, integrationIds));
  return rows.map((row) => ({
    integrationId: row.integration,
    offset: row.last_offset,
    asked: row.asked === 1,
    thresholdMs: row.threshold_ms,
    changedFrom: row.changed_from,
    first: row.first_at,
    last: row.last_at,
    openFrom: row.open_from,
    gaps: row.gap_from.map((from, i) => ({ from, to: row.gap_to[i]! })),
  }));
}

export const loadGapsFromSeconds = (
  db: ReadDatabase,
  tenantId: string,
  integrationId: string,
  thresholdMs: number,
): Promise<HeardFeed> => loadHeard(db, gapsFromSeconds(tenantId, integrationId, thresholdMs));

/** Silences as far as they were known at an instant. */
export const loadGapsKnownAt = (
  db: ReadDatabase,
  tenantId: string,
  integrationId: string,
  thresholdMs: number,
  knownAt: Instant,
): Promise<HeardFeed> => loadHeard(db, gapsFromFacts(tenantId, integrationId, thresholdMs, knownAt));

interface HeardFeed {
  readonly first: Instant | null;
  readonly last: Instant | null;
  readonly gaps: Interval[];
}

async function loadHeard(db: ReadDatabase, sql: string): Promise<HeardFeed> {
  const [row] = await db.query<{ first_at: number; last_at: number; gap_from: number[]; gap_to: number[] }>(
    sql,
  );
  if (!row || row.last_at === 0) return { first: null, last: null, gaps: [] };
  return {
    first: row.first_at,
    last: row.last_at,
    gaps: row.gap_from.map((from, i) => ({ from, to: row.gap_to[i]! })),
  };
}

export interface OpenRecomputation {
  readonly tenantId: string;
  readonly personId: string;
  readonly askedOn: string;
  readonly askOffset: number;
  readonly from: Instant;
  /** null = everything from there on. */
  readonly to: Instant | null;
  readonly reason: string;
  readonly recomputationId: string;
  readonly configurationOffset: number;
  readonly askedAt: Instant;
}

export async function loadOpenRecomputations(db: ReadDatabase): Promise<OpenRecomputation[]> {
  const rows = await db.query<{
    tenant: string;
    person: string;
    asked_on: string;
    ask_offset: number;
    from_at: number;
    to_at: number;
    bounded: number;
    reason: string;
    recomputation_id: string;
    configuration_offset: number;
    asked_at: number;
  }>(openRecomputations);
  return rows.map((row) => ({
    tenantId: row.tenant,
    personId: row.person,
    askedOn: row.asked_on,
    askOffset: row.ask_offset,
    from: row.from_at,
    to: row.bounded ? row.to_at : null,
    reason: row.reason,
    recomputationId: row.recomputation_id,
    configurationOffset: row.configuration_offset,
    askedAt: row.asked_at,
  }));
}

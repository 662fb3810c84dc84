/** What is read from ClickHouse to compute, as values of the domain. Writing is `insertRows` with the columns of rows.ts. */
import { userKey } from '@adherence/domain/compute/actual.ts';
import { contentKey, mayBeFound, withFoundBreakType } from '@adherence/domain/compute/break-types.ts';
import type { FactFlag, Instant, Interval, LineFact, ScheduleDocument } from '@adherence/domain/model.ts';
import {
  breakTypesFrom,
  factsBefore,
  factsFrom,
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
  insertRows(table: string, columns: readonly string[], rows: readonly Row[]): Promise<void>;
  query<T>(sql: string): Promise<T[]>;
}
export type ReadDatabase = Pick<Database, 'query'>;

interface FactRow {
  integration: string;
  external_user: string;
  event_type: LineFact['eventType'];
  status: string | null;
  break_type: string | null;
  occurred_at: number;
  sequence: number | null;
  dedup_key: string;
  content_hash: string;
  received_at: number;
  flags?: FactFlag[];
  detail?: Record<string, string>;
  source_partition?: number;
  source_offset?: number;
}

/** Facts of users from an instant on, and before it what their lines need (see `loadLines`). */
export type Lines = ReadonlyMap<string, readonly LineFact[]>;

const dayMs = 24 * 60 * 60_000;
/** How far back the last event before a range is looked for, step by step; most users need the first only. */
const lookBackMs = [3 * dayMs, 40 * dayMs, Number.POSITIVE_INFINITY];

/** Facts from `from` on, as the view has them, with each user's last event and last status before it, and with break types found. */
export async function loadLines(
  db: ReadDatabase,
  tenantId: string,
  users: readonly UserRef[],
  from: Instant,
  view: StoreView = wholeView,
): Promise<Lines> {
  const lines = new Map<string, LineFact[]>(
    users.map(({ integrationId, externalUserId }) => [userKey(integrationId, externalUserId), []]),
  );
  if (users.length === 0) return lines;
  const add = (rows: readonly FactRow[]) => {
    for (const row of rows) {
      const fact = view.withSources ? sourcedFact(row) : lineFact(row);
      lines.get(userKey(row.integration, row.external_user))!.push(fact);
    }
  };
  await Promise.all([
    db.query<FactRow>(factsFrom(tenantId, users, from, view)).then(add),
    addBefore(db, tenantId, users, from, view, add),
  ]);
  await mergeBreakTypes(db, tenantId, users, lines, view);
  return lines;
}

/** Each user's last event before an instant, and the last that bears a status. */
async function addBefore(
  db: ReadDatabase,
  tenantId: string,
  users: readonly UserRef[],
  from: Instant,
  view: StoreView,
  add: (rows: readonly FactRow[]) => void,
): Promise<void> {
  let before = from;
  let open = users;
  for (const lookBack of lookBackMs) {
    const after = Number.isFinite(lookBack) ? from - lookBack : -(2 ** 52);
    const [bearing, last] = await Promise.all(
      [true, false].map((bears) =>
        db.query<FactRow>(factsBefore(tenantId, open, after, before, bears, view)),
      ),
    );
    add(bearing!);
    add(last!);
    const found = new Set(bearing!.map((row) => userKey(row.integration, row.external_user)));
    open = open.filter((user) => !found.has(userKey(user.integrationId, user.externalUserId)));
    if (open.length === 0) break;
    before = after;
  }
}

/** Gives facts that came without a break type the one that was found for them. */
async function mergeBreakTypes(
  db: ReadDatabase,
  tenantId: string,
  users: readonly UserRef[],
  lines: ReadonlyMap<string, LineFact[]>,
  view: StoreView,
): Promise<void> {
  let from = Number.POSITIVE_INFINITY;
  for (const facts of lines.values()) {
    for (const fact of facts) if (mayBeFound(fact)) from = Math.min(from, fact.occurredAt);
  }
  if (!Number.isFinite(from)) return;
  const rows = await db.query<FoundRow>(breakTypesFrom(tenantId, users, from, view));
  for (const [user, found] of Map.groupBy(rows, (row) => userKey(row.integration, row.external_user))) {
    const facts = lines.get(user)!;
    const byContent = new Map(
      found.map((row) => [contentKey({ dedupKey: row.dedup_key, contentHash: row.content_hash }), row]),
    );
    for (const [i, fact] of facts.entries()) {
      const row = byContent.get(contentKey(fact));
      if (row) {
        facts[i] = withFoundBreakType(fact, { breakType: row.found_break_type, foundAt: row.first_found_at });
      }
    }
  }
}

interface FoundRow {
  readonly integration: string;
  readonly external_user: string;
  readonly dedup_key: string;
  readonly content_hash: string;
  readonly first_found_at: number;
  readonly found_break_type: string;
}

const lineFact = (row: FactRow): LineFact => ({
  integrationId: row.integration,
  externalUserId: row.external_user,
  eventType: row.event_type,
  status: row.status,
  breakType: row.break_type,
  occurredAt: row.occurred_at,
  sequence: row.sequence,
  dedupKey: row.dedup_key,
  contentHash: row.content_hash,
  receivedAt: row.received_at,
});

/** A fact with where it comes from: the raw record on odigo.notifications. */
export interface SourcedFact extends LineFact {
  readonly flags: readonly FactFlag[];
  readonly detail: Readonly<Record<string, string>>;
  readonly sourcePartition: number;
  readonly sourceOffset: number;
}

const sourcedFact = (row: FactRow): SourcedFact => ({
  ...lineFact(row),
  flags: row.flags!,
  detail: row.detail!,
  sourcePartition: row.source_partition!,
  sourceOffset: row.source_offset!,
});

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
  readonly to: Instant;
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
    to: row.to_at,
    reason: row.reason,
    recomputationId: row.recomputation_id,
    configurationOffset: row.configuration_offset,
    askedAt: row.asked_at,
  }));
}

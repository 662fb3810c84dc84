/** Facts of external users as they are read to compute people, with what must be known of the time before. */
import { setImmediate as othersTurn } from 'node:timers/promises';
import { userKey } from '@adherence/domain/compute/actual.ts';
import { contentKey, mayBeFound, withFoundBreakType } from '@adherence/domain/compute/break-types.ts';
import { bearsStatus } from '@adherence/domain/compute/facts.ts';
import type { FactFlag, Instant, LineFact } from '@adherence/domain/model.ts';
import type { Block, ReadDatabase } from './load.ts';
import {
  breakTypesFrom,
  factColumnsFrom,
  factsBefore,
  factsFrom,
  type StoreView,
  type UserRef,
  wholeView,
} from './queries.ts';

/** Facts of users from an instant on, and before it what their lines need (see `loadLines`). */
export type Lines = ReadonlyMap<string, readonly LineFact[]>;

const dayMs = 24 * 60 * 60_000;
/** Read with a range: most users' last event before it is in it, and so many days more cost less than looking for it. */
const readBeforeMs = 3 * dayMs;
/** How far back it is looked for where it is not, step by step. */
const lookBackMs = [40 * dayMs, Number.POSITIVE_INFINITY];

/**
 * Facts from `from` on, as the view has them, and before it those of some days, each user's last event and last status
 * among them; with break types found.
 */
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
  const readFrom = from - readBeforeMs;
  if (view.withSources) add(await db.query<FactRow>(factsFrom(tenantId, users, readFrom, view)));
  else await addFacts(await db.queryBlocks(factColumnsFrom(tenantId, users, readFrom, view)), lines);
  const isKnown = (user: UserRef) =>
    lines
      .get(userKey(user.integrationId, user.externalUserId))!
      .some((fact) => fact.occurredAt < from && bearsStatus(fact));
  await addBefore(
    db,
    tenantId,
    users.filter((user) => !isKnown(user)),
    readFrom,
    view,
    add,
  );
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
    if (open.length === 0) break;
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

/** Facts of one user follow one another; between blocks others have their turn. */
async function addFacts(blocks: Iterable<Block>, lines: ReadonlyMap<string, LineFact[]>): Promise<void> {
  for (const { rows, columns } of blocks) {
    const texts = (name: string) => columns.get(name) as readonly string[];
    const optional = (name: string) => columns.get(name) as readonly (string | null)[];
    const instants = (name: string) => columns.get(name) as Float64Array;
    const [integrations, users] = [texts('integration'), texts('user_id')];
    const [eventTypes, statuses, breakTypes] = [
      texts('event_type') as readonly LineFact['eventType'][],
      optional('status'),
      optional('break_type'),
    ];
    const [dedupKeys, contentHashes] = [texts('dedup_key'), texts('content_hash')];
    const [occurred, received] = [instants('occurred_at'), instants('received_at')];
    const sequences = columns.get('sequence') as readonly (number | null)[];
    let line: LineFact[] = [];
    for (let i = 0; i < rows; i++) {
      const [integrationId, externalUserId] = [integrations[i]!, users[i]!];
      if (i === 0 || externalUserId !== users[i - 1] || integrationId !== integrations[i - 1]) {
        line = lines.get(userKey(integrationId, externalUserId))!;
      }
      line.push({
        integrationId,
        externalUserId,
        eventType: eventTypes[i]!,
        status: statuses[i]!,
        breakType: breakTypes[i]!,
        occurredAt: occurred[i]!,
        sequence: sequences[i]!,
        dedupKey: dedupKeys[i]!,
        contentHash: contentHashes[i]!,
        receivedAt: received[i]!,
      });
    }
    await othersTurn();
  }
}

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

/**
 * Settling: everything taken becomes durable, then may be committed. The order is the promise: facts, then whom they
 * concern elsewhere, then results; a crash between any two steps is repaired by doing the records again.
 */
import type { OutMessage } from '@adherence/runtime/broker/broker.ts';
import { columnTypes } from '@adherence/schemas/column-types.ts';
import type { RecomputationAsked } from '@adherence/schemas/records.ts';
import { personKey, topics } from '@adherence/schemas/topics.ts';
import { type ResultChange, resultChangeColumns, resultChangeRow } from '@adherence/store/result-changes.ts';
import {
  breakDetailColumns,
  factColumns,
  feedSecondColumns,
  personDayColumns,
  type Row,
  receivedColumns,
  recomputationColumns,
  scheduleColumns,
} from '@adherence/store/rows.ts';
import { rollWindow } from '../domain/person.ts';
import {
  applyMarks,
  type ChangedFeed,
  feedGapColumns,
  feedRow,
  heardFurther,
  peopleOfFeed,
  refreshFeed,
  unaskedFeeds,
} from '../feeds/feeds.ts';
import type { Owner } from '../owner.ts';
import {
  type Ask,
  admitRebuilds,
  mergeAsk,
  newUnsettled,
  openEnd,
  type Partition,
  partitionOfPerson,
  putBack,
  type Rebuild,
  type Request,
  type Unsettled,
  versionOffset,
} from '../partition.ts';
import { askForChanges, type ChangeNotes } from '../recompute/configuration-changes.ts';

export interface Settling {
  readonly partition: Partition;
  readonly unsettled: Unsettled;
  readonly position: number;
}

/** Takes what is unsettled off the partitions; from here on newer records gather anew. */
export function beginSettling(partitions: Iterable<Partition>): Settling[] {
  return [...partitions].map((partition) => {
    const { unsettled, position } = partition;
    partition.unsettled = newUnsettled();
    admitRebuilds(partition);
    return { partition, unsettled, position };
  });
}

export function abandonSettling(settlings: readonly Settling[]): void {
  for (const { partition, unsettled } of settlings) putBack(partition, unsettled);
}

/** Facts, break types found, ledger, schedules, feed seconds: what everything else is computed from. */
export async function storeInputs({ db }: Owner, settlings: readonly Settling[]): Promise<void> {
  const all = <T>(pick: (unsettled: Unsettled) => readonly T[]): T[] =>
    settlings.flatMap(({ unsettled }) => pick(unsettled));
  await Promise.all([
    insert(
      db,
      'facts',
      factColumns,
      all((u) => u.facts),
    ),
    insert(
      db,
      'break_details',
      breakDetailColumns,
      all((u) => u.breakDetails),
    ),
    insert(
      db,
      'schedules',
      scheduleColumns,
      all((u) => u.schedules),
    ),
    insert(
      db,
      'feed_seconds',
      feedSecondColumns,
      all((u) => u.marks).map((m) => [m.tenantId, m.integrationId, m.second, m.least, m.greatest]),
    ),
  ]);
  // The ledger says "stored", so it comes after what is stored.
  await insert(
    db,
    'received',
    receivedColumns,
    all((u) => u.received),
  );
}

/** Forgets schedule documents that are stored now, unless they were replaced meanwhile. */
export function forgetJudged(settlings: readonly Settling[]): void {
  for (const { partition, position } of settlings) {
    for (const [key, document] of partition.judged)
      if (document.offset < position) partition.judged.delete(key);
  }
}

/** Whom stored facts, changed configuration and changed feeds concern: queued here, asked for elsewhere. */
export async function askForPeople(
  owner: Owner,
  settlings: readonly Settling[],
  notes: ChangeNotes,
  configurationOffset: number,
): Promise<void> {
  const foreign = new Map<string, Ask>();
  for (const { partition, unsettled } of settlings) {
    askForChanges(owner, partition, notes, configurationOffset, false, unsettled);
    for (const ask of unsettled.foreign.values()) mergeAsk(foreign, ask);
    for (const { tenantId, integrationId } of unsettled.feeds.values()) {
      await refreshFeed(owner, partition, tenantId, integrationId);
    }
    await applyMarks(owner, partition, unsettled.marks);
  }
  await sendAsks(owner, foreign.values(), configurationOffset);
  for (const { partition } of settlings) await askForFeeds(owner, partition);
}

/** Tells the table, then the people, then the table that they were told: a crash between them asks once more. */
export async function askForFeeds(owner: Owner, partition: Partition): Promise<void> {
  const changed = unaskedFeeds(partition);
  const heard = heardFurther(partition);
  const { db, clock, configuration } = owner;
  const now = clock.now();
  const rowsOf = (feeds: readonly ChangedFeed[], asked: 0 | 1) =>
    feeds.map((feed) => feedRow(feed, versionOffset(partition), now, asked));
  await insert(db, 'feed_gaps', feedGapColumns, rowsOf(heard, 1));
  for (const { feed } of heard) feed.toldHeard = feed.ledger.last;
  if (changed.length === 0) return;
  await insert(db, 'feed_gaps', feedGapColumns, rowsOf(changed, 0));
  await sendAsks(
    owner,
    changed.flatMap((feed) => peopleOfFeed(owner, feed)),
    configuration.offset(),
  );
  await insert(db, 'feed_gaps', feedGapColumns, rowsOf(changed, 1));
  for (const { feed, changedFrom } of changed) {
    feed.toldHeard = feed.ledger.last;
    if (feed.unaskedFrom === changedFrom) feed.unaskedFrom = Number.POSITIVE_INFINITY;
  }
}

async function sendAsks(owner: Owner, asks: Iterable<Ask>, configurationOffset: number): Promise<void> {
  const messages: OutMessage[] = [];
  for (const { tenantId, personId, from, to, reason } of asks) {
    const record: RecomputationAsked = {
      tenantId,
      personId,
      from,
      to: to ?? owner.clock.now(),
      reason,
      configurationOffset,
      recomputationId: null,
    };
    messages.push({
      topic: topics.activityEvents.name,
      partition: partitionOfPerson(tenantId, personId),
      key: personKey(tenantId, personId),
      value: owner.codec.encode('RecomputationAsked', record),
    });
  }
  if (messages.length > 0) await owner.producer.send(messages);
}

/** Takes people off the queues of all partitions, at most `limit`, all of one tenant: they are read together. */
export function nextRebuilds(
  partitions: Iterable<Partition>,
  limit: number,
): { readonly tenantId: string; readonly rebuilds: Rebuild[] } | null {
  let tenantId: string | null = null;
  const rebuilds: Rebuild[] = [];
  for (const partition of partitions) {
    for (const [key, rebuild] of partition.rebuilds) {
      if (rebuilds.length >= limit) break;
      tenantId ??= rebuild.tenantId;
      if (rebuild.tenantId !== tenantId) continue;
      rebuilds.push(rebuild);
      partition.rebuilds.delete(key);
    }
  }
  return tenantId === null ? null : { tenantId, rebuilds };
}

export function rollWindows(partition: Partition, now: number): void {
  for (const person of partition.people.values()) rollWindow(person, now);
}

export const storeChanges = ({ db }: Owner, changes: readonly ResultChange[]): Promise<void> =>
  insert(db, 'result_changes', resultChangeColumns, changes.map(resultChangeRow));

export const storeResults = ({ db }: Owner, rows: readonly Row[]): Promise<void> =>
  insert(db, 'person_days', personDayColumns, rows);

export async function storeRequests({ db }: Owner, requests: readonly Request[], done: 0 | 1): Promise<void> {
  await insert(
    db,
    'recomputations',
    recomputationColumns,
    requests.map((r) => [
      r.tenantId,
      r.personId,
      r.askedOn,
      r.askOffset,
      r.from,
      r.to ?? openEnd,
      r.to === null ? 0 : 1,
      r.reason,
      r.recomputationId,
      r.configurationOffset,
      r.askedAt,
      done,
    ]),
  );
}

/** Rows of one insert: what is written in one go, while takes wait. */
const rowsPerInsert = 2_000;
/** What is written in masses goes as columns, wide rows in smaller pieces: tens of KB as JSON, a third of it as Native. */
const asColumns: Readonly<Record<string, { readonly atOnce: number; readonly types: readonly string[] }>> = {
  facts: { atOnce: 2 * rowsPerInsert, types: columnTypes('facts', factColumns) },
  received: { atOnce: 5 * rowsPerInsert, types: columnTypes('received', receivedColumns) },
  person_days: { atOnce: 250, types: columnTypes('person_days', personDayColumns) },
  result_changes: { atOnce: 1_000, types: columnTypes('result_changes', resultChangeColumns) },
};

async function insert(
  db: Owner['db'],
  table: string,
  columns: readonly string[],
  rows: readonly Row[],
): Promise<void> {
  const { atOnce, types } = asColumns[table] ?? { atOnce: rowsPerInsert, types: undefined };
  for (let i = 0; i < rows.length; i += atOnce)
    await db.insertRows(table, columns, rows.slice(i, i + atOnce), types);
}

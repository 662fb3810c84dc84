/** One partition of activity.events as its owner holds it: people, what is taken but not stored, what is put off. */
import type { Instant, Interval } from '@adherence/domain/model.ts';
import type { OutMessage } from '@adherence/runtime/broker/broker.ts';
import { partitionOf, personKey, streamPartitions } from '@adherence/schemas/topics.ts';
import type { Cause } from '@adherence/store/result-changes.ts';
import type { Row } from '@adherence/store/rows.ts';
import { joinedCauses } from './domain/changed-cells.ts';
import type { HeldDocument, ScheduleResult } from './domain/judge-schedules.ts';
import type { Person } from './domain/person.ts';
import type { OwnedFeed } from './feeds/feeds.ts';
import type { Written } from './settle/written.ts';

export interface Partition {
  readonly number: number;
  /** As it was told when the partition was taken over; null = not known. */
  readonly tenure: number | null;
  /** Next offset to take. */
  position: number;
  /**
   * No version that a previous owner wrote, or has on its way, has a greater offset: those of its rows that are stored,
   * and the end of the log when the partition was taken over.
   */
  writtenBefore: number;
  /** Configuration offset up to which the changes have been asked for; committed with the position. */
  askedConfiguration: number;
  readonly people: Map<string, Person>;
  /** What is stored of the days of these people, as far as it may still change without being asked for, by key. */
  readonly written: Map<string, Written>;
  /**
   * Up to here a previous owner may have taken and not committed: rows of its that are still on their way are replaced,
   * even by rows that say the same as what is stored. Infinity until everything is computed that it may have left.
   */
  certainFrom: number;
  /** Everybody is queued or computed: a loading that is interrupted goes on from there. */
  isQueued: boolean;
  /** People who are not in memory yet are not looked up for the board before. */
  newcomersRestUntil: Instant;
  /** External users whose facts came by since the partition was taken over. */
  readonly seenUsers: Set<string>;
  unsettled: Unsettled;
  /** Recomputations put off behind live work, merged per person; what they read is stored. */
  readonly rebuilds: Map<string, Rebuild>;
  /** Those whose facts are taken and not stored yet: they join the others when a settling begins to store them. */
  readonly rebuildsToCome: Map<string, Rebuild>;
  /** Schedule documents judged and not yet stored, by person key and shift date. */
  readonly judged: Map<string, HeldDocument>;
  /** Feeds of integrations whose key falls on this partition. */
  readonly feeds: Map<string, OwnedFeed>;
}

/** Taken since the last settling; made durable as one. */
export interface Unsettled {
  readonly facts: Row[];
  readonly breakDetails: Row[];
  readonly received: Row[];
  readonly schedules: Row[];
  readonly outcomes: ScheduleOutcome[];
  readonly marks: {
    tenantId: string;
    integrationId: string;
    second: number;
    least: number;
    greatest: number;
  }[];
  /** People of other partitions to ask for, since a fact of theirs arrived here. */
  readonly foreign: Map<string, Ask>;
  readonly requests: Request[];
  /** Integrations whose feed is to be read anew, by integrationKey. */
  readonly feeds: Map<string, { readonly tenantId: string; readonly integrationId: string }>;
  /** Records that are none of ours. */
  readonly dead: OutMessage[];
  messages: number;
}

export interface Ask {
  readonly tenantId: string;
  readonly personId: string;
  readonly from: Instant;
  /** null = everything from there on. */
  readonly to: Instant | null;
  readonly reason: string;
}

/** A recomputation that was asked for; its coordinates are its identity in the table `recomputations`. */
export interface Request {
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

/** A person to be computed again. */
export interface Rebuild {
  readonly partition: Partition;
  readonly tenantId: string;
  readonly personId: string;
  /** Everything from here on; Infinity when only a part of the past is asked for. */
  from: Instant;
  /** Asked for before `from`: what follows it stands, once what is computed joins it. */
  past: Interval | null;
  /** External users of whom facts in `past` are new, by userKey. */
  readonly users: Set<string>;
  readonly requests: Request[];
  causes: readonly Cause[];
}

/** What is asked of a rebuild; several of one person are merged. */
export interface Wanted {
  readonly tenantId: string;
  readonly personId: string;
  readonly from: Instant;
  /** null or absent = everything from there on. */
  readonly to?: Instant | null;
  readonly requests?: readonly Request[];
  readonly causes?: readonly Cause[];
  readonly users?: Iterable<string>;
}

export interface ScheduleOutcome {
  readonly commandId: string;
  readonly tenantId: string;
  readonly personId: string;
  readonly results: readonly ScheduleResult[];
}

export const newPartition = (
  number: number,
  position: number,
  askedConfiguration: number,
  end: number,
  tenure: number | null = null,
): Partition => ({
  number,
  tenure,
  position,
  writtenBefore: end,
  askedConfiguration,
  people: new Map(),
  written: new Map(),
  certainFrom: Number.POSITIVE_INFINITY,
  isQueued: false,
  newcomersRestUntil: 0,
  seenUsers: new Set(),
  unsettled: newUnsettled(),
  rebuilds: new Map(),
  rebuildsToCome: new Map(),
  judged: new Map(),
  feeds: new Map(),
});

/**
 * The offset in the versions of what this owner writes. Rows of a previous owner that stored and did not commit must
 * not win against ours while we do its last records again: ours know all that it had stored, and what changed since.
 */
export const versionOffset = ({ position, writtenBefore }: Partition): number =>
  Math.max(position, writtenBefore);

export const newUnsettled = (): Unsettled => ({
  facts: [],
  breakDetails: [],
  received: [],
  schedules: [],
  outcomes: [],
  marks: [],
  foreign: new Map(),
  requests: [],
  feeds: new Map(),
  dead: [],
  messages: 0,
});

/** Puts what could not be stored back in front of what was taken since. */
export function putBack(partition: Partition, failed: Unsettled): void {
  const since = partition.unsettled;
  const foreign = new Map(failed.foreign);
  for (const ask of since.foreign.values()) mergeAsk(foreign, ask);
  partition.unsettled = {
    facts: failed.facts.concat(since.facts),
    breakDetails: failed.breakDetails.concat(since.breakDetails),
    received: failed.received.concat(since.received),
    schedules: failed.schedules.concat(since.schedules),
    outcomes: failed.outcomes.concat(since.outcomes),
    marks: failed.marks.concat(since.marks),
    foreign,
    requests: failed.requests.concat(since.requests),
    feeds: new Map([...failed.feeds, ...since.feeds]),
    dead: failed.dead.concat(since.dead),
    messages: failed.messages + since.messages,
  };
}

export function mergeAsk(asks: Map<string, Ask>, ask: Ask): void {
  const key = personKey(ask.tenantId, ask.personId);
  const known = asks.get(key);
  if (!known) {
    asks.set(key, ask);
    return;
  }
  const to = known.to === null || ask.to === null ? null : Math.max(known.to, ask.to);
  asks.set(key, { ...(ask.from < known.from ? ask : known), to });
}

/** Queues a recomputation; what is asked of one person is merged. */
export function queueRebuild(
  partition: Partition,
  { tenantId, personId, from, to = null, requests = [], causes = [], users = [] }: Wanted,
  queue: Map<string, Rebuild> = partition.rebuilds,
): void {
  const key = personKey(tenantId, personId);
  let rebuild = queue.get(key);
  if (!rebuild) {
    const nothing = {
      from: Number.POSITIVE_INFINITY,
      past: null,
      users: new Set<string>(),
      requests: [],
      causes: [],
    };
    rebuild = { partition, tenantId, personId, ...nothing };
    queue.set(key, rebuild);
  }
  if (to === null) rebuild.from = Math.min(rebuild.from, from);
  else rebuild.past = hullOf(rebuild.past, { from, to });
  if (rebuild.past && rebuild.from <= rebuild.past.from) rebuild.past = null;
  rebuild.requests.push(...requests);
  rebuild.causes = joinedCauses(rebuild.causes, causes);
  for (const user of users) rebuild.users.add(user);
}

const hullOf = (known: Interval | null, { from, to }: Interval): Interval =>
  known ? { from: Math.min(known.from, from), to: Math.max(known.to, to) } : { from, to };

/** As `queueRebuild`, for what a take asks for: its facts have to be stored first. */
export const queueRebuildToCome = (partition: Partition, wanted: Wanted): void =>
  queueRebuild(partition, wanted, partition.rebuildsToCome);

/** Puts what was taken off a queue back, or onto another one. */
export function queueAgain(partition: Partition, rebuild: Rebuild): void {
  const { from, past } = rebuild;
  if (past) queueRebuild(partition, { ...rebuild, ...past });
  if (Number.isFinite(from) || !past) {
    queueRebuild(partition, { ...rebuild, to: null, ...(past ? { requests: [] } : {}) });
  }
}

/** A settling begins: what was put off until its facts are stored comes with it. */
export function admitRebuilds(partition: Partition): void {
  for (const rebuild of partition.rebuildsToCome.values()) queueAgain(partition, rebuild);
  partition.rebuildsToCome.clear();
}

/** `to_at` of what is asked for from an instant on, as it is stored. */
export const openEnd = 2 ** 52;

export const partitionOfPerson = (tenantId: string, personId: string): number =>
  partitionOf(personKey(tenantId, personId), streamPartitions);

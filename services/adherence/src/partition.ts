/** One partition of activity.events as its owner holds it: people, what is taken but not stored, what is put off. */
import type { Instant } from '@adherence/domain/model.ts';
import type { OutMessage } from '@adherence/runtime/broker/broker.ts';
import { partitionOf, personKey, streamPartitions } from '@adherence/schemas/topics.ts';
import type { Row } from '@adherence/store/rows.ts';
import type { HeldDocument, ScheduleResult } from './domain/judge-schedules.ts';
import type { Person } from './domain/person.ts';
import type { OwnedFeed } from './feeds.ts';

export interface Partition {
  readonly number: number;
  /** Next offset to take. */
  position: number;
  /** Greatest offset in a version that a previous owner wrote; it may have stored more than it committed. */
  writtenBefore: number;
  /** Configuration offset up to which the changes have been asked for; committed with the position. */
  askedConfiguration: number;
  readonly people: Map<string, Person>;
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
  readonly reason: string;
}

/** A recomputation that was asked for; its coordinates are its identity in the table `recomputations`. */
export interface Request {
  readonly tenantId: string;
  readonly personId: string;
  readonly askedOn: string;
  readonly askOffset: number;
  readonly from: Instant;
  readonly reason: string;
  readonly recomputationId: string;
  readonly configurationOffset: number;
  readonly askedAt: Instant;
}

export interface Rebuild {
  readonly partition: Partition;
  readonly tenantId: string;
  readonly personId: string;
  from: Instant;
  readonly requests: Request[];
}

export interface ScheduleOutcome {
  readonly commandId: string;
  readonly tenantId: string;
  readonly personId: string;
  readonly results: readonly ScheduleResult[];
}

export const newPartition = (number: number, position: number, askedConfiguration: number): Partition => ({
  number,
  position,
  writtenBefore: 0,
  askedConfiguration,
  people: new Map(),
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
  if (!known || ask.from < known.from) asks.set(key, ask);
}

/** Queues a recomputation; requests for one person are merged into the earliest start. */
export function queueRebuild(
  partition: Partition,
  tenantId: string,
  personId: string,
  from: Instant,
  request: Request | null = null,
  queue: Map<string, Rebuild> = partition.rebuilds,
): void {
  const key = personKey(tenantId, personId);
  const known = queue.get(key);
  if (known) known.from = Math.min(known.from, from);
  else queue.set(key, { partition, tenantId, personId, from, requests: [] });
  if (request) queue.get(key)!.requests.push(request);
}

/** As `queueRebuild`, for what a take asks for: its facts have to be stored first. */
export const queueRebuildToCome = (
  partition: Partition,
  tenantId: string,
  personId: string,
  from: Instant,
  request: Request | null = null,
): void => queueRebuild(partition, tenantId, personId, from, request, partition.rebuildsToCome);

/** A settling begins: what was put off until its facts are stored comes with it. */
export function admitRebuilds(partition: Partition): void {
  for (const { tenantId, personId, from, requests } of partition.rebuildsToCome.values()) {
    queueRebuild(partition, tenantId, personId, from);
    for (const request of requests) queueRebuild(partition, tenantId, personId, from, request);
  }
  partition.rebuildsToCome.clear();
}

export const partitionOfPerson = (tenantId: string, personId: string): number =>
  partitionOf(personKey(tenantId, personId), streamPartitions);

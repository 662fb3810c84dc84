/**
 * odigo.notifications -> activity.events and rejected. Taking turns messages into messages, in memory; settling sends
 * them all and answers what may be committed. What is sent twice after a crash changes nothing downstream.
 */
import type { ConfigurationState } from '@adherence/domain/configuration/tables.ts';
import { configurationOffsetHeader, traceParentHeader } from '@adherence/domain/notifications/raw-headers.ts';
import type {
  Batch,
  InMessage,
  OutMessage,
  PartitionOffset,
  Producer,
} from '@adherence/runtime/broker/broker.ts';
import type { Clock } from '@adherence/runtime/clock.ts';
import { type Codec, UndecodableError } from '@adherence/runtime/codec.ts';
import type { Processor } from '@adherence/runtime/consume.ts';
import { createDeadLetterLimit } from '@adherence/runtime/dead-letter-limit.ts';
import type { Metrics } from '@adherence/runtime/metrics.ts';
import { undecodableRecord } from '@adherence/runtime/undecodable-record.ts';
import type { ActivityEvent, RawNotification, RejectedNotification } from '@adherence/schemas/records.ts';
import {
  externalUserKey,
  integrationKey,
  partitionOf,
  personKey,
  topics,
} from '@adherence/schemas/topics.ts';
import type { Found, LookUps } from './break-types/look-ups.ts';
import { type OpenBreaks, openBreakMessage } from './break-types/open-breaks.ts';
import { type Enriched, enrich, type Tables } from './domain/enrich.ts';
import { type IntegrationMarks, type MarkLedger, mark, marksOf } from './domain/feed-marks.ts';

/** The configuration as enrichment follows it. */
export interface FollowedConfiguration {
  readonly state: () => ConfigurationState;
  /** Next offset to fold. */
  readonly offset: () => number;
  readonly waitFor: (offset: number, limitMs?: number) => Promise<void>;
}

export interface PipelineEnvironment {
  readonly producer: Producer;
  readonly codec: Codec;
  readonly configuration: FollowedConfiguration;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly lookUps: LookUps;
  readonly openBreaks: Pick<OpenBreaks, 'of'>;
  /** Next offsets of odigo.notifications, as far as it is written now. */
  readonly endOffsets: () => Promise<readonly PartitionOffset[]>;
  /** Dead letters within `deadLetterWindow` messages past which the consumer stops: ingress lets none through. */
  readonly deadLetterLimit: number;
}

const deadLetterWindow = 10_000;

/** How long a batch waits for the configuration that its messages were accepted with. */
const configurationLimitMs = 10_000;

export function createPipeline(environment: PipelineEnvironment): Processor {
  const { producer, codec, configuration, clock, metrics, lookUps, deadLetterLimit } = environment;
  let pending = emptyPending();
  /** Next offset to process of each partition that something was taken of, all before it sent. */
  const position = new Map<number, number>();
  let generation = 0;
  const limit = createDeadLetterLimit(deadLetterLimit, deadLetterWindow);

  const forget = () => {
    generation += 1;
    pending = emptyPending();
    position.clear();
    lookUps.forget();
  };

  return {
    async assigned(partitions) {
      forget();
      const mine = generation;
      const open = environment.openBreaks.of(new Set(partitions.map(({ partition }) => partition)));
      if (open.length === 0) return;
      const ends = new Map(
        (await environment.endOffsets()).map(({ partition, offset }) => [partition, offset]),
      );
      for (const { partition, offset } of partitions) {
        // All of it has been taken by the owner before.
        if (offset !== null && offset >= (ends.get(partition) ?? 0)) ends.set(partition, 0);
      }
      if (mine === generation) lookUps.restore(open, ends);
    },
    async take(batch) {
      const mine = generation;
      await codec.learn(batch.messages.map(({ value }) => value));
      const needed = configurationNeeded(batch);
      if (needed > configuration.offset()) await configuration.waitFor(needed, configurationLimitMs);
      if (mine !== generation) return;
      const state = configuration.state();
      const tables: Tables = { tenant: (id) => state.tenants.get(id), offset: configuration.offset() };
      const taken = processBatch(codec, batch, tables);
      limit.note(batch.messages.length, taken.deadLetters.length);
      append(pending, taken);
      lookUps.taken(taken.records, tables.tenant, taken);
    },
    async settle() {
      const sent = pending;
      const mine = generation;
      const found = lookUps.found();
      const marks = marksOf(sent.marks).map(({ key, record }) => ({
        ...routed(topics.activityEvents, key),
        value: codec.encode('FeedMarks', record),
      }));
      const answers = found.map((each) => breakDetailMessage(codec, each));
      // Before their records are committed: who comes next has nothing else to know them by.
      const open = lookUps.toKeep();
      await producer.send([
        ...sent.events,
        ...sent.deadLetters,
        ...answers,
        ...marks,
        ...open.map(openBreakMessage),
      ]);
      report(metrics, sent, clock.now());
      // Revoked meanwhile: what is pending now is not what was sent.
      if (mine !== generation) return [];
      pending = emptyPending();
      lookUps.sent(found);
      lookUps.kept(open);
      for (const [partition, offset] of sent.next) position.set(partition, offset);
      return [...position].map(([partition, offset]) => ({
        partition,
        offset: Math.min(offset, lookUps.heldFrom(partition)),
      }));
    },
    revoked: forget,
  };
}

/** What was taken and is not settled yet. */
interface Pending {
  readonly events: OutMessage[];
  readonly deadLetters: OutMessage[];
  readonly marks: MarkLedger;
  /** Next offset to process, by partition. */
  readonly next: Map<number, number>;
  readonly reasons: string[];
  oldestReceipt: number;
  unmappedUsers: number;
  unmappedStatuses: number;
}

const emptyPending = (): Pending => ({
  events: [],
  deadLetters: [],
  marks: new Map(),
  next: new Map(),
  reasons: [],
  oldestReceipt: Number.POSITIVE_INFINITY,
  unmappedUsers: 0,
  unmappedStatuses: 0,
});

type Taken = Pick<Pending, 'events' | 'deadLetters'> & {
  readonly records: readonly ActivityEvent[];
  readonly reasons: readonly string[];
  readonly partition: number;
  readonly next: number;
};

/** The messages that a batch becomes. Nothing else is touched, so that a batch may be taken again. */
function processBatch(codec: Codec, { partition, messages }: Batch, tables: Tables): Taken {
  const events: OutMessage[] = [];
  const records: ActivityEvent[] = [];
  const deadLetters: OutMessage[] = [];
  const reasons: string[] = [];
  for (const message of messages) {
    const raw = decodeRaw(codec, message);
    const enriched =
      raw instanceof UndecodableError ? undecodable(message, raw) : enrich(raw, message, tables);
    if (enriched.kind === 'event') {
      records.push(enriched.event);
      events.push(eventMessage(codec, enriched.event, message.headers[traceParentHeader]));
    } else {
      reasons.push(enriched.rejected.reason);
      deadLetters.push(deadLetterMessage(codec, enriched.rejected));
    }
  }
  return { events, records, deadLetters, reasons, partition, next: messages.at(-1)!.offset + 1 };
}

/** The key of a raw notification tells whose it was. */
function undecodable(message: InMessage, error: Error): Enriched & { readonly kind: 'rejected' } {
  const [tenantId = '', integrationId = null] = message.key?.split('|') ?? [];
  const where = { stage: 'enrichment', tenantId, integrationId } as const;
  return { kind: 'rejected', rejected: undecodableRecord(message, where, error.message) };
}

function append(pending: Pending, taken: Taken): void {
  for (const message of taken.events) pending.events.push(message);
  for (const message of taken.deadLetters) pending.deadLetters.push(message);
  for (const reason of taken.reasons) pending.reasons.push(reason);
  let last: IntegrationMarks | null = null;
  for (const record of taken.records) {
    last = mark(pending.marks, record, last);
    if (record.receivedAt < pending.oldestReceipt) pending.oldestReceipt = record.receivedAt;
    if (record.personId === null) pending.unmappedUsers += 1;
    if (record.activityId === null && record.eventType === 'STATUS') pending.unmappedStatuses += 1;
  }
  pending.next.set(taken.partition, taken.next);
}

/** A raw notification, or why it is none: bad data that no retry will change. */
function decodeRaw(codec: Codec, message: InMessage): RawNotification | UndecodableError {
  try {
    const decoded = codec.decode(message.value);
    if (decoded.name === 'RawNotification') return decoded.record;
    return new UndecodableError(`a ${decoded.name} on the topic of notifications`);
  } catch (error) {
    if (error instanceof UndecodableError) return error;
    throw error;
  }
}

/** Next offset of the configuration that the newest message of a batch was accepted with. */
function configurationNeeded({ messages }: Batch): number {
  let needed = 0;
  for (const { headers } of messages) {
    const offset = Number(headers[configurationOffsetHeader] ?? 0);
    if (offset > needed) needed = offset;
  }
  return needed;
}

/** By person, or by external user as long as it is nobody's. */
function routeOf({ tenantId, integrationId, externalUserId, personId }: ActivityEvent) {
  const key =
    personId === null
      ? externalUserKey(tenantId, integrationId, externalUserId)
      : personKey(tenantId, personId);
  return routed(topics.activityEvents, key);
}

/** Goes the way of its event, so it comes after it. */
const breakDetailMessage = (codec: Codec, { event, detail }: Found): OutMessage => ({
  ...routeOf(event),
  value: codec.encode('BreakDetail', detail),
});

function eventMessage(codec: Codec, event: ActivityEvent, traceParent: string | undefined): OutMessage {
  const { topic, partition, key } = routeOf(event);
  const value = codec.encode('ActivityEvent', event);
  if (traceParent === undefined) return { topic, partition, key, value };
  return { topic, partition, key, value, headers: { [traceParentHeader]: traceParent } };
}

const deadLetterMessage = (codec: Codec, rejected: RejectedNotification): OutMessage => ({
  ...routed(topics.rejected, integrationKey(rejected.tenantId, rejected.integrationId ?? '')),
  value: codec.encode('RejectedNotification', rejected),
});

const routed = (
  { name, partitions }: { readonly name: string; readonly partitions: number },
  key: string,
) => ({
  topic: name,
  partition: partitionOf(key, partitions),
  key,
});

function report(metrics: Metrics, sent: Pending, now: number): void {
  if (sent.events.length > 0) {
    // The oldest of a settling stands for all of it: an upper bound, at the cost of one observation.
    metrics.observe(
      'adherence_event_age_seconds',
      { stage: 'enrichment' },
      (now - sent.oldestReceipt) / 1000,
    );
  }
  if (sent.unmappedUsers > 0)
    metrics.count('adherence_unmapped_events_total', { kind: 'user' }, sent.unmappedUsers);
  if (sent.unmappedStatuses > 0) {
    metrics.count('adherence_unmapped_events_total', { kind: 'status' }, sent.unmappedStatuses);
  }
  for (const reason of sent.reasons)
    metrics.count('adherence_dead_letters_total', { stage: 'enrichment', reason });
}

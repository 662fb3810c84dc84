/**
 * Break types, looked up beside the stream: events never wait for them. While a question is open its record is held
 * back from being committed, so that it is asked again after a crash and counts as pending; that is bounded by the
 * time limits of the client. An answer counts only while the status is still the agent's current one.
 *
 * A run of one status goes on over repeats: the type found last in it holds for a repeat that finds none, and a type
 * found late (the web service was away) for the facts of the run before it.
 */
import type { TenantTables } from '@adherence/domain/configuration/tables.ts';
import type { BreakAnswer } from '@adherence/odigo-web-service/break-type-source.ts';
import type { Clock, Timer } from '@adherence/runtime/clock.ts';
import type { Metrics } from '@adherence/runtime/metrics.ts';
import type { ActivityEvent, BreakDetail } from '@adherence/schemas/records.ts';
import { isBreakToLookUp, isInTime } from '../domain/break-to-look-up.ts';
import type { BreakClients } from './break-clients.ts';
import type { OpenBreak } from './open-breaks.ts';
import { createStatusRuns, type StatusRun, type Waiting } from './status-runs.ts';

export interface LookUps {
  /** Notes the events of a batch in their order, and asks what is to be asked. */
  taken(
    events: readonly ActivityEvent[],
    tenantOf: (tenantId: string) => TenantTables | undefined,
    /** Everything below this offset of the partition has been taken. */
    reached?: { readonly partition: number; readonly next: number },
  ): void;
  /** Goes on with what an owner before left unanswered, once all below `ends` of its partition has been taken. */
  restore(open: readonly OpenBreak[], ends: ReadonlyMap<number, number>): void;
  /** Breaks that came to be without an answer, or have one or ended now, since they were last kept. */
  toKeep(): readonly OpenBreak[];
  /** These are durable now. */
  kept(open: readonly OpenBreak[]): void;
  /** Answers that are not sent yet. */
  found(): readonly Found[];
  /** These are durable now: their records may be committed. */
  sent(found: readonly Found[]): void;
  /** Least offset of a partition that must not be committed; Infinity when there is none. */
  heldFrom(partition: number): number;
  /** The partitions are gone: answers to what was asked are dropped, and asked for by the next owner. */
  forget(): void;
  /** Resolves when no question is open. */
  idle(): Promise<void>;
  stop(): void;
}

export interface Found {
  /** The event that it is about, which also routes it. */
  readonly event: ActivityEvent;
  readonly detail: BreakDetail;
  readonly waiting: Waiting;
}

export interface LookUpsOptions {
  readonly clients: BreakClients;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** Called when there is something to send. */
  readonly onFound: () => void;
}

/** An answer serves repeats that are received within this time after it was asked for. */
const cachedMs = 5_000;
/** Statuses without an answer are asked about again after so long, as long as they are current. */
const againMs = 15_000;
/** An agent who is still unknown, or without a break, after so many answers is left alone. */
const maxFruitless = 3;
/** A status that lasts longer is nobody's break. */
const maxRunMs = 8 * 60 * 60_000;
/** Of one run; a sender that repeats itself more often than this keeps the others without an answer. */
const maxWaiting = 50;

export function createLookUps({ clients, clock, metrics, onFound }: LookUpsOptions): LookUps {
  const holds = new Map<number, Set<number>>();
  const unanswered = new Set<StatusRun>();
  const runs = createStatusRuns(ended);
  /** By user: the last waiting event that is kept, and what is to be kept instead. */
  const keptEvents = new Map<string, ActivityEvent>();
  const unkept = new Map<string, OpenBreak>();
  /** Offsets to be reached before what was restored is asked about: a later status may be among them. */
  const awaited = new Map<number, number>();
  let found: Found[] = [];
  let epoch = 0;
  let open = 0;
  let quiet = Promise.withResolvers<void>();
  let again: Timer | null = null;
  let stopped = false;

  function ended(run: StatusRun): void {
    for (const waiting of run.waiting) if (waiting.held) release(waiting);
    answered(run);
  }

  function keep(run: StatusRun): void {
    const events = run.waiting.map(({ event }) => event);
    const last = events.at(-1);
    if (!last || keptEvents.get(run.user) === last) return;
    keptEvents.set(run.user, last);
    unkept.set(run.user, { partition: last.sourcePartition, user: run.user, events });
  }

  /** There is nothing more to ask about it. */
  function answered(run: StatusRun): void {
    unanswered.delete(run);
    const last = keptEvents.get(run.user);
    if (!last) return;
    keptEvents.delete(run.user);
    unkept.set(run.user, { partition: last.sourcePartition, user: run.user, events: [] });
  }

  function hold(event: ActivityEvent): Waiting {
    const offsets = holds.get(event.sourcePartition) ?? new Set();
    holds.set(event.sourcePartition, offsets);
    offsets.add(event.sourceOffset);
    return { event, held: true };
  }

  function release(waiting: Waiting): void {
    waiting.held = false;
    const { sourcePartition, sourceOffset } = waiting.event;
    holds.get(sourcePartition)?.delete(sourceOffset);
  }

  const taken: LookUps['taken'] = (events, tenantOf, reached) => {
    const toAsk = new Set<StatusRun>();
    const now = clock.now();
    for (const event of events) {
      if (event.eventType === 'HEARTBEAT') continue;
      const tenant = tenantOf(event.tenantId);
      if (!tenant?.integrations.get(event.integrationId)?.document.breakDetail) continue;
      const run = runs.note(event, isBreakToLookUp(event, tenant));
      if (!run || run.status === null || !isInTime(event, now)) continue;
      run.waiting.push(hold(event));
      if (run.waiting.length > maxWaiting) release(run.waiting.shift()!);
      giveKnown(run);
      if (run.waiting.length > 0) toAsk.add(run);
    }
    for (const run of toAsk) if (runs.isCurrent(run) && !run.asking) void ask(run);
    if (reached && reached.next >= (awaited.get(reached.partition) ?? 0)) awaited.delete(reached.partition);
  };

  async function ask(run: StatusRun): Promise<void> {
    const mine = epoch;
    const client = clients.of(run.tenantId, run.integrationId);
    // Break details are not imported any more.
    if (!client) return giveUp(run, new Set(run.waiting), true);
    const asked = new Set(run.waiting);
    const askedAt = clock.now();
    run.asking = true;
    open += 1;
    const answer = await client.ask({ externalUserId: run.externalUserId, status: run.status });
    open -= 1;
    if (open === 0) {
      quiet.resolve();
      quiet = Promise.withResolvers();
    }
    if (mine !== epoch || stopped) return;
    run.asking = false;
    if (!runs.isCurrent(run)) {
      metrics.count('adherence_break_lookups_total', { outcome: 'superseded' });
      return;
    }
    metrics.count('adherence_break_lookups_total', { outcome: outcomeOf(answer) });
    take(run, asked, answer, askedAt);
    giveKnown(run);
    if (run.waiting.some(({ held }) => held)) void ask(run);
  }

  /** `asked`: what waited when it was asked. */
  function take(run: StatusRun, asked: ReadonlySet<Waiting>, answer: Answer, askedAt: number): void {
    if (answer.kind === 'found') {
      run.fruitless = 0;
      run.known = { breakType: answer.breakType, askedAt };
    }
    if (answer.kind === 'none') run.fruitless += 1;
    if (answer.kind === 'unknown-agent') run.fruitless = maxFruitless;
    if (run.known !== null) give(run, asked, run.known.breakType);
    else giveUp(run, asked, run.fruitless >= maxFruitless);
  }

  /** The last answer also tells of what had happened when it was asked for, as on another channel of the agent. */
  function giveKnown(run: StatusRun): void {
    if (run.known === null) return;
    const { breakType, askedAt } = run.known;
    const told = run.waiting.filter(
      ({ event }) => event.occurredAt <= askedAt && event.receivedAt - askedAt <= cachedMs,
    );
    if (told.length > 0) give(run, new Set(told), breakType);
  }

  function give(run: StatusRun, asked: ReadonlySet<Waiting>, breakType: string): void {
    const foundAt = clock.now();
    for (const waiting of run.waiting) {
      if (!asked.has(waiting)) continue;
      const { event } = waiting;
      const { tenantId, integrationId, externalUserId, dedupKey, contentHash, occurredAt } = event;
      const fact = { tenantId, integrationId, externalUserId, dedupKey, contentHash, occurredAt };
      found.push({ event, waiting, detail: { ...fact, status: event.status!, breakType, foundAt } });
    }
    forgetAsked(run, asked);
    onFound();
  }

  /** Their records may be committed; unless it is for good they are asked about again later. */
  function giveUp(run: StatusRun, asked: ReadonlySet<Waiting>, forGood: boolean): void {
    for (const waiting of asked) if (waiting.held) release(waiting);
    if (forGood) forgetAsked(run, asked);
    else {
      unanswered.add(run);
      keep(run);
      again ??= clock.setTimer(askAgain, againMs);
    }
    onFound();
  }

  function forgetAsked(run: StatusRun, asked: ReadonlySet<Waiting>): void {
    run.waiting = run.waiting.filter((waiting) => !asked.has(waiting));
    if (run.waiting.length === 0) answered(run);
  }

  function restore(open: readonly OpenBreak[], ends: ReadonlyMap<number, number>): void {
    for (const { partition, events } of open) {
      const first = events[0];
      if (!first || !ends.has(partition)) continue;
      const end = ends.get(partition)!;
      if (end > 0) awaited.set(partition, end);
      let run: StatusRun | null = null;
      for (const event of events) {
        run = runs.note(event, true);
        run?.waiting.push({ event, held: false });
      }
      if (!run) continue;
      keptEvents.set(run.user, events.at(-1)!);
      unanswered.add(run);
    }
    if (unanswered.size > 0) again ??= clock.setTimer(askAgain, againMs);
  }

  const isBehind = ({ waiting }: StatusRun): boolean =>
    waiting.length > 0 && awaited.has(waiting[0]!.event.sourcePartition);

  function askAgain(): void {
    again = null;
    const now = clock.now();
    for (const run of [...unanswered]) {
      if (now - run.latest.receivedAt > maxRunMs) giveUp(run, new Set(run.waiting), true);
      else if (
        !run.asking &&
        !isBehind(run) &&
        clients.of(run.tenantId, run.integrationId)?.mayAsk() !== false
      )
        void ask(run);
    }
    if (unanswered.size > 0 && !stopped) again = clock.setTimer(askAgain, againMs);
  }

  return {
    taken,
    restore,
    toKeep: () => [...unkept.values()],
    kept(open) {
      for (const each of open) if (unkept.get(each.user) === each) unkept.delete(each.user);
    },
    found: () => [...found],
    sent(sent) {
      const gone = new Set(sent);
      found = found.filter((each) => !gone.has(each));
      for (const { waiting } of sent) if (waiting.held) release(waiting);
    },
    heldFrom(partition) {
      // Offsets are added in ascending order.
      for (const offset of holds.get(partition) ?? []) return offset;
      return Number.POSITIVE_INFINITY;
    },
    forget() {
      epoch += 1;
      runs.clear();
      holds.clear();
      unanswered.clear();
      keptEvents.clear();
      unkept.clear();
      awaited.clear();
      found = [];
    },
    idle: async () => {
      while (open > 0) await quiet.promise;
    },
    stop() {
      stopped = true;
      again?.clear();
    },
  };
}

type Answer = BreakAnswer | { readonly kind: 'skipped' };

const outcomeOf = (answer: Answer): string => (answer.kind === 'failed' ? answer.fault.kind : answer.kind);

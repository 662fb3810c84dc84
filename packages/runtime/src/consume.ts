/**
 * The consume loop: take batches, settle them into what is durable, commit what was settled, and nothing else.
 *
 * - `take` and `settle` never overlap, unless the processor says that it can take while it settles. What may be
 *   committed is what `settle` answered, after it answered.
 * - An OperationalError (broker, registry or ClickHouse away) is tried again with a growing wait; takes go on
 *   between the tries of a settling until `limits.unsettledMessages`. Past `limits.retryForMs` it is given up.
 * - Any other error is tried once more, then given up: never skipped, never dead-lettered here.
 * - Giving up: `failed` rejects with nothing committed; the process is to exit, so that a fresh one takes over.
 * - A generation that is over writes and commits nothing more.
 */
import type {
  AssignedPartition,
  Batch,
  Broker,
  CommitOffset,
  Membership,
  PartitionOffset,
} from './broker/broker.ts';
import { type Clock, systemClock } from './clock.ts';
import { type AttemptLimits, type Attempts, startAttempts } from './consume/attempts.ts';
import { createGauges } from './consume/gauges.ts';
import { type Generation, startGeneration } from './consume/generation.ts';
import { createLane } from './consume/lane.ts';
import { createRecordSpans } from './consume/record-spans.ts';
import { createSettleSchedule } from './consume/settle-schedule.ts';
import { createSignal } from './consume/signal.ts';
import { startWatchdog } from './consume/watchdog.ts';
import { asError, FencedError, isOperational } from './errors.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { Tracing } from './tracing.ts';

/** Why a settling happens now. */
export type SettleReason = 'messages' | 'delay' | 'asked' | 'stop';

/** What a service does with its topic. Every call may be repeated after it threw, with the same argument. */
export interface Processor {
  /**
   * Loads the state of these partitions, anew even if it had begun to, and forgets all others. What has the `tenure`
   * that it had before may be kept as it was in memory: the next offsets to take of such partitions are answered, and
   * what is fetched again before them is passed over. All others begin at their committed offset.
   */
  assigned(partitions: readonly AssignedPartition[]): Promise<readonly PartitionOffset[] | undefined>;
  /** Takes the batch into memory; may publish what is only live; never commits. Sets bad data aside by itself. */
  take(batch: Batch): Promise<void> | void;
  /**
   * Makes everything taken so far durable and answers the next offsets to process, which are then committed.
   * After an error it is called again, maybe with more taken in between: what it could not store it must keep.
   */
  settle(reason: SettleReason): Promise<readonly CommitOffset[]>;
  /** The partitions are gone, maybe in the middle of another call: write nothing more for them until `assigned`. */
  revoked(): void;
  /**
   * `take` may run while a settling waits for what it stores into. The settling then answers for what it found when it
   * began; `assigned` still waits until it has ended.
   */
  readonly takesWhileSettling?: boolean;
}

export interface ConsumeOptions {
  readonly broker: Broker;
  readonly topic: string;
  readonly groupId: string;
  readonly processor: Processor;
  readonly settleWhen: SettleWhen;
  readonly limits?: Partial<ConsumeLimits>;
  readonly clock?: Clock;
  readonly log: Log;
  readonly metrics?: Metrics;
  readonly tracing?: Tracing | undefined;
}

/** Settle after so many messages, or so long after the first that is not settled. */
export interface SettleWhen {
  readonly messages: number;
  readonly maxDelayMs: number;
  /** Where a settling costs by what was touched and not by message: rest so many times as long as the last one took. */
  readonly restPerWork?: number;
}

export interface ConsumeLimits extends AttemptLimits {
  /** Takes wait when so many are not settled. */
  readonly unsettledMessages: number;
  /** No progress, or no answer of the broker, for so long is a failure. */
  readonly stallMs: number;
  /** How long `stop` tries to settle. */
  readonly drainMs: number;
}

const defaultLimits: ConsumeLimits = {
  unsettledMessages: 100_000,
  retryForMs: 10 * 60_000,
  firstRetryMs: 100,
  maxRetryMs: 5_000,
  stallMs: 120_000,
  drainMs: 20_000,
};

export interface Consumption {
  /** Takes no more, settles, commits, leaves the group. What cannot be settled in time stays uncommitted. */
  stop(): Promise<void>;
  /** Rejects when it was given up. */
  readonly failed: Promise<never>;
  /** Epoch milliseconds; close to now while all is well, also when there is nothing to do. */
  lastProgressAt(): number;
  /** For tests: resolves when everything in the owned partitions is taken, settled and committed. */
  idle(): Promise<void>;
  settleSoon(): void;
  /** Names what keeps it from taking: it is no member of its group yet, or loads what it was given. */
  missing(): readonly string[];
  /** Runs `work` when no take runs, nor a settle that takes wait for. Rejects with FencedError once the consumption has ended. */
  run<T>(work: () => Promise<T> | T): Promise<T>;
}

/** Joins the group; resolves before the first assignment. */
export async function consume(options: ConsumeOptions): Promise<Consumption> {
  const { broker, topic, groupId, processor, settleWhen, clock = systemClock } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const log = options.log.child({ topic, groupId });
  const gauges = createGauges(topic, options.metrics);
  const spans = createRecordSpans(topic, groupId, options.tracing);
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {}); // Logged when it happens; not an unhandled rejection until somebody looks.
  const joined = Promise.withResolvers<Membership>();
  joined.promise.catch(() => {}); // `consume` itself rejects then.

  let phase: 'running' | 'stopping' | 'ended' = 'running';
  let generation: Generation | null = null;
  let membership: Membership | null = null;
  let progressAt = clock.now();
  const changed = createSignal();
  const noteProgress = () => {
    progressAt = clock.now();
    gauges.progress(progressAt);
    changed.raise();
  };
  const lane = createLane(noteProgress);
  const settleLane = processor.takesWhileSettling ? createLane(noteProgress) : lane;
  const isBusy = (): boolean => lane.busy() || settleLane.busy();
  const schedule = createSettleSchedule(clock, settleLane, settle);
  let settleAttempts: Attempts | null = null;
  let restUntil = 0;
  const settleDelayMs = (): number => Math.max(settleWhen.maxDelayMs, restUntil - clock.now());

  /** The generation that may take and settle, if there is one. */
  const live = (): Generation | null => (generation?.isLoaded() && !isOver(generation) ? generation : null);
  const isOver = (of: Generation): boolean => of.isOver() || phase === 'ended';

  function giveUp(error: Error): void {
    if (phase === 'ended') return;
    log.error({ error }, 'consumption failed; nothing more is committed');
    end();
    failed.reject(error);
    membership?.close().catch((closing: unknown) => log.warn({ error: asError(closing) }, 'leaving failed'));
  }

  function end(): void {
    phase = 'ended';
    watchdog.stop();
    endGeneration();
    changed.raise();
  }

  function endGeneration(): void {
    schedule.cancel();
    settleAttempts = null;
    if (!generation || generation.isOver()) return;
    generation.end();
    spans.dropped(new FencedError('the generation is over'));
    processor.revoked();
    gauges.owned(0);
    changed.raise();
  }

  /** Answers how long to wait before the next try; null when it was given up. */
  function noteFailure(operation: string, error: Error, attempts: Attempts): number | null {
    if (isOperational(error)) gauges.operationalError(operation, error.code);
    const waitMs = attempts.next(error);
    if (waitMs === null) giveUp(error);
    else log.warn({ error, operation, waitMs }, 'failed; trying again');
    return waitMs;
  }

  /** Tries until it works, waiting outside of the lane; false when the generation ended or it was given up. */
  async function persist(operation: 'assigned' | 'take', of: Generation, work: () => Promise<void> | void) {
    const attempts = startAttempts(clock, limits);
    for (;;) {
      const once = () => lane.run(() => (isOver(of) ? null : outcomeOf(work)));
      const waitsForSettling = operation === 'assigned' && settleLane !== lane;
      const error = await (waitsForSettling ? settleLane.run(once) : once());
      if (isOver(of)) return false;
      if (!error) return true;
      const waitMs = noteFailure(operation, error, attempts);
      if (waitMs === null) return false;
      if (waitMs > 0) await waitOrEnd(of, waitMs);
      if (isOver(of) || (operation === 'take' && phase !== 'running')) return false;
    }
  }

  async function waitOrEnd(of: Generation, delayMs: number): Promise<void> {
    const waited = Promise.withResolvers<void>();
    const timer = clock.setTimer(waited.resolve, delayMs);
    await Promise.race([waited.promise, of.ended]);
    timer.clear();
  }

  async function assigned(partitions: readonly AssignedPartition[]): Promise<void> {
    // Rejecting makes a member leave that had joined although the answer to `join` was lost.
    if (phase === 'ended') throw new FencedError('the consumption has ended');
    endGeneration();
    const of = startGeneration(partitions);
    generation = of;
    const startedAt = clock.now();
    log.info({ partitions: partitions.map(({ partition }) => partition) }, 'partitions assigned');
    let kept: readonly PartitionOffset[] = [];
    const load = async () => {
      kept = (await processor.assigned(partitions)) ?? [];
    };
    if (await persist('assigned', of, load)) {
      of.loaded(kept);
      if (!of.isClean()) schedule.within(settleWhen.maxDelayMs);
      gauges.owned(partitions.length);
      log.info({ kept: kept.length, tookMs: clock.now() - startedAt }, 'partitions loaded');
    }
    noteProgress();
  }

  async function takeBatch(batch: Batch): Promise<void> {
    const of = live();
    if (!of) return;
    let messages = of.notTaken(batch);
    while (messages.length > 0) {
      while (of.unsettled() >= limits.unsettledMessages && phase === 'running' && !isOver(of)) {
        await changed.next();
      }
      if (phase !== 'running' || isOver(of)) return;
      const room = settleWhen.messages - of.unsettled();
      const chunk = { ...batch, messages: messages.slice(0, room > 0 ? room : settleWhen.messages) };
      if (!(await takeChunk(of, chunk))) return;
      messages = messages.slice(chunk.messages.length);
      if (of.unsettled() >= settleWhen.messages) await schedule.now('messages');
      else schedule.within(settleDelayMs());
    }
  }

  async function takeChunk(of: Generation, chunk: Batch): Promise<boolean> {
    const startedAt = clock.now();
    spans.taken(chunk);
    // A settling that begins meanwhile may answer for what the processor has taken already.
    if (processor.takesWhileSettling) of.noteTaken(chunk);
    const taken = await persist('take', of, async () => {
      await processor.take(chunk);
      if (!processor.takesWhileSettling) of.noteTaken(chunk);
    });
    if (taken) gauges.taken(of, chunk, clock.now(), startedAt);
    return taken;
  }

  /** Answers in how many milliseconds to come again; runs in the lane. */
  async function settle(reason: SettleReason): Promise<number | null> {
    const of = live();
    if (!of) return null;
    settleAttempts ??= startAttempts(clock, limits);
    const span = spans.settling(of.unsettled());
    const error = await outcomeOf(() => settleAndCommit(of, reason));
    span?.end(error ?? undefined);
    if (isOver(of)) return null;
    if (!error) {
      settleAttempts = null;
      if (of.unsettled() > 0) schedule.within(settleDelayMs());
      return null;
    }
    gauges.settleFailed();
    if (!(error instanceof FencedError)) return noteFailure('settle', error, settleAttempts);
    log.warn({ error }, 'the generation is over; what it took is not committed');
    endGeneration();
    return null;
  }

  async function settleAndCommit(of: Generation, reason: SettleReason): Promise<void> {
    const startedAt = clock.now();
    const messages = of.unsettled();
    const offsets = await processor.settle(reason);
    const member = await joined.promise;
    if (isOver(of)) return;
    of.noteSettled(offsets);
    const commits = of.toCommit();
    if (commits.length > 0) await member.commit(commits);
    of.noteCommitted(commits);
    spans.committed(commits);
    const endedAt = clock.now();
    const tookMs = endedAt - startedAt;
    restUntil = endedAt + tookMs * (settleWhen.restPerWork ?? 0);
    gauges.settled(of, tookMs);
    log.debug({ reason, messages, commits: commits.length, tookMs }, 'settled');
  }

  let stopped: Promise<void> | null = null;
  const stop = (): Promise<void> => {
    stopped ??= phase === 'running' ? drain() : Promise.resolve();
    return stopped;
  };

  async function drain(): Promise<void> {
    const until = clock.now() + limits.drainMs;
    // Its partitions pause from the last take on, so a settling that is under way ends before.
    if (settleLane !== lane) await settleLane.run(() => {});
    if (phase === 'running') phase = 'stopping';
    changed.raise();
    await lane.run(() => {});
    for (let of = live(); of; of = live()) {
      await schedule.force('stop');
      if (isOver(of) || of.isClean()) break;
      if (clock.now() >= until) {
        log.warn({ messages: of.unsettled() }, 'stopped with messages that could not be settled');
        break;
      }
      await waitOrEnd(of, limits.maxRetryMs / 4);
    }
    end();
    await membership?.close();
    log.info({}, 'consumption stopped');
  }

  async function idle(): Promise<void> {
    while (phase === 'running') {
      const change = changed.next();
      const of = live();
      const caughtUp = of !== null && !(await isBehind(broker, topic, of));
      if (caughtUp && of.isClean() && !isBusy()) return;
      if (caughtUp && !of.isClean()) {
        await schedule.now('asked');
        if (of.isClean() || isOver(of)) continue;
        // The processor holds something back: a later settling tells more, and this one has told already.
        await changed.next();
        continue;
      }
      await change;
    }
  }

  const watchdog = startWatchdog({
    clock,
    stallMs: limits.stallMs,
    busy: isBusy,
    progressAt: () => progressAt,
    answerAt: () => membership?.lastAnswerAt() ?? clock.now(),
    onStall: giveUp,
  });
  try {
    const handlers = { assigned, revoked: endGeneration, batch: takeBatch, crashed: giveUp };
    membership = await broker.join({ groupId, topic }, handlers);
    joined.resolve(membership);
  } catch (error) {
    end();
    joined.reject(error);
    throw error;
  }

  return {
    stop,
    failed: failed.promise,
    lastProgressAt: () => watchdog.lastProgressAt(),
    idle,
    settleSoon: () => void schedule.now('asked'),
    missing: () => (live() ? [] : [`its part of ${topic}`]),
    run: (work) =>
      lane.run(() => {
        if (phase === 'ended') throw new FencedError('the consumption has ended');
        return work();
      }),
  };
}

/** Records of its partitions are in the log that were not taken. */
async function isBehind(broker: Broker, topic: string, of: Generation): Promise<boolean> {
  const [starts, ends] = await Promise.all([broker.startOffsets(topic), broker.endOffsets(topic)]);
  const startOf = new Map(starts.map(({ partition, offset }) => [partition, offset]));
  return ends.some(({ partition, offset }) => {
    const progress = of.partitions.get(partition);
    return progress !== undefined && Math.max(progress.taken, startOf.get(partition) ?? 0) < offset;
  });
}

async function outcomeOf(work: () => Promise<void> | void): Promise<Error | null> {
  try {
    await work();
    return null;
  } catch (error) {
    return asError(error);
  }
}

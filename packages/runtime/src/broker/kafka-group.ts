/**
 * A member of a consumer group on kafkajs, which knows neither a revoke callback nor heartbeats of its own: a
 * generation here begins with its GROUP_JOIN event and is over with the first sign of the next one.
 */
import { type Admin, type EachBatchPayload, type OffsetsByTopicPartition, PartitionAssigners } from 'kafkajs';
import { type Timer, within } from '../clock.ts';
import { asError, DeadlineError, FencedError, isOperational } from '../errors.ts';
import { retryOperational } from '../retry.ts';
import type { AssignedPartition, CommitOffset, GroupHandlers, JoinOptions, Membership } from './broker.ts';
import { stickyAssigner } from './kafka-assigner.ts';
import { fetchBytes, inMessage, type KafkaTools } from './kafka-client.ts';
import { isFencing, kafkaFailure } from './kafka-errors.ts';
import { createTenures } from './tenures.ts';

interface Generation {
  readonly partitions: ReadonlySet<number>;
  over: boolean;
  /** `assigned` was called, so `revoked` is owed. */
  told: boolean;
  /** Resolves when its state is loaded. */
  ready: Promise<void>;
  /** Lets go of a running batch; an error makes kafkajs join again. */
  readonly interrupted: PromiseWithResolvers<Error | null>;
  /** Commits in the generation that kafkajs is in when it is called, without its retries, which may outlive it. */
  commit: ((offsets: OffsetsByTopicPartition) => Promise<void>) | null;
}

export async function joinKafkaGroup(
  tools: KafkaTools,
  admin: Admin,
  { groupId, topic }: JoinOptions,
  handlers: GroupHandlers,
): Promise<Membership> {
  const { kafka, times, clock, log } = tools;
  const tenures = createTenures();
  let admittedTo: number | null = null;
  const sticky = stickyAssigner({
    claim: tenures.claim,
    onAdmitted: (generation) => {
      admittedTo = generation;
    },
  });
  const consumer = kafka.consumer({
    groupId,
    sessionTimeout: times.sessionTimeoutMs,
    rebalanceTimeout: Math.round(times.sessionTimeoutMs * 1.5),
    heartbeatInterval: times.heartbeatMs,
    maxWaitTimeInMs: times.fetchWaitMs,
    allowAutoTopicCreation: false,
    partitionAssigners: [sticky, PartitionAssigners.roundRobin],
    ...fetchBytes,
    // Else a consumer that was closed while it joined comes back by itself, and keeps its partitions from others.
    retry: { restartOnFailure: async () => !closed },
  });
  let generation: Generation | null = null;
  let running: Promise<unknown> = Promise.resolve();
  let closed = false;
  let answerAt = clock.now();

  const noteAnswer = () => {
    answerAt = clock.now();
  };
  const crash = (error: Error) => {
    if (closed) return;
    close().catch((closing: unknown) =>
      log.warn({ error: asError(closing), groupId }, 'leaving a group failed'),
    );
    handlers.crashed(error);
  };

  function run(): void {
    consumer
      .run({ autoCommit: false, eachBatchAutoResolve: false, partitionsConsumedConcurrently: 1, eachBatch })
      .catch((error: unknown) => joinAgain(kafkaFailure('consumer', error)));
  }

  /**
   * kafkajs ends a consumer for good at some errors that pass, as when no broker can name the group's coordinator. For
   * how long nobody may answer is for whoever joined to say (`lastAnswerAt`).
   */
  function joinAgain(failure: Error): void {
    if (closed) return;
    if (!isOperational(failure) && !(failure instanceof FencedError)) {
      crash(failure);
      return;
    }
    log.warn({ error: failure, groupId, waitMs: joinAgainMs }, 'a consumer ended; it joins again');
    clock.setTimer(() => {
      if (!closed) run();
    }, joinAgainMs);
  }

  function endGeneration(error: Error | null): void {
    const ending = generation;
    if (!ending || ending.over) return;
    ending.over = true;
    ending.interrupted.resolve(error);
    if (ending.told && !closed) handlers.revoked();
  }

  function startGeneration(partitions: readonly number[]): void {
    endGeneration(null);
    if (closed) {
      // It was closed while kafkajs was joining, which that does not stop.
      consumer
        .disconnect()
        .catch((error: unknown) => log.warn({ error: asError(error), groupId }, 'leaving failed'));
      return;
    }
    noteAnswer();
    tenures.begin(admittedTo, partitions);
    const started: Generation = {
      partitions: new Set(partitions),
      over: false,
      told: false,
      ready: Promise.resolve(),
      interrupted: Promise.withResolvers(),
      commit: null,
    };
    generation = started;
    started.ready = running.then(() => load(started)).catch((error: unknown) => crash(asError(error)));
    running = started.ready;
  }

  async function load(of: Generation): Promise<void> {
    if (of.over) return;
    const assigned = await assignedPartitions(of);
    if (of.over) return;
    of.told = true;
    await handlers.assigned(assigned);
  }

  async function assignedPartitions({ partitions }: Generation): Promise<AssignedPartition[]> {
    const told = [...partitions].map((partition) => ({ partition, tenure: tenures.of(partition) }));
    const committed = new Map(
      (await committedOffsets(tools, admin, groupId, topic)).map((c) => [c.partition, c]),
    );
    return told.map(({ partition, tenure }) => ({
      partition,
      tenure,
      offset: committed.get(partition)?.offset ?? null,
      metadata: committed.get(partition)?.metadata ?? null,
    }));
  }

  async function eachBatch(payload: EachBatchPayload): Promise<void> {
    const of = generation;
    if (!of || of.over) return;
    noteAnswer();
    of.commit = (offsets) => payload.commitOffsetsIfNecessary(offsets as never);
    const work = handOver(of, payload).catch((error: unknown) => crash(asError(error)));
    running = work;
    const stopBeating = beat(payload);
    try {
      const error = await Promise.race([work, of.interrupted.promise]);
      if (error) throw error;
    } finally {
      stopBeating();
    }
    if (!of.over) payload.resolveOffset(payload.batch.messages.at(-1)!.offset);
  }

  async function handOver(of: Generation, { batch }: EachBatchPayload): Promise<void> {
    await of.ready;
    if (of.over || batch.messages.length === 0) return;
    await handlers.batch({
      partition: batch.partition,
      messages: batch.messages.map((message) => inMessage(topic, batch.partition, message)),
      highWatermark: Number(batch.highWatermark),
    });
  }

  /** Keeps the membership alive while a batch is handled. */
  function beat({ heartbeat }: EachBatchPayload): () => void {
    let timer: Timer;
    let stopped = false;
    const next = async () => {
      try {
        await heartbeat();
      } catch (error) {
        const lost = clock.now() - answerAt > times.sessionTimeoutMs;
        if (isFencing(error)) endGeneration(asError(error));
        else if (lost) endGeneration(rejoin());
      }
      arm();
    };
    const arm = () => {
      if (!stopped) timer = clock.setTimer(() => void next(), times.heartbeatMs);
    };
    arm();
    return () => {
      stopped = true;
      timer.clear();
    };
  }

  async function commit(offsets: readonly CommitOffset[]): Promise<void> {
    const of = generation;
    if (!of || of.over || closed || offsets.some(({ partition }) => !of.partitions.has(partition))) {
      throw new FencedError('commit of a generation that is over');
    }
    const partitions = offsets.map(({ partition, offset, metadata }) => ({
      partition,
      offset: String(offset),
      metadata: metadata ?? null,
    }));
    const committed = of.commit
      ? of.commit({ topics: [{ topic, partitions }] })
      : consumer.commitOffsets(partitions.map((partition) => ({ topic, ...partition })));
    try {
      const late = () => new DeadlineError('Kafka: commit', times.deadlineMs);
      await within(clock, committed, times.deadlineMs, late);
    } catch (error) {
      const failure = kafkaFailure('commit', error);
      if (failure instanceof FencedError) endGeneration(asError(error));
      throw failure;
    }
    if (of.over) throw new FencedError('the generation ended during a commit');
    noteAnswer();
  }

  async function close(): Promise<void> {
    if (closed) return;
    closed = true;
    endGeneration(null);
    const late = () => new DeadlineError('Kafka: leaving a group', times.deadlineMs);
    await within(clock, consumer.disconnect(), times.deadlineMs, late);
  }

  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) =>
    startGeneration(payload.memberAssignment[topic] ?? []),
  );
  consumer.on(consumer.events.REBALANCING, () => endGeneration(null));
  consumer.on(consumer.events.HEARTBEAT, noteAnswer);
  consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
    endGeneration(null);
    if (!restart) joinAgain(kafkaFailure('consumer crashed', error));
  });
  await consumer.connect();
  // An offset that expired means the oldest record, never the end.
  await consumer.subscribe({ topic, fromBeginning: true });
  run();
  return { commit, lastAnswerAt: () => answerAt, close };
}

const joinAgainMs = 1_000;

/** kafkajs joins again when a handler throws an error of this type. */
const rejoin = (): Error =>
  Object.assign(new Error('no heartbeat was answered for a session'), { type: 'REBALANCE_IN_PROGRESS' });

/** kafkajs does not repeat this question itself, and a coordinator that has just moved or started refuses it. */
const questionRetry = { attempts: 8, firstDelayMs: 50, maxDelayMs: 1_000 };

export async function committedOffsets(
  { clock }: Pick<KafkaTools, 'clock'>,
  admin: Admin,
  groupId: string,
  topic: string,
) {
  const ask = () =>
    admin.fetchOffsets({ groupId, topics: [topic] }).catch((error: unknown) => {
      throw kafkaFailure('committed offsets', error);
    });
  const [answer] = await retryOperational(clock, questionRetry, ask);
  return (answer?.partitions ?? [])
    .map(({ partition, offset, metadata }) => ({ partition, offset: Number(offset), metadata }))
    .filter(({ offset }) => offset >= 0);
}

/**
 * Follows the topic `configuration`, one partition, from its beginning: every record is folded in the order of the
 * log, so that every follower comes to the same state and outcomes. Generic over the fold; the domain has the rules.
 */
import { topics } from '@adherence/schemas/topics.ts';
import type { Batch, Broker, InMessage, Producer } from './broker/broker.ts';
import { type Clock, systemClock, type Timer, within } from './clock.ts';
import { asError, DeadlineError, OperationalError } from './errors.ts';
import type { Log } from './log.ts';
import { type Metrics, noMetrics } from './metrics.ts';

/** One record of the log that was folded. */
export interface FoldedRecord {
  readonly key: string;
  readonly offset: number;
  readonly command: unknown;
}

export type ConfigurationListener<State, Outcome> = (
  before: State,
  after: State,
  record: FoldedRecord,
  outcome: Outcome,
) => void;

export interface ConfigurationLog<State, Outcome> {
  state(): State;
  /** Next offset to fold: everything below it is in the state. */
  offset(): number;
  /** Resolves once everything below `offset` is in the state. Rejects when the follower has ended. */
  waitFor(offset: number, limitMs?: number): Promise<void>;
  /** Called right after each record was folded, in order; must not throw. Answers how to stop listening. */
  onChange(listener: ConfigurationListener<State, Outcome>): () => void;
  /**
   * Writes a command under a key of its own and waits until it has been folded here. Rejects with DeadlineError
   * after the limit, when the command may still take effect: a repeat with the same key is the caller's choice.
   */
  append(key: string, command: unknown): Promise<{ readonly offset: number; readonly outcome: Outcome }>;
  /**
   * Writes many commands in their order and in few requests, each under its own key; answers when all of them have
   * been folded here. The limit holds for the time in which none of them is folded.
   */
  appendAll(
    commands: readonly { readonly key: string; readonly command: unknown }[],
  ): Promise<{ readonly offset: number; readonly outcome: Outcome }[]>;
  /** Writes a tombstone over each of these keys: their records go when the broker compacts the log. */
  remove(keys: readonly string[]): Promise<void>;
  /** Rejects when the follower has ended by itself. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
}

export interface FollowOptions<State, Outcome> {
  readonly broker: Broker;
  readonly initial: State;
  /** May change `state` in place. Must be total and depend on nothing else. */
  readonly fold: (state: State, command: unknown, offset: number) => { state: State; outcome: Outcome };
  readonly log: Log;
  readonly metrics?: Pick<Metrics, 'set' | 'count'>;
  readonly clock?: Clock;
  /** For one `append`. */
  readonly appendLimitMs?: number;
  /** A record that is no JSON, or that the fold threw on: skipped, the same by every follower. */
  readonly onCorrupt?: (offset: number) => void;
}

/** Resolves once the log is folded to the end that it had at the start. */
export async function followConfiguration<State, Outcome>(
  options: FollowOptions<State, Outcome>,
): Promise<ConfigurationLog<State, Outcome>> {
  const { broker, fold, log, metrics = noMetrics, clock = systemClock, appendLimitMs = 10_000 } = options;
  const topic = topics.configuration.name;
  const listeners = new Set<ConfigurationListener<State, Outcome>>();
  const own = new Map<string, (folded: { offset: number; outcome: Outcome }) => void>();
  const waits = createWaits();
  let state = options.initial;
  let next = 0;
  let producer: Promise<Producer> | null = null;

  const foldRecord = (message: InMessage) => {
    const folded = foldSafely(state, message);
    if (!folded) return;
    const before = state;
    state = folded.state;
    const record = { key: message.key ?? '', offset: message.offset, command: folded.command };
    next = message.offset + 1;
    own.get(record.key)?.({ offset: record.offset, outcome: folded.outcome });
    for (const listener of listeners) listener(before, state, record, folded.outcome);
  };
  const foldSafely = (current: State, { key, value, offset }: InMessage) => {
    if (value === null) return null; // A tombstone: personal data was deleted from the log.
    try {
      const command: unknown = JSON.parse(value.toString('utf8'));
      return { command, ...fold(current, command, offset) };
    } catch (error) {
      log.error({ topic, offset, key, errorType: asError(error).name }, 'configuration record skipped');
      metrics.count('adherence_configuration_corrupt_total', {});
      options.onCorrupt?.(offset);
      return null;
    }
  };
  const onBatch = ({ messages }: Batch) => {
    for (const message of messages) {
      foldRecord(message);
      next = message.offset + 1;
      waits.reach(next);
    }
    metrics.set('adherence_configuration_offset', {}, next);
  };

  const tail = await broker.tail({ topic, from: 'beginning' }, onBatch);
  tail.failed.catch((error: unknown) => waits.fail(asError(error)));
  await Promise.race([tail.caughtUp, tail.failed]);
  // Past the last record when the end of the log was compacted away.
  next = Math.max(next, tail.position(0));
  metrics.set('adherence_configuration_offset', {}, next);

  const send = async (records: readonly { readonly key: string; readonly value: Buffer | null }[]) => {
    producer ??= broker.producer();
    const opened = await producer.catch((error: unknown) => {
      producer = null;
      throw error;
    });
    await opened.send(records.map(({ key, value }) => ({ topic, partition: 0, key, value })));
  };
  const appendAll: ConfigurationLog<State, Outcome>['appendAll'] = async (commands) => {
    const twice = commands.find(({ key }) => own.has(key));
    if (twice) throw new Error(`configuration key ${twice.key} is being written already`);
    const silence = createSilence(clock, appendLimitMs);
    try {
      const folded = commands.map(
        ({ key }) =>
          new Promise<{ offset: number; outcome: Outcome }>((resolve) =>
            own.set(key, (answer) => {
              silence.broken();
              resolve(answer);
            }),
          ),
      );
      const all = Promise.all(folded);
      const records = commands.map(({ key, command }) => ({
        key,
        value: Buffer.from(JSON.stringify(command)),
      }));
      return await Promise.race([send(records).then(() => all), all, tail.failed, silence.over]);
    } finally {
      silence.end();
      for (const { key } of commands) own.delete(key);
    }
  };

  return {
    state: () => state,
    offset: () => next,
    waitFor(offset, limitMs) {
      const wait = waits.until(offset, next);
      if (limitMs === undefined) return wait;
      return within(clock, wait, limitMs, () => new DeadlineError(`configuration up to ${offset}`, limitMs));
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    append: async (key, command) => (await appendAll([{ key, command }]))[0]!,
    appendAll,
    remove: (keys) => send(keys.map((key) => ({ key, value: null }))),
    failed: tail.failed,
    async stop() {
      waits.fail(new OperationalError('STOPPED', 'the configuration log is not followed any more'));
      await tail.close();
      await (await producer?.catch(() => null))?.close();
    },
  };
}

/**
 * Reads the log once, as far as it goes now, in its order. Records over which there is a tombstone are left out, also
 * where the broker has not removed them yet.
 */
export async function readConfiguration(broker: Broker): Promise<FoldedRecord[]> {
  const records = new Map<string, FoldedRecord>();
  const tail = await broker.tail({ topic: topics.configuration.name, from: 'beginning' }, ({ messages }) => {
    for (const { key, value, offset } of messages) {
      if (key === null) continue;
      if (value === null) records.delete(key);
      else records.set(key, { key, offset, command: parseCommand(value) });
    }
  });
  try {
    await Promise.race([tail.caughtUp, tail.failed]);
  } finally {
    await tail.close();
  }
  return [...records.values()].sort((a, b) => a.offset - b.offset);
}

/** A record that is no JSON is none that anybody has folded. */
function parseCommand(value: Buffer): unknown {
  try {
    return JSON.parse(value.toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Rejects once nothing has been heard for the limit. */
function createSilence(clock: Clock, limitMs: number) {
  let fail: (error: DeadlineError) => void = () => {};
  const over = new Promise<never>((_, reject) => {
    fail = reject;
  });
  over.catch(() => {}); // Told to whoever races it; nobody may be left when it comes.
  let heardAt = clock.now();
  const wait = (ms: number): Timer =>
    clock.setTimer(() => {
      const left = heardAt + limitMs - clock.now();
      if (left > 0) timer = wait(left);
      else fail(new DeadlineError('configuration', limitMs));
    }, ms);
  let timer = wait(limitMs);
  return {
    over,
    broken() {
      heardAt = clock.now();
    },
    end: () => timer.clear(),
  };
}

/** Who waits for an offset. */
function createWaits() {
  let waiting: { offset: number; resolve: () => void; reject: (error: Error) => void }[] = [];
  let failure: Error | null = null;
  return {
    until(offset: number, reached: number): Promise<void> {
      if (reached >= offset) return Promise.resolve();
      if (failure) return Promise.reject(failure);
      return new Promise((resolve, reject) => {
        waiting.push({ offset, resolve, reject });
      });
    },
    reach(offset: number): void {
      if (waiting.length === 0) return;
      for (const wait of waiting) if (wait.offset <= offset) wait.resolve();
      waiting = waiting.filter((wait) => wait.offset > offset);
    },
    fail(error: Error): void {
      failure = error;
      for (const wait of waiting) wait.reject(error);
      waiting = [];
    },
  };
}

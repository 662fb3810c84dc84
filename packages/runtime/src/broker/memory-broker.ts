/**
 * The port to Kafka in memory: for tests, and for running every service in one process. Nothing waits for a timer;
 * everything is gone with the process. Faults are injected by operation and by its how-manieth call.
 */
import type { TopicDefinition } from '@adherence/schemas/topics.ts';
import { type Clock, systemClock } from '../clock.ts';
import { asError, OperationalError } from '../errors.ts';
import type {
  Batch,
  Broker,
  CommittedOffset,
  GroupHandlers,
  InMessage,
  JoinOptions,
  Membership,
  OutMessage,
  PartitionOffset,
  Producer,
  Tail,
  TailOptions,
} from './broker.ts';
import { createMemoryGroup, type MemoryGroup } from './memory-group.ts';
import { createPartitionLog, type PartitionLog } from './memory-log.ts';

export type Operation =
  | 'producer'
  | 'send'
  | 'join'
  | 'assign'
  | 'fetch'
  | 'commit'
  | 'tail'
  | 'endOffsets'
  | 'startOffsets'
  | 'committed'
  | 'ensureTopics';

/** before: the operation has no effect; after: it has, and its answer is lost. Both reject. */
export type Fault = 'before' | 'after' | null;

export interface MemoryBrokerOptions {
  readonly clock?: Clock;
  /** Asked at each operation; `nth` counts the calls of that operation from 1. */
  readonly fault?: (operation: Operation, nth: number) => Fault;
  /** Records handed over at once. */
  readonly maxBatch?: number;
  /** Newest records kept in each partition of a topic that is not compacted. */
  readonly keepRecords?: number;
}

export interface MemoryBroker extends Broker {
  /** All that a topic holds, in order of partition and offset. */
  records(topic: string): readonly InMessage[];
  /** Every member of the group gets a new assignment. */
  rebalance(groupId: string, topic: string): void;
  /** The group's `index`th member times out; it is told when it next commits or when `rejoin` is called. */
  expel(groupId: string, topic: string, index: number): { rejoin(): void };
  /** How often each operation was called. */
  calls(operation: Operation): number;
}

export function createMemoryBroker(options: MemoryBrokerOptions = {}): MemoryBroker {
  const { clock = systemClock, fault = () => null, maxBatch = 500 } = options;
  const keepRecords = options.keepRecords ?? 1_000_000;
  const topics = new Map<string, PartitionLog[]>();
  const groups = new Map<string, MemoryGroup>();
  const tails = new Set<{ wake(): void; close(): Promise<void> }>();
  const calls = new Map<Operation, number>();

  async function operate<T>(operation: Operation, effect: () => T): Promise<T> {
    const nth = (calls.get(operation) ?? 0) + 1;
    calls.set(operation, nth);
    const injected = fault(operation, nth);
    if (injected === 'before') throw new OperationalError('INJECTED', `${operation} ${nth} failed before`);
    const result = effect();
    if (injected === 'after') throw new OperationalError('INJECTED', `${operation} ${nth} failed after`);
    return result;
  }

  const logsOf = (topic: string): PartitionLog[] => {
    const logs = topics.get(topic);
    if (!logs) throw new Error(`topic ${topic} does not exist`);
    return logs;
  };
  const groupOf = (groupId: string, topic: string): MemoryGroup => {
    const key = `${groupId} on ${topic}`;
    const known = groups.get(key);
    if (known) return known;
    const group = createMemoryGroup({ logs: logsOf(topic), maxBatch, operate });
    groups.set(key, group);
    return group;
  };

  const append = (messages: readonly OutMessage[]) => {
    for (const { topic, partition } of messages) {
      if (!logsOf(topic)[partition]) throw new Error(`topic ${topic} has no partition ${partition}`);
    }
    for (const message of messages) logsOf(message.topic)[message.partition]!.append(message, clock.now());
    for (const group of groups.values()) group.wake();
    for (const tail of tails) tail.wake();
  };
  const producer = (): Producer => ({
    send: (messages) => operate('send', () => append(messages)),
    close: async () => {},
  });

  const join = ({ groupId, topic }: JoinOptions, handlers: GroupHandlers): Membership => {
    const member = groupOf(groupId, topic).join(handlers);
    return {
      commit: (offsets) => operate('commit', () => member.commit(offsets)),
      lastAnswerAt: () => Number.POSITIVE_INFINITY,
      close: async () => member.leave(),
    };
  };

  const tail = ({ topic, from }: TailOptions, onBatch: (batch: Batch) => void | Promise<void>): Tail => {
    const follower = createMemoryTail(logsOf(topic), from, maxBatch, onBatch);
    tails.add(follower);
    return {
      ...follower,
      close: async () => {
        tails.delete(follower);
        await follower.close();
      },
    };
  };

  const offsetsBy = (topic: string, which: 'start' | 'end'): PartitionOffset[] =>
    logsOf(topic).map((log, partition) => ({ partition, offset: log[which]() }));

  return {
    producer: () => operate('producer', producer),
    join: (joinOptions, handlers) => operate('join', () => join(joinOptions, handlers)),
    tail: (tailOptions, onBatch) => operate('tail', () => tail(tailOptions, onBatch)),
    endOffsets: (topic) => operate('endOffsets', () => offsetsBy(topic, 'end')),
    startOffsets: (topic) => operate('startOffsets', () => offsetsBy(topic, 'start')),
    committed: (groupId, topic) =>
      operate('committed', (): readonly CommittedOffset[] => groupOf(groupId, topic).committed()),
    ensureTopics: (definitions) =>
      operate('ensureTopics', () => {
        for (const definition of definitions) ensureTopic(topics, definition, keepRecords);
      }),
    close: async () => {
      for (const group of groups.values()) for (const member of [...group.members]) member.leave();
      for (const follower of tails) await follower.close();
    },
    records: (topic) => logsOf(topic).flatMap((log) => log.read(0, Number.POSITIVE_INFINITY)),
    rebalance: (groupId, topic) => groupOf(groupId, topic).rebalance(),
    expel: (groupId, topic, index) => {
      const member = groupOf(groupId, topic).members[index];
      if (!member) throw new Error(`group ${groupId} has no member ${index}`);
      member.expel();
      return member;
    },
    calls: (operation) => calls.get(operation) ?? 0,
  };
}

function ensureTopic(topics: Map<string, PartitionLog[]>, definition: TopicDefinition, keep: number): void {
  const { name, partitions, config } = definition;
  const known = topics.get(name);
  if (known && known.length !== partitions) {
    throw new Error(`topic ${name} has ${known.length} partitions, not ${partitions}`);
  }
  if (known) return;
  const compact = config['cleanup.policy'] === 'compact';
  topics.set(
    name,
    Array.from({ length: partitions }, () => createPartitionLog(compact, keep)),
  );
}

function createMemoryTail(
  logs: readonly PartitionLog[],
  from: TailOptions['from'],
  maxBatch: number,
  onBatch: (batch: Batch) => void | Promise<void>,
): Tail & { wake(): void } {
  const goals = logs.map((log) => log.end());
  const positions = logs.map((log) => {
    if (from === 'end') return log.end();
    return from === 'beginning' ? log.start() : Math.max(from, log.start());
  });
  const caughtUp = Promise.withResolvers<void>();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {}); // Known to whoever asks for it; not an unhandled rejection meanwhile.
  let closed = false;
  let wake = (): void => {};

  const run = async () => {
    for (let round = 1; !closed; round += 1) {
      if (round % 16 === 0) await new Promise((resolve) => setImmediate(resolve)); // sockets and timers get their turn
      let handled = false;
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      for (const [partition, log] of logs.entries()) {
        const messages = log.read(positions[partition]!, maxBatch);
        if (messages.length === 0 || closed) continue;
        await onBatch({ partition, messages, highWatermark: log.end() });
        positions[partition] = messages.at(-1)!.offset + 1;
        handled = true;
      }
      if (positions.every((position, partition) => position >= goals[partition]!)) caughtUp.resolve();
      if (!handled) await woken;
    }
  };
  run().catch((error: unknown) => {
    closed = true;
    failed.reject(asError(error));
  });

  return {
    caughtUp: caughtUp.promise,
    failed: failed.promise,
    position: (partition) => positions[partition] ?? 0,
    lastAnswerAt: () => Number.POSITIVE_INFINITY,
    wake: () => wake(),
    close: async () => {
      closed = true;
      wake();
    },
  };
}

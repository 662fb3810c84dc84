/**
 * The port to Kafka, as much of it as the services need. Two implementations, one contract (contract.ts):
 * kafka-broker.ts and memory-broker.ts. Offsets are numbers (exact to 2^53), times epoch milliseconds.
 * Errors: OperationalError when the broker cannot answer now, FencedError when a generation is over.
 */
import type { TopicDefinition } from '@adherence/schemas/topics.ts';

export interface Broker {
  producer(): Promise<Producer>;
  /** Becomes a member of a group on one topic; resolves before the first assignment. */
  join(options: JoinOptions, handlers: GroupHandlers): Promise<Membership>;
  /** Follows all partitions of a topic without a group and without commits. */
  tail(options: TailOptions, onBatch: (batch: Batch) => void | Promise<void>): Promise<Tail>;
  /** Offset that the next record of each partition will get. */
  endOffsets(topic: string): Promise<readonly PartitionOffset[]>;
  /** Oldest offset still there. */
  startOffsets(topic: string): Promise<readonly PartitionOffset[]>;
  /** Partitions for which the group committed nothing are left out. */
  committed(groupId: string, topic: string): Promise<readonly CommittedOffset[]>;
  /** Creates what is missing and brings settings up to date; refuses a topic whose partition count differs. */
  ensureTopics(definitions: readonly TopicDefinition[]): Promise<void>;
  close(): Promise<void>;
}

export interface OutMessage {
  readonly topic: string;
  /** Always explicit: no client's default partitioner decides. */
  readonly partition: number;
  readonly key: string | null;
  /** null = tombstone. */
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface InMessage {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly value: Buffer | null;
  readonly timestamp: number;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Batch {
  readonly partition: number;
  /** Never empty; offsets ascend, with holes where records were compacted away. */
  readonly messages: readonly InMessage[];
  /** Offset that the next record of the partition will get, as of this fetch. */
  readonly highWatermark: number;
}

export interface Producer {
  /** acks=all: resolves when every message is durable; on an error any of them may be. Order holds per partition. */
  send(messages: readonly OutMessage[]): Promise<void>;
  close(): Promise<void>;
}

export interface JoinOptions {
  readonly groupId: string;
  readonly topic: string;
}

export interface AssignedPartition {
  readonly partition: number;
  /** Next offset to process, as committed; null = none yet: consumption starts at the oldest record. */
  readonly offset: number | null;
  /** As committed with that offset. */
  readonly metadata: string | null;
  /**
   * The same number as before: this member has owned it without a break since, and nobody else can have worked on it.
   * Absent: that is not known.
   */
  readonly tenure?: number;
}

/**
 * What a member of a group is told. One call at a time, in this order: assigned, then batches one by one, then
 * revoked; and again. While a handler has not resolved, nothing more is fetched and the membership is kept alive: not
 * resolving is how a member holds back. Handlers of `assigned` and `batch` that reject end the membership (`crashed`).
 */
export interface GroupHandlers {
  /** A new generation. No batch of it comes before this resolves. */
  assigned(partitions: readonly AssignedPartition[]): Promise<void>;
  /**
   * The generation is over, now: may interrupt a handler that has not resolved. Never called twice in a row. The next
   * `assigned` tells what the member keeps (`tenure`).
   */
  revoked(): void;
  batch(batch: Batch): Promise<void>;
  /** The membership will not recover by itself. */
  crashed(error: Error): void;
}

/** One member of one group on one topic, over all its generations. */
export interface Membership {
  /** Next offsets to process. Rejects with FencedError when the generation in which it is called is over. */
  commit(offsets: readonly CommitOffset[]): Promise<void>;
  /** When the broker last answered a fetch or a heartbeat; Infinity when there is no network in between. */
  lastAnswerAt(): number;
  /** Leaves the group; does not commit. Calls no handler any more. */
  close(): Promise<void>;
}

export interface PartitionOffset {
  readonly partition: number;
  readonly offset: number;
}

export interface CommitOffset extends PartitionOffset {
  readonly metadata?: string;
}

export interface CommittedOffset extends PartitionOffset {
  readonly metadata: string | null;
}

export interface TailOptions {
  readonly topic: string;
  /** A number is the offset to start from, on every partition. */
  readonly from: 'beginning' | 'end' | number;
}

export interface Tail {
  /** Resolves once everything that was there when the tail started has been handled. */
  readonly caughtUp: Promise<void>;
  /** Rejects when the tail has ended by itself; it will not recover. */
  readonly failed: Promise<never>;
  /** Next offset to handle. */
  position(partition: number): number;
  lastAnswerAt(): number;
  close(): Promise<void>;
}

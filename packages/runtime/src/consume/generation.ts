/**
 * What one generation of a group member has taken, settled and committed of each of its partitions. Offsets are
 * "next" ones. The rule kept here: committed <= settled <= taken, and none of them ever goes back.
 */
import type { AssignedPartition, Batch, CommitOffset, InMessage, PartitionOffset } from '../broker/broker.ts';

export interface Generation {
  readonly partitions: ReadonlyMap<number, PartitionProgress>;
  /** Its state is there: it may take. `kept` are next offsets of what was taken in an earlier one and is still there. */
  loaded(kept: readonly PartitionOffset[]): void;
  isLoaded(): boolean;
  /** Nothing more may be written or committed. */
  isOver(): boolean;
  /** Resolves when it is over. */
  readonly ended: Promise<void>;
  end(): void;
  /** The part of a batch that is not taken yet: what was kept is fetched again from where it was committed. */
  notTaken(batch: Batch): readonly InMessage[];
  noteTaken(batch: Batch): void;
  /** What a settling answered. Throws when that is more than was taken, or less than before: a bug. */
  noteSettled(offsets: readonly CommitOffset[]): void;
  /** Settled and not committed yet. */
  toCommit(): readonly CommitOffset[];
  noteCommitted(offsets: readonly CommitOffset[]): void;
  /** Messages taken and not settled, counted by offset. */
  unsettled(): number;
  /** Everything taken is settled and committed. */
  isClean(): boolean;
  /** Messages known to be waiting in the log. */
  lag(): number;
}

export interface PartitionProgress {
  readonly taken: number;
  readonly settled: CommitOffset;
  readonly committed: CommitOffset;
  readonly highWatermark: number;
}

export function startGeneration(assigned: readonly AssignedPartition[]): Generation {
  const partitions = new Map<number, PartitionProgress>();
  for (const { partition, offset, metadata } of assigned) {
    const committed: CommitOffset = {
      partition,
      offset: offset ?? 0,
      ...(metadata === null ? {} : { metadata }),
    };
    partitions.set(partition, { taken: offset ?? 0, settled: committed, committed, highWatermark: 0 });
  }
  const ended = Promise.withResolvers<void>();
  let over = false;
  let loaded = false;
  let unsettled = 0;

  const change = (partition: number, changed: Partial<PartitionProgress>) => {
    const progress = partitions.get(partition);
    if (!progress) throw new Error(`partition ${partition} is not of this generation`);
    partitions.set(partition, { ...progress, ...changed });
  };

  const countUnsettled = () => {
    unsettled = 0;
    for (const { taken, settled } of partitions.values()) unsettled += taken - settled.offset;
  };

  const toCommit = () =>
    [...partitions.values()]
      .filter(({ settled, committed }) => !sameCommit(settled, committed))
      .map(({ settled }) => settled);

  return {
    partitions,
    loaded(kept) {
      for (const { partition, offset } of kept) {
        const known = partitions.get(partition)?.taken ?? 0;
        if (offset > known) change(partition, { taken: offset });
      }
      countUnsettled();
      loaded = true;
    },
    isLoaded: () => loaded,
    isOver: () => over,
    ended: ended.promise,
    end() {
      over = true;
      ended.resolve();
    },
    notTaken({ partition, messages }) {
      const taken = partitions.get(partition)?.taken ?? 0;
      return messages[0]!.offset >= taken ? messages : messages.filter(({ offset }) => offset >= taken);
    },
    noteTaken({ partition, messages, highWatermark }) {
      const taken = messages.at(-1)!.offset + 1;
      const before = partitions.get(partition)?.taken ?? 0;
      if (messages[0]!.offset < before)
        throw new Error(`partition ${partition} went back to ${messages[0]!.offset}`);
      unsettled += messages.length;
      change(partition, { taken, highWatermark });
    },
    noteSettled(offsets) {
      for (const settled of offsets) {
        const known = partitions.get(settled.partition);
        if (known && (settled.offset < known.settled.offset || settled.offset > known.taken)) {
          throw new Error(
            `settled ${settled.offset} of partition ${settled.partition} outside ${known.settled.offset}..${known.taken}`,
          );
        }
        change(settled.partition, { settled });
      }
      countUnsettled();
    },
    toCommit,
    isClean: () => unsettled === 0 && toCommit().length === 0,
    noteCommitted(offsets) {
      for (const committed of offsets) change(committed.partition, { committed });
    },
    unsettled: () => unsettled,
    lag: () => {
      let lag = 0;
      for (const { taken, highWatermark } of partitions.values()) lag += Math.max(0, highWatermark - taken);
      return lag;
    },
  };
}

const sameCommit = (a: CommitOffset, b: CommitOffset): boolean =>
  a.offset === b.offset && (a.metadata ?? '') === (b.metadata ?? '');

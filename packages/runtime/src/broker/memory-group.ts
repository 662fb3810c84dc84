/**
 * A consumer group of the in-memory broker: members, generations and fencing as Kafka has them (eager rebalancing,
 * every partition with one owner that moves as little as may be, a late member's commits refused), progress by promises alone.
 */
import { asError, FencedError } from '../errors.ts';
import type { AssignedPartition, Batch, CommitOffset, CommittedOffset, GroupHandlers } from './broker.ts';
import type { PartitionLog } from './memory-log.ts';
import { stickyAssignment } from './sticky-assignment.ts';
import { createTenures, type Tenures } from './tenures.ts';

export interface MemoryGroup {
  join(handlers: GroupHandlers): MemoryMember;
  readonly members: readonly MemoryMember[];
  committed(): readonly CommittedOffset[];
  /** New records may be there. */
  wake(): void;
  /** All members get new assignments, as when one had come and gone. */
  rebalance(): void;
}

export interface MemoryMember {
  commit(offsets: readonly CommitOffset[]): void;
  leave(): void;
  /** The group goes on without this member, which is not told: a session time-out. */
  expel(): void;
  /** What an expelled member does once it notices; without effect for others. */
  rejoin(): void;
}

export interface GroupTools {
  readonly logs: readonly PartitionLog[];
  readonly maxBatch: number;
  /** Runs an operation of the broker with its injected faults. */
  operate<T>(operation: 'assign' | 'fetch', effect: () => T): Promise<T>;
}

export function createMemoryGroup(tools: GroupTools): MemoryGroup {
  const { logs } = tools;
  const offsets = new Map<number, CommittedOffset>();
  const members: Member[] = [];
  let generation = 0;
  let assignment: ReadonlyMap<string, readonly number[]> = new Map();
  let joined = 0;

  const rebalance = () => {
    generation += 1;
    const claims = members.map(({ id, tenures }) => ({ id, claim: tenures.claim() }));
    assignment = claims.length === 0 ? new Map() : stickyAssignment(claims, logs.length);
    for (const member of members) member.interrupt();
  };

  type Member = MemoryMember & {
    readonly id: string;
    readonly tenures: Tenures;
    interrupt(): void;
    wake(): void;
  };

  function join(handlers: GroupHandlers): MemoryMember {
    let closed = false;
    let assignedGeneration = 0;
    let told = false;
    let positions = new Map<number, number>();
    let turn = 0;
    let woken = (): void => {};
    let sleeping: Promise<void> | null = null;
    const tenures = createTenures();

    const current = () => members.includes(member) && assignedGeneration === generation;
    const interrupt = () => {
      if (told) {
        told = false;
        handlers.revoked();
      }
      member.wake();
    };

    const assign = async () => {
      assignedGeneration = generation;
      const owned = assignment.get(member.id) ?? [];
      tenures.begin(generation, owned);
      const partitions = await tools.operate('assign', () => owned.map(assigned));
      if (closed || !current()) return;
      positions = new Map(
        partitions.map(({ partition, offset }) => [
          partition,
          Math.max(offset ?? 0, logs[partition]!.start()),
        ]),
      );
      told = true;
      await handlers.assigned(partitions);
    };
    const assigned = (partition: number): AssignedPartition => {
      const known = offsets.get(partition);
      const tenure = tenures.of(partition);
      return { partition, tenure, offset: known?.offset ?? null, metadata: known?.metadata ?? null };
    };

    const nextBatch = (): Batch | null => {
      const owned = [...positions.keys()];
      for (let i = 0; i < owned.length; i += 1) {
        const partition = owned[(turn + i) % owned.length]!;
        const messages = logs[partition]!.read(positions.get(partition)!, tools.maxBatch);
        if (messages.length === 0) continue;
        turn += i + 1;
        return { partition, messages, highWatermark: logs[partition]!.end() };
      }
      return null;
    };

    const deliver = async (batch: Batch) => {
      await tools.operate('fetch', () => undefined);
      if (closed || !current()) return;
      const before = positions;
      await handlers.batch(batch);
      before.set(batch.partition, batch.messages.at(-1)!.offset + 1);
    };

    let steps = 0;
    const step = async () => {
      // A long backlog must not keep timers and sockets of the same process waiting.
      steps += 1;
      if (steps % 16 === 0) await new Promise((resolve) => setImmediate(resolve));
      if (members.includes(member) && assignedGeneration !== generation) return assign();
      const batch = current() ? nextBatch() : null;
      if (batch) return deliver(batch);
      sleeping ??= new Promise((resolve) => {
        woken = resolve;
      });
      await sleeping;
      sleeping = null;
    };
    const run = async () => {
      try {
        while (!closed) await step();
      } catch (error) {
        if (closed) return;
        member.leave();
        handlers.crashed(asError(error));
      }
    };

    joined += 1;
    const member: Member = {
      id: String(joined).padStart(9, '0'),
      tenures,
      interrupt,
      wake: () => woken(),
      commit(commits) {
        if (!current() || commits.some(({ partition }) => !positions.has(partition))) {
          queueMicrotask(() => member.rejoin());
          throw new FencedError('commit of a generation that is over');
        }
        for (const { partition, offset, metadata } of commits) {
          offsets.set(partition, { partition, offset, metadata: metadata ?? null });
        }
      },
      leave() {
        closed = true;
        told = false;
        woken();
        if (remove()) rebalance();
      },
      expel() {
        if (remove()) rebalance();
      },
      rejoin() {
        if (closed || members.includes(member)) return;
        members.push(member);
        interrupt();
        rebalance();
      },
    };
    const remove = (): boolean => {
      const at = members.indexOf(member);
      if (at >= 0) members.splice(at, 1);
      return at >= 0;
    };

    members.push(member);
    rebalance();
    void run();
    return member;
  }

  return {
    join,
    members,
    rebalance,
    committed: () => [...offsets.values()],
    wake: () => {
      for (const member of members) member.wake();
    },
  };
}

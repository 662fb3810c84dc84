/** Test tools for the consume loop: a processor over a durable sink, and an ordered ledger of every effect. */
import type { AssignedPartition, Batch, Broker, CommitOffset, InMessage } from '../broker/broker.ts';
import { definition, record } from '../broker/contract.ts';
import {
  createMemoryBroker,
  type Fault,
  type MemoryBroker,
  type Operation,
} from '../broker/memory-broker.ts';
import { type ConsumeOptions, type Consumption, consume, type Processor } from '../consume.ts';
import { OperationalError } from '../errors.ts';
import { silentLog } from '../log.ts';
import { createManualClock, type ManualClock, turn } from '../manual-clock.ts';

export const topic = 'work';
export const groupId = 'workers';

/** What the processor's own calls do before they do their work; may throw or wait. */
export interface Hooks {
  assigned?: (partitions: readonly AssignedPartition[]) => Promise<void> | void;
  take?: (batch: Batch) => Promise<void> | void;
  /** Before anything is stored. */
  settle?: () => Promise<void> | void;
  /** After everything is stored, before it is answered. */
  stored?: () => Promise<void> | void;
  answer?: (offsets: CommitOffset[]) => CommitOffset[];
  /** What it took and what it holds of partitions that it has owned without a break is kept. */
  keeps?: boolean;
}

export interface Harness {
  readonly broker: MemoryBroker;
  readonly clock: ManualClock;
  /** Effects in the order in which they happened, of all members. */
  readonly ledger: string[];
  /** The durable sink: how often each record was stored, by `partition:offset`. */
  readonly stored: Map<string, number>;
  readonly hooks: Hooks;
  send(partition: number, ...values: readonly string[]): Promise<void>;
  start(options?: Partial<ConsumeOptions> & { name?: string; hooks?: Hooks }): Promise<Consumption>;
  committed(): Promise<Record<number, number>>;
  /** Lets time pass until the promise settles. */
  passing<T>(promise: Promise<T>): Promise<T>;
}

export async function createHarness(
  options: { partitions?: number; fault?: (operation: Operation, nth: number) => Fault } = {},
): Promise<Harness> {
  const { partitions = 2 } = options;
  const clock = createManualClock();
  const broker = createMemoryBroker({ clock, ...(options.fault ? { fault: options.fault } : {}) });
  const ledger: string[] = [];
  const stored = new Map<string, number>();
  const hooks: Hooks = {};
  await retried(() => broker.ensureTopics([definition(topic, partitions)]));

  return {
    broker,
    clock,
    ledger,
    stored,
    hooks,
    async send(partition, ...values) {
      const producer = await retried(() => broker.producer());
      await retried(() => producer.send(values.map((value) => record(topic, partition, value))));
    },
    start({ name = '', hooks: own = hooks, ...given } = {}) {
      const note = (entry: string) => void ledger.push(name ? `${name} ${entry}` : entry);
      return consume({
        broker: recording(broker, note, stored),
        topic,
        groupId,
        processor: createProcessor(note, stored, own),
        settleWhen: { messages: 100, maxDelayMs: 1_000 },
        clock,
        log: silentLog,
        ...given,
      });
    },
    async committed() {
      const offsets = await broker.committed(groupId, topic);
      return Object.fromEntries(offsets.map(({ partition, offset }) => [partition, offset]));
    },
    async passing(promise) {
      let settled = false;
      const noted = promise.finally(() => {
        settled = true;
      });
      noted.catch(() => {}); // Thrown to the caller below.
      await clock.advance(0);
      while (!settled) await clock.advance(100);
      return noted;
    },
  };
}

async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries > 3 || !(error instanceof OperationalError)) throw error;
    }
  }
}

/** Notes commits, and that everything below a committed offset is in the sink at that moment. */
function recording(broker: MemoryBroker, note: (entry: string) => void, stored: Map<string, number>): Broker {
  return {
    ...broker,
    async join(options, handlers) {
      const membership = await broker.join(options, handlers);
      return {
        ...membership,
        async commit(offsets) {
          for (const { partition, offset } of offsets) requireStored(broker, stored, partition, offset);
          await membership.commit(offsets);
          note(`commit ${offsets.map(({ partition, offset }) => `${partition}:${offset}`).join(' ')}`);
        },
        async close() {
          note('leave');
          await membership.close();
        },
      };
    },
  };
}

export class LostError extends Error {}

function requireStored(
  broker: MemoryBroker,
  stored: Map<string, number>,
  partition: number,
  offset: number,
): void {
  for (const message of broker.records(topic)) {
    if (message.partition !== partition || message.offset >= offset) continue;
    const id = `${partition}:${message.offset}`;
    if (!stored.has(id)) throw new LostError(`${id} is committed and not stored`);
  }
}

/** Keeps what it took until it is stored; refuses a batch that leaves a record out. */
function createProcessor(
  note: (entry: string) => void,
  stored: Map<string, number>,
  hooks: Hooks,
): Processor {
  let positions = new Map<number, number>();
  let pending: InMessage[] = [];
  let metadata = new Map<number, string>();
  let tenures = new Map<number, number | undefined>();
  return {
    async assigned(partitions) {
      const isKept = (p: AssignedPartition) =>
        hooks.keeps === true && p.tenure !== undefined && tenures.get(p.partition) === p.tenure;
      const kept = partitions.filter(isKept).map(({ partition }) => partition);
      pending = pending.filter(({ partition }) => kept.includes(partition));
      positions = new Map(
        partitions.map((p) => [p.partition, isKept(p) ? positions.get(p.partition)! : (p.offset ?? 0)]),
      );
      metadata = new Map(partitions.map((p) => [p.partition, p.metadata ?? '']));
      tenures = new Map(partitions.map((p) => [p.partition, p.tenure]));
      await hooks.assigned?.(partitions);
      note(`assigned ${[...positions].map(([partition, offset]) => `${partition}:${offset}`).join(' ')}`);
      return kept.map((partition) => ({ partition, offset: positions.get(partition)! }));
    },
    async take(batch) {
      await hooks.take?.(batch);
      const { partition, messages } = batch;
      const position = positions.get(partition);
      if (position === undefined) return;
      if (messages[0]!.offset !== position) throw new LostError(`${partition}:${position} was left out`);
      positions.set(partition, messages.at(-1)!.offset + 1);
      pending.push(...messages);
      note(`take ${messages.map(({ offset }) => `${partition}:${offset}`).join(' ')}`);
    },
    async settle(reason) {
      note(`settle ${reason}`);
      const answer = [...positions].map(([partition, offset]) => ({
        partition,
        offset,
        ...(metadata.get(partition) ? { metadata: metadata.get(partition)! } : {}),
      }));
      const mine = pending;
      await hooks.settle?.();
      for (const { partition, offset } of mine) {
        const id = `${partition}:${offset}`;
        stored.set(id, (stored.get(id) ?? 0) + 1);
      }
      if (mine.length > 0)
        note(`stored ${mine.map(({ partition, offset }) => `${partition}:${offset}`).join(' ')}`);
      await hooks.stored?.();
      if (pending === mine) pending = [];
      return hooks.answer ? hooks.answer(answer) : answer;
    },
    revoked() {
      if (!hooks.keeps) {
        positions = new Map();
        pending = [];
      }
      note('revoked');
    },
  };
}

export const outage = () => new OperationalError('AWAY', 'the sink is away');
export const times = (n: number, error: () => Error) => {
  let left = n;
  return () => {
    left -= 1;
    if (left >= 0) throw error();
  };
};
export const values = (n: number) => Array.from({ length: n }, (_, i) => String(i));
export const stateOf = async (promise: Promise<unknown>): Promise<'open' | 'done' | Error> => {
  await turn();
  return Promise.race([
    promise.then(
      () => 'done' as const,
      (error: Error) => error,
    ),
    turn().then(() => 'open' as const),
  ]);
};
export const commits = ({ ledger }: Harness) => ledger.filter((entry) => entry.includes('commit'));

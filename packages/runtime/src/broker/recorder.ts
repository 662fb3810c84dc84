/** Test tools: a member and a tail that write down what they are told, and waiting for what was written down. */
import type {
  AssignedPartition,
  Batch,
  Broker,
  GroupHandlers,
  Membership,
  Tail,
  TailOptions,
} from './broker.ts';

export interface Recorder<T> {
  readonly entries: T[];
  note(entry: T): void;
  /** Resolves once the condition holds; looked at after each entry. */
  until(condition: (entries: readonly T[]) => boolean): Promise<void>;
}

export function createRecorder<T>(): Recorder<T> {
  const entries: T[] = [];
  let waiting: { condition: (entries: readonly T[]) => boolean; resolve: () => void }[] = [];
  return {
    entries,
    note(entry) {
      entries.push(entry);
      const met = waiting.filter(({ condition }) => condition(entries));
      waiting = waiting.filter((wait) => !met.includes(wait));
      for (const { resolve } of met) resolve();
    },
    until: (condition) =>
      condition(entries)
        ? Promise.resolve()
        : new Promise((resolve) => {
            waiting.push({ condition, resolve });
          }),
  };
}

export type MemberEvent =
  | { readonly kind: 'assigned'; readonly partitions: readonly AssignedPartition[] }
  | { readonly kind: 'revoked' }
  | { readonly kind: 'batch'; readonly batch: Batch }
  | { readonly kind: 'crashed'; readonly error: Error };

export interface RecordedMember {
  readonly membership: Membership;
  readonly events: MemberEvent[];
  until(condition: (events: readonly MemberEvent[]) => boolean): Promise<void>;
  /** Partitions of the generation in force. */
  owned(): readonly number[];
  /** `partition:value` of everything handed over, in order. */
  values(): readonly string[];
}

/** `onBatch` may hold a batch back or reject. */
export async function recordedMember(
  broker: Broker,
  groupId: string,
  topic: string,
  onBatch: (batch: Batch) => Promise<void> = async () => {},
): Promise<RecordedMember> {
  const { entries, note, until } = createRecorder<MemberEvent>();
  const handlers: GroupHandlers = {
    assigned: async (partitions) => note({ kind: 'assigned', partitions }),
    revoked: () => note({ kind: 'revoked' }),
    batch: async (batch) => {
      note({ kind: 'batch', batch });
      await onBatch(batch);
    },
    crashed: (error) => note({ kind: 'crashed', error }),
  };
  const membership = await broker.join({ groupId, topic }, handlers);
  return {
    membership,
    events: entries,
    until,
    owned: () => ownedBy(entries),
    values: () => entries.flatMap((event) => (event.kind === 'batch' ? valuesOf(event.batch) : [])),
  };
}

export function ownedBy(events: readonly MemberEvent[]): readonly number[] {
  const last = events.findLast(({ kind }) => kind === 'assigned' || kind === 'revoked');
  return last?.kind === 'assigned' ? last.partitions.map(({ partition }) => partition) : [];
}

export const valuesOf = ({ partition, messages }: Batch): string[] =>
  messages.map(({ value }) => `${partition}:${value === null ? 'null' : value.toString('utf8')}`);

export interface RecordedTail {
  readonly tail: Tail;
  readonly batches: Batch[];
  until(condition: (batches: readonly Batch[]) => boolean): Promise<void>;
  values(): readonly string[];
}

export async function recordedTail(broker: Broker, options: TailOptions): Promise<RecordedTail> {
  const { entries, note, until } = createRecorder<Batch>();
  const tail = await broker.tail(options, note);
  return { tail, batches: entries, until, values: () => entries.flatMap(valuesOf) };
}

/** Records of a topic as lines, out by the port to the broker and in again at the same offsets. */
import type { TopicDefinition } from '@adherence/schemas/topics.ts';
import type { Batch, Broker, InMessage } from '../broker/broker.ts';
import type { ExactRecord, ExactWriter } from '../broker/kafka-exact-writer.ts';
import { BackupError, packLines, type TopicBackup, type TopicPartition, unpackLines } from './manifest.ts';

/** [partition, offset, timestamp, key, value in base64, headers] */
type Line = readonly [
  number,
  number,
  number,
  string | null,
  string | null,
  Readonly<Record<string, string>>?,
];

/** Everything from the oldest record to the end that the topic has now. `onValue` sees each value. */
export async function exportTopic(
  broker: Broker,
  { name }: TopicDefinition,
  folder: string,
  onValue: (value: Buffer) => void,
): Promise<TopicBackup> {
  const ends = new Map((await broker.endOffsets(name)).map(({ partition, offset }) => [partition, offset]));
  const firsts = new Map<number, number>();
  async function* lines(): AsyncGenerator<Buffer> {
    for await (const { partition, messages } of batchesUpTo(broker, name, ends)) {
      const wanted = messages.filter(({ offset }) => offset < ends.get(partition)!);
      if (wanted.length === 0) continue;
      if (!firsts.has(partition)) firsts.set(partition, wanted[0]!.offset);
      for (const { value } of wanted) if (value) onValue(value);
      yield Buffer.from(wanted.map(lineOf).join(''));
    }
  }
  const packed = await packLines(folder, `topic-${name}.gz`, lines());
  const partitions = [...ends].map(([partition, end]) => ({
    partition,
    start: firsts.get(partition) ?? end,
    end,
  }));
  return { ...packed, partitions };
}

function lineOf({ partition, offset, timestamp, key, value, headers }: InMessage): string {
  const line: Line = [partition, offset, timestamp, key, value?.toString('base64') ?? null];
  return `${JSON.stringify(Object.keys(headers).length > 0 ? [...line, headers] : line)}\n`;
}

/** Batches of a tail, one at a time: the tail fetches no more before the last one was taken. */
async function* batchesUpTo(
  broker: Broker,
  topic: string,
  ends: ReadonlyMap<number, number>,
): AsyncGenerator<Batch> {
  let offered = Promise.withResolvers<{ batch: Batch; taken: () => void } | null>();
  const tail = await broker.tail({ topic, from: 'beginning' }, async (batch) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    offered.resolve({ batch, taken: resolve });
    await promise;
  });
  tail.caughtUp.then(() => offered.resolve(null));
  try {
    const reached = () => [...ends].every(([partition, end]) => tail.position(partition) >= end);
    while (!reached()) {
      const next = await Promise.race([offered.promise, tail.failed]);
      if (next === null) return;
      yield next.batch;
      offered = Promise.withResolvers();
      tail.caughtUp.then(() => offered.resolve(null));
      next.taken();
    }
  } finally {
    offered.promise.then((left) => left?.taken());
    await tail.close();
  }
}

/**
 * Writes the records at the offsets that they had. Offsets without a record are filled: before the oldest one and then
 * deleted, in between (compacted) with tombstones. Goes on after what an interrupted run has written.
 */
export async function importTopic(
  writer: ExactWriter,
  { name, config }: TopicDefinition,
  backup: TopicBackup,
  folder: string,
  rewrite: (value: Buffer) => Buffer,
): Promise<void> {
  const next = await writer.endOffsets(name);
  const compacted = 'cleanup.policy' in config && config['cleanup.policy'] === 'compact';
  const beyond = backup.partitions.find(({ partition, end }) => (next.get(partition) ?? 0) > end);
  if (beyond) {
    throw new BackupError(
      `partition ${beyond.partition} of ${name} holds more than the backup: not its own records`,
    );
  }
  const fillTo = async (partition: number, offset: number) => {
    const from = next.get(partition) ?? 0;
    if (offset > from) await writer.fill(name, partition, from, offset);
    next.set(partition, Math.max(from, offset));
  };
  await inParallel(backup.partitions, ({ partition, start }) => fillTo(partition, start));
  for await (const lines of unpackLines(folder, backup)) {
    for (const [partition, records] of Map.groupBy(
      lines.map(recordOf(rewrite)),
      (record) => record.partition,
    )) {
      const missing = records.filter(({ offset }) => offset >= (next.get(partition) ?? 0));
      for (const run of contiguous(missing)) {
        await fillTo(partition, run[0]!.offset);
        await writer.write(name, partition, run);
        next.set(partition, run.at(-1)!.offset + 1);
      }
    }
  }
  await inParallel(backup.partitions, ({ partition, end }) => fillTo(partition, end));
  if (!compacted) await writer.deleteBefore(name, backup.partitions.map(oldest));
}

const oldest = ({ partition, start }: TopicPartition) => ({ partition, offset: start });

const recordOf =
  (rewrite: (value: Buffer) => Buffer) =>
  (line: Buffer): ExactRecord & { readonly partition: number } => {
    const [partition, offset, timestamp, key, packed, headers = {}] = JSON.parse(
      line.toString('utf8'),
    ) as Line;
    const value = packed === null ? null : rewrite(Buffer.from(packed, 'base64'));
    return { partition, offset, timestamp, key, value, headers };
  };

function contiguous(records: readonly ExactRecord[]): ExactRecord[][] {
  const runs: ExactRecord[][] = [];
  for (const record of records) {
    const run = runs.at(-1);
    if (run && run.at(-1)!.offset + 1 === record.offset) run.push(record);
    else runs.push([record]);
  }
  return runs;
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: 4 }, worker));
}

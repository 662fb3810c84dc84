/** One partition of the in-memory broker: an append-only list with a first and a next offset. */
import type { InMessage, OutMessage } from './broker.ts';

export interface PartitionLog {
  append(message: OutMessage, timestamp: number): void;
  /** Up to `limit` records from `offset` on. */
  read(offset: number, limit: number): readonly InMessage[];
  start(): number;
  /** Offset that the next record will get. */
  end(): number;
}

/** `compact`: the last record of each key is kept. `keep`: of the others the newest so many are. */
export function createPartitionLog(compact: boolean, keep: number): PartitionLog {
  let records: InMessage[] = [];
  let end = 0;

  // Tidied when it has doubled since the last time, so that appending costs the same however long it runs.
  let tidyAt = compact ? 2_000 : keep * 2;
  const tidy = () => {
    if (compact) {
      const latest = new Map(records.map((record) => [record.key, record.offset]));
      records = records.filter((record) => latest.get(record.key) === record.offset);
      tidyAt = Math.max(2_000, records.length * 2);
    } else {
      records = records.slice(-keep);
    }
  };

  return {
    append(message, timestamp) {
      const { topic, partition, key, value, headers } = message;
      records.push({ topic, partition, offset: end, key, value, timestamp, headers: headers ?? {} });
      end += 1;
      if (records.length >= tidyAt) tidy();
    },
    read(offset, limit) {
      const from = firstAtOrAfter(records, offset);
      return records.slice(from, from + limit);
    },
    start: () => records[0]?.offset ?? end,
    end: () => end,
  };
}

function firstAtOrAfter(records: readonly InMessage[], offset: number): number {
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (records[middle]!.offset < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

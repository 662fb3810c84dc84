/** Rows of ClickHouse tables as lines of JSON arrays: out in chunks, in by their columns' names. */
import { Readable } from 'node:stream';
import { createClient } from '@clickhouse/client';
import type { ClickHouseConnection } from '../clickhouse.ts';
import { clickHouseFailure } from '../clickhouse-errors.ts';
import { type Clock, sleep } from '../clock.ts';
import { OperationalError } from '../errors.ts';
import { retryOperational } from '../retry.ts';
import { BackupError } from './manifest.ts';

/**
 * In the order in which they are read while the services run. What is missing in one that was read early is done again
 * from the committed offsets; what says that something was done must not be newer than what it was done to.
 */
export const backedUpTables: readonly { readonly name: string; readonly chunk: string }[] = [
  { name: 'erasures', chunk: '0' },
  { name: 'recomputations', chunk: 'intDiv(asked_at, 2592000000)' },
  { name: 'feed_gaps', chunk: '0' },
  { name: 'facts', chunk: 'intDiv(occurred_at, 604800000)' },
  { name: 'break_details', chunk: 'intDiv(occurred_at, 2592000000)' },
  { name: 'received', chunk: 'intDiv(source_offset, 500000)' },
  { name: 'feed_seconds', chunk: 'intDiv(second, 2592000)' },
  { name: 'schedules', chunk: 'toYYYYMM(shift_date)' },
  { name: 'person_days', chunk: 'toYYYYMM(day)' },
  // After the days: a change is recorded before its day is replaced, and recorded again from a day that was not.
  { name: 'result_changes', chunk: 'toYYYYMM(day)' },
  { name: 'rejected_replays', chunk: '0' },
  { name: 'rejected', chunk: 'intDiv(received_at, 86400000)' },
];

export interface TableStore {
  columnsOf(table: string): Promise<string[]>;
  /** Values of the chunk expression that occur. */
  chunksOf(table: string, chunk: string): Promise<string[]>;
  /** Lines of one chunk, as they come; throws when the answer was cut. */
  rowsOf(
    table: string,
    columns: readonly string[],
    chunk: string,
    value: string,
  ): Promise<AsyncIterable<Buffer>>;
  insert(table: string, columns: readonly string[], lines: readonly Buffer[]): Promise<void>;
  /** Resolves once no deletion is under way: until then deleted rows could still be read. */
  deletionsDone(clock: Clock): Promise<void>;
  close(): Promise<void>;
}

const retry = { attempts: 6, firstDelayMs: 250, maxDelayMs: 4_000 };
const statementLimitMs = 30 * 60_000;
/** As in clickhouse.ts: the client's own log would print statements with their data. */
const offLevel = 127;

export function openTableStore({ url, username, password, database }: ClickHouseConnection, clock: Clock) {
  const client = createClient({
    url,
    request_timeout: statementLimitMs,
    log: { level: offLevel },
    ...(username ? { username } : {}),
    ...(password ? { password } : {}),
    ...(database ? { database } : {}),
  });
  const ask = async (query: string, values?: Buffer): Promise<AsyncIterable<Buffer>> => {
    try {
      const { stream } = await client.exec({ query, ...(values ? { values: Readable.from([values]) } : {}) });
      return stream as AsyncIterable<Buffer>;
    } catch (error) {
      throw clickHouseFailure('backup', error);
    }
  };
  const textOf = (query: string, values?: Buffer): Promise<string> =>
    retryOperational(clock, retry, async () => {
      const parts: Buffer[] = [];
      for await (const part of await ask(query, values)) parts.push(Buffer.from(part));
      return Buffer.concat(parts).toString('utf8');
    });
  const linesOf = async (query: string): Promise<string[]> =>
    (await textOf(`${query} FORMAT TabSeparated`)).split('\n').filter((line) => line !== '');

  const store: TableStore = {
    columnsOf: (table) =>
      linesOf(
        `SELECT name FROM system.columns WHERE database = currentDatabase() AND table = '${table}' ORDER BY position`,
      ),
    chunksOf: (table, chunk) => linesOf(`SELECT DISTINCT toString(${chunk}) AS c FROM ${table} ORDER BY c`),
    async rowsOf(table, columns, chunk, value) {
      const rows = await ask(
        `SELECT ${list(columns)} FROM ${table} WHERE toString(${chunk}) = '${value}' FORMAT JSONCompactEachRow`,
      );
      return wholeRows(rows, table);
    },
    async insert(table, columns, lines) {
      const rows = Buffer.concat(lines.flatMap((line) => [line, newline]));
      await textOf(
        `INSERT INTO ${table} (${list(columns)}) SETTINGS async_insert = 0 FORMAT JSONCompactEachRow`,
        rows,
      );
    },
    async deletionsDone(clock) {
      for (let waited = 0; waited < deletionLimitMs; waited += deletionStepMs) {
        const [open] = await linesOf(
          'SELECT count() FROM system.mutations WHERE database = currentDatabase() AND NOT is_done',
        );
        if (open === '0') return;
        await sleep(clock, deletionStepMs);
      }
      throw new OperationalError('DELETIONS_OPEN', 'ClickHouse still deletes rows; see system.mutations');
    },
    close: () => client.close(),
  };
  return store;
}
const deletionStepMs = 500;
const deletionLimitMs = 10 * 60_000;
const newline = Buffer.from('\n');

const list = (columns: readonly string[]): string => columns.map((name) => `\`${name}\``).join(', ');

/** A server that fails in the middle writes its error where rows were, and a line that is no row ends this. */
async function* wholeRows(chunks: AsyncIterable<Buffer>, table: string): AsyncGenerator<Buffer> {
  let atStart = true;
  for await (const part of chunks) {
    const chunk = Buffer.from(part);
    if (chunk.length === 0) continue;
    if (atStart && chunk[0] !== bracket) throw cut(table);
    for (let at = chunk.indexOf(10); at >= 0 && at + 1 < chunk.length; at = chunk.indexOf(10, at + 1)) {
      if (chunk[at + 1] !== bracket) throw cut(table);
    }
    atStart = chunk.at(-1) === 10;
    yield chunk;
  }
  if (!atStart) throw cut(table);
}
const bracket = 0x5b;
const cut = (table: string) => new BackupError(`ClickHouse cut its answer short while ${table} was read`);

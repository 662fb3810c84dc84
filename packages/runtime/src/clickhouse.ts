/**
 * ClickHouse over HTTP. Settings are written into the SQL, never into the URL, where they would leak into the session
 * of an embedded engine. Inserts are tried again, which is safe only because every row is absolute and versioned.
 */
import { Readable } from 'node:stream';
import { createClient } from '@clickhouse/client';
import { clickHouseFailure } from './clickhouse-errors.ts';
import { type Clock, systemClock } from './clock.ts';
import { type Metrics, noMetrics } from './metrics.ts';
import { type Block, readNative } from './native-format/read-native.ts';
import { writeNative } from './native-format/write-native.ts';
import { type RetryPolicy, retryOperational } from './retry.ts';

export interface ClickHouse {
  /** How another thread of this process reaches the same server. */
  readonly connection: ClickHouseConnection;
  /**
   * Rows as arrays in the order of `columns`; 64-bit integers and wider may be decimal strings. One statement. With the
   * types of the columns it goes as Native instead of JSON, which pays for many rows and for wide ones.
   */
  insertRows(
    table: string,
    columns: readonly string[],
    rows: readonly (readonly unknown[])[],
    types?: readonly string[],
  ): Promise<void>;
  /**
   * Rows as objects, all of them in memory. `params` fill `{name:Type}`. 64-bit integers come as numbers: select
   * those that may pass 2^53 by toString(). The SQL has no FORMAT and no trailing semicolon.
   */
  query<T>(sql: string, params?: Readonly<Record<string, unknown>>): Promise<T[]>;
  /**
   * For many rows: columns instead of rows, each block read when it is asked for, so that the caller can give others
   * their turn between two. 64-bit integers as in `query`. Asking rejects what is no answer as `query` does.
   */
  queryBlocks(sql: string): Promise<Iterable<Block>>;
  command(sql: string): Promise<void>;
  /** Rejects when the server does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface ClickHouseConnection {
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  readonly database?: string;
}

export interface ClickHouseOptions extends ClickHouseConnection {
  /** For one try of one statement. */
  readonly timeoutMs?: number;
  readonly maxConnections?: number;
  readonly insertRetry?: RetryPolicy;
  readonly clock?: Clock;
  readonly metrics?: Metrics;
}

const defaultRetry: RetryPolicy = { attempts: 4, firstDelayMs: 100, maxDelayMs: 2_000 };

export function openClickHouse(options: ClickHouseOptions): ClickHouse {
  const {
    clock = systemClock,
    insertRetry = defaultRetry,
    timeoutMs = 30_000,
    metrics = noMetrics,
  } = options;
  const client = createClient({
    url: options.url,
    request_timeout: timeoutMs,
    max_open_connections: options.maxConnections ?? 8,
    compression: { request: !isOnThisMachine(options.url), response: false },
    log: { level: offLevel },
    ...(options.username ? { username: options.username } : {}),
    ...(options.password ? { password: options.password } : {}),
    ...(options.database ? { database: options.database } : {}),
  });

  const run = async <T>(what: string, statement: () => Promise<T>): Promise<T> => {
    try {
      return await statement();
    } catch (error) {
      throw clickHouseFailure(what, error);
    }
  };

  const { url, username, password, database } = options;
  return {
    connection: {
      url,
      ...(username ? { username } : {}),
      ...(password ? { password } : {}),
      ...(database ? { database } : {}),
    },
    async insertRows(table, columns, rows, types) {
      if (rows.length === 0) return;
      // Without `columns`, so that the SETTINGS stand where the grammar wants them: before FORMAT.
      const target = `${quote(table)} (${columns.map(quote).join(', ')}) SETTINGS async_insert = 0`;
      const startedAt = clock.now();
      await retryOperational(clock, insertRetry, () =>
        run(`insert into ${table}`, async () => {
          if (!types) {
            await client.insert({ table: target, values: rows, format: 'JSONCompactEachRow' });
            return;
          }
          const values = Readable.from([writeNative(columns, types, rows)], { objectMode: false });
          const { stream } = await client.exec({ query: `INSERT INTO ${target} FORMAT Native`, values });
          await bytesOf(stream);
        }),
      );
      metrics.observe('adherence_clickhouse_insert_seconds', { table }, (clock.now() - startedAt) / 1000);
      metrics.count('adherence_clickhouse_rows_total', { table }, rows.length);
    },
    query: <T>(sql: string, params?: Readonly<Record<string, unknown>>) =>
      run('query', async () => {
        const query = `${sql}\nFORMAT JSONCompact SETTINGS output_format_json_quote_64bit_integers = 0`;
        const { stream } = await client.exec({ query, ...(params ? { query_params: params } : {}) });
        return rowsOf<T>((await bytesOf(stream)).toString('utf8'));
      }),
    async queryBlocks(sql) {
      const bytes = await run('query', async () => {
        const { stream } = await client.exec({ query: `${sql}\nFORMAT Native` });
        return bytesOf(stream);
      });
      return blocksOf(bytes);
    },
    command: (sql) =>
      run('command', async () => {
        await client.command({ query: sql });
      }),
    ping: () =>
      run('ping', async () => {
        const answer = await client.ping();
        if (!answer.success) throw answer.error;
      }),
    close: () => client.close(),
  };
}

/** Packing the rows of results costs as much as computing and writing them; it only pays where bytes travel. */
const isOnThisMachine = (url: string): boolean =>
  ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname);

/** ClickHouseLogLevel.OFF: the client's own log would print statements with their data. */
const offLevel = 127;

const quote = (name: string): string => `\`${name.replaceAll('`', '')}\``;

async function bytesOf(stream: AsyncIterable<Buffer | string>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  return Buffer.concat(chunks);
}

/** Bytes that are no whole answer are told as the outage that they are. */
function* blocksOf(bytes: Buffer): Generator<Block, void, undefined> {
  try {
    yield* readNative(bytes);
  } catch (error) {
    throw clickHouseFailure('query', error);
  }
}

/** One document, so that an answer that was cut cannot be taken for a whole one. */
function rowsOf<T>(text: string): T[] {
  const { meta, data } = JSON.parse(text) as { meta: { name: string }[]; data: unknown[][] };
  const names = meta.map(({ name }) => name);
  return data.map((values) => {
    const row: Record<string, unknown> = {};
    for (let i = 0; i < names.length; i += 1) row[names[i]!] = values[i];
    return row as T;
  });
}

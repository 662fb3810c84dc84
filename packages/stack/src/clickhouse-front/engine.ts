import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import chdb from 'chdb';
import { EngineError } from './engine-error.ts';
import type { InsertTarget } from './insert-target.ts';
import { quote } from './parameters.ts';
import type { Statement } from './statement.ts';

export interface Outcome {
  readonly body: Uint8Array;
  readonly readRows: number;
  readonly readBytes: number;
  readonly writtenRows: number;
  readonly writtenBytes: number;
  readonly elapsedSeconds: number;
}

export interface Engine {
  /**
   * Runs the statement; `data` are the rows of an INSERT that came apart from the text. Results are in `format`.
   * A statement whose `gone` is aborted while it waits is not run; one that runs cannot be interrupted.
   */
  run(
    statement: Statement,
    data: Buffer,
    format: string,
    database: string,
    gone: AbortSignal,
  ): Promise<Outcome>;
  /** Waits for what runs, then gives the data directory free. */
  close(): Promise<void>;
}

/** Past this many waiting statements the next one is refused, as by a server: 202, to be tried again later. */
const longestQueue = 1_000;

/**
 * The ClickHouse engine on one directory. A connection takes one statement at a time, so there is a pool of them, of
 * which reads leave one free: a slow report never holds up the writes.
 */
export function openEngine(dataDir: string, connections: number): Engine {
  const free = Array.from({ length: connections }, () => connect(dataDir));
  const all = [...free];
  const incoming = mkdtempSync(join(tmpdir(), 'clickhouse-incoming-'));
  const waiting: Waiting[] = [];

  const next = (): void => {
    const index = waiting.findIndex((one) => free.length > (one.reads ? 1 : 0));
    if (index < 0) return;
    const [one] = waiting.splice(index, 1);
    if (one!.gone.aborted) {
      one!.refuse(new EngineError(394, 'The client went away before its turn came. (QUERY_WAS_CANCELLED)'));
      next();
    } else one!.start(free.pop()!);
  };
  const acquire = (reads: boolean, gone: AbortSignal): Promise<Connection> =>
    new Promise((start, refuse) => {
      if (waiting.length >= longestQueue) {
        refuse(new EngineError(202, 'Too many statements wait. (TOO_MANY_SIMULTANEOUS_QUERIES)'));
        return;
      }
      waiting.push({ reads, gone, start, refuse });
      next();
    });

  return {
    async run(statement, data, format, database, gone) {
      const connection = await acquire(statement.kind === 'read', gone);
      try {
        if (connection.database !== database) await use(connection, database);
        return await execute(connection, statement, data, format, incoming);
      } finally {
        free.push(connection);
        next();
      }
    },
    async close() {
      while (free.length < all.length) await chdb.drainPending();
      for (const connection of all) connection.session.close();
      rmSync(incoming, { recursive: true, force: true });
    },
  };
}

interface Waiting {
  readonly reads: boolean;
  readonly gone: AbortSignal;
  readonly start: (connection: Connection) => void;
  readonly refuse: (error: EngineError) => void;
}

interface Connection {
  readonly session: InstanceType<typeof chdb.Session>;
  database: string;
}

/** `implicit_select` off: as on a server, a lone expression is no statement. */
function connect(dataDir: string): Connection {
  const session = new chdb.Session(dataDir, {
    connectionArgs: ['--implicit_select=0', '--max_query_size=16777216'],
  });
  return { session, database: 'default' };
}

async function use(connection: Connection, database: string): Promise<void> {
  await guarded(connection.session.queryAsync(`USE \`${database.replace(/[\\`]/g, '\\$&')}\``));
  connection.database = database;
}

async function execute(
  { session }: Connection,
  statement: Statement,
  data: Buffer,
  format: string,
  incoming: string,
): Promise<Outcome> {
  if (statement.kind === 'session') return nothing;
  if (statement.insert !== undefined && data.length === 0 && !statement.inlineData) return nothing;
  if (statement.insert !== undefined && data.length > 0 && rawFormats.has(statement.insert.format)) {
    return insertRaw(session, statement.insert, data);
  }
  if (statement.insert !== undefined && data.length > 0 && binaryFormats.has(statement.insert.format)) {
    return insertBinary(session, statement.insert, data, join(incoming, randomUUID()));
  }
  if (!isUtf8(data)) throw new EngineError(48, 'Binary input formats are not supported. (NOT_IMPLEMENTED)');
  const sql = data.length === 0 ? statement.sql : `${statement.sql}\n${data.toString()}`;
  const result = await guarded(session.queryAsync(sql, { format }));
  return {
    ...nothing,
    body: result.bytes(),
    readRows: result.rowsRead,
    readBytes: result.bytesRead,
    elapsedSeconds: result.elapsed,
  };
}

/** The bytes go to the engine's own parser as they are. */
async function insertRaw(
  session: Connection['session'],
  target: InsertTarget,
  values: Buffer,
): Promise<Outcome> {
  const { table, columns, settings } = target;
  const format = target.format as 'JSONEachRow';
  const summary = await guarded(session.insert({ table, columns, settings, values, format }));
  return {
    ...nothing,
    writtenRows: summary.rowsWritten,
    writtenBytes: summary.bytesWritten,
    elapsedSeconds: summary.elapsed,
  };
}
/** The engine takes text only, so binary rows come to it as a file. */
async function insertBinary(
  session: Connection['session'],
  { table, columns = [], format, settings }: InsertTarget,
  values: Buffer,
  path: string,
): Promise<Outcome> {
  const names = columns.map((name) => `\`${name}\``).join(', ');
  const clause = Object.entries(settings).map(([name, value]) => `${name} = ${quote(value)}`);
  await writeFile(path, values);
  try {
    const result = await guarded(
      session.queryAsync(
        `INSERT INTO ${table} ${names && `(${names})`} ${clause.length > 0 ? `SETTINGS ${clause.join(', ')}` : ''}
SELECT * FROM file('${path}', '${format}')`,
      ),
    );
    return { ...nothing, writtenRows: result.rowsRead, elapsedSeconds: result.elapsed };
  } finally {
    await rm(path, { force: true });
  }
}
const binaryFormats: ReadonlySet<string> = new Set(['Native', 'RowBinary']);

const rawFormats: ReadonlySet<string> = new Set([
  ...['JSONEachRow', 'JSONCompactEachRow', 'CSV', 'CSVWithNames'],
  ...['TSV', 'TabSeparated', 'TSVWithNames', 'TabSeparatedWithNames'],
]);

const nothing: Outcome = {
  body: new Uint8Array(),
  readRows: 0,
  readBytes: 0,
  writtenRows: 0,
  writtenBytes: 0,
  elapsedSeconds: 0,
};

async function guarded<Result>(promise: Promise<Result>): Promise<Result> {
  try {
    return await promise;
  } catch (error) {
    const code = (error as { clickhouseCode?: unknown }).clickhouseCode;
    const message = error instanceof Error ? error.message : String(error);
    throw new EngineError(typeof code === 'number' ? code : 1002, message, { cause: error });
  }
}

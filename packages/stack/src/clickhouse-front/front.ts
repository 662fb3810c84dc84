import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type Engine, type Outcome, openEngine } from './engine.ts';
import { EngineError, httpStatusOf, isFatal } from './engine-error.ts';
import { readRequest } from './request.ts';
import { readStatement } from './statement.ts';

export interface FrontOptions {
  /** The engine's directory; only one process at a time may have it. */
  readonly dataDir: string;
  /** 0 or undefined: any free port. */
  readonly port?: number;
  /** Statements at a time, at least 2; one of them is kept for writes. */
  readonly connections?: number;
  /** Called when the engine has broken down: the process should end and be started again. */
  readonly onFatal?: (error: EngineError) => void;
}

export interface Front {
  /** For CLICKHOUSE_URL. */
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * The ClickHouse engine behind the HTTP interface of a ClickHouse server, on 127.0.0.1, so that every process uses
 * plain `@clickhouse/client`. Sessions, users and progress headers of the real one are absent.
 */
export async function startClickHouseFront(options: FrontOptions): Promise<Front> {
  mkdirSync(options.dataDir, { recursive: true });
  const engine = openEngine(options.dataDir, Math.max(2, options.connections ?? 4));
  const fatal = options.onFatal ?? (() => undefined);
  const server = createServer({ maxHeaderSize: 1024 * 1024 }, (request, response) => {
    serve(engine, request, response).catch((error: unknown) => refuse(response, error, fatal));
  });
  server.keepAliveTimeout = 30_000;
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the ClickHouse front has no address');
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      await engine.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function serve(engine: Engine, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '/').split('?')[0];
  if (path === '/ping') return void response.end('Ok.\n');
  if (request.headers.origin !== undefined) {
    // No users and no passwords here: a page in somebody's browser must not be able to write.
    throw new EngineError(497, 'Requests from web pages are refused. (ACCESS_DENIED)');
  }
  if (path !== '/') return void response.writeHead(404).end('There is no handle here.\n');
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const asked = await readRequest(request);
  if (asked.sql.trim() === '') return void response.end('Ok.\n');
  const statement = readStatement(asked.sql, asked.parameters, asked.settings);
  if ((request.method === 'GET' || request.method === 'HEAD') && statement.kind !== 'read') {
    throw new EngineError(164, 'Cannot execute query in readonly mode; use POST. (READONLY)');
  }
  const format = statement.kind === 'read' ? (statement.format ?? asked.defaultFormat) : asked.defaultFormat;
  const outcome = await engine.run(statement, asked.data, asked.defaultFormat, asked.database, gone.signal);
  await answer(response, outcome, format, asked.queryId ?? randomUUID(), asked.compress);
}

async function answer(
  response: ServerResponse,
  outcome: Outcome,
  format: string,
  queryId: string,
  compress: boolean,
): Promise<void> {
  response.setHeader('content-type', contentTypeOf(format));
  response.setHeader('x-clickhouse-format', format);
  response.setHeader('x-clickhouse-query-id', queryId);
  response.setHeader('x-clickhouse-timezone', 'UTC');
  response.setHeader('x-clickhouse-summary', JSON.stringify(summaryOf(outcome)));
  const packed = compress && outcome.body.length > 1024;
  if (packed) response.setHeader('content-encoding', 'gzip');
  const body = packed ? await packGzip(outcome.body, { level: 1 }) : outcome.body;
  response.setHeader('content-length', body.length);
  response.end(body);
}
const packGzip = promisify(gzip) as (body: Uint8Array, options: { level: number }) => Promise<Buffer>;

const summaryOf = (outcome: Outcome): Record<string, string> => ({
  read_rows: String(outcome.readRows),
  read_bytes: String(outcome.readBytes),
  written_rows: String(outcome.writtenRows),
  written_bytes: String(outcome.writtenBytes),
  total_rows_to_read: '0',
  result_rows: String(outcome.writtenRows),
  result_bytes: String(outcome.body.length),
  elapsed_ns: String(Math.round(outcome.elapsedSeconds * 1e9)),
});

function contentTypeOf(format: string): string {
  if (/^JSON.*EachRow/.test(format)) return 'application/x-ndjson; charset=UTF-8';
  if (format.startsWith('JSON')) return 'application/json; charset=UTF-8';
  if (format.startsWith('CSV')) return 'text/csv; charset=UTF-8';
  if (/^(?:TSV|TabSeparated)/.test(format)) return 'text/tab-separated-values; charset=UTF-8';
  return 'text/plain; charset=UTF-8';
}

function refuse(response: ServerResponse, error: unknown, fatal: (error: EngineError) => void): void {
  const known = error instanceof EngineError ? error : new EngineError(1002, String(error), { cause: error });
  if (!response.headersSent && !response.destroyed) {
    response.writeHead(httpStatusOf(known.code), {
      'content-type': 'text/plain; charset=UTF-8',
      'x-clickhouse-exception-code': String(known.code),
    });
    response.end(`${known.message}\n`);
  }
  if (isFatal(known)) fatal(known);
}

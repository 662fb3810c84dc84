import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { EngineError } from './engine-error.ts';

export interface FrontRequest {
  /** The statement's text. */
  readonly sql: string;
  /** Rows of an INSERT whose text came in the `query` parameter. */
  readonly data: Buffer;
  readonly parameters: ReadonlyMap<string, string>;
  readonly settings: ReadonlyMap<string, string>;
  readonly database: string;
  readonly defaultFormat: string;
  readonly queryId: string | undefined;
  readonly compress: boolean;
}

export const limits = { bodyBytes: 256 * 1024 * 1024, unpackedBytes: 1024 * 1024 * 1024 } as const;

/** Reads what `@clickhouse/client` and curl send: SQL in `query`, in the body or in both; a form for many parameters. */
export async function readRequest(request: IncomingMessage): Promise<FrontRequest> {
  const query = new URL(request.url ?? '/', 'http://localhost').searchParams;
  const entries = [...query];
  let body = await unpack(await bytesOf(request), request.headers['content-encoding']);
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('multipart/form-data')) {
    const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
    for (const [name, value] of form)
      entries.push([name, typeof value === 'string' ? value : await value.text()]);
    body = Buffer.alloc(0);
  }
  const value = (name: string): string => entries.find(([key]) => key === name)?.[1] ?? '';
  const inUrl = value('query');
  const chosen = String(request.headers['x-clickhouse-format'] ?? '') || value('default_format');
  return {
    sql: inUrl === '' ? body.toString() : inUrl,
    data: inUrl === '' ? Buffer.alloc(0) : body,
    parameters: new Map(
      entries.filter(([name]) => name.startsWith('param_')).map(([name, text]) => [name.slice(6), text]),
    ),
    settings: new Map(entries.filter(([name]) => isSetting(name))),
    database: value('database') || String(request.headers['x-clickhouse-database'] ?? '') || 'default',
    defaultFormat: chosen || 'TabSeparated',
    queryId: value('query_id') || undefined,
    compress:
      /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? '')) &&
      value('enable_http_compression') !== '0',
  };
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limits.bodyBytes) throw new EngineError(55, `The body is over ${limits.bodyBytes} bytes.`);
    chunks.push(chunk);
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}

async function unpack(body: Buffer, encoding: string | undefined): Promise<Buffer> {
  if (encoding === undefined || encoding === 'identity') return body;
  const decompress = decompressors[encoding];
  if (decompress === undefined) throw new EngineError(89, `Unknown Content-Encoding ${encoding}.`);
  try {
    return await decompress(body, { maxOutputLength: limits.unpackedBytes });
  } catch (error) {
    throw new EngineError(354, `The ${encoding} body cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

const decompressors: Readonly<
  Record<string, (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>>
> = { gzip: promisify(gunzip), deflate: promisify(inflate), br: promisify(brotliDecompress) };

/** Names of the HTTP interface itself, and settings that mean nothing or harm here (the engine writes at once). */
function isSetting(name: string): boolean {
  return !name.startsWith('param_') && !notSettings.has(name) && !/^http_|async_insert/.test(name);
}
const notSettings: ReadonlySet<string> = new Set([
  ...['query', 'database', 'default_format', 'query_id', 'session_id', 'session_timeout', 'session_check'],
  ...['user', 'password', 'role', 'quota_key', 'compress', 'decompress', 'buffer_size', 'wait_end_of_query'],
  ...[
    'stacktrace',
    'close_session',
    'client_protocol_version',
    'enable_http_compression',
    'add_http_cors_header',
  ],
  ...['send_progress_in_http_headers', 'cancel_http_readonly_queries_on_client_close'],
]);

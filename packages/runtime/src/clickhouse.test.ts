import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ClickHouse, openClickHouse } from './clickhouse.ts';
import { StatementError } from './clickhouse-errors.ts';
import { OperationalError } from './errors.ts';

interface Request {
  readonly query: string;
  readonly parameters: Record<string, string>;
  readonly body: string;
}
type Reply = { status?: number; headers?: Record<string, string>; body?: string } | 'hang up' | 'hang';

let server: Server;
let requests: Request[];
let replies: Reply[];
let db: ClickHouse;

beforeEach(async () => {
  requests = [];
  replies = [];
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    const body = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString();
    const { query, ...parameters } = Object.fromEntries(new URL(request.url!, 'http://x').searchParams);
    requests.push({ query: query ?? body, parameters, body });
    const reply = replies.shift() ?? {};
    if (reply === 'hang') return;
    if (reply === 'hang up') {
      request.socket.destroy();
      return;
    }
    response.writeHead(reply.status ?? 200, reply.headers ?? {});
    response.end(reply.body ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  db = openClickHouse({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    timeoutMs: 300,
    insertRetry: { attempts: 3, firstDelayMs: 1, maxDelayMs: 1 },
  });
});
afterEach(async () => {
  await db.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const exception = (code: number, status = 500): Reply => ({
  status,
  headers: { 'x-clickhouse-exception-code': String(code) },
  body: `Code: ${code}. DB::Exception: something (SOME_NAME) (version 26.1)`,
});

describe('inserts', () => {
  test('go as arrays in the order of the columns, with settings in the SQL and none in the address', async () => {
    await db.insertRows(
      'person_days',
      ['tenant', 'cells.bucket', 'offset'],
      [
        ['t', [1, 2], '12345678901234567890'],
        ['u', [], null],
      ],
    );
    expect(requests[0]!.query).toBe(
      'INSERT INTO `person_days` (`tenant`, `cells.bucket`, `offset`) SETTINGS async_insert = 0 FORMAT JSONCompactEachRow',
    );
    expect(
      requests[0]!.body
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      ['t', [1, 2], '12345678901234567890'],
      ['u', [], null],
    ]);
    expect(
      Object.keys(requests[0]!.parameters).filter((name) => name !== 'query_id' && name !== 'database'),
    ).toEqual([]);
  });

  test('no rows are no statement', async () => {
    await db.insertRows('t', ['a'], []);
    expect(requests).toEqual([]);
  });

  test.each<[string, Reply]>([
    ['is cut off', 'hang up'],
    ['is not answered in time', 'hang'],
    ['meets too many parts', exception(252)],
    ['meets a proxy without a server', { status: 502, body: 'bad gateway' }],
  ])('one that %s is tried again', async (_, reply) => {
    replies = [reply];
    await db.insertRows('t', ['a'], [[1]]);
    expect(requests).toHaveLength(2);
    expect(requests[1]).toEqual({ ...requests[0], parameters: expect.anything() });
  });

  test('an outage that lasts is told as one, after so many tries', async () => {
    replies = [exception(241), exception(241), exception(241), exception(241)];
    await expect(db.insertRows('t', ['a'], [[1]])).rejects.toMatchObject({ code: 'CLICKHOUSE_241' });
    expect(requests).toHaveLength(3);
  });

  test('what the server does not understand is a bug, and not tried again', async () => {
    replies = [exception(60, 404)];
    await expect(db.insertRows('t', ['a'], [[1]])).rejects.toThrow(StatementError);
    expect(requests).toHaveLength(1);
  });
});

describe('queries', () => {
  const answer = {
    meta: [{ name: 'a' }, { name: 'b' }],
    data: [
      [1, 'x'],
      [9007199254740991, null],
    ],
    rows: 2,
  };

  test('answer rows as objects, numbers as numbers', async () => {
    replies = [{ body: JSON.stringify(answer) }];
    expect(await db.query('SELECT a, b FROM t')).toEqual([
      { a: 1, b: 'x' },
      { a: 9007199254740991, b: null },
    ]);
    expect(requests[0]!.query).toBe(
      'SELECT a, b FROM t\nFORMAT JSONCompact SETTINGS output_format_json_quote_64bit_integers = 0',
    );
  });

  test('values go beside the SQL', async () => {
    replies = [{ body: JSON.stringify(answer) }];
    await db.query('SELECT {id:String}', { id: "a'b" });
    expect(requests[0]!.parameters).toMatchObject({ param_id: "a\\'b" });
  });

  test('an answer that was cut is an outage, never a shorter answer', async () => {
    replies = [{ body: JSON.stringify(answer).slice(0, 60) }];
    await expect(db.query('SELECT 1')).rejects.toThrow(OperationalError);
  });

  test('are not tried again here', async () => {
    replies = [exception(202)];
    await expect(db.query('SELECT 1')).rejects.toThrow(OperationalError);
    expect(requests).toHaveLength(1);
  });

  test('with a fault in them are a bug', async () => {
    replies = [exception(62, 400)];
    await expect(db.query('SELEC 1')).rejects.toThrow(StatementError);
  });
});

test('a server that is away is an outage for everything', async () => {
  const away = openClickHouse({
    url: 'http://127.0.0.1:1',
    insertRetry: { attempts: 1, firstDelayMs: 1, maxDelayMs: 1 },
  });
  await expect(away.query('SELECT 1')).rejects.toThrow(OperationalError);
  await expect(away.command('SELECT 1')).rejects.toThrow(OperationalError);
  await expect(away.ping()).rejects.toThrow(OperationalError);
  await expect(away.insertRows('t', ['a'], [[1]])).rejects.toThrow(OperationalError);
  await away.close();
});

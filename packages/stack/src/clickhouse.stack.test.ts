import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClickHouseClient, ClickHouseError, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ClickHousePart, startClickHouse } from './clickhouse.ts';

/** What this project asks of a ClickHouse server, asked of the local engine through the plain client. */
let directory: string;
let part: ClickHousePart;
let client: ClickHouseClient;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'adherence-clickhouse-'));
  part = await startClickHouse({ dataDir: join(directory, 'data') });
  client = createClient({
    url: part.url,
    compression: { request: true, response: true },
    log: { level: ClickHouseLogLevel.OFF },
  });
});

afterAll(async () => {
  await client?.close();
  await part?.stop();
  await rm(directory, { recursive: true, force: true });
});

const rowsOf = async (query: string, query_params?: Record<string, unknown>): Promise<unknown[]> =>
  (await client.query({ query, query_params, format: 'JSONCompactEachRow' })).json();

test('rows in compact JSON come back, 64 and 128 bits exact', async () => {
  await client.command({
    query: 'CREATE TABLE exact (a UInt64, b Int64, v UInt128) ENGINE = MergeTree ORDER BY a',
  });
  const values = [
    ['18446744073709551615', '-9223372036854775808', String((1n << 128n) - 1n)],
    ['1', '2', '3'],
  ];
  const inserted = await client.insert({ table: 'exact', values, format: 'JSONCompactEachRow' });
  expect(inserted.summary?.written_rows).toBe('2');
  const result = await client.query({
    query: 'SELECT * FROM exact ORDER BY a DESC',
    format: 'JSONCompactEachRow',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 1 },
  });
  expect(await result.json()).toEqual(values);
});

test('the row with the greatest 128-bit version is the one that FINAL reads, whatever the order of arrival', async () => {
  await client.command({
    query: 'CREATE TABLE versions (k String, v UInt128, x Int64) ENGINE = ReplacingMergeTree(v) ORDER BY k',
  });
  const insert = (v: bigint, x: number): Promise<unknown> =>
    client.insert({ table: 'versions', values: [['k', String(v), x]], format: 'JSONCompactEachRow' });
  await insert((5n << 96n) + 1n, 51);
  await insert((5n << 96n) + 2n, 52);
  await insert(4n << 96n, 40);
  expect(await rowsOf('SELECT toInt32(x) FROM versions FINAL')).toEqual([[52]]);
});

test('nested columns are written and read as arrays of equal length', async () => {
  await client.command({
    query:
      'CREATE TABLE nested (k String, n Nested(a Int32, b LowCardinality(String))) ENGINE = MergeTree ORDER BY k',
  });
  const columns = ['k', 'n.a', 'n.b'] as [string, ...string[]];
  const insert = (values: unknown[]): Promise<unknown> =>
    client.insert({ table: 'nested', values: [values], columns, format: 'JSONCompactEachRow' });
  await insert(['x', [1, 2], ['a', 'b']]);
  await insert(['y', [], []]);
  expect(await rowsOf('SELECT k, n.a, n.b FROM nested ORDER BY k')).toEqual([
    ['x', [1, 2], ['a', 'b']],
    ['y', [], []],
  ]);
  await expect(insert(['z', [1], []])).rejects.toBeInstanceOf(ClickHouseError);
});

test('parameters of every shape arrive as they were given', async () => {
  const text = `it's \\ a\ttab, a\nline, {x:String} and 'quotes'`;
  const query =
    'SELECT {text:String}, {list:Array(String)}, {nothing:Nullable(String)}, {big:UInt128}, {map:Map(String, Int32)}, {name:Identifier} FROM system.one';
  const query_params = {
    text,
    list: [text, ''],
    nothing: null,
    big: 1n << 90n,
    map: { "k'": 7 },
    name: 'dummy',
  };
  expect(await rowsOf(query, query_params)).toEqual([
    [text, [text, ''], null, Number(1n << 90n), { "k'": 7 }, 0],
  ]);
});

test('many statements with parameters at once do not disturb each other', async () => {
  const asked = Array.from({ length: 200 }, (_, n) => n);
  const answers = await Promise.all(asked.map((n) => rowsOf('SELECT {n:UInt32} + sleep(0.002)', { n })));
  expect(answers.map((rows) => rows[0])).toEqual(asked.map((n) => [n]));
});

test('a parameter is a value and never SQL', async () => {
  for (const value of [`'); DROP TABLE exact --`, "\\'); DROP TABLE exact --", "\\\\'"]) {
    expect(await rowsOf('SELECT {v:String}', { v: value })).toEqual([[value]]);
  }
});

test('parameters too long for an address are sent as a form', async () => {
  const list = Array.from({ length: 20_000 }, (_, n) => `person-${n}`);
  const result = await client.query({
    query: 'SELECT length({list:Array(String)})',
    query_params: { list },
    format: 'JSONCompactEachRow',
    use_multipart_params: true,
  });
  expect(await result.json()).toEqual([[20_000]]);
});

test.each([
  ['SELEC 1', '62'],
  ['SELECT * FROM missing', '60'],
  ['SELECT nothing FROM system.one', '47'],
  ['SELECT {x:String}', '456'],
  ['SELECT 1; SELECT 2', '62'],
  ['SELECT 1 SETTINGS no_such_setting = 1', '115'],
  ["SELECT throwIf(1, 'stop')", '395'],
])('%s fails with ClickHouse code %s', async (query, code) => {
  await expect(client.query({ query })).rejects.toMatchObject({ code });
});

test('a bad row refuses the whole batch, with the code of its kind', async () => {
  await client.command({ query: 'CREATE TABLE strict (a Int64) ENGINE = MergeTree ORDER BY a' });
  const bad = client.insert({ table: 'strict', values: [[1], ['x']], format: 'JSONCompactEachRow' });
  await expect(bad).rejects.toMatchObject({ code: '27' });
  expect(await rowsOf('SELECT count() = 0 FROM strict')).toEqual([[1]]);
});

test('a setting holds for its statement alone', async () => {
  const value = async (clickhouse_settings?: Record<string, string>): Promise<unknown> => {
    const query = "SELECT getSetting('max_threads') AS n, getSetting('insert_deduplication_token') AS t";
    return (await client.query({ query, format: 'JSONCompactEachRow', clickhouse_settings })).json();
  };
  const before = await value();
  expect(await value({ max_threads: '7', insert_deduplication_token: 'once' })).toEqual([[7, 'once']]);
  for (let n = 0; n < 8; n += 1) expect(await value()).toEqual(before);
});

test('databases are kept apart', async () => {
  await client.command({ query: 'CREATE DATABASE other' });
  const other = createClient({ url: part.url, database: 'other' });
  await other.command({ query: 'CREATE TABLE only_here (a Int8) ENGINE = MergeTree ORDER BY a' });
  await other.insert({ table: 'only_here', values: [[1]], format: 'JSONCompactEachRow' });
  await expect(rowsOf('SELECT * FROM only_here')).rejects.toMatchObject({ code: '60' });
  expect(await rowsOf('SELECT a FROM other.only_here')).toEqual([[1]]);
  await other.close();
});

test('plain HTTP works as with a server: query in the address or the body, format, ping, read-only GET', async () => {
  const get = (path: string): Promise<Response> => fetch(`${part.url}${path}`);
  expect(await (await get('/ping')).text()).toBe('Ok.\n');
  expect(await (await get('/?query=SELECT%201')).text()).toBe('1\n');
  const posted = await fetch(`${part.url}/?default_format=JSONCompactEachRow`, {
    method: 'POST',
    body: 'SELECT 1, 2',
  });
  expect([posted.headers.get('x-clickhouse-format'), await posted.text()]).toEqual([
    'JSONCompactEachRow',
    '[1, 2]\n',
  ]);
  const refused = await get('/?query=DROP%20TABLE%20exact');
  expect([refused.status, refused.headers.get('x-clickhouse-exception-code')]).toEqual([403, '164']);
  const page = await fetch(`${part.url}/?query=SELECT%201`, { headers: { origin: 'http://example.org' } });
  expect(page.status).toBe(403);
});

test('slow reads hold up neither writes nor, once their clients are gone, other reads', async () => {
  await client.command({ query: 'CREATE TABLE swift (a UInt8) ENGINE = MergeTree ORDER BY a' });
  const impatient = new AbortController();
  const slow = Array.from({ length: 30 }, () =>
    fetch(`${part.url}/?query=SELECT%20sleep(1)`, { signal: impatient.signal }),
  );
  const startedAt = performance.now();
  await client.insert({ table: 'swift', values: [[1]], format: 'JSONCompactEachRow' });
  const writtenAfter = performance.now() - startedAt;
  impatient.abort();
  await Promise.allSettled(slow);
  expect(await rowsOf('SELECT a FROM swift')).toEqual([[1]]);
  expect(writtenAfter).toBeLessThan(900);
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});

test('every row that was acknowledged is there after kill -9, again and again', async () => {
  await client.command({
    query: 'CREATE TABLE kept (n UInt32, x UInt32) ENGINE = ReplacingMergeTree ORDER BY n',
  });
  const acknowledged = new Set<number>();
  for (let round = 0; round < 4; round += 1) {
    const enough = Promise.withResolvers<void>();
    const writers = [0, 1, 2].map(async (writer) => {
      for (let batch = 0; ; batch += 1) {
        const first = round * 1_000_000 + writer * 100_000 + batch * 100;
        const values = Array.from({ length: 100 }, (_, n) => [first + n, writer]);
        await client.insert({ table: 'kept', values, format: 'JSONCompactEachRow' });
        acknowledged.add(first);
        if (batch === 10 + 7 * round) enough.resolve();
      }
    });
    await enough.promise;
    part.kill();
    await Promise.allSettled(writers);
    await part.exited;
    part = await startClickHouse({ dataDir: join(directory, 'data'), port: part.port });
    const rows = await rowsOf('SELECT intDiv(n, 100) * 100, count() FROM kept FINAL GROUP BY 1');
    const stored = new Map((rows as [number, number][]).map(([first, count]) => [first, count]));
    expect([...acknowledged].filter((first) => stored.get(first) !== 100)).toEqual([]);
  }
});

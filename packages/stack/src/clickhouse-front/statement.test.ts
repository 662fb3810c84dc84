import { describe, expect, test } from 'vitest';
import { EngineError } from './engine-error.ts';
import { readStatement, type Statement } from './statement.ts';

const read = (
  text: string,
  parameters: Record<string, string> = {},
  settings: Record<string, string> = {},
): Statement => readStatement(text, new Map(Object.entries(parameters)), new Map(Object.entries(settings)));

test.each([
  ['SELECT 1', 'read'],
  ['  -- why\n /* what */ (select 1) union all (select 2)', 'read'],
  ['WITH 1 AS x SELECT x', 'read'],
  ['INSERT INTO t FORMAT JSONEachRow', 'insert'],
  ['CREATE TABLE t (a Int8) ENGINE = Memory', 'other'],
  ['ALTER TABLE t DELETE WHERE 1', 'alter'],
  ['SET max_threads = 1', 'session'],
  ['USE other', 'session'],
])('%s is of kind %s', (text, kind) => {
  expect(read(text).kind).toBe(kind);
});

describe('several statements in one', () => {
  test('are refused as the server refuses them', () => {
    expect(() => read('SELECT 1; SELECT 2')).toThrow(EngineError);
    expect(() => read(' -- nothing')).toThrow('Empty query');
  });

  test('are not seen in a trailing semicolon, a string, a comment or the data of an INSERT', () => {
    expect(read('SELECT 1;').sql).toBe('SELECT 1');
    expect(read("SELECT ';;' -- a; b\n").sql).toBe("SELECT ';;' -- a; b\n");
    expect(read('INSERT INTO t FORMAT TSV\na;b\tc;').sql).toBe('INSERT INTO t FORMAT TSV\na;b\tc;');
    expect(read("INSERT INTO t VALUES ('a;b'); x").sql).toBe("INSERT INTO t VALUES ('a;b'); x");
  });
});

test.each([
  ['SELECT 1 FORMAT JSON', 'JSON'],
  ['SELECT 1\nFORMAT JSONCompact SETTINGS a = 1', 'JSONCompact'],
  ['SELECT format FROM t', undefined],
  ["SELECT format('{}', a) FROM t", undefined],
  ["SELECT ' FORMAT JSON'", undefined],
])('%s asks for the format %s', (text, format) => {
  expect(read(text).format).toBe(format);
});

describe('settings of the address become SQL', () => {
  const settings = { max_threads: '1', x: "it's" };
  const clause = "max_threads = '1', x = 'it\\'s'";

  test('at the end of a read, in the clause that is already there if there is one', () => {
    expect(read('SELECT 1 FORMAT JSON', {}, settings).sql).toBe(`SELECT 1 FORMAT JSON\nSETTINGS ${clause}`);
    expect(read('SELECT 1 FORMAT JSON SETTINGS b = 1', {}, settings).sql).toBe(
      `SELECT 1 FORMAT JSON SETTINGS b = 1\n, ${clause}`,
    );
    expect(read('SELECT * FROM (SELECT 1 SETTINGS b = 1)', {}, settings).sql).toBe(
      `SELECT * FROM (SELECT 1 SETTINGS b = 1)\nSETTINGS ${clause}`,
    );
  });

  test('before the data of an INSERT', () => {
    expect(read('INSERT INTO t (a) FORMAT CSV\n1', {}, settings).sql).toBe(
      `INSERT INTO t (a) SETTINGS ${clause} FORMAT CSV\n1`,
    );
    expect(read('INSERT INTO t VALUES (1)', {}, settings).sql).toBe(
      `INSERT INTO t SETTINGS ${clause} VALUES (1)`,
    );
    expect(read('INSERT INTO t SELECT 1', {}, settings).sql).toBe(
      `INSERT INTO t SELECT 1\nSETTINGS ${clause}`,
    );
  });

  test('never of a CREATE, where they would be those of the table', () => {
    const create = 'CREATE TABLE t (a Int8) ENGINE = Memory';
    expect(read(create, {}, settings).sql).toBe(create);
  });
});

describe('the target of an INSERT', () => {
  test('is read with its columns and settings', () => {
    const text =
      "INSERT INTO `t` (`a`, `n.x`, b) SETTINGS async_insert = 0, y = 'z' FORMAT JSONCompactEachRow\n";
    expect(read(text, {}, { max_threads: '2' }).insert).toEqual({
      table: 't',
      columns: ['a', 'n.x', 'b'],
      format: 'JSONCompactEachRow',
      settings: { max_threads: '2', async_insert: '0', y: 'z' },
    });
    expect(read('insert into table db.t format CSV').insert).toEqual({
      table: 'db.t',
      columns: undefined,
      format: 'CSV',
      settings: {},
    });
  });

  test.each([
    "INSERT INTO FUNCTION file('x') FORMAT CSV",
    'INSERT INTO t (* EXCEPT (a)) FORMAT CSV',
    'INSERT INTO `odd name` FORMAT CSV',
    'INSERT INTO t (a,) FORMAT CSV',
    'INSERT INTO t SELECT format AS x FROM u',
    "INSERT INTO t SELECT * FROM values('a Int8', 1)",
    'INSERT INTO t VALUES (1)',
  ])('is left to the engine in: %s', (text) => {
    expect(read(text).insert).toBeUndefined();
  });

  test('tells whether the text itself brings rows', () => {
    expect(read('INSERT INTO t FORMAT CSV\n').inlineData).toBe(false);
    expect(read('INSERT INTO t FORMAT CSV\n1').inlineData).toBe(true);
  });
});

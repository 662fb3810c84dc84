import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EngineError } from './engine-error.ts';
import { bindParameters, quote } from './parameters.ts';
import { tokensOf } from './tokens.ts';

const bind = (sql: string, parameters: Record<string, string>): string =>
  bindParameters(sql, new Map(Object.entries(parameters)));

test.each([
  ['{a:String}', { a: 'x' }, "_CAST('x', 'String')"],
  [
    '{ a : UInt128 }',
    { a: '340282366920938463463374607431768211455' },
    "_CAST('340282366920938463463374607431768211455', 'UInt128')",
  ],
  ['{a:String}', { a: "it\\'s \\\\ a\\ttab" }, "_CAST('it\\'s \\\\ a\ttab', 'String')"],
  ['{a:Nullable(String)}', { a: '\\N' }, "_CAST(NULL, 'Nullable(String)')"],
  ['{a:Array(String)}', { a: "['x','it\\'s']" }, "_CAST('[\\'x\\',\\'it\\\\\\'s\\']', 'Array(String)')"],
  ['{a:Map(String, Int8)}', { a: "{'k':-1}" }, "_CAST(map('k',-1), 'Map(String, Int8)')"],
  ['{a:Array(Tuple(Int8, String))}', { a: "[(1,'x')]" }, "_CAST([(1,'x')], 'Array(Tuple(Int8, String))')"],
  ['{a:Identifier}', { a: 'we`ird' }, '`we\\`ird`'],
  ["{a:Enum8('x' = 1)}", { a: 'x' }, "_CAST('x', 'Enum8(\\'x\\' = 1)')"],
  [
    "{a:DateTime64(3, 'UTC')}",
    { a: '1700000000.123' },
    "_CAST('1700000000.123', 'DateTime64(3, \\'UTC\\')')",
  ],
])('%s with %j becomes %s', (sql, parameters, bound) => {
  expect(bind(`SELECT ${sql}, 1`, parameters as Record<string, string>)).toBe(`SELECT ${bound}, 1`);
});

test('placeholders in strings, names and comments are text', () => {
  const sql = `SELECT '{a:String}', "{a:String}", \`{a:String}\`, $t${'$'}{a:String}$t$ -- {a:String}\n/* {a:String} */`;
  expect(bind(sql, { a: 'x' })).toBe(sql);
  expect(bind("SELECT {'k': 1}, 'it''s', 'a\\'{a:String}'", { a: 'x' })).toBe(
    "SELECT {'k': 1}, 'it''s', 'a\\'{a:String}'",
  );
});

test('a parameter without a value is refused with the code of the server', () => {
  expect(() => bind('SELECT {a:String}', {})).toThrow(expect.objectContaining({ code: 456 }));
});

test.each([
  '{}, 1',
  "{'a':1}) --",
  '{a: 1}',
  "{'a':sleep(3)}",
  '/* */ {}',
  '{}}',
  '((1)',
  "{'a':1} -- x",
  '1, 2',
])('the map %s would be more than a value and is refused', (value) => {
  expect(() => bind('SELECT {m:Map(String, Int8)}', { m: value })).toThrow(EngineError);
});

test('whatever a string holds, it stays one string token', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const tokens = [...tokensOf(quote(text))];
      expect(tokens.map((token) => token.kind)).toEqual(['string']);
    }),
  );
});

test('tokens cover the statement in order and nothing is read twice', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...`ab1 '"\`\\{}:;()$-/*\n#`) }), (sql) => {
      let end = 0;
      for (const token of tokensOf(sql)) {
        expect(token.start).toBeGreaterThanOrEqual(end);
        expect(sql.slice(token.start, token.end)).toBe(token.text);
        end = token.end;
      }
    }),
  );
});

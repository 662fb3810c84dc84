import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readNative } from './read-native.ts';
import { writeNative } from './write-native.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 5 });
const int64 = fc.maxSafeInteger();
const values: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  String: text,
  UInt8: fc.nat(255),
  UInt16: fc.nat(65_535),
  UInt32: fc.nat(2 ** 32 - 1),
  Int32: fc.integer(),
  Int64: int64,
  UInt64: int64.map(Math.abs),
  UInt128: fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }).map(String),
  Float64: fc.double({ noNaN: true }),
  Date: fc.nat(65_535).map((days) => new Date(days * 86_400_000).toISOString().slice(0, 10)),
  'Nullable(Int64)': fc.option(int64),
  'LowCardinality(String)': text,
  'LowCardinality(Nullable(String))': fc.option(text),
  'Array(Int32)': fc.array(fc.integer()),
  'Array(LowCardinality(Nullable(String)))': fc.array(fc.option(text)),
  'Array(Array(String))': fc.array(fc.array(text)),
  'Map(LowCardinality(String), String)': fc.dictionary(text, text, { noNullPrototype: true }),
};
const types = Object.keys(values);
const rowsOf = fc.array(fc.tuple(...Object.values(values)), { minLength: 1, maxLength: 5 });

test('what is written is read again, several blocks after one another', () => {
  fc.assert(
    fc.property(rowsOf, rowsOf, (some, others) => {
      const blocks = [
        ...readNative(Buffer.concat([some, others].map((rows) => writeNative(types, types, rows)))),
      ];
      const read = blocks.flatMap((block) =>
        Array.from({ length: block.rows }, (_, i) =>
          types.map((type) => plainOf(block.columns.get(type)![i])),
        ),
      );
      expect(read).toEqual([...some, ...others]);
    }),
  );
});

test('no answer that was cut is taken for a whole one, unless it was cut between two blocks', () => {
  const block = writeNative(
    ['id', 'maybe'],
    ['String', 'Array(LowCardinality(Nullable(String)))'],
    [
      ['a', ['x', null]],
      ['b', []],
    ],
  );
  for (let length = 1; length < block.length; length++) {
    expect(() => [...readNative(Buffer.concat([block, block.subarray(0, length)]))]).toThrow();
  }
});

test('an error of the server that follows a part of the answer is none of its blocks', () => {
  const block = writeNative(['id'], ['UInt8'], [[1]]);
  for (const error of ['Code: 241. DB::Exception: memory', '__exception__\r\nCode: 241']) {
    expect(() => [...readNative(Buffer.concat([block, Buffer.from(error)]))]).toThrow(/no block/);
  }
  expect(() => [...readNative(Buffer.concat([block, writeNative(['ID'], ['UInt8'], [[1]])]))]).toThrow(
    /differ/,
  );
});

const plainOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'length' in value
    ? Array.from(value as ArrayLike<unknown>, plainOf)
    : value;

import { expect, test } from 'vitest';
import { columnTypes } from './column-types.ts';

test('types are those of the table, of nested columns as arrays', () => {
  const columns = [
    'cells.bucket',
    'tenant',
    'segments.external_status',
    'content_hash',
    'in_ms',
    'cells.in_ms',
  ];
  expect(columnTypes('person_days', columns)).toEqual([
    'Array(Int64)',
    'LowCardinality(String)',
    'Array(LowCardinality(Nullable(String)))',
    'String',
    'Int64',
    'Array(Int32)',
  ]);
  expect(columnTypes('result_changes', ['causes.offset'])).toEqual(['Array(UInt64)']);
});

test('what is no column is a mistake', () => {
  expect(() => columnTypes('person_days', ['nothing'])).toThrow(/no column nothing/);
  expect(() => columnTypes('nowhere', [])).toThrow(/no table/);
});

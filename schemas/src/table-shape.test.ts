import { expect, test } from 'vitest';
import { shapeOf } from './table-shape.ts';
import { tables } from './tables.ts';

test('columns, engine, sorting key and TTL, nested columns and comments too', () => {
  const ddl = `CREATE TABLE IF NOT EXISTS t (
  tenant LowCardinality(String),
  detail Map(LowCardinality(String), String), -- as sent, and more
  cells Nested(
    bucket Int64, -- start
    name LowCardinality(Nullable(String))
  )
) ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(day)
ORDER BY (tenant, person)
TTL toDateTime(intDiv(received_at, 1000)) + INTERVAL 30 DAY`;
  expect(shapeOf({ name: 't', ddl })).toEqual({
    name: 't',
    kind: 'table',
    columns: new Map([
      ['tenant', 'LowCardinality(String)'],
      ['detail', 'Map(LowCardinality(String), String)'],
      ['cells.bucket', 'Array(Int64)'],
      ['cells.name', 'Array(LowCardinality(Nullable(String)))'],
    ]),
    engine: 'ReplacingMergeTree(version)',
    sortingKey: 'tenant, person',
    ttlDays: 30,
  });
});

test('every table and view has a shape, every change of one has none', () => {
  for (const table of tables) {
    const shape = shapeOf(table);
    expect(shape === null, table.name).toBe(table.ddl.startsWith('ALTER'));
    if (shape?.kind === 'table') expect(shape.columns.size, table.name).toBeGreaterThan(3);
  }
});

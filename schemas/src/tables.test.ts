import { describe, expect, test } from 'vitest';
import { amountColumns, tables } from './tables.ts';

const made = tables.filter(({ ddl }) => ddl.startsWith('CREATE TABLE'));

describe.each(made)('table $name', ({ name, ddl }) => {
  test('is made if it is not there, under its name', () => {
    expect(ddl).toMatch(new RegExp(`^CREATE TABLE IF NOT EXISTS ${name} \\(`));
  });

  test('keeps one row of each identity, whatever is written twice', () => {
    expect(ddl).toMatch(/ENGINE = (ReplacingMergeTree|AggregatingMergeTree)/);
    expect(ddl).toMatch(/ORDER BY \(tenant, |ORDER BY \(source_partition, source_offset\)/);
  });

  test('a version and a partition key are columns, and times are exact', () => {
    const version = /ReplacingMergeTree\((\w+)\)/.exec(ddl)?.[1];
    if (version) expect(ddl).toMatch(new RegExp(`^  ${version} U?Int`, 'm'));
    for (const [, column, type] of ddl.matchAll(/^ {2}(\w+_at) (\S+?),?$/gm)) {
      expect(`${column} ${type}`).toMatch(/ (Int64|Nullable\(Int64\))$/);
    }
  });
});

test('what changes a table names one that was made before, and may be done again', () => {
  for (const [index, { name, ddl }] of tables.entries()) {
    if (ddl.startsWith('CREATE')) continue;
    const changed = /^ALTER TABLE (\w+) (ADD COLUMN IF NOT EXISTS|MODIFY TTL) /.exec(ddl)?.[1];
    expect(
      tables.slice(0, index).map((table) => table.name),
      name,
    ).toContain(changed);
  }
});

test('names are unique, and every amount is a column of the day and of its cells', () => {
  expect(new Set(tables.map(({ name }) => name)).size).toBe(tables.length);
  const { ddl } = tables.find(({ name }) => name === 'person_days')!;
  for (const column of amountColumns) {
    expect(ddl).toContain(`  ${column} Int64`);
    expect(ddl).toContain(`${column} Int32`);
  }
});

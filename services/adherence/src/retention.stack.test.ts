/** Rows older than the retention go, on the real engine, and no others. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isoDate } from '@adherence/domain/calendar.ts';
import { type ClickHouse, openClickHouse } from '@adherence/runtime/clickhouse.ts';
import { migrateTables } from '@adherence/runtime/migrate.ts';
import { type ClickHousePart, startClickHouse } from '@adherence/stack/clickhouse.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { retentionStatements } from './retention.ts';

let directory: string;
let engine: ClickHousePart;
let db: ClickHouse;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'adherence-retention-'));
  engine = await startClickHouse({ dataDir: join(directory, 'clickhouse') });
  db = openClickHouse({ url: engine.url });
  await migrateTables(db);
});
afterAll(async () => {
  await db.close();
  await engine.stop();
  await rm(directory, { recursive: true, force: true });
});

test('results go after the retention, inputs two months later', async () => {
  const dayMs = 24 * 60 * 60_000;
  const ago = (days: number) => Date.now() - days * dayMs;
  const ages = [99, 101, 159, 161];
  const each = (make: (age: number) => readonly unknown[]) => ages.map(make);
  await db.insertRows(
    'person_days',
    ['tenant', 'person', 'day'],
    each((age) => ['t', 'p', isoDate(ago(age))]),
  );
  await db.insertRows(
    'result_changes',
    ['tenant', 'person', 'day'],
    each((age) => ['t', 'p', isoDate(ago(age))]),
  );
  await db.insertRows(
    'schedules',
    ['tenant', 'person', 'shift_date'],
    each((age) => ['t', 'p', isoDate(ago(age))]),
  );
  await db.insertRows(
    'facts',
    ['tenant', 'occurred_at'],
    each((age) => ['t', ago(age)]),
  );
  await db.insertRows(
    'break_details',
    ['tenant', 'occurred_at'],
    each((age) => ['t', ago(age)]),
  );
  await db.insertRows(
    'feed_seconds',
    ['tenant', 'second'],
    each((age) => ['t', Math.floor(ago(age) / 1000)]),
  );
  for (const sql of [...retentionStatements(100), ...retentionStatements(100)]) await db.command(sql);
  const kept: Record<string, number> = {};
  for (const table of [
    'person_days',
    'result_changes',
    'schedules',
    'facts',
    'break_details',
    'feed_seconds',
  ]) {
    await db.command(`OPTIMIZE TABLE ${table} FINAL`);
    const [row] = await db.query<{ rows: number }>(`SELECT count() AS rows FROM ${table}`);
    kept[table] = row!.rows;
  }
  expect(kept).toEqual({
    person_days: 1,
    result_changes: 1,
    schedules: 3,
    facts: 3,
    break_details: 3,
    feed_seconds: 3,
  });
});

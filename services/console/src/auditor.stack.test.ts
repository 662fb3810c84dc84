/** The audit's question to the ledger, on the real engine. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClickHouse, openClickHouse } from '@adherence/runtime/clickhouse.ts';
import { migrateTables } from '@adherence/runtime/migrate.ts';
import { type ClickHousePart, startClickHouse } from '@adherence/stack/clickhouse.ts';
import { receivedColumns } from '@adherence/store/rows.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAudit } from './auditor.ts';

let directory: string;
let engine: ClickHousePart;
let db: ClickHouse;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'adherence-auditor-'));
  engine = await startClickHouse({ dataDir: join(directory, 'data') });
  db = openClickHouse({ url: engine.url });
  await migrateTables(db);
});
afterAll(async () => {
  await db?.close();
  await engine?.stop();
  await rm(directory, { recursive: true, force: true });
});

const store = (partition: number, offsets: readonly number[]) =>
  db.insertRows(
    'received',
    receivedColumns,
    offsets.map((offset) => [partition, offset, 't1', 'odigo', 'stored']),
  );

it('counts each offset once, finds what is missing, and forgets what it found whole', async () => {
  const audit = createAudit(db);
  expect((await audit()).gaps).toBe(0);
  await store(3, [10, 11, 12]);
  await store(3, [11, 12, 13]);
  await store(4, [0, 1, 5]);
  expect((await audit()).gaps).toBe(3);
  await store(4, [2, 3, 4]);
  await store(5, [7]);
  expect((await audit()).gaps).toBe(0);
  await store(3, [15]);
  expect((await audit()).gaps).toBe(1);
  await store(3, [14]);
  expect((await audit()).gaps).toBe(0);
});

/** A real engine with our tables, for the tests of one file: it starts with the file and is gone after its last test. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClickHouse, openClickHouse } from '@adherence/runtime/clickhouse.ts';
import { migrateTables } from '@adherence/runtime/migrate.ts';
import { startClickHouse } from '@adherence/stack/clickhouse.ts';
import { afterAll } from 'vitest';

/** To be called once, while the tests of the file are collected. */
export async function databaseForTests(): Promise<ClickHouse> {
  const directory = await mkdtemp(join(tmpdir(), 'adherence-tables-'));
  const engine = await startClickHouse({ dataDir: join(directory, 'clickhouse') });
  const db = openClickHouse({ url: engine.url });
  afterAll(async () => {
    await db.close();
    await engine.stop();
    await rm(directory, { recursive: true, force: true });
  });
  await migrateTables(db);
  return db;
}

/** A console over a generated year on the real engine, with its pages: for tests in a browser and for benchmarks. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addDays } from '@adherence/domain/calendar.ts';
import { openClickHouse } from '@adherence/runtime/clickhouse.ts';
import { type Clock, systemClock } from '@adherence/runtime/clock.ts';
import { migrateTables } from '@adherence/runtime/migrate.ts';
import { startClickHouse } from '@adherence/stack/clickhouse.ts';
import { startTestConsole, type TestConsole } from './console.testing.ts';
import {
  generatedActivities,
  generatedPeople,
  storeAgain,
  storeGeneratedHistory,
} from './generated-history.testing.ts';

export interface HistoryConsole {
  readonly url: string;
  /** An admin's. */
  readonly token: string;
  readonly from: string;
  readonly to: string;
  readonly console: TestConsole;
  readonly stop: () => Promise<void>;
}

export interface HistoryConsoleOptions {
  readonly people: number;
  readonly days: number;
  /** The last day is the one of its present. */
  readonly clock?: Clock;
  readonly pages: string;
}

export const historyZone = 'Europe/Paris';

export async function startHistoryConsole(options: HistoryConsoleOptions): Promise<HistoryConsole> {
  const { people, days, clock = systemClock, pages } = options;
  const directory = await mkdtemp(join(tmpdir(), 'adherence-history-'));
  const engine = await startClickHouse({ dataDir: join(directory, 'data') });
  const db = openClickHouse({ url: engine.url });
  await migrateTables(db);
  const to = new Date(clock.now()).toISOString().slice(0, 10);
  const from = addDays(to, 1 - days);
  const history = { tenantId: 'centre', people, from, to, timeZone: historyZone };
  await storeGeneratedHistory(db, history);
  // A twentieth of the people is computed again, as late events and changes do.
  await storeAgain(db, history, 20);
  const console = await startTestConsole({ database: db, clock, pages });
  const call = await console.tenant('centre', historyZone);
  for (const { id, ...activity } of generatedActivities) await call('PUT', `/activities/${id}`, activity);
  await call('PUT', '/planning-units/default', { name: 'Paris', timeZone: historyZone });
  const imported = await call('POST', '/people/import', generatedPeople(people));
  if (imported.status !== 200 || imported.body.accepted !== people) {
    throw new Error(`the import of people answered ${imported.status} ${imported.text.slice(0, 200)}`);
  }
  return {
    url: `http://127.0.0.1:${console.running.port}`,
    token: call.token,
    from,
    to,
    console,
    async stop() {
      await console.stop();
      await db.close();
      await engine.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

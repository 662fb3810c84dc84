/** What is computed again goes back to the start of the episode that runs into it, on the real engine. */
import { addDays } from '@adherence/domain/calendar.ts';
import { defaultSettings } from '@adherence/domain/compute/rules.ts';
import { command } from '@adherence/domain/configuration/given.testing.ts';
import type { InMessage } from '@adherence/runtime/broker/broker.ts';
import { topics } from '@adherence/schemas/topics.ts';
import { loadOpenRecomputations } from '@adherence/store/load.ts';
import { recomputationColumns } from '@adherence/store/rows.ts';
import { beforeEach, expect, test } from 'vitest';
import { databaseForTests } from '../database.testing.ts';
import { annPartition, annsCentre, ownerOfAnn, scheduleSet, statusEvent } from '../owner.testing.ts';

const hour = 60 * 60_000;
/** Winter in Paris. */
const midnight = (day: string) => Date.parse(`${day}T00:00:00+01:00`);
const days = ['2026-02-02', '2026-02-03', '2026-02-04'] as const;
const third = days[2];
const now = midnight(addDays(third, 8));

const db = await databaseForTests();

beforeEach(async () => {
  for (const table of ['person_days', 'result_changes', 'facts', 'schedules', 'recomputations', 'received']) {
    await db.command(`TRUNCATE TABLE ${table}`);
  }
});

/** Twelve hours of grace; what is late reaches back by an hour and a second. */
const settings = command('settings', '', {
  ...defaultSettings,
  bufferSeconds: { notPresent: 12 * 3600, wrongActivity: 0, notScheduled: 0 },
  missingLogout: { afterShiftEndSeconds: 1, maxStatusSeconds: 3600 },
});

/** Hours in adherence and not present of the third day, once it was computed again because of `late`. */
async function thirdDay(early: readonly InMessage[], late: InMessage): Promise<readonly number[]> {
  const owner = await ownerOfAnn(db, [...annsCentre, settings], now);
  await owner.takes(
    ...days.map((day, i) => scheduleSet(i, day, midnight(day), midnight(addDays(day, 1)))),
    ...early,
  );
  await owner.takes(late);
  const [row] = await db.query<{ hours: number[] }>(
    `SELECT [in_ms, not_present_ms] AS hours FROM person_days FINAL WHERE day = '${third}'`,
  );
  return row!.hours.map((ms) => ms / hour);
}

test('an absence without any event keeps the grace of its beginning, days before what is computed again', async () => {
  const late = statusEvent(10, 'AVAILABLE', midnight(third) + 23 * hour, now - hour);
  expect(await thirdDay([], late)).toEqual([1, 23]);
});

test('a day that is computed again from its evening on is exact from its start on', async () => {
  const atNoon = statusEvent(10, 'AVAILABLE', midnight(third) + 12 * hour);
  const late = statusEvent(11, 'AVAILABLE', midnight(third) + 23 * hour, now - hour);
  // In from 12:00 to 13:00, twelve hours of grace, cut by what is late at 23:00.
  expect(await thirdDay([atNoon], late)).toEqual([12, 12]);
});

test('the last hour of a day of 25 hours is computed again without losing the first', async () => {
  const autumn = '2025-10-26';
  const start = Date.parse('2025-10-26T00:00:00+02:00');
  const end = start + 25 * hour;
  const owner = await ownerOfAnn(db, [...annsCentre, settings], now);
  await owner.takes(
    scheduleSet(0, autumn, start, end),
    statusEvent(1, 'AVAILABLE', start),
    statusEvent(2, null, start + hour),
  );
  await owner.takes(scheduleSet(3, '2025-10-27', end + 0.5 * hour, end + hour));
  const [row] = await db.query<{ scheduled: number; present: number }>(
    `SELECT scheduled_ms AS scheduled, in_ms AS present FROM person_days FINAL WHERE day = '${autumn}'`,
  );
  expect(row).toEqual({ scheduled: 25 * hour, present: 13 * hour });
});

test('a recomputation that was left open by a release that knew no ends is open', async () => {
  const row = (offset: number) => ['t1', 'ann', 'configuration', offset, 1, 2, 'settings', '', 0, 0, 0];
  const columns = recomputationColumns.filter((name) => name !== 'bounded');
  await db.insertRows('recomputations', columns, [row(0)]);
  await db.insertRows('recomputations', recomputationColumns, [
    row(1).toSpliced(6, 0, 1),
    row(2).toSpliced(6, 0, 0),
  ]);
  const open = await loadOpenRecomputations(db);
  expect(open.map(({ askOffset, to }) => [askOffset, to]).sort()).toEqual([
    [0, null],
    [1, 2],
    [2, null],
  ]);
});

test('a newcomer is on the board with the first batch that tells of them, before anything is stored', async () => {
  const [ann] = annsCentre.slice(-1);
  const owner = await ownerOfAnn(db, annsCentre.slice(0, -1), now);
  owner.later([ann!]);
  const message = statusEvent(0, 'AVAILABLE', now - 1_000);
  await owner.processor.take({ partition: annPartition, messages: [message], highWatermark: 1 });
  // Waits for what the board has on its way, too.
  await owner.processor.publishHealth();
  const shown = owner.sent.filter(({ topic }) => topic === topics.live.name);
  expect(shown.map(({ value }) => JSON.parse(String(value)))).toMatchObject([
    { personId: 'ann', state: 'NOT_SCHEDULED', actual: { activityId: 'calls' }, since: now - 1_000 },
  ]);
  const [stored] = await db.query<{ days: number }>('SELECT toInt32(count()) AS days FROM person_days');
  expect(stored).toEqual({ days: 0 });
});

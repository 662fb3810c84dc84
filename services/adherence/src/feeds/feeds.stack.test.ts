/** Up to when a feed was heard, as its people are told it, on the real engine. */
import { command, contactCentre, integration } from '@adherence/domain/configuration/given.testing.ts';
import { integrationKey, partitionOf, streamPartitions } from '@adherence/schemas/topics.ts';
import { readFeeds } from '@adherence/store/compute-people.ts';
import { recomputationColumns } from '@adherence/store/rows.ts';
import { beforeEach, expect, test } from 'vitest';
import { databaseForTests } from '../database.testing.ts';
import {
  annPartition,
  feedMark,
  ownerOfAnn,
  scheduleSet,
  statusEvent,
  type TestOwner,
} from '../owner.testing.ts';

const db = await databaseForTests();

beforeEach(async () => {
  const written = ['person_days', 'facts', 'schedules', 'recomputations', 'feed_seconds', 'feed_gaps'];
  for (const table of written) await db.command(`TRUNCATE TABLE ${table}`);
});

/** An integration whose feed is kept by the owner of Ann. */
const feed = Array.from({ length: 10_000 }, (_, i) => `feed-${i}`).find(
  (id) => partitionOf(integrationKey('t1', id), streamPartitions) === annPartition,
)!;
const centre = [
  ...contactCentre,
  command('integration', feed, { ...integration('Feed'), feedGapSeconds: 3600 }),
  command('person', 'ann', {
    name: 'Ann',
    planningUnitId: 'paris',
    externalUsers: [
      { integrationId: 'odigo', externalUserId: 'ann' },
      { integrationId: feed, externalUserId: 'ann' },
    ],
  }),
];
const day = '2026-02-03';
const at = (time: string) => Date.parse(`${day}T${time}:00Z`);

async function finalUntil(owner: TestOwner): Promise<string> {
  owner.processor.tick();
  await owner.settles();
  const [row] = await db.query<{ until: number }>(
    `SELECT final_until AS until FROM person_days FINAL WHERE day = '${day}'`,
  );
  return new Date(row!.until).toISOString().slice(11, 16);
}

async function toldHeard(): Promise<number | null | undefined> {
  const [row] = await db.query<{ last_at: number | null }>(`SELECT last_at FROM feed_gaps FINAL`);
  return row?.last_at;
}

test('nothing is final that the feed has not passed, however long nothing was heard and nothing is told', async () => {
  const owner = await ownerOfAnn(db, centre, at('12:00'));
  await owner.takes(
    scheduleSet(0, day, at('08:00'), at('16:00')),
    statusEvent(1, 'AVAILABLE', at('08:00')),
    feedMark(2, feed, at('10:05')),
    statusEvent(3, null, at('11:05')),
  );
  // Behind: the silence is not declared, since what ends it may be on its way.
  expect(await finalUntil(owner)).toBe('10:00');
  expect(await toldHeard()).toBe(at('10:05'));

  await owner.takes(feedMark(4, feed, at('10:10')));
  expect(await toldHeard()).toBe(at('10:05'));

  await owner.takes(feedMark(5, feed, at('11:00')), feedMark(6, feed, at('11:50')));
  expect(await toldHeard()).toBe(at('11:50'));
  owner.at(at('12:01'));
  expect(await finalUntil(owner)).toBe('11:45');
  owner.at(at('12:30'));
  expect(await finalUntil(owner)).toBe('11:45');

  const told = await readFeeds(db, 't1', [{ integrationId: feed, thresholdMs: 3_600_000 }], null);
  expect(told.get(feed)).toEqual({ thresholdMs: 3_600_000, gaps: [], last: null, heard: at('11:50') });

  const next = await ownerOfAnn(db, centre, at('12:31'), { offset: 7, asked: centre.length });
  expect(await finalUntil(next)).toBe('11:45');
});

const hour = 60 * 60_000;
const daysBefore = (days: number, time: string) => at(time) - days * 24 * hour;

/** Dates before today that are not final as a whole. */
const undecided = async (): Promise<string[]> => {
  const rows = await db.query<{ date: string }>(
    `SELECT toString(day) AS date FROM person_days FINAL WHERE day < '${day}' AND final_until < day_end ORDER BY day`,
  );
  return rows.map(({ date }) => date);
};

/** The feed is heard for the first time, and everybody is computed up to then. */
async function hears(owner: TestOwner): Promise<void> {
  await owner.takes(feedMark(90, feed, at('11:50')));
  owner.at(at('12:01'));
  owner.processor.tick();
  await owner.settles();
}

test('a day before memory that was computed before its feed was heard becomes final, whatever is computed between', async () => {
  const owner = await ownerOfAnn(db, centre, at('12:00'));
  // Reaches back to the day before yesterday.
  await owner.takes(scheduleSet(0, '2026-02-02', daysBefore(1, '08:00'), daysBefore(1, '16:00')));
  expect(await undecided()).toEqual(['2026-02-01', '2026-02-02']);
  // Computes memory again, and nothing before it.
  const outage = { personIds: ['ann'], from: at('11:00'), to: at('11:30'), reason: 'Outage' };
  owner.later([command('exception', 'outage', outage)]);
  await owner.settles();
  expect(await undecided()).toEqual(['2026-02-01', '2026-02-02']);
  await hears(owner);
  expect(await undecided()).toEqual([]);
});

test('so do days of long ago that were computed on their own before it', async () => {
  const owner = await ownerOfAnn(db, centre, at('12:00'));
  await owner.takes(statusEvent(0, 'AVAILABLE', daysBefore(20, '08:00'), at('12:00')));
  // What it changes joins what is stored, days before memory.
  await owner.takes(statusEvent(1, 'AVAILABLE', daysBefore(23, '08:00'), at('12:00')));
  expect(await undecided()).toContain('2026-01-11');
  await hears(owner);
  expect(await undecided()).toEqual([]);
});

test('and those that an owner computed on their own while it took over', async () => {
  const before = await ownerOfAnn(db, centre, at('12:00'));
  await before.takes(statusEvent(0, 'AVAILABLE', daysBefore(20, '08:00'), at('12:00')));
  const asked = ['t1', 'ann', 'configuration', 9, daysBefore(20, '06:00'), daysBefore(20, '07:00'), 1];
  await db.insertRows('recomputations', recomputationColumns, [[...asked, 'exception', '', 0, 0, 0]]);
  const next = await ownerOfAnn(db, centre, at('12:00'), { offset: 1, asked: centre.length });
  expect(await undecided()).toContain('2026-01-14');
  await hears(next);
  expect(await undecided()).toEqual([]);
});

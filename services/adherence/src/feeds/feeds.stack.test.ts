/** Up to when a feed was heard, as its people are told it, on the real engine. */
import { command, contactCentre, integration } from '@adherence/domain/configuration/given.testing.ts';
import { integrationKey, partitionOf, streamPartitions } from '@adherence/schemas/topics.ts';
import { readFeeds } from '@adherence/store/compute-people.ts';
import { expect, test } from 'vitest';
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

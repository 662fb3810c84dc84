/** The days of a person whose zone changes, on the real engine: those of the new zone, no hour twice and none lost. */
import type { Command } from '@adherence/domain/configuration/command.ts';
import { command } from '@adherence/domain/configuration/given.testing.ts';
import { OperationalError } from '@adherence/runtime/errors.ts';
import { beforeEach, expect, test } from 'vitest';
import { databaseForTests } from '../database.testing.ts';
import { annsCentre, ownerOfAnn, scheduleSet, statusEvent } from '../owner.testing.ts';

const hour = 60 * 60_000;
const at = (time: string) => Date.parse(`${time}:00Z`);
/** 21:00 in Paris and 09:00 of the next date in Auckland. */
const now = at('2026-11-24T20:00');

const db = await databaseForTests();

beforeEach(truncate);

async function truncate(): Promise<void> {
  for (const table of ['person_days', 'result_changes', 'facts', 'schedules', 'recomputations', 'received']) {
    await db.command(`TRUNCATE TABLE ${table}`);
  }
}

/** The unit of Ann, in a zone. */
const unitIn = (timeZone: string) => command('planningUnit', 'paris', { name: 'Unit', timeZone });
const centreIn = (timeZone: string): readonly Command[] => [...annsCentre, unitIn(timeZone)];

const firstAt = at('2026-11-22T23:30');
/** Available from then on, repeated so often that no logout is missing. */
const inputs = [
  scheduleSet(0, '2026-11-24', at('2026-11-24T14:00'), at('2026-11-25T04:00')),
  ...[0, 1, 2, 3, 4, 5].map((i) => statusEvent(i + 1, 'AVAILABLE', firstAt + i * 8 * hour)),
];

interface DayRow {
  readonly date: string;
  readonly worked: number;
  readonly hash: string;
  readonly zone: string;
}

/** Days with work in them, and the hours of it. */
const workedDays = (): Promise<DayRow[]> =>
  db.query<DayRow>(
    `SELECT toString(day) AS date, worked_ms / ${hour} AS worked, content_hash AS hash, time_zone AS zone
FROM person_days FINAL WHERE worked_ms > 0 ORDER BY day`,
  );

/** All that is read by person and time, whatever its day: cells and segments. */
async function readHours(): Promise<{ cells: number; segments: number; overlaps: number }> {
  const [row] = await db.query<{ cells: number; segments: number; overlaps: number }>(
    `WITH (SELECT sum(arraySum(cells.worked_ms)) FROM person_days FINAL) AS in_cells
SELECT in_cells / ${hour} AS cells, sum(to_at - from_at) / ${hour} AS segments, countIf(from_at < before) AS overlaps FROM (
  SELECT segments.from_at AS from_at, segments.to_at AS to_at,
    lagInFrame(to_at, 1, toInt64(0)) OVER (ORDER BY from_at, to_at) AS before
  FROM person_days FINAL ARRAY JOIN segments WHERE segments.actual_kind = 'activity')`,
  );
  return row!;
}

const workedHours = (now - firstAt) / hour;
const once = { cells: workedHours, segments: workedHours, overlaps: 0 };

async function knownFromTheStart(timeZone: string, until = now): Promise<DayRow[]> {
  await truncate();
  const owner = await ownerOfAnn(db, centreIn(timeZone), until);
  await owner.takes(...inputs);
  return workedDays();
}

test.each([
  ['Pacific/Auckland', 'Europe/Paris'],
  ['Europe/Paris', 'Pacific/Auckland'],
  ['Pacific/Kiritimati', 'Pacific/Pago_Pago'],
  ['Pacific/Pago_Pago', 'Pacific/Kiritimati'],
])('a unit that goes from %s to %s has the days of its new zone, and no hour twice', async (old, zone) => {
  const owner = await ownerOfAnn(db, centreIn(old), now);
  await owner.takes(...inputs);
  expect(await readHours()).toEqual(once);
  owner.later([unitIn(zone)]);
  await owner.settles();
  expect(await readHours()).toEqual(once);
  const moved = await workedDays();
  expect(new Set(moved.map((row) => row.zone))).toEqual(new Set([zone]));
  expect(moved).toEqual(await knownFromTheStart(zone));
});

test('an emptied date holds nobody back, is recorded, stays empty, and begins anew in its new zone', async () => {
  const owner = await ownerOfAnn(db, centreIn('Pacific/Auckland'), now);
  await owner.takes(...inputs);
  owner.later([unitIn('Europe/Paris')]);
  await owner.settles();
  const emptied = () =>
    db.query(`SELECT toString(version) AS version, length(cells.bucket) + length(segments.from_at) AS held,
  day_end > day_start OR final_until < day_end OR as_of < day_end AS is_waited_for
FROM person_days FINAL WHERE day = '2026-11-25'`);
  const [first] = await emptied();
  expect(first).toMatchObject({ held: 0, is_waited_for: 0 });
  expect(
    await db.query(`SELECT arrayDistinct(causes.reason) AS reasons, arraySum(cells.after_worked_ms) AS after,
  arraySum(cells.before_worked_ms) > 0 AS some FROM result_changes FINAL WHERE day = '2026-11-25' AND has(causes.reason, 'planningUnit')`),
  ).toMatchObject([{ reasons: ['planningUnit'], after: 0, some: 1 }]);
  // Asked again, it is what it was.
  owner.later([command('recomputation', 'r1', { personIds: ['ann'], from: 0, to: now })]);
  await owner.settles();
  expect(await emptied()).toEqual([first]);
  const later = now + 5 * hour;
  owner.at(later);
  owner.processor.tick();
  await owner.settles();
  const days = await workedDays();
  expect(days.at(-1)).toMatchObject({ date: '2026-11-25', worked: 2, zone: 'Europe/Paris' });
  expect(days).toEqual(await knownFromTheStart('Europe/Paris', later));
});

test('killed between the change and its rows, the next owner empties what was left', async () => {
  let refuses = false;
  const killed = await ownerOfAnn(db, centreIn('Pacific/Auckland'), now, { offset: null }, (table) => {
    if (refuses && table === 'person_days') throw new OperationalError('AWAY', 'killed');
  });
  await killed.takes(...inputs);
  refuses = true;
  killed.later([unitIn('Europe/Paris')]);
  await expect(killed.settles()).rejects.toThrow('killed');
  const commands = [...centreIn('Pacific/Auckland'), unitIn('Europe/Paris')];
  const from = { offset: inputs.length, asked: commands.length - 1 };
  const next = await ownerOfAnn(db, commands, now, from);
  await next.settles();
  expect(await readHours()).toEqual(once);
});

test('a person who moves to a unit further west leaves nothing behind, and a closed day stands', async () => {
  const west = command('planningUnit', 'west', { name: 'West', timeZone: 'Europe/Paris' });
  const owner = await ownerOfAnn(db, [...centreIn('Pacific/Auckland'), west], now);
  await owner.takes(...inputs);
  const before = await workedDays();
  const first = '2026-11-23';
  const closed = { planningUnitId: 'paris', from: first, to: first, forced: true };
  owner.later([command('closedPeriod', 'november', closed, { writtenAt: now })]);
  await owner.settles();
  const externalUsers = [{ integrationId: 'odigo', externalUserId: 'ann' }];
  owner.later([command('person', 'ann', { name: 'Ann', planningUnitId: 'west', externalUsers })]);
  await owner.settles();
  const rows = await workedDays();
  expect(rows.find(({ date }) => date === first)).toEqual(before.find(({ date }) => date === first));
  const open = rows.filter(({ date }) => date !== first);
  expect(open.map(({ date, worked, zone }) => [date, worked, zone])).toEqual([
    // It begins where the closed one ended, at noon of the day before in Paris.
    ['2026-11-24', 33, 'Europe/Paris'],
  ]);
  expect(await readHours()).toEqual(once);
});

test.each([
  ['America/New_York', 'Europe/Paris'],
  ['Europe/Paris', 'America/New_York'],
  ['Pacific/Kiritimati', 'Pacific/Pago_Pago'],
  ['Pacific/Pago_Pago', 'Pacific/Kiritimati'],
])(
  'beside dates that were closed in %s every hour in %s counts once, also once they are opened',
  async (old, zone) => {
    const commands = [...centreIn(old), command('planningUnit', 'new', { name: 'New', timeZone: zone })];
    const owner = await ownerOfAnn(db, commands, now);
    await owner.takes(...inputs);
    const closed = { planningUnitId: 'paris', from: '2026-11-23', to: '2026-11-23', forced: true };
    owner.later([command('closedPeriod', 'november', closed, { writtenAt: now })]);
    await owner.settles();
    const stood = (await workedDays()).find(({ date }) => date === closed.from);
    const externalUsers = [{ integrationId: 'odigo', externalUserId: 'ann' }];
    owner.later([command('person', 'ann', { name: 'Ann', planningUnitId: 'new', externalUsers })]);
    await owner.settles();
    expect(await readHours()).toEqual(once);
    expect((await workedDays()).find(({ date }) => date === closed.from)).toEqual(stood);
    expect(await beside()).toBe(0);
    owner.later([command('closedPeriod', 'november', null)]);
    await owner.settles();
    expect(await readHours()).toEqual(once);
    const opened = await workedDays();
    expect(opened).toEqual(await knownFromTheStart(zone));
  },
);

/** What would be in closed dates. */

const beside = async (): Promise<number> => {
  const [row] = await db.query<{ n: number }>(
    `SELECT count() AS n FROM result_changes FINAL WHERE closed_period != '' AND notEmpty(cells.bucket)`,
  );
  return row!.n;
};

/** What is recorded of final numbers that change, and what stands, on the real engine. */
import { addDays } from '@adherence/domain/calendar.ts';
import { defaultSettings } from '@adherence/domain/compute/rules.ts';
import type { Command } from '@adherence/domain/configuration/command.ts';
import { command, integration } from '@adherence/domain/configuration/given.testing.ts';
import { OperationalError } from '@adherence/runtime/errors.ts';
import { beforeEach, expect, test } from 'vitest';
import { databaseForTests } from '../database.testing.ts';
import { feedGapColumns, feedRow } from '../feeds/feeds.ts';
import { annsCentre, ownerOfAnn, scheduleSet, statusEvent, type TestOwner } from '../owner.testing.ts';

const minute = 60_000;
const hour = 60 * minute;
/** Winter in Paris: 09:00 to 17:00 there. */
const nine = (day: string) => Date.parse(`${day}T08:00:00Z`);
const days = Array.from({ length: 10 }, (_, i) => addDays('2026-02-02', i));
const [first, second, third] = days as [string, string, string];
/** Noon of the day after the last. */
const now = nine(addDays(days.at(-1)!, 1)) + 3 * hour;

const db = await databaseForTests();

beforeEach(async () => {
  for (const table of [
    'person_days',
    'result_changes',
    'facts',
    'schedules',
    'recomputations',
    'received',
    'feed_gaps',
  ]) {
    await db.command(`TRUNCATE TABLE ${table}`);
  }
});

/** Ten days of eight hours, worked from the start to the end of each; offsets 0 to 29. */
const history = days.flatMap((day, i) => [
  scheduleSet(i, day, nine(day), nine(day) + 8 * hour),
  statusEvent(10 + 2 * i, 'AVAILABLE', nine(day)),
  statusEvent(11 + 2 * i, null, nine(day) + 8 * hour),
]);
const inOrder = history.sort((a, b) => a.offset - b.offset);

async function worked(onInsert?: Parameters<typeof ownerOfAnn>[4]): Promise<TestOwner> {
  const owner = await ownerOfAnn(db, annsCentre, now, { offset: null }, onInsert);
  await owner.takes(...inOrder);
  // All of it came late, which is not what is tested.
  await db.command('TRUNCATE TABLE result_changes');
  return owner;
}

const exception = (day: string, id = 'outage') =>
  command('exception', id, { personIds: ['ann'], from: nine(day), to: nine(day) + hour, reason: 'Outage' });
const put = (entity: Command['entity'], id: string, document: unknown) =>
  command(entity, id, document, { writtenAt: now, writtenBy: 'token:admin' });
const february = { planningUnitId: 'paris', from: days[0], to: days[6] };

const scheduledMs = async (): Promise<Record<string, number>> => {
  const rows = await db.query<{ date: string; ms: number }>(
    `SELECT toString(day) AS date, scheduled_ms AS ms FROM person_days FINAL WHERE day <= '${days.at(-1)}' ORDER BY day`,
  );
  return Object.fromEntries(
    rows.map(({ date, ms }) => [date, ms / hour]).filter(([, ms]) => ms !== 8 && ms !== 0),
  );
};

const versions = () => columnByDay('version');
const content = () => columnByDay('content_hash');

const columnByDay = async (column: string) =>
  new Map(
    (
      await db.query<{ date: string; row: string }>(
        `SELECT toString(day) AS date, toString(${column}) AS row FROM person_days FINAL`,
      )
    ).map(({ date, row }) => [date, row]),
  );

/** Days that are out of memory, and whose rows are others than before. */
const rewritten = (before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] =>
  [...before].flatMap(([day, row]) => (day < days.at(-1)! && after.get(day) !== row ? [day] : []));

interface Recorded {
  readonly date: string;
  readonly reasons: readonly string[];
  readonly actors: readonly string[];
  readonly before: number;
  readonly after: number;
  readonly period: string;
  readonly rules: readonly [number, number];
}

/** With the change of scheduled time, or of time out of adherence, in hours. */
const recorded = async (amount = 'scheduled_ms'): Promise<Recorded[]> => {
  const rows = await db.query<Recorded>(
    `SELECT toString(day) AS date, causes.reason AS reasons, causes.actor AS actors, closed_period AS period,
  arraySum(cells.before_${amount}) / ${hour} AS before, arraySum(cells.after_${amount}) / ${hour} AS after,
  tuple(rules_before, rules_after) AS rules
FROM result_changes FINAL WHERE notEmpty(cells.bucket) ORDER BY day, before_version`,
  );
  return rows;
};

test('a late event of yesterday that changes final numbers is recorded with them', async () => {
  const owner = await worked();
  const yesterday = days.at(-1)!;
  await owner.takes(statusEvent(40, null, nine(yesterday) + 4 * hour, now));
  expect(await recorded('not_present_ms')).toEqual([
    {
      date: yesterday,
      reasons: ['late event'],
      actors: [''],
      before: 0,
      after: 4,
      period: '',
      rules: [1, 1],
    },
  ]);
});

test('a late event of long ago is recorded, and nothing that it does not change is written', async () => {
  const owner = await worked();
  await owner.takes(statusEvent(39, 'AVAILABLE', now));
  const before = await versions();
  await owner.takes(statusEvent(40, null, nine(second) + 6 * hour, now));
  const after = await versions();
  expect(rewritten(before, after)).toEqual([second]);
  expect(await recorded('not_present_ms')).toMatchObject([
    { date: second, reasons: ['late event'], before: 0, after: 2 },
  ]);
});

test('computing again what is as it was writes and records nothing', async () => {
  const owner = await worked();
  await owner.takes(statusEvent(39, 'AVAILABLE', now));
  const before = await versions();
  owner.later([put('recomputation', 'r1', { personIds: ['ann'], from: nine(first), to: nine(third) })]);
  await owner.settles();
  owner.later([put('settings', '', { targetScore: 0.5, validFrom: null })]);
  await owner.settles();
  const after = await versions();
  expect(rewritten(before, after)).toEqual([]);
  expect(await recorded()).toEqual([]);
  const open = await db.query(`SELECT count() AS open FROM recomputations FINAL WHERE done = 0`);
  expect(open).toEqual([{ open: 0 }]);
});

test('what lies before all that is kept is computed to nothing, and its request is done', async () => {
  const owner = await worked();
  const before = await versions();
  const longAgo = { personIds: ['ann'], from: 0, to: 24 * hour };
  owner.later([put('recomputation', 'r1', longAgo)]);
  await owner.settles();
  expect(rewritten(before, await versions())).toEqual([]);
  const open = await db.query(`SELECT count() AS open FROM recomputations FINAL WHERE done = 0`);
  expect(open).toEqual([{ open: 0 }]);
});

test('an exception is recorded with who wrote it, and again when it is taken back', async () => {
  const owner = await worked();
  owner.later([{ ...exception(second), writtenBy: 'token:planner' }]);
  await owner.settles();
  expect(await recorded()).toMatchObject([
    { date: second, reasons: ['exception'], actors: ['token:planner'], before: 1, after: 0 },
  ]);
  owner.later([command('exception', 'outage', null)]);
  await owner.settles();
  expect((await recorded()).map(({ before, after }) => [before, after])).toEqual([
    [1, 0],
    [0, 1],
  ]);
});

test('an edited schedule is recorded with its writer', async () => {
  const owner = await worked();
  await owner.takes(scheduleSet(40, second, nine(second), nine(second) + 6 * hour));
  expect(await recorded()).toMatchObject([
    { date: second, reasons: ['schedule'], actors: ['token:planner'], before: 2, after: 0 },
  ]);
});

test('a crash between recording and storing leaves one record, and none when it is not so after all', async () => {
  let refuses = false;
  const owner = await worked((table) => {
    if (refuses && table === 'person_days') throw new OperationalError('AWAY', 'killed');
  });
  refuses = true;
  owner.later([exception(second)]);
  await expect(owner.settles()).rejects.toThrow('killed');
  expect(await recorded()).toHaveLength(1);
  expect(await scheduledMs()).toEqual({});

  // Killed; the next owner has not asked for it yet.
  const commands = [...annsCentre, exception(second)];
  const next = await ownerOfAnn(db, commands, now + minute, { offset: 30, asked: annsCentre.length });
  await next.settles();
  expect(await scheduledMs()).toEqual({ [second]: 7 });
  expect(await recorded()).toMatchObject([{ date: second, reasons: ['exception'], after: 0 }]);
});

test('what was recorded and never stored is taken back once it is known not to be so', async () => {
  let refuses = false;
  const owner = await worked((table) => {
    if (refuses && table === 'person_days') throw new OperationalError('AWAY', 'killed');
  });
  refuses = true;
  owner.later([exception(second)]);
  await expect(owner.settles()).rejects.toThrow('killed');
  const commands = [...annsCentre, exception(second), command('exception', 'outage', null)];
  const next = await ownerOfAnn(db, commands, now + minute, { offset: 30, asked: annsCentre.length });
  await next.settles();
  expect(await scheduledMs()).toEqual({});
  expect(await recorded()).toEqual([]);
});

test('numbers of a closed period stand; what would change them is beside them, until it is opened', async () => {
  const owner = await worked();
  owner.later([put('closedPeriod', 'feb', february)]);
  await owner.settles();
  owner.later([exception(second), exception(days[8]!, 'later')]);
  await owner.settles();
  await owner.takes(statusEvent(40, null, nine(third) + 6 * hour, now + 1));
  expect(await scheduledMs()).toEqual({ [days[8]!]: 7 });
  const beside = (await recorded()).filter(({ period }) => period === 'feb');
  expect(beside).toMatchObject([
    { date: second, reasons: ['exception'] },
    { date: third, reasons: ['late event'] },
  ]);
  owner.later([command('exception', 'outage', null)]);
  await owner.settles();
  expect((await recorded()).filter(({ period }) => period === 'feb')).toMatchObject([{ date: third }]);

  owner.later([exception(second), command('closedPeriod', 'feb', null)]);
  await owner.settles();
  expect(await scheduledMs()).toEqual({ [second]: 7, [days[8]!]: 7 });
  expect((await recorded()).map(({ date, period }) => [date, period])).toEqual([
    [second, ''],
    [third, ''],
    [days[8]!, ''],
  ]);
});

test('a period is closed with what was known then, however late its owner comes to it', async () => {
  const owner = await worked();
  owner.later([
    exception(first, 'before'),
    put('closedPeriod', 'feb', february),
    exception(second, 'after'),
    put('person', 'ann', { name: 'Ann', externalUsers: [] }),
  ]);
  await owner.takes(statusEvent(40, null, nine(third) + 4 * hour, now + 1));
  expect(await scheduledMs()).toEqual({ [first]: 7 });
  const [row] = await db.query(
    `SELECT sum(worked_ms) / ${hour} AS hours FROM person_days FINAL WHERE day <= '${february.to}'`,
  );
  expect(row).toEqual({ hours: 7 * 8 - 1 });
});

test('what was on its way to a period when it was closed is in its numbers, which is recorded', async () => {
  const yesterday = days.at(-1)!;
  const closed = put('closedPeriod', 'feb', { ...february, to: yesterday, forced: true });
  const inputs = [
    statusEvent(40, null, nine(second) + 6 * hour, now),
    statusEvent(41, null, nine(third) + 6 * hour, now + 1),
    statusEvent(42, null, nine(yesterday) + 6 * hour, now),
    scheduleSet(43, first, nine(first), nine(first) + 4 * hour),
  ];
  const known = await worked();
  await known.takes(...inputs.toSpliced(1, 1));
  known.later([closed]);
  await known.settles();
  const before = await content();
  for (const table of ['person_days', 'facts', 'schedules', 'recomputations', 'received'])
    await db.command(`TRUNCATE TABLE ${table}`);

  const owner = await worked();
  owner.later([closed]);
  await owner.settles();
  await owner.takes(...inputs);
  for (const day of days) expect([day, (await content()).get(day)]).toEqual([day, before.get(day)]);
  const told = await recorded();
  expect(told.map(({ date, period }) => [date, period])).toEqual([
    [first, ''],
    [second, ''],
    [third, 'feb'],
    [yesterday, ''],
  ]);
  for (const { reasons } of told) expect(reasons).toContain('late event');
  expect(told[0]!.reasons).toContain('schedule');
});

test('a period is closed with the silences that were known then', async () => {
  const feedGapSeconds = 5 * 3600;
  const owner = await ownerOfAnn(
    db,
    [...annsCentre, command('integration', 'odigo', { ...integration('Odigo'), feedGapSeconds })],
    now,
  );
  await owner.takes(...inOrder);
  // Nothing was heard between the start and the end of any day; of one of them something comes to light later.
  const gaps = days.map((day) => ({ from: nine(day), to: nine(day) + 8 * hour }));
  const thresholdMs = feedGapSeconds * 1000;
  const told = {
    tenantId: 't1',
    integrationId: 'odigo',
    ledger: { thresholdMs, first: gaps[0]!.from, last: gaps.at(-1)!.to, gaps: gaps.toSpliced(2, 1) },
    openFrom: null,
    heardAt: now,
    unaskedFrom: Number.POSITIVE_INFINITY,
    toldHeard: null,
  };
  await db.insertRows('feed_gaps', feedGapColumns, [feedRow({ feed: told, changedFrom: 0 }, 0, now, 1)]);
  owner.later([put('closedPeriod', 'feb', february)]);
  await owner.takes(statusEvent(40, 'AVAILABLE', nine(third) + 4 * hour, now + 1));
  const rows = await db.query<{ hours: number }>(
    `SELECT no_data_ms / ${hour} AS hours FROM person_days FINAL WHERE day BETWEEN '${february.from}' AND '${february.to}' ORDER BY day`,
  );
  expect(rows.map(({ hours }) => hours)).toEqual([8, 8, 8, 8, 8, 8, 8]);
});

test('a period is closed as of then: what a missing logout decides later is beside it, and it is final', async () => {
  const yesterday = days.at(-1)!;
  const missingLogout = { afterShiftEndSeconds: 86_400, maxStatusSeconds: 36 * 3600 };
  const settings = command('settings', '', { ...defaultSettings, missingLogout });
  const owner = await ownerOfAnn(db, [...annsCentre, settings], now);
  await owner.takes(...inOrder.slice(0, -1));
  const hours = async () => {
    const [row] = await db.query(
      `SELECT worked_ms / ${hour} AS worked, final_until >= day_end AS final FROM person_days FINAL WHERE day = '${yesterday}'`,
    );
    return row;
  };
  // The shift has ended, and nothing tells yet that she did not go on until midnight.
  expect(await hours()).toEqual({ worked: 15, final: 0 });
  owner.later([put('closedPeriod', 'feb', { ...february, to: yesterday, forced: true })]);
  owner.at(now + 10 * hour);
  await owner.settles();
  expect(await hours()).toEqual({ worked: 15, final: 1 });
  owner.later([put('closedPeriod', 'feb', null)]);
  await owner.settles();
  expect(await hours()).toEqual({ worked: 8, final: 1 });
});

test('yesterday stands too once it is closed, and so it does for the next owner', async () => {
  const owner = await worked();
  const yesterday = days.at(-1)!;
  const closed = put('closedPeriod', 'feb', { ...february, to: yesterday });
  owner.later([closed]);
  await owner.settles();
  const before = await content();
  await owner.takes(statusEvent(40, null, nine(yesterday) + 4 * hour, now + 1));
  owner.at(now + hour);
  owner.processor.tick();
  await owner.settles();
  const next = await ownerOfAnn(db, [...annsCentre, closed], now + 2 * hour, {
    offset: 30,
    asked: annsCentre.length,
  });
  await next.settles();
  expect((await content()).get(yesterday)).toBe(before.get(yesterday));
  // Told of the row that stands, which the next owner wrote anew.
  expect((await recorded('not_present_ms')).at(-1)).toMatchObject({
    ...{ date: yesterday, period: 'feb', reasons: ['late event'], before: 0, after: 4 },
  });
});

test('new rules compute nothing again that is over, until somebody asks', async () => {
  await worked();
  const columns = (
    await db.query<{ name: string }>(
      `SELECT name FROM system.columns WHERE database = currentDatabase() AND table = 'person_days'`,
    )
  ).map(({ name }) => `\`${name}\``);
  const changed: Record<string, string> = {
    '`rules_version`': 'toUInt16(0)',
    '`content_hash`': `'of other rules'`,
    '`version`': 'version + 1',
  };
  await db.command(
    `INSERT INTO person_days (${columns}) SELECT ${columns.map((name) => changed[name] ?? name)} FROM person_days FINAL`,
  );
  const before = await versions();
  const next = await ownerOfAnn(db, annsCentre, now + minute, { offset: 30, asked: annsCentre.length });
  await next.settles();
  const after = await versions();
  const changedDays = [...after].filter(([day, row]) => before.get(day) !== row).map(([day]) => day);
  expect(changedDays).toEqual([addDays(days.at(-1)!, 1)]);
  next.later([exception(second)]);
  await next.settles();
  expect(await recorded()).toMatchObject([{ date: second, reasons: ['exception', 'rules'], rules: [0, 1] }]);
});

test('yesterday becomes final although nothing happens any more', async () => {
  const yesterday = days.at(-1)!;
  const midnight = nine(addDays(yesterday, 1)) - 9 * hour;
  const owner = await ownerOfAnn(db, annsCentre, midnight - hour);
  await owner.takes(...inOrder);
  for (const at of [midnight - minute, midnight + minute, midnight + 16 * minute, midnight + 31 * minute]) {
    owner.at(at);
    owner.processor.tick();
    await owner.settles();
  }
  const [row] = await db.query(
    `SELECT final_until >= day_end AS is_final FROM person_days FINAL WHERE day = '${yesterday}'`,
  );
  expect(row).toEqual({ is_final: 1 });
});

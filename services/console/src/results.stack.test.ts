/** Results on the real engine: every way of asking adds up to what a naive sum over the segments gives. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localDateOf } from '@adherence/domain/calendar.ts';
import { cellsOf, noAmounts } from '@adherence/domain/compute/cells.ts';
import { personDays } from '@adherence/domain/compute/person-days.ts';
import type { ActivityType, Amounts, Segment } from '@adherence/domain/model.ts';
import { type ClickHouse, openClickHouse } from '@adherence/runtime/clickhouse.ts';
import { createManualClock } from '@adherence/runtime/manual-clock.ts';
import { migrateTables } from '@adherence/runtime/migrate.ts';
import { type ClickHousePart, startClickHouse } from '@adherence/stack/clickhouse.ts';
import { personDayColumns, personDayRow } from '@adherence/store/rows.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Call, startTestConsole, type TestConsole } from './console.testing.ts';
import { addAmounts, amountKeys, type MutableAmounts } from './results/amounts.ts';
import { minutes, percent } from './results/ratio.ts';

const quarter = 15 * 60_000;
const hour = 4 * quarter;
const at = (text: string) => Date.parse(text);
/** Over the change of the clocks in Paris, weeks and months. */
const stored = { from: at('2026-10-17T00:00:00Z'), to: at('2026-11-05T00:00:00Z') };
/** Later than 60 hours after the last month: its last shift dates are over, too. */
const asOf = at('2026-12-04T00:00:00Z');
const types = (id: string): ActivityType =>
  id === 'vacation' ? 'Vacation' : id === 'lunch' ? 'Break' : 'Presence';

const zones = { paris: 'Europe/Paris', kathmandu: 'Asia/Kathmandu', default: 'Europe/London' } as const;
const people: { id: string; team: string | null; unit: keyof typeof zones; segments: Segment[] }[] = [
  { id: 'p1', team: 'blue', unit: 'paris', segments: segmentsOf(1) },
  { id: 'p2', team: 'blue', unit: 'kathmandu', segments: segmentsOf(2) },
  { id: 'p3', team: 'red', unit: 'paris', segments: segmentsOf(3) },
  { id: 'p4', team: null, unit: 'default', segments: segmentsOf(4) },
];

let directory: string;
let engine: ClickHousePart;
let db: ClickHouse;
let console_: TestConsole;
let call: Call & { token: string };

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'adherence-console-'));
  engine = await startClickHouse({ dataDir: join(directory, 'data') });
  db = openClickHouse({ url: engine.url });
  await migrateTables(db);
  for (const person of people) await storeDays(person, asOf, 1n);
  // What another tenant has, and what an older version of a row said, are not to be seen.
  await storeDays({ ...people[0]!, segments: segmentsOf(9) }, asOf - 1, 0n);
  await storeDays({ ...people[0]!, segments: segmentsOf(9) }, asOf, 5n, 'other');
  console_ = await startTestConsole({ database: db, clock: createManualClock(asOf + 24 * hour) });
  call = await console_.tenant('t1', 'Europe/London');
  await call('PUT', '/activities/vacation', { name: 'Vacation', type: 'Vacation' });
  await call('PUT', '/activities/lunch', { name: 'Lunch, warm', type: 'Break' });
  for (const unit of ['paris', 'kathmandu'] as const) {
    await call('PUT', `/planning-units/${unit}`, { name: unit, timeZone: zones[unit] });
  }
  for (const { id, team, unit } of people) {
    await call('PUT', `/people/${id}`, { name: `Name of ${id}`, team, planningUnitId: unit });
  }
});
afterAll(async () => {
  await console_?.stop();
  await db?.close();
  await engine?.stop();
  await rm(directory, { recursive: true, force: true });
});

describe('GET /adherence', () => {
  const whole = { from: '2026-10-20T00:00:00.000Z', to: '2026-11-03T00:00:00.000Z' };
  const odd = { from: '2026-10-24T21:07:13.001Z', to: '2026-10-26T10:41:59.999Z' };
  const inside = { from: '2026-10-24T21:07:13.001Z', to: '2026-10-24T21:09:00.000Z' };

  const cases = [
    ...['15m', '30m', '1h', 'total'].flatMap((granularity) =>
      [odd, inside].map((range) => ({ granularity, groupBy: 'person', ...range })),
    ),
    ...['day', 'week', 'month', 'total'].flatMap((granularity) =>
      [whole, odd].flatMap((range) =>
        ['person', 'team', 'planningUnit', 'tenant'].map((groupBy) => ({ granularity, groupBy, ...range })),
      ),
    ),
    { granularity: '1h', groupBy: 'team', ...whole },
    ...['day', 'week', 'month'].flatMap((granularity) =>
      ['person', 'team'].flatMap((groupBy) =>
        [whole, odd].map((range) => ({ granularity, groupBy, shiftDate: 'true', ...range })),
      ),
    ),
    { granularity: 'day', groupBy: 'tenant', planningUnitId: 'paris', ...whole },
    { granularity: 'day', groupBy: 'person', team: 'blue', ...whole },
    { granularity: 'total', groupBy: 'tenant', personId: 'p4', ...odd },
  ];

  it.each(cases)('%o', async (query) => {
    const { status, body } = await call(
      'GET',
      `/adherence?${new URLSearchParams(query as Record<string, string>)}`,
    );
    expect(status).toBe(200);
    const rows = body.items.map((item: Record<string, unknown>) => [
      item.from,
      item.to,
      item.personId ?? item.team ?? item.planningUnitId ?? null,
      ...amountKeys.slice(0, 8).map((key) => item[key]),
      ...Object.values(item.raw as object),
    ]);
    expect(rows).toEqual(naiveRows(query as unknown as NaiveQuery));
    for (const item of body.items) {
      expect(item.inMs + item.notPresentMs + item.wrongActivityMs + item.noDataMs).toBe(item.scheduledMs);
      expect(item.adherence).toBe(
        item.scheduledMs === item.noDataMs ? null : item.inMs / (item.scheduledMs - item.noDataMs),
      );
      expect(item.final).toBe(true);
    }
  });

  it('each coarse row is the exact sum of the fine rows in it, in every zone and over the clock change', async () => {
    // Days of Kathmandu begin on quarters of an hour.
    const steps = { '30m': '15m', '1h': '30m', day: '15m', month: 'day' };
    const around = { from: '2026-10-22T18:15:00Z', to: '2026-10-28T00:00:00Z', groupBy: 'person' };
    const rowsOf = async (granularity: string): Promise<Record<string, string | number>[]> =>
      (await call('GET', `/adherence?${new URLSearchParams({ ...around, granularity })}`)).body.items;
    for (const [coarser, finer] of Object.entries(steps)) {
      const [fine, coarse] = [await rowsOf(finer), await rowsOf(coarser)];
      expect(coarse.length).toBeGreaterThanOrEqual(people.length);
      for (const row of coarse) {
        const parts = fine.filter(
          ({ personId, from }) => personId === row.personId && row.from! <= from! && from! < row.to!,
        );
        for (const key of amountKeys.slice(0, 8)) {
          expect(parts.reduce((sum, part) => sum + Number(part[key]), 0)).toBe(row[key]);
        }
      }
    }
  });

  it('dates are days of each person, and of a group in its own zone', async () => {
    const read = async (query: Record<string, string>) =>
      (await call('GET', `/adherence?${new URLSearchParams(query)}`)).body.items;
    const dates = { from: '2026-10-24', to: '2026-10-26' };
    for (const { id, unit } of people) {
      const zone = zones[unit];
      const days = await read({ ...whole, granularity: 'day', groupBy: 'person', personId: id });
      const own = days.filter(({ from }: { from: string }) => {
        const date = localDateOf(zone, at(from));
        return date >= dates.from && date <= dates.to;
      });
      const [total, ...more] = await read({
        ...dates,
        granularity: 'total',
        groupBy: 'person',
        personId: id,
      });
      expect(more).toEqual([]);
      for (const key of amountKeys.slice(0, 8)) {
        expect(total[key]).toBe(own.reduce((sum: number, row: Record<string, number>) => sum + row[key]!, 0));
      }
    }
    const together = await read({ ...dates, granularity: 'total', groupBy: 'person' });
    expect(together.length).toBeGreaterThanOrEqual(people.length);
    const mixed = await call('GET', '/adherence?from=2026-10-24&to=2026-10-26T00:00:00Z');
    expect(mixed.status).toBe(422);
  });

  it('as CSV has the same rows', async () => {
    const query = new URLSearchParams({ ...whole, granularity: 'day', groupBy: 'person' });
    const json = await call('GET', `/adherence?${query}`);
    const csv = await call('GET', `/adherence?${query}`, undefined, { accept: 'text/csv' });
    const [head, ...lines] = csv.text.trimEnd().split('\r\n');
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(head).toBe(
      'from,to,personId,scheduledMs,inMs,notPresentMs,wrongActivityMs,noDataMs,excludedMs,notScheduledMs,workedMs,raw.inMs,raw.notPresentMs,raw.wrongActivityMs,adherence,coverage,conformance,conformanceDifferenceMs,final,closed',
    );
    expect(lines).toHaveLength(json.body.items.length);
    expect(lines[0]!.split(',').slice(0, 4)).toEqual(
      ['from', 'to', 'personId', 'scheduledMs'].map((name) => String(json.body.items[0][name])),
    );
  });

  it.each([
    ['from after to', { from: whole.to, to: whole.from }, 'to'],
    ['shift dates of hours', { ...whole, granularity: '1h', shiftDate: 'true' }, 'shiftDate'],
    ['another granularity', { ...whole, granularity: '5m' }, 'granularity'],
    ['a time without offset', { ...whole, from: '2026-10-20T00:00:00' }, 'from'],
    [
      'too many rows',
      { from: '2020-01-01T00:00:00Z', to: '2029-12-01T00:00:00Z', granularity: '15m' },
      'granularity',
    ],
  ])('refuses %s', async (_, query, path) => {
    const { status, body } = await call(
      'GET',
      `/adherence?${new URLSearchParams(query as Record<string, string>)}`,
    );
    expect([status, body.errors[0].path]).toEqual([422, path]);
  });

  it('what is not final says so', async () => {
    const running = { ...people[0]!, id: 'p5', unit: 'default' as const, segments: segmentsOf(5) };
    const until = at('2026-11-03T08:00:00Z');
    await storeDays(running, until, 1n, 't1', at('2026-11-03T07:45:00Z'));
    await call('PUT', '/people/p5', { name: 'Five' });
    const query = {
      from: '2026-11-03T06:00:00+00:00',
      to: '2026-11-03T09:00:00Z',
      granularity: '15m',
      personId: 'p5',
    };
    const { body } = await call('GET', `/adherence?${new URLSearchParams(query)}`);
    expect(body.asOf).toBe('2026-11-03T08:00:00.000Z');
    const finals = body.items.map(
      ({ to, final }: { to: string; final: boolean }) => final === to <= '2026-11-03T07:45:00.000Z',
    );
    expect(finals).not.toContain(false);
    expect(finals.length).toBeGreaterThan(3);
  });
});

describe('a person who was not computed yet', () => {
  const range = { from: '2026-10-20T00:00:00Z', to: '2026-10-21T00:00:00Z', personId: 'p4' };
  const finals = async (granularity: string, grouped = 'team') => {
    const query = new URLSearchParams({ ...range, granularity, groupBy: grouped });
    query.append('personId', 'p6');
    const { body } = await call('GET', `/adherence?${query}`);
    return new Set(body.items.map(({ final }: { final: boolean }) => final));
  };

  it('keeps the rows of the group from being final, and those of nobody else', async () => {
    await call('PUT', '/people/p6', { name: 'Six' });
    expect(await finals('day')).toEqual(new Set([false]));
    expect(await finals('15m')).toEqual(new Set([false]));
    expect(await finals('day', 'person')).toEqual(new Set([true]));
    // Computed, though not a day of the range.
    const later = segmentsOf(6).filter(({ from }) => from > at('2026-11-01T00:00:00Z'));
    const six = { id: 'p6', team: null, unit: 'default' as const, segments: later };
    await storeDays(six, asOf, 1n, 't1', asOf, at('2026-11-01T00:00:00Z'));
    expect(await finals('day')).toEqual(new Set([true]));
    expect(await finals('15m')).toEqual(new Set([true]));
    await call('DELETE', '/people/p6');
  });
});

describe('GET /adherence/days', () => {
  it('has in columns what GET /adherence says by person and day', async () => {
    const { body } = await call('GET', '/adherence/days?from=2026-10-18&to=2026-11-02');
    const columns = body.items.flatMap((item: Record<string, number[]> & { personId: string }) =>
      item.day!.map((day, i) => [
        item.personId,
        new Date(at('2026-10-18T00:00:00Z') + day * 24 * hour).toISOString().slice(0, 10),
        ...['scheduledMs', 'inMs', 'noDataMs', 'workedMs'].map((key) => item[key]![i]),
      ]),
    );
    const query = 'from=2026-10-17T00:00:00Z&to=2026-11-04T00:00:00Z&granularity=day&groupBy=person';
    const byDay = await call('GET', `/adherence?${query}`);
    // Another test stores a person of its own in the default unit.
    const zoneOf = (personId: string) => zones[people.find(({ id }) => id === personId)?.unit ?? 'default'];
    const rows = byDay.body.items
      .map((item: Record<string, string>) => [
        item.personId!,
        localDateOf(zoneOf(item.personId!), at(item.from!)),
        ...['scheduledMs', 'inMs', 'noDataMs', 'workedMs'].map((key) => item[key]),
      ])
      .filter(([, date]: string[]) => date! >= '2026-10-18' && date! <= '2026-11-02')
      .sort((a: string[], b: string[]) => (`${a[0]}${a[1]}` < `${b[0]}${b[1]}` ? -1 : 1));
    expect(columns).toEqual(rows);
    expect(columns.length).toBeGreaterThan(50);
    const known = body.items.filter(({ personId }: { personId: string }) => personId !== 'p5');
    expect(known.every((item: { finalBefore: string }) => item.finalBefore > '2026-11-02')).toBe(true);
  });

  it('an empty day that is not final says nothing about the days that are there', async () => {
    const later = segmentsOf(7).filter(({ from }) => from > at('2026-10-20T00:00:00Z'));
    const seven = { id: 'p7', team: null, unit: 'default' as const, segments: later };
    const firstDays = { ...seven, segments: [] };
    await call('PUT', '/people/p7', { name: 'Seven' });
    await storeDays(seven, asOf, 1n, 't1', asOf, at('2026-10-20T00:00:00Z'));
    await storeDays(firstDays, at('2026-10-19T00:00:00Z'), 2n, 't1', 0, at('2026-10-18T00:00:00Z'));
    const { body } = await call('GET', '/adherence/days?from=2026-10-18&to=2026-11-02&personId=p7');
    expect(body.items).toMatchObject([{ finalBefore: expect.stringMatching(/^2026-12/) }]);
    await call('DELETE', '/people/p7');
  });

  it('refuses a range that is turned round or too long', async () => {
    const turned = await call('GET', '/adherence/days?from=2026-10-18&to=2026-10-17');
    const long = await call('GET', '/adherence/days?from=2020-10-18&to=2026-10-17');
    expect([turned.status, long.status]).toEqual([422, 422]);
  });
});

describe('GET /people/{id}/timeline', () => {
  it('covers the range without gaps, across days, as it is stored', async () => {
    const query = 'from=2026-10-16T00:00:00Z&to=2026-10-26T03:04:05.678Z';
    const { body } = await call('GET', `/people/p1/timeline?${query}`);
    const [before, ...segments] = body.segments;
    expect(before).toMatchObject({
      from: '2026-10-16T00:00:00.000Z',
      to: new Date(stored.from).toISOString(),
      actual: { kind: 'unknown' },
      state: null,
    });
    const expected = people[0]!.segments.filter(({ from }) => from < at('2026-10-26T03:04:05.678Z'));
    expect(segments).toHaveLength(expected.length);
    segments.forEach((segment: Record<string, unknown>, index: number) => {
      const { from, to, shiftDate: _, ...rest } = expected[index]!;
      const end = Math.min(to, at('2026-10-26T03:04:05.678Z'));
      expect(segment).toEqual({
        ...rest,
        from: new Date(from).toISOString(),
        to: new Date(end).toISOString(),
      });
    });
  });
});

describe('GET /reports/adherence.csv', () => {
  it('has a line per person and activity, over days of the planning unit', async () => {
    const { text } = await call(
      'GET',
      '/reports/adherence.csv?from=2026-10-24&to=2026-10-26&planningUnitId=paris',
    );
    const [head, ...lines] = text.trimEnd().split('\r\n');
    expect(head).toBe(
      'personId,personName,team,activityId,activityName,scheduledMinutes,actualMinutes,inAdherenceMinutes,outOfAdherenceMinutes,noDataMinutes,adherencePercent,outOfConformanceMinutes,conformancePercent,scheduledPercent,actualPercent',
    );
    expect(lines).toEqual(['p1', 'p3'].flatMap((id) => naiveReport(id, '2026-10-24', '2026-10-26')));
    expect(lines.some((line) => line.includes('"Lunch, warm"'))).toBe(true);
    // In exports before rounding: of three amounts of two decimals, each off by half a unit at most.
    for (const line of lines) {
      const [scheduled, , inside, out, noData] = line
        .replace('"Lunch, warm"', 'Lunch')
        .split(',')
        .slice(5)
        .map(Number);
      expect(Math.abs(inside! + out! + noData! - scheduled!)).toBeLessThan(0.021);
    }
  });
});

describe('a person who is deleted', () => {
  const october = (from: number, to: number) => ({ from: `2026-10-${from}`, to: `2026-10-${to}` });
  const read = async (range: object, groupBy: string) => {
    const query = new URLSearchParams({ ...range, groupBy, planningUnitId: 'nights' });
    return (await call('GET', `/adherence?${query}`)).body.items;
  };
  const scheduled = async (range: object, groupBy = 'planningUnit') =>
    (await read(range, groupBy)).map((item: { scheduledMs: number }) => item.scheduledMs);

  it('stays in the numbers of closed periods, and in no others', async () => {
    await call('PUT', '/planning-units/nights', { name: 'Nights', timeZone: zones.default });
    for (const [seed, id] of ['p7', 'p8'].entries()) {
      await storeDays({ id, team: 'night', unit: 'default', segments: segmentsOf(7 + seed) }, asOf, 1n);
      await call('PUT', `/people/${id}`, { name: id, team: 'night', planningUnitId: 'nights' });
    }
    const [closed, open] = [october(19, 21), october(22, 24)];
    const [inClosed, inOpen] = [await scheduled(closed), await scheduled(open, 'person')];
    const put = await call('PUT', '/closed-periods/paid', {
      planningUnitId: 'nights',
      ...closed,
      forced: true,
    });
    expect([put.status, inOpen.length]).toEqual([201, 2]);
    expect((await call('DELETE', '/people/p7')).status).toBe(204);
    expect(await read(closed, 'planningUnit')).toMatchObject([{ scheduledMs: inClosed[0], closed: true }]);
    expect(await read(open, 'planningUnit')).toMatchObject([{ scheduledMs: inOpen[1], closed: false }]);
    expect(await scheduled({ ...open, team: 'night' }, 'team')).toEqual([inOpen[1]]);
    for (const path of [
      '/people/p7',
      '/people/p7/timeline?from=2026-10-22T00:00:00Z&to=2026-10-23T00:00:00Z',
    ]) {
      expect((await call('GET', path)).status).toBe(404);
    }
    const own = await call('GET', `/adherence?${new URLSearchParams({ ...open, personId: 'p7' })}`);
    expect(own.status).toBe(404);
  });
});

/** Segments of a person that change often, at odd milliseconds, with everything that may be in them. */
function segmentsOf(seed: number): Segment[] {
  let state = seed * 7919;
  const random = (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
  const pick = <T>(values: readonly T[]): T => values[random(values.length)]!;
  const segments: Segment[] = [];
  let previous = '';
  for (let from = stored.from; from < stored.to; ) {
    const to = Math.min(stored.to, from + 1 + random(5 * hour));
    const scheduled = pick([null, 'calls', 'lunch', 'vacation']);
    const actual = pick([null, 'calls', 'lunch', 'vacation']);
    const counts = scheduled === 'calls' || scheduled === 'lunch';
    const out = actual === null ? 'NOT_PRESENT' : 'WRONG_ACTIVITY';
    const segmentState = counts
      ? pick(['IN_ADHERENCE', out, out, 'NO_DATA', 'EXCLUDED'] as const)
      : scheduled === actual && scheduled !== null
        ? 'IN_ADHERENCE'
        : actual === null
          ? null
          : 'NOT_SCHEDULED';
    const isOut = segmentState === 'NOT_PRESENT' || segmentState === 'WRONG_ACTIVITY';
    const inBuffer = isOut && random(3) === 0;
    const isUnknown = segmentState === 'NO_DATA';
    const segment: Segment = {
      from,
      to,
      scheduledActivityId: scheduled,
      shiftDate: scheduled === null ? null : localDateOf('Europe/Paris', from - 6 * hour),
      actual: {
        kind: isUnknown ? 'unknown' : actual === null ? 'offline' : 'activity',
        activityId: isUnknown ? null : actual,
        externalStatus: isUnknown || actual === null ? null : `S-${actual}`,
        breakType: isUnknown || actual === null ? null : pick([null, 'x']),
        estimated: random(4) === 0,
      },
      state: segmentState,
      inBuffer,
      countedAs: !counts
        ? null
        : segmentState === 'EXCLUDED'
          ? 'excluded'
          : isUnknown
            ? 'noData'
            : isOut && !inBuffer
              ? 'out'
              : 'in',
    };
    const { from: _f, to: _t, shiftDate: _s, ...shown } = segment;
    // Adjacent ones differ in what is shown, as `compute` makes them.
    if (JSON.stringify(shown) === previous) continue;
    previous = JSON.stringify(shown);
    segments.push(segment);
    from = to;
  }
  return segments;
}

async function storeDays(
  { id, unit, segments }: (typeof people)[number],
  computedTo: number,
  version: bigint,
  tenant = 't1',
  finalUntil = computedTo,
  from = stored.from,
): Promise<void> {
  const until = Math.min(stored.to, computedTo);
  const known = segments.filter((s) => s.from < until).map((s) => ({ ...s, to: Math.min(s.to, until) }));
  const days = personDays(known, types, zones[unit], from, until);
  const person = { tenantId: tenant, personId: id, timeZone: zones[unit] };
  const at = { offset: Number(version), configurationOffset: 0, asOf: computedTo };
  const rows = days.map((day) => personDayRow(person, day, at, finalUntil, ''));
  await db.insertRows('person_days', personDayColumns, rows);
}

interface NaiveQuery {
  readonly from: string;
  readonly to: string;
  readonly granularity: string;
  readonly groupBy: 'person' | 'team' | 'planningUnit' | 'tenant';
  readonly shiftDate?: string;
  readonly planningUnitId?: string;
  readonly team?: string;
  readonly personId?: string;
}

/** Everything by hand: each quarter of an hour of each person is clipped, labelled and added. */
function naiveRows(query: NaiveQuery): unknown[][] {
  const [from, to] = [at(query.from), at(query.to)];
  const chosen = people.filter(
    ({ id, team, unit }) =>
      (query.personId ?? id) === id &&
      (query.team ?? team) === team &&
      (query.planningUnitId ?? unit) === unit,
  );
  const keyOf = (person: (typeof people)[number]) =>
    ({ person: person.id, team: person.team, planningUnit: person.unit, tenant: null })[query.groupBy];
  const sums = new Map<string, { row: [string, string, string | null]; amounts: MutableAmounts }>();
  for (const person of chosen) {
    const key = keyOf(person);
    const shared = new Set(chosen.filter((other) => keyOf(other) === key).map(({ unit }) => zones[unit]));
    const zone = shared.size === 1 ? [...shared][0]! : 'Europe/London';
    for (const cell of cellsOf(person.segments, types, from, to)) {
      const label = query.shiftDate
        ? (cell.shiftDate ?? localDateOf(zone, Math.max(cell.bucket, from)))
        : null;
      const [start, end] = borders(query, zone, Math.max(cell.bucket, from), label);
      const id = `${start}|${key}`;
      const sum = sums.get(id) ?? {
        row: [new Date(start).toISOString(), new Date(end).toISOString(), key],
        amounts: { ...noAmounts },
      };
      addAmounts(sum.amounts, cell);
      sums.set(id, sum);
    }
  }
  return [...sums.values()]
    .map(({ row, amounts }) => [...row, ...amountKeys.map((key) => amounts[key as keyof Amounts])])
    .sort((a, b) => {
      const [left, right] = [`${a[0]}|${a[2] ?? ''}`, `${b[0]}|${b[2] ?? ''}`];
      return left < right ? -1 : 1;
    });
}

/** By looking for the border, hour by hour, instead of calculating it. */
function borders(query: NaiveQuery, zone: string, instant: number, label: string | null): [number, number] {
  const sizes: Record<string, number> = { '15m': quarter, '30m': 2 * quarter, '1h': hour };
  const size = sizes[query.granularity];
  if (query.granularity === 'total') return [at(query.from), at(query.to)];
  if (size) return [Math.floor(instant / size) * size, Math.floor(instant / size) * size + size];
  const name = (time: number) => {
    const date = localDateOf(zone, time);
    if (query.granularity === 'day') return date;
    if (query.granularity === 'month') return date.slice(0, 7);
    const sinceMonday = (new Date(date).getUTCDay() + 6) % 7;
    return new Date(at(date) - sinceMonday * 24 * hour).toISOString().slice(0, 10);
  };
  let inside = label === null ? Math.floor(instant / quarter) * quarter : at(label);
  while (label !== null && localDateOf(zone, inside) < label) inside += quarter;
  while (label !== null && localDateOf(zone, inside) > label) inside -= quarter;
  const wanted = name(inside);
  const known = knownBorders.get(`${query.granularity}|${zone}|${wanted}`);
  if (known) return known;
  let start = inside;
  while (name(start - quarter) === wanted) start -= quarter;
  let end = inside;
  while (name(end) === wanted) end += quarter;
  knownBorders.set(`${query.granularity}|${zone}|${wanted}`, [start, end]);
  return [start, end];
}
const knownBorders = new Map<string, [number, number]>();

function naiveReport(id: string, from: string, to: string): string[] {
  const { segments, team, unit } = people.find((person) => person.id === id)!;
  const sums = new Map<
    string,
    { scheduled: number; actual: number; inside: number; outside: number; none: number }
  >();
  const sumOf = (activity: string) => {
    const sum = sums.get(activity) ?? { scheduled: 0, actual: 0, inside: 0, outside: 0, none: 0 };
    sums.set(activity, sum);
    return sum;
  };
  let [start, end] = [stored.from, stored.to];
  while (localDateOf(zones[unit], start) < from) start += quarter;
  while (localDateOf(zones[unit], end - 1) > to) end -= quarter;
  for (const segment of segments) {
    const ms = Math.min(segment.to, end) - Math.max(segment.from, start);
    if (ms <= 0) continue;
    if (segment.actual.activityId) sumOf(segment.actual.activityId).actual += ms;
    if (segment.countedAs === null || segment.countedAs === 'excluded') continue;
    const sum = sumOf(segment.scheduledActivityId!);
    sum.scheduled += ms;
    sum[({ in: 'inside', out: 'outside', noData: 'none' } as const)[segment.countedAs]] += ms;
  }
  const all = [...sums].sort(([a], [b]) => (a < b ? -1 : 1));
  const scheduled = all.reduce((sum, [, row]) => sum + row.scheduled, 0);
  const actual = all.reduce((sum, [, row]) => sum + row.actual, 0);
  const names: Record<string, string> = { calls: '', lunch: '"Lunch, warm"', vacation: 'Vacation' };
  return all.map(([activity, row]) =>
    [
      ...[id, `Name of ${id}`, team, activity, names[activity]],
      ...[row.scheduled, row.actual, row.inside, row.outside, row.none].map(minutes),
      percent(row.inside, row.scheduled - row.none),
      minutes(row.actual - row.scheduled),
      percent(row.actual, row.scheduled),
      percent(row.scheduled, scheduled),
      percent(row.actual, actual),
    ].join(','),
  );
}

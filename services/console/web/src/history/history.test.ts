import { describe, expect, it } from 'vitest';
import type { AdherenceDays, AdherenceRow } from '../api/types.ts';
import { spreadOf } from './bins.ts';
import { cellOf, closedIn, heatData, provisionalFrom, ratioOf, statusOf, stepOf } from './heat-data.ts';
import { daysIn, historyQueryOf, presetRange, previousRange } from './history-query.ts';
import { rankingOf } from './ranking-view.ts';
import { periodDates, trendData } from './trend-data.ts';

const today = '2026-11-18';
const queryOf = (text: string) => historyQueryOf(new URLSearchParams(text), today);

const row = (personId: string, changes: Partial<AdherenceRow> = {}): AdherenceRow => ({
  from: '2026-10-31T23:00:00.000Z',
  to: '2026-11-01T23:00:00.000Z',
  personId,
  scheduledMs: 1000,
  inMs: 900,
  notPresentMs: 50,
  wrongActivityMs: 50,
  noDataMs: 0,
  excludedMs: 0,
  notScheduledMs: 0,
  workedMs: 900,
  raw: { inMs: 900, notPresentMs: 50, wrongActivityMs: 50 },
  adherence: 0.9,
  coverage: 1,
  conformance: 0.9,
  final: true,
  ...changes,
});

describe('historyQueryOf', () => {
  it('shows the last thirty days without a word', () => {
    expect(queryOf('').range).toEqual({ from: '2026-10-20', to: today });
    expect(queryOf('from=nonsense&view=nonsense&coverage=77')).toMatchObject({
      range: { from: '2026-10-20', to: today },
      view: 'heat',
      minCoverage: 80,
      fault: null,
    });
  });

  it('turns dates that are the wrong way round, and cuts what is too long, and says so', () => {
    expect(queryOf('from=2026-11-10&to=2026-11-01')).toMatchObject({
      range: { from: '2026-11-01', to: '2026-11-10' },
      fault: 'turned',
    });
    const long = queryOf('from=2020-01-01&to=2026-11-01');
    expect([daysIn(long.range), long.range.to, long.fault]).toEqual([400, '2026-11-01', 'tooLong']);
  });

  it('compares a month with the month before, other ranges with as many days before, and leap days with the 28th', () => {
    expect(previousRange({ from: '2026-03-01', to: '2026-03-31' })).toEqual({
      from: '2026-02-01',
      to: '2026-02-28',
    });
    expect(previousRange({ from: '2026-03-02', to: '2026-03-08' })).toEqual({
      from: '2026-02-23',
      to: '2026-03-01',
    });
    expect(queryOf('from=2028-02-01&to=2028-02-29&vs=year').other).toEqual({
      from: '2027-02-01',
      to: '2027-02-28',
    });
    expect(
      queryOf('from=2026-11-01&to=2026-11-07&vs=custom&vsFrom=2026-09-09&vsTo=2026-09-01').other,
    ).toEqual({
      from: '2026-09-01',
      to: '2026-09-09',
    });
  });

  it('knows thirteen months, and last month in January', () => {
    expect(daysIn(presetRange('months13', today))).toBe(396);
    expect(presetRange('lastMonth', '2026-01-15')).toEqual({ from: '2025-12-01', to: '2025-12-31' });
  });
});

describe('the heat map', () => {
  const days: AdherenceDays = {
    asOf: '2026-11-18T10:00:00.000Z',
    eventsUntil: null,
    from: '2026-11-01',
    to: '2026-11-04',
    items: [
      {
        personId: 'b',
        finalBefore: '2026-11-18',
        day: [1, 3],
        scheduledMs: [100, 200],
        inMs: [90, 100],
        noDataMs: [0, 100],
        workedMs: [100, 250],
      },
      {
        personId: 'a',
        finalBefore: '2026-11-03',
        day: [0],
        scheduledMs: [100],
        inMs: [20],
        noDataMs: [0],
        workedMs: [0],
      },
    ],
  };
  const nameOf = (personId: string) => ({
    name: personId.toUpperCase(),
    team: null,
    planningUnitId: 'paris',
  });

  it('puts figures at their dates, and the lowest first', () => {
    const heat = heatData(days, 'adherence', 'ratio', nameOf);
    expect(heat.rows.map(({ personId }) => personId)).toEqual(['a', 'b']);
    const [, b] = heat.rows;
    expect([0, 1, 2, 3].map((day) => cellOf(b!, day)?.inMs ?? null)).toEqual([null, 90, null, 100]);
    expect(b!.ratio).toBe(190 / 200);
    expect(ratioOf(cellOf(b!, 3)!, 'coverage')).toBe(0.5);
    expect(ratioOf(cellOf(b!, 3)!, 'conformance')).toBe(1.25);
  });

  it('says from when on days are provisional', () => {
    const openFrom = (...finalBefore: string[]) => {
      const items = days.items.map((item, i) => ({ ...item, finalBefore: finalBefore[i]! }));
      return provisionalFrom(heatData({ ...days, items }, 'adherence', 'name', nameOf));
    };
    expect(openFrom('2026-11-04', '2026-11-02')).toBe('2026-11-04');
    expect(openFrom('2026-11-04', '2026-11-01')).toBe('2026-11-01');
    expect(openFrom('2026-11-05', '2026-11-02')).toBeNull();
    // Of nobody is anything known to be final: the first day that is shown, not one outside the range.
    expect(openFrom('1970-01-01', '2026-11-02')).toBe('2026-11-02');
  });

  it('tells provisional, final and closed days apart; what is closed is closed for its unit alone', () => {
    const [a, b] = heatData(days, 'adherence', 'name', nameOf).rows;
    const closed = [
      { id: 'c', planningUnitId: 'paris', from: '2026-11-01', to: '2026-11-01' },
      { id: 'd', planningUnitId: 'lyon', from: '2026-11-01', to: '2026-11-30' },
    ];
    expect(['2026-11-01', '2026-11-02', '2026-11-03'].map((date) => statusOf(a!, date, closed))).toEqual([
      'closed',
      'final',
      'provisional',
    ]);
    expect(statusOf(b!, '2026-11-03', closed)).toBe('final');
    const asked = { from: '2026-11-02', to: '2026-11-03' };
    expect(closedIn(closed, asked, new Set(['paris', 'lyon'])).map(({ id }) => id)).toEqual(['d']);
    expect(closedIn(closed, asked, new Set(['paris']))).toEqual([]);
  });

  it('has steps that go one way', () => {
    expect([1, 0.9, 0.89, 0.83, 0.76, 0.61, 0.2].map((ratio) => stepOf(ratio, 0.9))).toEqual([
      0, 0, 1, 2, 3, 4, 5,
    ]);
  });
});

describe('the ranking', () => {
  it('judges nobody by missing data: who has too little is apart, with no change', () => {
    const rows = [row('ok'), row('thin', { coverage: 0.4, adherence: 0.1 }), row('low', { adherence: 0.5 })];
    const before = [row('ok', { adherence: 0.8 }), row('low', { adherence: 0.9, coverage: 0.1 })];
    const { ranked, apart } = rankingOf(rows, before, 'person', 80, 'adherence', false, (name) => ({
      name,
      team: null,
    }));
    expect(ranked.map(({ key, change }) => [key, change])).toEqual([
      ['low', null],
      ['ok', 0.9 - 0.8],
    ]);
    expect(apart.map(({ key }) => key)).toEqual(['thin']);
  });

  it('puts what is undefined last, either way', () => {
    const rows = [
      row('none', { adherence: null }),
      row('a', { adherence: 0.2 }),
      row('b', { adherence: 0.4 }),
    ];
    const keys = (descending: boolean) =>
      rankingOf(rows, null, 'person', 0, 'adherence', descending, (name) => ({
        name,
        team: null,
      })).ranked.map(({ key }) => key);
    expect(keys(false)).toEqual(['a', 'b', 'none']);
    expect(keys(true)).toEqual(['b', 'a', 'none']);
  });
});

describe('the distribution', () => {
  it('counts everybody once, in bins without holes', () => {
    const rows = [0, 0.49, 0.5, 0.899, 0.9, 1].map((adherence, i) => row(`p${i}`, { adherence }));
    const { bins, apart, median } = spreadOf([...rows, row('x', { coverage: 0.2 })], 'adherence', 80);
    expect(bins.flatMap(({ personIds }) => personIds)).toEqual(['p0', 'p1', 'p2', 'p3', 'p4', 'p5']);
    expect(bins[0]!.from).toBe(0);
    expect(bins.slice(1).every(({ from }, i) => from === bins[i]!.to)).toBe(true);
    expect(bins.find(({ from }) => from === 0.9)!.personIds).toEqual(['p4']);
    expect(apart).toEqual(['x']);
    expect(median).toBeCloseTo(0.6995);
  });
});

describe('the trend', () => {
  it('has a place for every period, empty ones too, beside those compared with', () => {
    const range = { from: '2026-11-01', to: '2026-11-03' };
    const before = {
      rows: [row('t', { from: '2026-10-29T23:00:00.000Z' })],
      range: { from: '2026-10-29', to: '2026-10-31' },
    };
    const { points } = trendData([row('t')], range, 'day', 'Europe/Paris', 0.9, before);
    expect(
      points.map(({ date, row: own, beforeDate, before: old }) => [date, !!own, beforeDate, !!old]),
    ).toEqual([
      ['2026-11-01', true, '2026-10-29', false],
      ['2026-11-02', false, '2026-10-30', true],
      ['2026-11-03', false, '2026-10-31', false],
    ]);
    expect(periodDates({ from: '2026-10-29', to: '2026-11-09' }, 'week')).toEqual([
      '2026-10-26',
      '2026-11-02',
      '2026-11-09',
    ]);
    expect(periodDates({ from: '2026-10-29', to: '2026-12-01' }, 'month')).toHaveLength(3);
  });
});

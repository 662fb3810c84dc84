import { describe, expect, it } from 'vitest';
import { isDayStart, periodCount, periodDates, periodOf, periodsAround, splitRange } from './periods.ts';
import { finalAt } from './sums.ts';

const at = (text: string) => Date.parse(text);
const iso = ({ from, to }: { from: number; to: number }) => [from, to].map((t) => new Date(t).toISOString());

describe('periods', () => {
  it('are those of the calendar of the zone', () => {
    expect(iso(periodOf('day', 'Europe/Paris', '2026-10-25'))).toEqual([
      '2026-10-24T22:00:00.000Z',
      '2026-10-25T23:00:00.000Z',
    ]);
    expect(iso(periodOf('week', 'Europe/Paris', '2026-10-19'))).toEqual([
      '2026-10-18T22:00:00.000Z',
      '2026-10-25T23:00:00.000Z',
    ]);
    expect(iso(periodOf('month', 'Asia/Kathmandu', '2026-12-01'))).toEqual([
      '2026-11-30T18:15:00.000Z',
      '2026-12-31T18:15:00.000Z',
    ]);
  });

  it('of a range are those that it touches', () => {
    const range = { from: at('2026-10-18T21:00:00Z'), to: at('2026-10-25T23:00:00Z') };
    expect(periodDates('day', 'Europe/Paris', range).at(0)).toBe('2026-10-18');
    expect(periodDates('day', 'Europe/Paris', range).at(-1)).toBe('2026-10-25');
    expect(periodDates('week', 'Europe/Paris', range)).toEqual(['2026-10-12', '2026-10-19']);
    expect(periodDates('month', 'Europe/Paris', range)).toEqual(['2026-10-01']);
  });

  it.each([
    ['whole buckets', 0, 1_800_000, [0, 1_800_000], []],
    [
      'both ends cut',
      1,
      1_800_001,
      [900_000, 1_800_000],
      [
        [1, 900_000],
        [1_800_000, 1_800_001],
      ],
    ],
    ['inside one bucket', 5, 10, null, [[5, 10]]],
    [
      'over one border',
      899_999,
      900_001,
      null,
      [
        [899_999, 900_000],
        [900_000, 900_001],
      ],
    ],
    ['one bucket and nothing else', 900_000, 1_800_000, [900_000, 1_800_000], []],
  ])('a range of %s', (_, from, to, core, edges) => {
    const parts = splitRange({ from, to });
    expect(parts.core && [parts.core.from, parts.core.to]).toEqual(core);
    expect(parts.edges.map((edge) => [edge.from, edge.to])).toEqual(edges);
  });

  it('knows starts of days in several zones', () => {
    const midnight = at('2026-10-24T22:00:00Z');
    expect(isDayStart(['Europe/Paris', 'Europe/Berlin'], midnight)).toBe(true);
    expect(isDayStart(['Europe/Paris', 'Europe/London'], midnight)).toBe(false);
  });

  it('estimates rows', () => {
    const day = { from: 0, to: 86_400_000 };
    expect([periodCount('15m', day), periodCount('day', day), periodCount('total', day)]).toEqual([97, 2, 1]);
  });
});

describe('the periods around a range', () => {
  const range = { from: Date.parse('2026-10-20T10:05:00Z'), to: Date.parse('2026-10-26T10:05:00Z') };
  it.each([
    ['15m', '2026-10-20T10:00:00Z', '2026-10-26T10:15:00Z'],
    ['1h', '2026-10-20T10:00:00Z', '2026-10-26T11:00:00Z'],
    ['day', '2026-10-19T22:00:00Z', '2026-10-27T00:00:00Z'],
    ['week', '2026-10-18T22:00:00Z', '2026-11-02T00:00:00Z'],
    ['month', '2026-09-30T22:00:00Z', '2026-11-01T00:00:00Z'],
    ['total', '2026-10-20T10:05:00Z', '2026-10-26T10:05:00Z'],
  ] as const)('of %s, from the first to start in any zone to the last to end', (granularity, from, to) => {
    expect(periodsAround(granularity, ['Europe/Paris', 'Europe/London'], range)).toEqual({
      from: Date.parse(from),
      to: Date.parse(to),
    });
  });
});

describe('when a row is final', () => {
  it('is after its end; by shift date once no shift of it can go on', () => {
    const row = { from: 0, to: 24 * 3_600_000 };
    expect(finalAt(row, { shiftDate: false })).toBe(row.to);
    expect(finalAt(row, { shiftDate: true })).toBe((24 + 24 + 36) * 3_600_000);
  });
});

import { describe, expect, it } from 'vitest';
import { type Segment, type State, states } from '../model.ts';
import { appendSegments, carryAt, clipSegments, firstEndingAfter, isOut, sameActual } from './segments.ts';

const actual = {
  kind: 'activity',
  activityId: 'calls',
  externalStatus: 'TALKING',
  breakType: null,
  estimated: false,
} as const;

const segment = (from: number, to: number, over: Partial<Segment> = {}): Segment => ({
  from,
  to,
  scheduledActivityId: 'calls',
  shiftDate: '2026-02-02',
  actual,
  state: 'IN_ADHERENCE',
  inBuffer: false,
  countedAs: 'in',
  ...over,
});

const appended = (...segments: readonly Segment[]): Segment[] => {
  const list: Segment[] = [];
  appendSegments(list, segments);
  return list;
};

describe('appendSegments', () => {
  it('joins neighbours that say the same, so that a list does not show how it was cut', () => {
    expect(appended(segment(0, 5), segment(5, 9), segment(9, 10))).toEqual([segment(0, 10)]);
    expect(appended(segment(0, 5), segment(5, 9, { actual: { ...actual } }))).toEqual([segment(0, 9)]);
  });

  it('keeps apart what is not joined in time', () => {
    expect(appended(segment(0, 5), segment(6, 9))).toHaveLength(2);
  });

  const differences: readonly Partial<Segment>[] = [
    { state: 'NOT_PRESENT' },
    { inBuffer: true },
    { countedAs: 'out' },
    { scheduledActivityId: 'lunch' },
    { shiftDate: '2026-02-03' },
    { actual: { ...actual, kind: 'offline' } },
    { actual: { ...actual, activityId: 'lunch' } },
    { actual: { ...actual, externalStatus: 'READY' } },
    { actual: { ...actual, breakType: 'lunch' } },
    { actual: { ...actual, estimated: true } },
  ];
  it.each(differences)('keeps apart what differs in %o', (difference) => {
    expect(appended(segment(0, 5), segment(5, 9, difference))).toHaveLength(2);
    if (difference.actual) expect(sameActual(actual, difference.actual)).toBe(false);
  });
});

describe('clipSegments', () => {
  const list = [segment(0, 10), segment(10, 20, { state: 'NOT_PRESENT' }), segment(20, 30)];

  it.each([
    [
      0,
      30,
      [
        [0, 10],
        [10, 20],
        [20, 30],
      ],
    ],
    [
      5,
      25,
      [
        [5, 10],
        [10, 20],
        [20, 25],
      ],
    ],
    [10, 20, [[10, 20]]],
    [12, 13, [[12, 13]]],
    [30, 40, []],
    [5, 5, []],
  ])('from %i to %i', (from, to, expected) => {
    expect(clipSegments(list, from, to).map((each) => [each.from, each.to])).toEqual(expected);
  });

  it('gives segments that are not cut as they are, so that memory is not doubled', () => {
    expect(clipSegments(list, 0, 30).every((each, i) => each === list[i])).toBe(true);
    expect(clipSegments(list, 10, 20)[0]).toBe(list[1]);
    expect(clipSegments(list, 5, 20)[1]).toBe(list[1]);
  });

  it('finds where to begin', () => {
    expect([0, 9, 10, 19, 29, 30].map((at) => firstEndingAfter(list, at))).toEqual([0, 0, 1, 1, 2, 3]);
  });
});

describe('carryAt', () => {
  const out = (from: number, to: number) => segment(from, to, { state: 'NOT_PRESENT' });
  const before = { state: 'NOT_PRESENT', since: -50 } as const;

  it('is the state just before, since it began, over cuts that do not end it', () => {
    const list = [segment(0, 10), out(10, 15), out(15, 20), segment(20, 30)];
    expect([10, 11, 20, 21, 99].map((at) => carryAt(list, at))).toEqual([
      { state: 'IN_ADHERENCE', since: 0 },
      { state: 'NOT_PRESENT', since: 10 },
      { state: 'NOT_PRESENT', since: 10 },
      { state: 'IN_ADHERENCE', since: 20 },
      null,
    ]);
  });

  it('ends where time is missing', () => {
    expect(carryAt([out(0, 5), out(6, 9)], 8)).toEqual({ state: 'NOT_PRESENT', since: 6 });
  });

  it('is what was carried in, before the list and as long as its state goes on', () => {
    expect(carryAt([], 5, before)).toBe(before);
    expect(carryAt([out(0, 9)], 0, before)).toBe(before);
    expect(carryAt([out(0, 4), out(4, 9)], 8, before)).toBe(before);
    expect(carryAt([segment(0, 9)], 8, before)).toEqual({ state: 'IN_ADHERENCE', since: 0 });
    expect(carryAt([segment(0, 4), out(4, 9)], 8, before)).toEqual({ state: 'NOT_PRESENT', since: 4 });
  });
});

describe('isOut', () => {
  it('is true for the three states that are episodes', () => {
    const all: readonly (State | null)[] = [...states, null];
    expect(all.filter(isOut)).toEqual(['NOT_PRESENT', 'WRONG_ACTIVITY', 'NOT_SCHEDULED']);
  });
});

import { expect, it } from 'vitest';
import type { Actual, Segment } from '../model.ts';
import { bucketMs, type Cell, cellsOf, noAmounts, sumAmounts } from './cells.ts';

const minute = 60_000;
const actualOf = (activityId: string | null): Actual => ({
  kind: activityId === null ? 'offline' : 'activity',
  activityId,
  externalStatus: null,
  breakType: null,
  estimated: false,
});

/** From and to in minutes. */
const segment = (from: number, to: number, activityId: string | null, over: Partial<Segment>): Segment => ({
  from: from * minute,
  to: to * minute,
  scheduledActivityId: 'calls',
  shiftDate: '1970-01-01',
  actual: actualOf(activityId),
  state: 'IN_ADHERENCE',
  inBuffer: false,
  countedAs: 'in',
  ...over,
});
const working = (from: number, to: number, over: Partial<Segment> = {}) => segment(from, to, 'calls', over);
const absent = (from: number, to: number, over: Partial<Segment> = {}) =>
  segment(from, to, null, { state: 'NOT_PRESENT', countedAs: 'out', ...over });

const typeOf = (id: string) => (id === 'holiday' ? 'Vacation' : 'Presence');
const shown = (segments: readonly Segment[]) =>
  cellsOf(segments, typeOf).map((cell) => [
    cell.bucket / bucketMs,
    cell.shiftDate,
    cell.scheduledActivityId,
    cell.actualActivityId,
    (cell.scheduledMs + cell.notScheduledMs) / minute,
  ]);

it('makes one cell of a bucket for each pair of activities and shift date, wherever in it they are', () => {
  const other = { shiftDate: '1970-01-02' };
  const lunch = { scheduledActivityId: 'lunch' };
  expect(
    shown([
      working(0, 2),
      absent(2, 4),
      working(4, 6),
      working(6, 8, lunch),
      working(8, 10, other),
      working(10, 12, lunch),
      absent(12, 15),
      working(15, 30),
    ]),
  ).toEqual([
    [0, '1970-01-01', 'calls', 'calls', 4],
    [0, '1970-01-01', 'calls', null, 5],
    [0, '1970-01-01', 'lunch', 'calls', 4],
    [0, '1970-01-02', 'calls', 'calls', 2],
    [1, '1970-01-01', 'calls', 'calls', 15],
  ]);
});

it('cuts a segment at the borders of buckets', () => {
  expect(shown([working(10, 50)]).map(([bucket, , , , length]) => [bucket, length])).toEqual([
    [0, 5],
    [1, 15],
    [2, 15],
    [3, 5],
  ]);
});

it('leaves out what counts nowhere, and keeps work that nobody scheduled or counts', () => {
  const free = { scheduledActivityId: null, shiftDate: null, countedAs: null } as const;
  const onHoliday = { scheduledActivityId: 'holiday', countedAs: null } as const;
  const cells = cellsOf(
    [
      absent(0, 1, { ...free, state: null }),
      segment(1, 2, 'holiday', onHoliday),
      working(2, 3, onHoliday),
      working(3, 5, { ...free, state: 'NOT_SCHEDULED' }),
      segment(5, 8, 'holiday', { ...free, state: 'NOT_SCHEDULED' }),
    ],
    typeOf,
  );
  const amounts = cells.map(({ workedMs, notScheduledMs, scheduledMs }) => [
    workedMs / minute,
    notScheduledMs / minute,
    scheduledMs,
  ]);
  expect(amounts).toEqual([
    [1, 0, 0],
    [2, 2, 0],
    [0, 3, 0],
  ]);
});

it('counts excluded time beside, and grace to what it forgives, with the raw amounts as they were', () => {
  const wrong = { state: 'WRONG_ACTIVITY' } as const;
  const [cell, ...others] = cellsOf(
    [
      working(0, 1, { state: 'EXCLUDED', countedAs: 'excluded' }),
      working(1, 3, { ...wrong, countedAs: 'in', inBuffer: true }),
      working(3, 6, { ...wrong, countedAs: 'out' }),
      working(6, 10),
      working(10, 15, { state: 'NO_DATA', countedAs: 'noData', actual: actualOf('calls') }),
    ],
    typeOf,
  ) as [Cell, ...Cell[]];
  expect(others).toEqual([]);
  expect(sumAmounts([cell, noAmounts])).toEqual({
    ...noAmounts,
    excludedMs: minute,
    scheduledMs: 14 * minute,
    inMs: 6 * minute,
    wrongActivityMs: 3 * minute,
    noDataMs: 5 * minute,
    workedMs: 14 * minute,
    rawInMs: 4 * minute,
    rawWrongActivityMs: 5 * minute,
  });
});

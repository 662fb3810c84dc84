import { expect, it } from 'vitest';
import type { Segment } from '../model.ts';
import { personDays } from './person-days.ts';

const hour = 3_600_000;
const at = (text: string) => Date.parse(text);
const working = (from: number, to: number): Segment => ({
  from,
  to,
  scheduledActivityId: null,
  shiftDate: null,
  actual: {
    kind: 'activity',
    activityId: 'calls',
    externalStatus: null,
    breakType: null,
    estimated: false,
  },
  state: 'NOT_SCHEDULED',
  inBuffer: false,
  countedAs: null,
});
const daysOf = (from: number, to: number) =>
  personDays(
    [working(at('2026-10-23T00:00:00Z'), at('2026-10-28T00:00:00Z'))],
    () => 'Presence',
    'Europe/Paris',
    from,
    to,
  );

it('gives every local day that the range touches, whole, also one of 25 hours', () => {
  const days = daysOf(at('2026-10-24T21:59:59.999Z'), at('2026-10-25T23:00:00.001Z'));
  expect(days.map(({ day, totals, cells }) => [day, totals.workedMs / hour, cells.length])).toEqual([
    ['2026-10-24', 24, 96],
    ['2026-10-25', 25, 100],
    ['2026-10-26', 24, 96],
  ]);
  const [, second] = days;
  expect([second!.from, second!.to]).toEqual([at('2026-10-24T22:00:00Z'), at('2026-10-25T23:00:00Z')]);
  expect(second!.segments).toEqual([working(second!.from, second!.to)]);
});

it('gives no day for the instant at which it begins, and none for no time', () => {
  const [from, to] = [at('2026-10-24T22:00:00Z'), at('2026-10-25T23:00:00Z')];
  expect(daysOf(from, to).map(({ day }) => day)).toEqual(['2026-10-25']);
  expect(daysOf(from, from + 1).map(({ day }) => day)).toEqual(['2026-10-25']);
  expect(daysOf(from, from)).toEqual([]);
  expect(daysOf(to, from)).toEqual([]);
});

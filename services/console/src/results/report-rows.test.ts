import type { Segment } from '@adherence/domain/model.ts';
import { expect, it } from 'vitest';
import { addedRows, byPersonAndActivity, reportRowsOf } from './report-rows.ts';

const minute = 60_000;
const activityType = () => 'Presence' as const;

/** Calls are scheduled; what is done is another activity, nothing, or not known. */
const segment = (
  from: number,
  to: number,
  doing: string | null,
  countedAs: Segment['countedAs'],
  scheduledActivityId: string | null = 'calls',
): Segment => ({
  from: from * minute,
  to: to * minute,
  scheduledActivityId,
  shiftDate: scheduledActivityId && '1970-01-01',
  actual: {
    kind: doing ? 'activity' : 'offline',
    ...{ activityId: doing, externalStatus: doing, breakType: null, estimated: false },
  },
  state: countedAs === 'in' ? 'IN_ADHERENCE' : countedAs === 'out' ? 'NOT_PRESENT' : 'NO_DATA',
  inBuffer: false,
  countedAs,
});

it('gives scheduled, in, out and no data to the scheduled activity, actual to the actual one', () => {
  const segments = [
    segment(0, 10, 'calls', 'in'),
    segment(10, 14, null, 'out'),
    segment(14, 20, 'lunch', 'in'),
    segment(20, 21, null, 'noData'),
    { ...segment(21, 30, 'lunch', null, null), state: 'NOT_SCHEDULED' as const },
  ];
  const rows = reportRowsOf('ann', segments, activityType, { from: 2 * minute, to: 29 * minute });
  const row = (activity: string, amounts: readonly number[]) => {
    const [scheduled, actual, inside, outside, without_data] = amounts.map((minutes) => minutes * minute);
    return { person: 'ann', activity, scheduled, actual, inside, outside, without_data };
  };
  expect(rows.sort(byPersonAndActivity)).toEqual([
    row('calls', [19, 8, 14, 4, 1]),
    row('lunch', [0, 14, 0, 0, 0]),
  ]);
  expect(addedRows(rows[0]!, rows[0]!)).toEqual(row('calls', [38, 16, 28, 8, 2]));
});

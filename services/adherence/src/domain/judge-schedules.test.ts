import type { ScheduledActivity } from '@adherence/domain/model.ts';
import type { ScheduleSet } from '@adherence/schemas/records.ts';
import { describe, expect, it } from 'vitest';
import { type HeldDocument, judgeSchedules } from './judge-schedules.ts';

const zone = 'Pacific/Auckland';
const calls = (start: string, end: string): ScheduledActivity => ({
  activityId: 'calls',
  start: Date.parse(start),
  end: Date.parse(end),
});

function judged(
  documents: readonly { readonly shiftDate: string; readonly activities: readonly ScheduledActivity[] }[],
  held: readonly HeldDocument[] = [],
) {
  const command: ScheduleSet = {
    tenantId: 't1',
    personId: 'ann',
    commandId: 'c',
    documents: documents.map(({ shiftDate, activities }) => ({
      shiftDate,
      ifMatch: null,
      remove: false,
      activities: [...activities],
    })),
    configurationOffset: 0,
    writtenBy: 'token:planner',
    writtenAt: 0,
  };
  const byDate = new Map(held.map((document) => [document.shiftDate, document]));
  return judgeSchedules(command, 7, byDate, (id) => id === 'calls', zone).map(({ errors }) => errors);
}

describe('the date of a shift', () => {
  it.each([
    ['on the date', '2026-03-02T09:00:00+13:00'],
    ['late on it, over midnight', '2026-03-02T23:59:00+13:00'],
    ['a day before it', '2026-03-01T00:00:00+13:00'],
    ['a day after it', '2026-03-03T23:59:59+13:00'],
  ])('may begin %s', (_, start) => {
    const end = new Date(Date.parse(start) + 36 * 3_600_000).toISOString();
    expect(judged([{ shiftDate: '2026-03-02', activities: [calls(start, end)] }])).toEqual([[]]);
  });

  it.each([
    ['before that', '2026-02-28T23:59:59+13:00'],
    ['after that', '2026-03-04T00:00:00+13:00'],
    ['months away', '2026-07-02T09:00:00+12:00'],
  ])('not %s', (_, start) => {
    const end = new Date(Date.parse(start) + 3_600_000).toISOString();
    const [errors] = judged([{ shiftDate: '2026-03-02', activities: [calls(start, end)] }]);
    const began = new Date(start).toISOString();
    expect(errors).toEqual([
      {
        path: 'activities[0].start',
        message: `Begins at ${began}: the shift of 2026-03-02 must begin on that date, or within 24 hours of it.`,
      },
    ]);
  });

  it('is so near the shift that every overlap is found', () => {
    // The latest start and the longest shift of one date against the earliest start of another.
    const late = { ...calls('2026-03-03T23:00:00+13:00', '2026-03-05T11:00:00+13:00') };
    const early = { ...calls('2026-03-05T10:00:00+13:00', '2026-03-05T12:00:00+13:00') };
    const held = [{ shiftDate: '2026-03-02', offset: 1, removed: false, activities: [late] }];
    expect(judged([{ shiftDate: '2026-03-06', activities: [early] }], held)).toEqual([
      [{ path: 'activities[0]', message: expect.stringMatching(/of 2026-03-06 overlaps .* of 2026-03-02/) }],
    ]);
  });
});

describe('what a document is refused for', () => {
  it('is told all at once: an unknown or deleted activity, an end before its start, overlap, length', () => {
    const [errors] = judged([
      {
        shiftDate: '2026-03-02',
        activities: [
          { ...calls('2026-03-02T09:00:00+13:00', '2026-03-02T09:00:00+13:00'), activityId: 'gone' },
          calls('2026-03-02T10:00:00+13:00', '2026-03-03T10:00:00+13:00'),
          calls('2026-03-03T09:59:59+13:00', '2026-03-03T21:00:00.001+13:00'),
        ],
      },
    ]);
    expect(errors!.map(({ path }) => path)).toEqual([
      'activities[0].activityId',
      'activities[0].end',
      'activities[2].start',
      'activities',
    ]);
  });
});

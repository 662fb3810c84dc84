import { describe, expect, it } from 'vitest';
import type { Segment } from '../api/types.ts';
import { activePart, barsOf, dayRows, rowAt, shiftOf, slotsOf } from './day-rows.ts';

const at = (time: string) => Date.parse(`2026-11-18T${time}:00Z`);
const day = { from: at('00:00'), to: at('00:00') + 86_400_000 };

function segment(from: string, to: string, status: string | null, changes: Partial<Segment> = {}): Segment {
  return {
    from: `2026-11-18T${from}:00.000Z`,
    to: `2026-11-18T${to}:00.000Z`,
    scheduledActivityId: 'calls',
    actual: {
      kind: status ? 'activity' : 'offline',
      activityId: status ? 'calls' : null,
      externalStatus: status,
      breakType: null,
      estimated: false,
    },
    state: status ? 'IN_ADHERENCE' : 'NOT_PRESENT',
    inBuffer: false,
    countedAs: status ? 'in' : 'out',
    ...changes,
  };
}

const schedule = {
  personId: 'ada',
  shiftDate: '2026-11-18',
  activities: [
    { activityId: 'lunch', start: '2026-11-18T12:00:00.000Z', end: '2026-11-18T13:00:00.000Z' },
    { activityId: 'calls', start: '2026-11-18T09:00:00.000Z', end: '2026-11-18T12:00:00.000Z' },
  ],
};
const slots = slotsOf([schedule]);

describe('dayRows', () => {
  it('puts together what differs in the raw status only, and keeps the statuses', () => {
    const rows = dayRows(
      [
        segment('09:00', '09:10', 'WAITING'),
        segment('09:10', '09:20', 'TALKING'),
        segment('09:20', '09:30', null),
      ],
      [],
      day,
      at('09:30'),
    );
    expect(rows.map(({ from, to, statuses }) => [from, to, statuses])).toEqual([
      [at('09:00'), at('09:20'), ['WAITING', 'TALKING']],
      [at('09:20'), at('09:30'), []],
    ]);
  });

  it('loses no millisecond', () => {
    const segments = [
      segment('09:00', '09:10', 'A'),
      segment('09:10', '09:20', null),
      segment('09:20', '11:00', 'A'),
    ];
    const sum = dayRows(segments, [], day, at('11:00')).reduce((ms, { from, to }) => ms + to - from, 0);
    expect(sum).toBe(at('11:00') - at('09:00'));
  });

  it('goes on with the schedule after what is computed', () => {
    const rows = dayRows([segment('09:00', '10:00', 'A')], slots, day, at('10:00'));
    expect(rows.map(({ from, to, actual }) => [from, to, actual === null])).toEqual([
      [at('09:00'), at('10:00'), false],
      [at('10:00'), at('12:00'), true],
      [at('12:00'), at('13:00'), true],
    ]);
  });

  it('leaves out time without schedule and activity, and what is outside of the range', () => {
    const nothing = segment('00:00', '09:00', null, {
      scheduledActivityId: null,
      state: null,
      countedAs: null,
    });
    const rows = dayRows(
      [nothing, segment('09:00', '10:00', 'A')],
      [],
      { from: at('09:30'), to: day.to },
      at('10:00'),
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]!.from).toBe(at('09:30'));
  });
});

describe('slots', () => {
  it('are in order, and tell where a shift begins and ends', () => {
    expect(slots.map(({ activityId }) => activityId)).toEqual(['calls', 'lunch']);
    expect(shiftOf(slots, '2026-11-18')).toEqual({ from: at('09:00'), to: at('13:00') });
    expect(shiftOf(slots, '2026-11-19')).toBeNull();
  });
});

describe('activePart', () => {
  it('is in whole hours with one to spare, inside of the day', () => {
    expect(activePart(day, [], slots)).toEqual({ from: at('08:00'), to: at('14:00') });
    const late = { from: at('23:40'), to: day.to + 3_600_000 };
    expect(activePart(day, [late], [])).toEqual({ from: at('22:00'), to: day.to });
  });

  it('is the whole day when nothing happens', () => {
    expect(activePart(day, [], [])).toBe(day);
  });
});

describe('rowAt', () => {
  const rows = [
    { from: 10, to: 20 },
    { from: 30, to: 40 },
  ];
  it.each([
    [0, 0],
    [10, 0],
    [19, 0],
    [24, 0],
    [28, 1],
    [39, 1],
    [99, 1],
  ])('at %i finds row %i', (instant, index) => {
    expect(rowAt(rows, instant)).toBe(index);
  });

  it('finds none where there is none', () => {
    expect(rowAt([], 5)).toBe(-1);
  });
});

describe('barsOf', () => {
  it('joins neighbours that are the same, and only neighbours', () => {
    const bars = barsOf(
      [
        { from: 0, to: 1, id: 'a' },
        { from: 1, to: 2, id: 'a' },
        { from: 3, to: 4, id: 'a' },
        { from: 4, to: 5, id: 'b' },
      ],
      (a, b) => a.id === b.id,
    );
    expect(bars.map(({ from, to }) => [from, to])).toEqual([
      [0, 2],
      [3, 4],
      [4, 5],
    ]);
  });
});

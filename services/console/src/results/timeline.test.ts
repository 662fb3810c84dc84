import type { Segment } from '@adherence/domain/model.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { timelineOf, withClosed } from './timeline.ts';

const segment = (from: number, to: number, over: Partial<Segment> = {}): Segment => ({
  from,
  to,
  scheduledActivityId: null,
  shiftDate: null,
  actual: { kind: 'activity', activityId: 'calls', externalStatus: 'T', breakType: null, estimated: false },
  state: 'NOT_SCHEDULED',
  inBuffer: false,
  countedAs: null,
  ...over,
});
const shape = (segments: ReturnType<typeof timelineOf>) =>
  segments.map((s) => [s.from, s.to, s.actual.kind, s.state]);
const user = { integrationId: 'i', externalUserId: 'u', validFrom: null, validTo: null };

describe('closed periods in a timeline', () => {
  it('cut segments where they begin and end, and say which stand', () => {
    const timeline = timelineOf([segment(0, 10), segment(10, 30, { state: 'IN_ADHERENCE' })], [user], {
      from: 0,
      to: 40,
    });
    const closed = [
      { from: 5, to: 15 },
      { from: 15, to: 30 },
    ];
    expect(withClosed(timeline, closed).map((each) => [each.from, each.to, each.closed])).toEqual([
      [0, 5, undefined],
      [5, 10, true],
      [10, 15, true],
      [15, 30, true],
      [30, 40, undefined],
    ]);
    expect(withClosed(timeline, [])).toStrictEqual(timeline);
  });
});

describe('timeline', () => {
  it('is merged over the borders of days, whatever the shift date', () => {
    const timeline = timelineOf([segment(0, 10), segment(10, 20, { shiftDate: '2026-01-01' })], [user], {
      from: 5,
      to: 15,
    });
    expect(shape(timeline)).toEqual([[5, 15, 'activity', 'NOT_SCHEDULED']]);
    expect(timeline[0]).not.toHaveProperty('shiftDate');
  });

  it('is offline where nothing is stored, and unknown where nobody could tell', () => {
    const timeline = timelineOf([segment(10, 20)], [{ ...user, validFrom: 5, validTo: 25 }], {
      from: 0,
      to: 30,
    });
    expect(shape(timeline)).toEqual([
      [0, 5, 'unknown', null],
      [5, 10, 'offline', null],
      [10, 20, 'activity', 'NOT_SCHEDULED'],
      [20, 25, 'offline', null],
      [25, 30, 'unknown', null],
    ]);
    expect(shape(timelineOf([], [], { from: 0, to: 1 }))).toEqual([[0, 1, 'unknown', null]]);
    expect(timelineOf([], [], { from: 1, to: 1 })).toEqual([]);
  });

  it('covers any range without gaps, overlaps and equal neighbours, and loses nothing of what is stored', () => {
    const pieces = fc.array(
      fc.record({ gap: fc.nat(3), length: fc.integer({ min: 1, max: 5 }), id: fc.constantFrom('a', 'b') }),
    );
    fc.assert(
      fc.property(pieces, fc.nat(20), fc.integer({ min: 1, max: 40 }), (list, from, length) => {
        let time = 0;
        const stored = list.map(({ gap, length: ms, id }) => {
          time += gap;
          const made = segment(time, time + ms, { scheduledActivityId: id });
          time += ms;
          return made;
        });
        const timeline = timelineOf(stored, [user], { from, to: from + length });
        expect(timeline[0]!.from).toBe(from);
        expect(timeline.at(-1)!.to).toBe(from + length);
        timeline.slice(1).forEach((each, i) => {
          expect(each.from).toBe(timeline[i]!.to);
          expect([each.scheduledActivityId, each.actual.kind]).not.toEqual([
            timeline[i]!.scheduledActivityId,
            timeline[i]!.actual.kind,
          ]);
        });
        for (let t = from; t < from + length; t++) {
          const shown = timeline.find((s) => s.from <= t && t < s.to)!;
          expect(shown.scheduledActivityId).toBe(
            stored.find((s) => s.from <= t && t < s.to)?.scheduledActivityId ?? null,
          );
        }
      }),
    );
  });
});

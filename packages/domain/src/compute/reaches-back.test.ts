import { expect, it } from 'vitest';
import type { LineFact, Segment, State } from '../model.ts';
import { reachesBack } from './reaches-back.ts';

const segment = (from: number, to: number, state: State | null): Segment => ({
  ...{ from, to, state, scheduledActivityId: null, shiftDate: null, inBuffer: false, countedAs: null },
  actual: { kind: 'offline', activityId: null, externalStatus: null, breakType: null, estimated: false },
});
const factAt = (occurredAt: number): LineFact => ({
  ...{ integrationId: 'i', externalUserId: 'u', eventType: 'STATUS', status: 'READY', breakType: null },
  ...{ occurredAt, sequence: null, dedupKey: 'k', contentHash: 'h', receivedAt: occurredAt },
});
const scheduleFrom = (start: number) => ({
  shiftDate: '1970-01-01',
  activities: [{ activityId: 'calls', start, end: start + 100 }],
});
const nothing = { facts: new Map(), schedules: [] };
const factBefore = { facts: new Map([['i\u0000u', [factAt(99)]]]), schedules: [] };
const scheduleBefore = { facts: new Map([['i\u0000u', []]]), schedules: [scheduleFrom(99)] };
/** Computed from 100 on; what is asked begins at 150. */
const asked = (inputs: Parameters<typeof reachesBack>[0], ...segments: readonly Segment[]) =>
  reachesBack(inputs, segments, 150);

it.each(['NOT_PRESENT', 'WRONG_ACTIVITY', 'NOT_SCHEDULED'] as const)(
  'an episode %s that may have begun before what is computed reaches back',
  (state) => {
    const cutApart = [segment(100, 120, state), segment(120, 200, state)];
    for (const inputs of [factBefore, scheduleBefore]) {
      expect(asked(inputs, segment(100, 200, state))).toBe(true);
      expect(asked(inputs, ...cutApart)).toBe(true);
      // It begins with what is asked, or ended just before it.
      expect(asked(inputs, segment(100, 101, null), segment(101, 200, state))).toBe(false);
      expect(asked(inputs, segment(100, 150, state), segment(150, 200, 'IN_ADHERENCE'))).toBe(false);
      expect(asked(inputs, segment(100, 151, state), segment(151, 200, 'IN_ADHERENCE'))).toBe(true);
    }
  },
);

it('nothing begins before the first event and the first schedule', () => {
  const out = segment(100, 200, 'NOT_PRESENT');
  expect(asked(nothing, out)).toBe(false);
  expect(asked(nothing, segment(150, 200, 'NOT_PRESENT'))).toBe(false);
  expect(asked({ ...nothing, facts: new Map([['u', [factAt(100)]]]) }, out)).toBe(false);
  expect(asked({ ...nothing, schedules: [scheduleFrom(100)] }, out)).toBe(false);
  expect(asked({ ...nothing, schedules: [{ shiftDate: '1970-01-01', activities: [] }] }, out)).toBe(false);
});

it.each(['IN_ADHERENCE', 'NO_DATA', 'EXCLUDED', null] as const)('%s is no episode', (state) => {
  expect(asked(factBefore, segment(100, 200, state))).toBe(false);
});

it('what is asked from before what is computed reaches back, unless nothing was', () => {
  expect(asked(factBefore, segment(151, 200, 'IN_ADHERENCE'))).toBe(true);
  expect(asked(factBefore)).toBe(false);
});

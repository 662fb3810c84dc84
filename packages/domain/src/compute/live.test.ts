import { describe, expect, it } from 'vitest';
import { compute, type PersonInputs } from './compute.ts';
import { liveState } from './live.ts';
import { compileRules, defaultMatches, defaultSettings } from './rules.ts';

const hour = 3_600_000;
const rules = compileRules({
  activityTypes: new Map([['calls', 'Presence']]),
  statusMappings: new Map(),
  matches: [{ validFrom: null, value: defaultMatches }],
  settings: [{ validFrom: null, value: defaultSettings }],
});

/** Calls from 10 to 12, lunch to 13, nothing, calls from 14 to 15. */
const inputs: PersonInputs = {
  externalUsers: [{ integrationId: 'i', externalUserId: 'u', validFrom: null, validTo: null }],
  facts: new Map(),
  feeds: new Map(),
  schedules: [
    {
      shiftDate: '1970-01-01',
      activities: [
        { activityId: 'calls', start: 10 * hour, end: 12 * hour },
        { activityId: 'lunch', start: 12 * hour, end: 13 * hour },
        { activityId: 'calls', start: 14 * hour, end: 15 * hour },
      ],
    },
  ],
  exceptions: [],
};

function nextAt(asOf: number) {
  const { segments, end } = compute(inputs, rules, { from: 0, to: asOf, asOf, carry: null });
  return liveState(inputs, rules, segments, end, asOf)?.nextScheduled;
}

describe('the next scheduled change', () => {
  it.each([
    ['before the shift: its first activity', 9, { at: 10 * hour, activityId: 'calls' }],
    ['inside: what follows', 11, { at: 12 * hour, activityId: 'lunch' }],
    ['before a hole: nothing', 12.5, { at: 13 * hour, activityId: null }],
    ['in the hole: what comes after it', 13.5, { at: 14 * hour, activityId: 'calls' }],
    ['last activity: the end of the shift', 14.5, { at: 15 * hour, activityId: null }],
    ['after the shift: none', 16, null],
  ])('%s', (_, asOf, expected) => {
    expect(nextAt(asOf * hour)).toEqual(expected);
  });
});

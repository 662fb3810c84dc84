import { describe, expect, it } from 'vitest';
import {
  type Difference,
  draftOf,
  hypothesisOf,
  type InForce,
  moved,
  withoutRule,
  withRule,
} from './what-if.ts';

const inForce: InForce = {
  settings: {
    targetScore: 0.9,
    bufferSeconds: { notPresent: 60, wrongActivity: 0, notScheduled: 0 },
    graceMode: 'forgive',
    missingLogout: { afterShiftEndSeconds: 3600, maxStatusSeconds: 43200 },
    validFrom: null,
  },
  rules: [
    { actual: 'type:Presence', scheduled: 'type:Presence' },
    { actual: 'type:Break', scheduled: 'type:Break' },
  ],
};
const lunch = { actual: 'offline', scheduled: 'activity:lunch' };

describe('what if', () => {
  it('asks only for what differs, and for nothing when nothing does', () => {
    const draft = draftOf(inForce);
    expect(hypothesisOf(draft, inForce)).toBeNull();
    expect(hypothesisOf({ ...draft, rules: [...draft.rules].reverse() }, inForce)).toBeNull();
    expect(hypothesisOf({ ...draft, graceMode: 'retroactive' }, inForce)).toEqual({
      settings: {
        targetScore: 0.9,
        bufferSeconds: { notPresent: 60, wrongActivity: 0, notScheduled: 0 },
        graceMode: 'retroactive',
        missingLogout: { afterShiftEndSeconds: 3600, maxStatusSeconds: 43200 },
      },
    });
    const rules = withRule(draft.rules, lunch);
    expect(hypothesisOf({ ...draft, rules }, inForce)).toEqual({ matches: { rules } });
  });

  it('has no rule twice, and takes away the one that is meant', () => {
    const rules = withRule(withRule(inForce.rules, lunch), { ...lunch });
    expect(rules).toHaveLength(3);
    expect(withoutRule(rules, { ...lunch })).toEqual(inForce.rules);
  });

  it('shows whom it moves, most first', () => {
    const row = (name: string, before: number, after: number) =>
      ({
        name,
        before: { inMs: before, scheduledMs: 100 },
        after: { inMs: after, scheduledMs: 100 },
        delta: { adherence: (after - before) / 100 },
      }) as unknown as Difference & { name: string };
    const rows = [row('little', 50, 51), row('none', 50, 50), row('down', 50, 20)];
    expect(moved(rows).map(({ name }) => name)).toEqual(['down', 'little']);
  });
});

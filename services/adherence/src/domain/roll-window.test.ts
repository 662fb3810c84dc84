import { compute } from '@adherence/domain/compute/compute.ts';
import { compileRules, defaultSettings } from '@adherence/domain/compute/rules.ts';
import type { LineFact } from '@adherence/domain/model.ts';
import { longestStatusMs, shiftReachMs } from '@adherence/domain/schedule-limits.ts';
import { expect, it } from 'vitest';
import { advance, inputsOf, type Person, rollWindow, takeFact, windowStartAt } from './person.ts';

const minute = 60_000;
const hour = 60 * minute;
const shiftDate = '2026-11-02';

it('keeps the shift that ended a status, with the longest limits of both', () => {
  const settings = {
    ...defaultSettings,
    missingLogout: { afterShiftEndSeconds: 3600, maxStatusSeconds: 604_800 },
  };
  expect(settings.missingLogout.maxStatusSeconds * 1000).toBe(longestStatusMs);
  const rules = compileRules({
    activityTypes: new Map([['calls', 'Presence']]),
    statusMappings: new Map(),
    matches: [],
    settings: [{ validFrom: null, value: settings }],
  });
  const shiftEnd = Date.parse(`${shiftDate}T00:00:00Z`) + 24 * hour + shiftReachMs - minute;
  const event: LineFact = {
    integrationId: 'odigo',
    externalUserId: 'ann',
    eventType: 'STATUS',
    status: 'READY',
    breakType: null,
    occurredAt: shiftEnd - minute,
    sequence: null,
    dedupKey: 'e',
    contentHash: 'e',
    receivedAt: 0,
  };
  const windowStart = windowStartAt('UTC', event.occurredAt);
  const activities = [{ activityId: 'calls', start: shiftEnd - 36 * hour, end: shiftEnd }];
  const person: Person = {
    key: 't|ann',
    tenantId: 't',
    personId: 'ann',
    timeZone: 'UTC',
    calendar: 'UTC',
    externalUsers: [{ integrationId: 'odigo', externalUserId: 'ann', validFrom: null, validTo: null }],
    exceptions: [],
    facts: new Map(),
    schedules: new Map([[shiftDate, { shiftDate, activities }]]),
    windowStart,
    before: null,
    segments: [],
    end: null,
    computedTo: windowStart,
    changedFrom: Number.POSITIVE_INFINITY,
    unstoredFrom: Number.POSITIVE_INFINITY,
    live: null,
    dueAt: 0,
  };
  takeFact(person, event);
  const inputs = inputsOf(person, new Map());
  const last = event.occurredAt + longestStatusMs + 24 * hour;
  for (let now = event.occurredAt + hour; now <= last; now += 6 * hour) {
    // As if everything were looked at again, every time.
    person.changedFrom = person.windowStart;
    advance(person, rules, new Map(), now);
    const range = { from: windowStart, to: now, asOf: now, carry: null };
    expect(person.segments.at(-1)?.actual).toEqual(compute(inputs, rules, range).segments.at(-1)?.actual);
    person.unstoredFrom = Number.POSITIVE_INFINITY;
    rollWindow(person, now);
  }
  expect(person.live?.actual).toMatchObject({ kind: 'offline', estimated: true });
});

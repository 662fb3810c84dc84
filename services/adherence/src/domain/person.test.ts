import { userKey } from '@adherence/domain/compute/actual.ts';
import { contentKey, withFoundBreakType } from '@adherence/domain/compute/break-types.ts';
import { compute } from '@adherence/domain/compute/compute.ts';
import { orderFacts } from '@adherence/domain/compute/facts.ts';
import { compileRules, type Rules } from '@adherence/domain/compute/rules.ts';
import { clipSegments } from '@adherence/domain/compute/segments.ts';
import type { GraceMode, LineFact } from '@adherence/domain/model.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advance, type Person, rollWindow, takeBreakType, takeFact, windowStartAt } from './person.ts';

const minute = 60_000;
const start = Date.parse('2026-11-18T00:00:00Z');

const rulesWith = (graceMode: GraceMode, buffer: number, afterShiftEnd: number, maxStatus: number): Rules =>
  compileRules({
    activityTypes: new Map([
      ['calls', 'Presence'],
      ['lunch', 'Break'],
    ]),
    statusMappings: new Map([
      [
        'odigo',
        new Map([
          ['TALK', [{ validFrom: null, value: 'calls' }]],
          ['EAT', [{ validFrom: null, value: 'lunch' }]],
          ['EAT\u0000training', [{ validFrom: null, value: 'calls' }]],
        ]),
      ],
    ]),
    matches: [],
    settings: [
      {
        validFrom: null,
        value: {
          targetScore: 0.9,
          bufferSeconds: { notPresent: buffer, wrongActivity: buffer, notScheduled: buffer },
          graceMode,
          missingLogout: { afterShiftEndSeconds: afterShiftEnd, maxStatusSeconds: maxStatus },
        },
      },
    ],
  });

const schedules = [
  {
    shiftDate: '2026-11-18',
    activities: [
      { activityId: 'calls', start: start + 60 * minute, end: start + 240 * minute },
      { activityId: 'lunch', start: start + 240 * minute, end: start + 270 * minute },
      { activityId: 'calls', start: start + 270 * minute, end: start + 400 * minute },
    ],
  },
];
const externalUsers = ['a', 'b'].map((externalUserId) => ({
  integrationId: 'odigo',
  externalUserId,
  validFrom: null,
  validTo: null,
}));

function newPerson(now: number): Person {
  return {
    key: 't|p',
    tenantId: 't',
    personId: 'p',
    timeZone: 'UTC',
    calendar: 'UTC',
    externalUsers,
    exceptions: [],
    facts: new Map(),
    schedules: new Map(schedules.map((document) => [document.shiftDate, document])),
    windowStart: windowStartAt('UTC', now),
    before: null,
    segments: [],
    end: null,
    computedTo: windowStartAt('UTC', now),
    changedFrom: Number.POSITIVE_INFINITY,
    unstoredFrom: Number.POSITIVE_INFINITY,
    live: null,
    dueAt: 0,
  };
}

const factArbitrary = fc.record({
  user: fc.constantFrom('a', 'a', 'b'),
  eventType: fc.constantFrom('STATUS', 'STATUS', 'STATUS', 'HEARTBEAT', 'LOGOUT', 'LOGIN'),
  status: fc.constantFrom('TALK', 'EAT', 'OTHER'),
  at: fc.integer({ min: 0, max: 600 }),
  key: fc.integer({ min: 0, max: 30 }),
  /** How late it arrives, in minutes. */
  delay: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 200 })),
});

const settingsArbitrary = fc.record({
  graceMode: fc.constantFrom<GraceMode>('forgive', 'retroactive', 'alarm_only'),
  buffer: fc.constantFrom(0, 60, 1200),
  afterShiftEnd: fc.constantFrom(600, 3600),
  maxStatus: fc.constantFrom(1800, 7200, 43_200),
});

/** A break type found for one of the facts, so long after it arrived. */
const foundArbitrary = fc.record({
  fact: fc.nat(),
  breakType: fc.constantFrom('training', 'other'),
  foundAt: fc.integer({ min: 0, max: 3 }),
  delay: fc.integer({ min: 0, max: 200 }),
});

const factOf = (f: {
  user: string;
  eventType: string;
  status: string;
  at: number;
  key: number;
}): LineFact => ({
  integrationId: 'odigo',
  externalUserId: f.user,
  eventType: f.eventType as LineFact['eventType'],
  status: f.eventType === 'LOGIN' || f.eventType === 'LOGOUT' ? null : f.status,
  breakType: null,
  occurredAt: start + f.at * minute,
  sequence: null,
  dedupKey: `${f.key}`,
  contentHash: `${f.status}${f.eventType}${f.at}`,
  receivedAt: start + f.at * minute,
});

describe('a person in memory', () => {
  it('shows after any arrivals and ticks what one computation of everything gives', () => {
    fc.assert(
      fc.property(
        fc.array(factArbitrary, { maxLength: 40 }),
        fc.array(fc.integer({ min: 0, max: 900 }), { maxLength: 8 }),
        fc.array(foundArbitrary, { maxLength: 10 }),
        settingsArbitrary,
        (specs, ticks, answers, { graceMode, buffer, afterShiftEnd, maxStatus }) => {
          const rules = rulesWith(graceMode, buffer, afterShiftEnd, maxStatus);
          const person = newPerson(start);
          const asOf = start + 1000 * minute;
          const found = answers.flatMap((answer) => {
            const spec = specs[answer.fact % specs.length];
            return spec ? [{ ...answer, spec, fact: factOf(spec) }] : [];
          });
          const steps = [
            ...specs.map((spec) => ({
              at: spec.at + spec.delay,
              take: () => takeFact(person, factOf(spec)),
            })),
            ...found.map(({ spec, delay, fact, ...answer }) => ({
              at: spec.at + spec.delay + delay,
              take: () => takeBreakType(person, fact, answer),
            })),
            ...ticks.map((at) => ({ at, take: () => 'taken' as const })),
          ].sort((a, b) => a.at - b.at);
          for (const { at, take } of steps) {
            expect(take()).toBe('taken');
            advance(person, rules, new Map(), start + at * minute);
          }
          advance(person, rules, new Map(), asOf);
          const facts = specs.map(factOf).map((fact) =>
            found
              .filter((each) => each.fact.externalUserId === fact.externalUserId)
              .filter((each) => contentKey(each.fact) === contentKey(fact))
              .reduce(withFoundBreakType, fact),
          );
          const byUser = Map.groupBy(facts, (f) => userKey(f.integrationId, f.externalUserId));
          const inputs = {
            externalUsers,
            facts: new Map([...byUser].map(([key, ofUser]) => [key, orderFacts(ofUser)])),
            feeds: new Map(),
            schedules,
            exceptions: [],
          };
          const whole = compute(inputs, rules, { from: person.windowStart, to: asOf, asOf, carry: null });
          expect(person.segments).toEqual(whole.segments);
          expect(person.end).toEqual(whole.end);
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([
    ['LOGOUT', 'taken'],
    ['STATUS', 'reaches-back'],
  ] as const)('shows at once who comes back days after a last %s', (eventType, taken) => {
    const rules = rulesWith('forgive', 0, 60, 300);
    const person = newPerson(start);
    takeFact(person, factOf({ user: 'a', eventType, status: 'TALK', at: 10, key: 1 }));
    const monday = start + 5 * 1440 * minute;
    advance(person, rules, new Map(), monday);
    person.unstoredFrom = Number.POSITIVE_INFINITY;
    rollWindow(person, monday);
    expect(person.windowStart).toBe(windowStartAt('UTC', monday));
    const back = factOf({ user: 'a', eventType: 'STATUS', status: 'TALK', at: 5 * 1440 + 1, key: 2 });
    expect(takeFact(person, back)).toBe(taken);
    advance(person, rules, new Map(), monday + 2 * minute);
    expect(person.live?.actual).toMatchObject({ kind: 'activity', activityId: 'calls' });
  });

  it('shows a silence as a whole once it is one, though a clock that is ahead told of its end before', () => {
    const rules = rulesWith('forgive', 0, 60, 3600);
    const person = newPerson(start);
    const silence = { from: start + 100 * minute, to: start + 113 * minute };
    const feeds = new Map([
      ['odigo', { thresholdMs: 10 * minute, gaps: [silence], last: null, heard: silence.to }],
    ]);
    for (const at of [109, 120]) advance(person, rules, feeds, start + at * minute);
    const silent = person.segments.filter(({ state }) => state === 'NO_DATA');
    expect(silent.map(({ from, to }) => ({ from, to }))).toEqual([silence]);
  });

  it('shows the same after its window moved on', () => {
    fc.assert(
      fc.property(fc.array(factArbitrary, { maxLength: 40 }), settingsArbitrary, (specs, settings) => {
        const { graceMode, buffer, afterShiftEnd, maxStatus } = settings;
        const rules = rulesWith(graceMode, buffer, afterShiftEnd, maxStatus);
        const person = newPerson(start);
        for (const spec of specs) takeFact(person, factOf(spec));
        const middle = start + 1500 * minute;
        advance(person, rules, new Map(), middle);
        const whole = [...person.segments];
        person.unstoredFrom = Number.POSITIVE_INFINITY;
        const later = start + 2890 * minute;
        rollWindow(person, later);
        expect(person.windowStart).toBe(windowStartAt('UTC', later));
        expect(person.segments).toEqual(clipSegments(whole, person.windowStart, middle));
        advance(person, rules, new Map(), later);
        const again = newPerson(start);
        for (const spec of specs) takeFact(again, factOf(spec));
        advance(again, rules, new Map(), later);
        expect(person.segments).toEqual(clipSegments(again.segments, person.windowStart, later));
        expect(person.end?.state).toBe(again.end?.state);
      }),
      { numRuns: 200 },
    );
  });
});

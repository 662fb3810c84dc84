/**
 * Random scenarios of one person in a window of 60 hours, dense enough for the rules to meet: times mostly on coarse
 * grids so that events, shifts, versions, exceptions and buffers begin and end at the same instants.
 */
import {
  type ActivityType,
  activityTypes,
  type ExternalUserAssignment,
  graceModes,
  type Instant,
  type Interval,
  type ScheduleDocument,
} from '@adherence/domain/model.ts';
import * as fc from 'fast-check';
import { factPlan, factsOf, integrations, statuses, users } from './random-facts.ts';
import {
  defaultMatchRules,
  type Feed,
  type MappingVersion,
  type MatchesVersion,
  type MatchRule,
  type Scenario,
  type SettingsVersion,
} from './scenario.ts';

/** All scenarios lie in this window: over three UTC dates, and over the spring clock change of Europe/Paris. */
export const scenarioWindow: Interval = {
  from: Date.parse('2026-03-28T06:00:00Z'),
  to: Date.parse('2026-03-30T18:00:00Z'),
};

export const randomActivities: ReadonlyMap<string, ActivityType> = new Map([
  ['present', 'Presence'],
  ['calls', 'Presence'],
  ['email', 'Presence'],
  ['lunch', 'Break'],
  ['short-break', 'Break'],
  ['meeting', 'Meeting'],
  ['vacation', 'Vacation'],
  ['illness', 'Illness'],
  ['absence', 'Absence'],
]);

const minute = 60_000;
const lengthMs = scenarioWindow.to - scenarioWindow.from;

function onGrid(stepMs: number): fc.Arbitrary<Instant> {
  return fc.integer({ min: 0, max: lengthMs / stepMs }).map((step) => scenarioWindow.from + step * stepMs);
}

const instant: fc.Arbitrary<Instant> = fc.oneof(
  { weight: 4, arbitrary: onGrid(30 * minute) },
  { weight: 3, arbitrary: onGrid(5 * minute) },
  { weight: 1, arbitrary: onGrid(1) },
);

const interval: fc.Arbitrary<Interval> = fc
  .tuple(instant, fc.integer({ min: 1, max: 240 }))
  .map(([from, minutes]) => ({ from, to: from + minutes * minute }));

const validFrom: fc.Arbitrary<Instant | null> = fc.oneof(fc.constant(null), instant);

/** Arrays of any length up to the limit: the default prefers short ones, in which the rules do not meet. */
const upTo = <T>(maxLength: number, of: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.array(of, { maxLength, size: 'max' });

const activityId = fc.constantFrom(...randomActivities.keys());
/** Scheduled ones are mostly of types that count. */
const scheduledActivityId = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('calls', 'email', 'lunch', 'short-break', 'meeting') },
  { weight: 1, arbitrary: activityId },
);

const mapping: fc.Arbitrary<MappingVersion> = fc.record({
  integrationId: fc.constantFrom(...integrations),
  status: fc.constantFrom(...statuses),
  breakType: fc.constantFrom(null, null, 'lunch', 'team'),
  activityId: fc.oneof({ weight: 4, arbitrary: scheduledActivityId }, { weight: 1, arbitrary: activityId }),
  validFrom,
});

/** The mappings that a planner would make; some of them are forgotten. */
const plannedMappings: fc.Arbitrary<MappingVersion[]> = fc.subarray(
  integrations.flatMap((integrationId) =>
    (
      [
        ['READY', null, 'calls'],
        ['TALK', null, 'email'],
        ['PAUSE', null, 'short-break'],
        ['PAUSE', 'lunch', 'lunch'],
        ['MEETING', null, 'meeting'],
        ['SICK', null, 'illness'],
      ] as const
    ).map(([status, breakType, id]) => ({
      integrationId,
      status,
      breakType,
      activityId: id,
      validFrom: null,
    })),
  ),
  { minLength: 7 },
);

const matchRule: fc.Arbitrary<MatchRule> = fc.record({
  actual: fc.oneof(
    fc.constant('offline'),
    activityId.map((id) => `activity:${id}`),
    fc.constantFrom(...activityTypes).map((type) => `type:${type}`),
  ),
  scheduled: fc.oneof(
    activityId.map((id) => `activity:${id}`),
    fc.constantFrom(...activityTypes).map((type) => `type:${type}`),
  ),
});

const matches: fc.Arbitrary<MatchesVersion> = fc.record({
  rules: fc
    .tuple(fc.oneof(fc.constant(defaultMatchRules), fc.subarray([...defaultMatchRules])), upTo(3, matchRule))
    .map(([kept, more]) => [...kept, ...more]),
  validFrom,
});

const bufferSeconds = fc.constantFrom(0, 0, 1, 60, 300, 1800, 3600, 14_400);

const settings: fc.Arbitrary<SettingsVersion> = fc.record({
  bufferSeconds: fc.record({
    notPresent: bufferSeconds,
    wrongActivity: bufferSeconds,
    notScheduled: bufferSeconds,
  }),
  graceMode: fc.constantFrom(...graceModes),
  missingLogout: fc.record({
    afterShiftEndSeconds: fc.constantFrom(0, 60, 900, 3600, 14_400),
    maxStatusSeconds: fc.constantFrom(300, 3600, 14_400, 14_400, 43_200, 43_200),
  }),
  validFrom,
});

/** Windows of the person's users; those of one user do not overlap. */
const someUsers: fc.Arbitrary<ExternalUserAssignment[]> = fc
  .uniqueArray(
    fc.record({
      user: fc.constantFrom(...users),
      validFrom: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: instant }),
      // Mostly for ever; a window may be a few minutes.
      lasts: fc.oneof(
        { weight: 3, arbitrary: fc.constant(null) },
        { weight: 2, arbitrary: fc.integer({ min: 1, max: 48 * 60 }) },
      ),
    }),
    { minLength: 1, maxLength: 4, size: 'max', selector: ({ user }) => JSON.stringify(user) },
  )
  .chain((windows) =>
    fc.constantFrom(0, 0, 90, 600).map((pause) =>
      windows.flatMap(({ user, validFrom: from, lasts }) => {
        const validTo = lasts === null ? null : (from ?? scenarioWindow.from) + lasts * minute;
        const first = { ...user, validFrom: from, validTo };
        // The person gets the same user back after a while.
        if (pause === 0 || validTo === null) return [first];
        return [first, { ...user, validFrom: validTo + pause * minute, validTo: null }];
      }),
    ),
  );

const externalUsers = fc.oneof(
  { weight: 15, arbitrary: someUsers },
  { weight: 1, arbitrary: fc.constant([]) },
);

/** A shift: how long after the end of the one before it starts (0: adjacent), and its activities. */
const shift = fc.record({
  pauseMinutes: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 12 * 60 })),
  activities: upTo(
    8,
    fc.record({
      activityId: scheduledActivityId,
      gapMinutes: fc.constantFrom(0, 0, 0, 15, 45),
      lengthMs: fc.oneof(
        fc.integer({ min: 1, max: 12 }).map((quarters) => quarters * 15 * minute),
        fc.integer({ min: 1, max: 90 * minute }),
      ),
    }),
  ),
});

const scheduleDocuments: fc.Arbitrary<ScheduleDocument[]> = fc
  .tuple(fc.integer({ min: 0, max: 12 }), upTo(5, shift), fc.boolean())
  .map(([hours, shifts, isReversed]) => {
    let cursor = scenarioWindow.from + hours * 60 * minute;
    let lastDate = '';
    const documents = shifts.map(({ pauseMinutes, activities }) => {
      cursor += pauseMinutes * minute;
      const shiftDate = dateAfter(lastDate, cursor);
      lastDate = shiftDate;
      return {
        shiftDate,
        activities: activities.map((planned) => {
          const start = cursor + planned.gapMinutes * minute;
          cursor = start + planned.lengthMs;
          return { activityId: planned.activityId, start, end: cursor };
        }),
      };
    });
    // They are a set: an owner holds them in the order in which they came.
    return isReversed ? documents.toReversed() : documents;
  });

/** The date on which a shift starts, or the next one when that is taken. */
function dateAfter(lastDate: string, start: Instant): string {
  const date = isoDate(start);
  return date > lastDate ? date : isoDate(Date.parse(lastDate) + 24 * 60 * minute);
}

const isoDate = (at: Instant): string => new Date(at).toISOString().slice(0, 10);

/** Other people's notifications keep a feed alive at times. */
const feedPlan = fc.record({
  feedGapSeconds: fc.constantFrom(null, null, null, null, 60, 1800, 7200, 14_400, 14_400, 28_800),
  others: upTo(25, instant),
});

/** Mostly the end of the window; else anywhere, or at an instant at which something changes, or close to it. */
const asOfPlan = fc.oneof(
  { weight: 4, arbitrary: fc.constant(scenarioWindow.to) },
  { weight: 1, arbitrary: instant },
  {
    weight: 2,
    arbitrary: fc.record({ anchor: fc.nat(), after: fc.constantFrom(-1, 0, 0, 1, 5 * minute, 90 * minute) }),
  },
);

/** One person's scenario; everything in it is valid input of the real `compute`. */
export const scenarioArbitrary: fc.Arbitrary<Scenario> = fc
  .record({
    externalUsers,
    facts: factPlan,
    feeds: fc.tuple(...integrations.map(() => feedPlan)),
    scheduleDocuments,
    exceptions: upTo(3, interval),
    mappings: fc.tuple(plannedMappings, upTo(12, mapping)).map(([planned, more]) => [...planned, ...more]),
    matches: upTo(3, matches),
    settings: upTo(4, settings),
    asOf: asOfPlan,
  })
  .map((plan): Scenario => {
    const anchors = anchorsOf(plan);
    const facts = factsOf(plan.facts, scenarioWindow.from, anchors);
    return {
      ...plan,
      activityTypes: randomActivities,
      facts,
      feeds: plan.feeds.map(({ feedGapSeconds, others }, index): Feed => {
        const integrationId = integrations[index]!;
        const own = facts.filter((fact) => fact.integrationId === integrationId);
        return {
          integrationId,
          feedGapSeconds,
          notifiedAt: [...own.map((fact) => fact.occurredAt), ...others],
        };
      }),
      asOf:
        typeof plan.asOf === 'number'
          ? plan.asOf
          : (anchors[plan.asOf.anchor % anchors.length] ?? scenarioWindow.to) + plan.asOf.after,
    };
  });

/** Borders of the schedule and of exceptions, starts of versions, and when a shift has ended for long enough. */
function anchorsOf(
  plan: Pick<Scenario, 'scheduleDocuments' | 'exceptions' | 'mappings' | 'matches' | 'settings'>,
): Instant[] {
  const borders = plan.scheduleDocuments.flatMap(({ activities }) =>
    activities.flatMap((a) => [a.start, a.end]),
  );
  const shiftEnds = plan.scheduleDocuments.flatMap(({ activities }) => activities.at(-1)?.end ?? []);
  const waits = plan.settings.map((version) => version.missingLogout.afterShiftEndSeconds * 1000);
  return [
    ...borders,
    ...shiftEnds.flatMap((end) => waits.map((wait) => end + wait)),
    ...plan.exceptions.flatMap(({ from, to }) => [from, to]),
    ...[...plan.mappings, ...plan.matches, ...plan.settings]
      .map((version) => version.validFrom)
      .filter((at) => at !== null),
  ];
}

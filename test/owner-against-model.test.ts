/**
 * What the owner of a person holds in memory, after any arrivals: events late, twice, out of order and from clocks that
 * are ahead, silences told later, schedules written meanwhile. It is what the naive model gives of everything at once.
 */
import { type Person, takeFact, advance as toNow } from '@adherence/adherence/domain/person.ts';
import { applyMarks, type OwnedFeed, openSilences } from '@adherence/adherence/feeds/feeds.ts';
import type { Owner } from '@adherence/adherence/owner.ts';
import { newPartition, type Partition } from '@adherence/adherence/partition.ts';
import type { Feed } from '@adherence/domain/compute/actual.ts';
import { rulesOf } from '@adherence/domain/compute/rules.ts';
import { policyReachMs } from '@adherence/domain/configuration/person-configuration.ts';
import type { Instant, ScheduleDocument } from '@adherence/domain/model.ts';
import { integrationKey } from '@adherence/schemas/topics.ts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { tablesOf } from './model/compute-scenario.ts';
import { naiveSegments } from './model/naive-compute.ts';
import { scenarioArbitrary, scenarioWindow } from './model/random-scenario.ts';
import type { Scenario } from './model/scenario.ts';

const minute = 60_000;
const hour = 60 * minute;
const runs = Number(process.env.MODEL_RUNS ?? 60);
const windowStart = Date.parse('2026-03-27T00:00:00Z');
const tenantId = 't';

const delays = [-4 * minute, -1000, 0, 0, 0, 0, 500, 10 * minute, 3 * hour, 26 * hour] as const;
const plan = fc.record({
  // Silences that are over before the clock of the owner says that they have lasted long enough.
  scenario: fc.tuple(scenarioArbitrary, fc.boolean()).map(([scenario, isJustOver]) => ({
    ...scenario,
    feeds: scenario.feeds.map(({ feedGapSeconds, ...feed }) => ({
      ...feed,
      feedGapSeconds: feedGapSeconds !== null && isJustOver ? feedGapSeconds - 50 : feedGapSeconds,
    })),
  })),
  delays: fc.array(fc.constantFrom(...delays), { minLength: 11, maxLength: 11 }),
  /** Facts that are sent again. */
  again: fc.array(fc.nat(), { maxLength: 10, size: 'max' }),
  /** Documents are there from the start, or written at an instant, in the place of another. */
  writtenAt: fc.array(fc.option(fc.integer({ min: scenarioWindow.from, max: scenarioWindow.to })), {
    minLength: 5,
    maxLength: 5,
  }),
  ticks: fc.array(fc.integer({ min: scenarioWindow.from, max: scenarioWindow.to }), { maxLength: 12 }),
  /** Of so many steps one computes, and one tells of silences. */
  computesEvery: fc.constantFrom(1, 1, 3, 10),
  tellsEvery: fc.constantFrom(1, 1, 5, 20),
});
type Plan = typeof plan extends fc.Arbitrary<infer P> ? P : never;

interface Step {
  readonly at: Instant;
  readonly happens: (run: Run) => Promise<void> | void;
}

interface Run {
  readonly owner: Owner;
  readonly partition: Partition;
  readonly person: Person;
}

it('is what the naive model gives, whatever came in which order', async () => {
  await fc.assert(
    fc.asyncProperty(plan, async (each) => {
      const rules = rulesOf(tablesOf(each.scenario));
      const steps = stepsOf(each, policyReachMs(rules));
      const end = Math.max(...steps.map(({ at }) => at), scenarioWindow.to) + hour;
      const scenario: Scenario = { ...each.scenario, asOf: end };
      const run = runOf(scenario, each);
      const told = new Map<string, Feed>();
      let now = scenarioWindow.from - hour;
      const advance = () => toNow(run.person, rules, told, now);
      for (const [i, { at, happens }] of steps.entries()) {
        now = Math.max(now, at);
        Object.assign(run.owner.clock, { now: () => now });
        await happens(run);
        if (i % each.tellsEvery === 0) tell(run, told, now);
        if (i % each.computesEvery === 0) advance();
      }
      now = end;
      tell(run, told, now);
      advance();
      expect(run.person.segments).toEqual(naiveSegments(scenario, { from: windowStart, to: end }));
    }),
    { numRuns: runs },
  );
}, 120_000);

function runOf(scenario: Scenario, { writtenAt }: Plan): Run {
  const partition = newPartition(0, 0, 0, 0);
  const integrations = new Map();
  for (const { integrationId, feedGapSeconds } of scenario.feeds) {
    integrations.set(integrationId, { deleted: false, document: { feedGapSeconds } });
    if (feedGapSeconds === null) continue;
    const feed: OwnedFeed = {
      ...{ tenantId, integrationId, openFrom: null, heardAt: 0, toldHeard: null },
      ledger: { thresholdMs: feedGapSeconds * 1000, first: null, last: null, gaps: [] },
      unaskedFrom: Number.POSITIVE_INFINITY,
    };
    partition.feeds.set(integrationKey(tenantId, integrationId), feed);
  }
  const state = { tenants: new Map([[tenantId, { integrations }]]) };
  const owner = { configuration: { state: () => state }, clock: {} } as unknown as Owner;
  const before = scenario.scheduleDocuments.map((document, i) =>
    writtenAt[i] === null ? document : earlier(document),
  );
  const person: Person = {
    ...{
      key: 't|p',
      tenantId,
      personId: 'p',
      timeZone: 'UTC',
      calendar: 'UTC',
      windowStart,
      computedTo: windowStart,
    },
    externalUsers: scenario.externalUsers,
    exceptions: scenario.exceptions,
    facts: new Map(),
    schedules: new Map(before.map((document) => [document.shiftDate, document])),
    ...{ before: null, segments: [], end: null, live: null, dueAt: 0 },
    ...{ changedFrom: Number.POSITIVE_INFINITY, unstoredFrom: Number.POSITIVE_INFINITY },
  };
  return { owner, partition, person };
}

/** What the document said before: the second half of its activities, ending elsewhere. */
function earlier({ shiftDate, activities }: ScheduleDocument): ScheduleDocument {
  const kept = activities.slice(Math.floor(activities.length / 2));
  return { shiftDate, activities: kept.map((each, i) => (i === kept.length - 1 ? half(each) : each)) };
}
const half = <A extends { readonly start: Instant; readonly end: Instant }>(activity: A): A => ({
  ...activity,
  end: Math.ceil((activity.start + activity.end) / 2),
});

function stepsOf({ scenario, delays: delayOf, again, writtenAt, ticks }: Plan, reachMs: number): Step[] {
  const delayed = (at: Instant, i: number) => at + delayOf[i % delayOf.length]!;
  const facts = [...scenario.facts, ...again.flatMap((i) => scenario.facts[i % scenario.facts.length] ?? [])];
  return [
    ...facts.map((fact, i) => ({
      at: delayed(fact.occurredAt, i),
      happens: async ({ owner, partition, person }: Run) => {
        expect(takeFact(person, fact)).toBe('taken');
        await applyMarks(owner, partition, [markOf(fact.integrationId, fact.occurredAt)]);
      },
    })),
    // Of other people: what is the person's own came with its facts.
    ...scenario.feeds.flatMap(({ integrationId, notifiedAt }, n) =>
      notifiedAt.map((at, i) => ({
        at: delayed(at, i + n),
        happens: async ({ owner, partition }: Run) => {
          await applyMarks(owner, partition, [markOf(integrationId, at)]);
        },
      })),
    ),
    ...scenario.scheduleDocuments.flatMap((document, i) => {
      const at = writtenAt[i];
      if (at === null || at === undefined) return [];
      const [first] = document.activities;
      const happens = ({ person }: Run) => {
        person.schedules.set(document.shiftDate, document);
        if (first) person.changedFrom = Math.min(person.changedFrom, first.start - reachMs);
      };
      return [{ at, happens }];
    }),
    ...ticks.map((at) => ({ at, happens: () => {} })),
  ].sort((a, b) => a.at - b.at);
}

const markOf = (integrationId: string, at: Instant) => ({
  ...{ tenantId, integrationId, second: Math.floor(at / 1000) },
  ...{ least: at, greatest: at },
});

/** As settling does: silences are declared, and the people of changed feeds are computed again with what is told. */
function tell({ partition, person }: Run, told: Map<string, Feed>, now: Instant): void {
  openSilences(partition, now);
  for (const feed of partition.feeds.values()) {
    const { integrationId, ledger, openFrom, unaskedFrom } = feed;
    const { thresholdMs, gaps, last } = ledger;
    if (!Number.isFinite(unaskedFrom) && told.has(integrationId)) continue;
    told.set(integrationId, { thresholdMs, gaps, last: openFrom, heard: last });
    person.changedFrom = Math.min(person.changedFrom, Math.max(unaskedFrom, windowStart));
    feed.unaskedFrom = Number.POSITIVE_INFINITY;
  }
}

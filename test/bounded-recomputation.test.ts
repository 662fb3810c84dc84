/**
 * Computing a part of the past again stops at a day that is what it was, once nothing that was asked for reaches over
 * its end: then everything after it is what it was, in thousands of random scenarios.
 */

import { userFacts } from '@adherence/adherence/domain/user-facts.ts';
import { isSettled } from '@adherence/adherence/recompute/rebuild-past.ts';
import { userKey } from '@adherence/domain/compute/actual.ts';
import { compute } from '@adherence/domain/compute/compute.ts';
import { rulesOf } from '@adherence/domain/compute/rules.ts';
import { appendSegments, clipSegments } from '@adherence/domain/compute/segments.ts';
import { policyReachMs } from '@adherence/domain/configuration/person-configuration.ts';
import type { Instant, Interval, LineFact, Segment } from '@adherence/domain/model.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inputsOf, tablesOf } from './model/compute-scenario.ts';
import { scenarioArbitrary, scenarioWindow } from './model/random-scenario.ts';
import type { Scenario } from './model/scenario.ts';

const minute = 60_000;
const runs = Number(process.env.MODEL_RUNS ?? 1_000);

interface Change {
  readonly before: Scenario;
  readonly after: Scenario;
  readonly past: Interval;
  readonly users: ReadonlySet<string>;
}

/** What comes to light late: an event, a schedule, an exception. */
function changeOf(scenario: Scenario, kind: string, pick: number): Change | null {
  if (kind === 'event') {
    const late = scenario.facts[pick % scenario.facts.length];
    if (!late || scenario.facts.some((fact) => fact !== late && isTwin(fact, late))) return null;
    const facts = scenario.facts.filter((fact) => fact !== late);
    const users = new Set([userKey(late.integrationId, late.externalUserId)]);
    const past = { from: late.occurredAt, to: late.occurredAt + 1 };
    return { before: { ...scenario, facts }, after: scenario, past, users };
  }
  const { scheduleDocuments, exceptions } = scenario;
  if (kind === 'exception') {
    const past = exceptions[pick % exceptions.length];
    const rest = exceptions.filter((exception) => exception !== past);
    return past
      ? { before: { ...scenario, exceptions: rest }, after: scenario, past, users: new Set() }
      : null;
  }
  const document = scheduleDocuments[pick % scheduleDocuments.length];
  const [first, last] = [document?.activities[0], document?.activities.at(-1)];
  if (!first || !last) return null;
  const rest = scheduleDocuments.filter((each) => each !== document);
  const past = { from: first.start, to: last.end };
  return { before: { ...scenario, scheduleDocuments: rest }, after: scenario, past, users: new Set() };
}

const isTwin = (a: LineFact, b: LineFact): boolean =>
  a.integrationId === b.integrationId && a.externalUserId === b.externalUserId && a.dedupKey === b.dedupKey;

const short = {
  // So that most of the sixty hours lies past what missing logouts reach.
  settings: (settings: Scenario['settings']): Scenario['settings'] =>
    [...settings, { ...defaults, validFrom: null }].map((version) => ({
      ...version,
      missingLogout: {
        afterShiftEndSeconds: Math.min(version.missingLogout.afterShiftEndSeconds, 900),
        maxStatusSeconds: Math.min(version.missingLogout.maxStatusSeconds, 3600),
      },
    })),
};
const defaults: Scenario['settings'][number] = {
  bufferSeconds: { notPresent: 60, wrongActivity: 0, notScheduled: 0 },
  graceMode: 'forgive',
  missingLogout: { afterShiftEndSeconds: 900, maxStatusSeconds: 3600 },
  validFrom: null,
};

function segmentsOf(scenario: Scenario, until: Instant): Segment[] {
  const inputs = inputsOf(scenario);
  const facts = new Map(
    [...inputs.facts].map(([user, ordered]) => [
      user,
      ordered.filter(({ occurredAt }) => occurredAt <= until),
    ]),
  );
  const { asOf } = scenario;
  const range = { from: scenarioWindow.from - 60 * minute, to: Math.min(asOf, until), asOf, carry: null };
  const { segments } = compute({ ...inputs, facts }, rulesOf(tablesOf(scenario)), range);
  const merged: Segment[] = [];
  appendSegments(merged, segments);
  return merged;
}

test('everything after a day that joins is what it was', () => {
  let joined = 0;
  fc.assert(
    fc.property(
      scenarioArbitrary,
      fc.constantFrom('event', 'event', 'schedule', 'exception'),
      fc.nat(),
      fc.constantFrom(15, 60, 240),
      (random, kind, pick, dayMinutes) => {
        const asOf = scenarioWindow.to;
        const scenario = { ...random, asOf, settings: short.settings(random.settings) };
        const change = changeOf(scenario, kind, pick);
        if (!change) return;
        const { before, after, past, users } = change;
        const dayMs = dayMinutes * minute;
        const rules = rulesOf(tablesOf(scenario));
        const reach = policyReachMs(rules);
        const [was, is] = [segmentsOf(before, asOf), segmentsOf(after, asOf)];
        const facts = new Map(
          [...inputsOf(after).facts].map(([user, ordered]) => [user, userFacts(ordered)]),
        );
        const first = Math.ceil((past.to + reach) / dayMs) * dayMs;
        for (let from = first; from + dayMs < asOf; from += dayMs) {
          const day = { from, to: from + dayMs };
          const isSame =
            JSON.stringify(clipSegments(was, day.from, day.to)) ===
            JSON.stringify(clipSegments(is, day.from, day.to));
          if (!isSame || !isSettled({ segments: is, facts }, { past, users }, day)) continue;
          joined += 1;
          expect(clipSegments(is, day.to, asOf)).toEqual(clipSegments(was, day.to, asOf));
          break;
        }
      },
    ),
    { numRuns: runs },
  );
  expect(joined).toBeGreaterThan(runs / 10);
});

test('what lies further ahead than missing logouts and buffers reach changes nothing before', () => {
  fc.assert(
    fc.property(scenarioArbitrary, fc.integer({ min: 1, max: 100 }), (random, step) => {
      const asOf = scenarioWindow.to;
      const scenario = { ...random, asOf, settings: short.settings(random.settings) };
      const to = scenarioWindow.from + step * 15 * minute;
      const longestBuffer = 4 * 60 * minute;
      const until = to + policyReachMs(rulesOf(tablesOf(scenario))) + longestBuffer;
      const [whole, part] = [segmentsOf(scenario, asOf), segmentsOf(scenario, until)];
      const start = scenarioWindow.from;
      expect(clipSegments(part, start, Math.min(to, asOf))).toEqual(
        clipSegments(whole, start, Math.min(to, asOf)),
      );
    }),
    { numRuns: runs },
  );
});

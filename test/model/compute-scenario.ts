/** A scenario of the naive model through the real `compute`, so that the two can be compared. */
import { type Feed, userKey } from '@adherence/domain/compute/actual.ts';
import { type Carry, compute, type PersonInputs } from '@adherence/domain/compute/compute.ts';
import { orderFacts } from '@adherence/domain/compute/facts.ts';
import { compileRules, type Rules, statusKey } from '@adherence/domain/compute/rules.ts';
import type { TenantRules, WrittenVersion } from '@adherence/domain/configuration/tables.ts';
import type { Instant, Interval, Segment } from '@adherence/domain/model.ts';
import type { Scenario } from './scenario.ts';

export function computeScenario(
  scenario: Scenario,
  range: Interval,
  carry: Carry | null = null,
): { readonly segments: readonly Segment[]; readonly end: Carry | null; readonly rules: Rules } {
  const rules = compileRules(tablesOf(scenario));
  const { asOf } = scenario;
  return { ...compute(inputsOf(scenario), rules, { ...range, asOf, carry }), rules };
}

export function inputsOf(scenario: Scenario): PersonInputs {
  const byUser = Map.groupBy(scenario.facts, (fact) => userKey(fact.integrationId, fact.externalUserId));
  return {
    externalUsers: scenario.externalUsers,
    facts: new Map([...byUser].map(([key, facts]) => [key, orderFacts(facts)])),
    feeds: new Map(
      scenario.feeds
        .filter(({ feedGapSeconds }) => feedGapSeconds !== null)
        .map(({ integrationId, feedGapSeconds, notifiedAt }) => [
          integrationId,
          feedOf(feedGapSeconds! * 1000, notifiedAt),
        ]),
    ),
    schedules: scenario.scheduleDocuments,
    exceptions: scenario.exceptions,
  };
}

function feedOf(thresholdMs: number, notifiedAt: readonly Instant[]): Feed {
  const at = [...new Set(notifiedAt)].sort((a, b) => a - b);
  const gaps = at
    .slice(1)
    .map((to, i) => ({ from: at[i]!, to }))
    .filter(({ from, to }) => to - from > thresholdMs);
  const last = at.at(-1) ?? null;
  return { thresholdMs, gaps, last, heard: last };
}

/** As they are configured; the offsets tell the versions apart. */
export function tablesOf(scenario: Scenario): TenantRules {
  let offset = 0;
  const written = <T>(validFrom: Instant | null, value: T): WrittenVersion<T> => ({
    validFrom,
    value,
    offset: offset++,
    writtenBy: 'token:test',
    writtenAt: 0,
  });
  const statusMappings = new Map<string, Map<string, WrittenVersion<string>[]>>();
  for (const { integrationId, status, breakType, activityId, validFrom } of scenario.mappings) {
    const ofIntegration = statusMappings.get(integrationId) ?? new Map<string, WrittenVersion<string>[]>();
    statusMappings.set(integrationId, ofIntegration);
    const key = statusKey(status, breakType);
    ofIntegration.set(key, [...(ofIntegration.get(key) ?? []), written(validFrom, activityId)]);
  }
  return {
    activityTypes: scenario.activityTypes,
    statusMappings,
    matches: scenario.matches.map(({ validFrom, rules }) => written(validFrom, rules)),
    settings: scenario.settings.map(({ validFrom, ...settings }) =>
      written(validFrom, { targetScore: 0.9, ...settings }),
    ),
  };
}

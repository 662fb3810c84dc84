/** Explanations against the segments that they explain, on random scenarios: nothing is said that did not decide. */
import { compute, type SegmentReason } from '@adherence/domain/compute/compute.ts';
import { compileRules, defaultActivityId } from '@adherence/domain/compute/rules.ts';
import { appendSegments } from '@adherence/domain/compute/segments.ts';
import type { ConcerningException } from '@adherence/domain/configuration/tables.ts';
import { type Explanation, explain } from '@adherence/domain/explain.ts';
import type { Segment } from '@adherence/domain/model.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inputsOf, tablesOf } from './model/compute-scenario.ts';
import { scenarioArbitrary, scenarioWindow } from './model/random-scenario.ts';
import type { Scenario } from './model/scenario.ts';

const numRuns = Number(process.env.MODEL_RUNS ?? 150);

function explained(scenario: Scenario): { plain: Segment[]; pairs: [Segment, Explanation][] } {
  const inputs = inputsOf(scenario);
  const tables = tablesOf(scenario);
  const rules = compileRules(tables);
  const range = {
    from: scenarioWindow.from - 3_600_000,
    to: scenario.asOf,
    asOf: scenario.asOf,
    carry: null,
  };
  const reasons: SegmentReason[] = [];
  const { segments } = compute(inputs, rules, range, reasons);
  const exceptions = scenario.exceptions.map(
    ({ from, to }, i): ConcerningException => ({
      id: `x${i}`,
      stored: {
        document: { from, to, reason: '', everyone: true },
        offset: i,
        writtenBy: '',
        writtenAt: 0,
        deleted: false,
      },
    }),
  );
  const why = explain(segments, reasons, tables, rules, exceptions);
  expect(reasons.length).toBe(segments.length);
  const { segments: plain } = compute(inputs, rules, range);
  return { plain: [...plain], pairs: segments.map((segment, i) => [segment, why[i]!]) };
}

const merged = (segments: readonly Segment[]): Segment[] => {
  const list: Segment[] = [];
  appendSegments(list, segments);
  return list;
};

const property = (holds: (segment: Segment, why: Explanation, scenario: Scenario) => void): void => {
  fc.assert(
    fc.property(scenarioArbitrary, (scenario) => {
      for (const [segment, why] of explained(scenario).pairs) holds(segment, why, scenario);
    }),
    { numRuns },
  );
};

describe('reasons', () => {
  it('change nothing: the segments that come with them merge to the same', () => {
    fc.assert(
      fc.property(scenarioArbitrary, (scenario) => {
        const { plain, pairs } = explained(scenario);
        expect(merged(pairs.map(([segment]) => segment))).toEqual(merged(plain));
      }),
      { numRuns },
    );
  });

  it('name a notification that was there, not later, and that reported what is shown', () => {
    property((segment, { cause, notification, latest, externalUser }, scenario) => {
      if (cause === 'notification' || cause === 'missingLogout') {
        expect(scenario.facts).toContain(notification);
        expect(notification!.occurredAt).toBeLessThanOrEqual(segment.from);
        expect(notification).toMatchObject(externalUser!);
      } else expect(notification).toBe(null);
      if (latest) {
        expect(latest.occurredAt).toBeLessThanOrEqual(segment.from);
        expect(latest.occurredAt).toBeGreaterThanOrEqual(notification!.occurredAt);
      }
      const { kind, externalStatus, breakType, estimated } = segment.actual;
      if (kind === 'activity') {
        expect(notification).toMatchObject({ status: externalStatus, breakType });
      } else if (kind === 'offline' && cause === 'notification')
        expect(isOfflineReport(notification!)).toBe(true);
      expect(cause === 'missingLogout').toBe(estimated);
      expect(cause === 'feedGap' || cause === 'noExternalUser').toBe(kind === 'unknown');
    });
  });

  it('name the version of the mapping that gave the activity', () => {
    property((segment, { mapping }) => {
      expect(mapping !== null).toBe(segment.actual.kind === 'activity');
      if (!mapping) return;
      expect(mapping.version?.value ?? defaultActivityId).toBe(segment.actual.activityId);
      expect(mapping.version === null).toBe(mapping.rule === 'unmapped' || mapping.rule === 'login');
      expect(mapping.version?.validFrom ?? segment.from).toBeLessThanOrEqual(segment.from);
    });
  });

  it('name a match exactly where the state is in adherence, and exceptions exactly where it is excluded', () => {
    property((segment, { match, exceptions, shiftDate }) => {
      const { state, actual, scheduledActivityId } = segment;
      expect(match !== null).toBe(scheduledActivityId !== null && actual.kind !== 'unknown');
      if (match && state !== 'EXCLUDED') expect(match.by !== null).toBe(state === 'IN_ADHERENCE');
      expect(exceptions.length > 0).toBe(state === 'EXCLUDED');
      expect(shiftDate).toBe(segment.shiftDate);
    });
  });

  it('name the buffer and the mode by which an episode counts', () => {
    property((segment, { grace }) => {
      const { state, inBuffer, countedAs } = segment;
      const isOut = state === 'NOT_PRESENT' || state === 'WRONG_ACTIVITY' || state === 'NOT_SCHEDULED';
      expect(grace !== null).toBe(isOut);
      if (!grace) return;
      expect(inBuffer).toBe(segment.from < grace.bufferEndsAt);
      expect(countedAs).toBe(inBuffer ? grace.inBufferCountsAs : grace.afterBufferCountsAs);
      expect(grace.since <= segment.from && segment.to <= grace.until).toBe(true);
      expect(grace.version?.validFrom ?? grace.since).toBeLessThanOrEqual(grace.since);
    });
  });

  it('name every silent feed, and what ended a status', () => {
    property((segment, { cause, feedGaps, missingLogout, latest, notification }) => {
      expect(feedGaps.length > 0).toBe(cause === 'feedGap');
      for (const { from, to } of feedGaps) expect(from <= segment.from && segment.to <= to).toBe(true);
      expect(missingLogout !== null).toBe(cause === 'missingLogout');
      if (!missingLogout) return;
      const { limit, endedAt, policy } = missingLogout;
      const last = (latest ?? notification)!.occurredAt;
      expect(endedAt).toBeLessThanOrEqual(segment.from);
      if (limit === 'maxStatus') expect(endedAt - last).toBe(policy.maxStatusSeconds * 1000);
      else expect(endedAt - last).toBeLessThan(policy.maxStatusSeconds * 1000);
    });
  });
});

const isOfflineReport = ({ eventType }: { eventType: string }): boolean =>
  eventType === 'LOGOUT' || eventType === 'HEARTBEAT';

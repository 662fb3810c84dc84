/** The real `compute` against the naive model, and its own properties, on random scenarios. */
import { cellsOf, sumAmounts } from '@adherence/domain/compute/cells.ts';
import { appendSegments, carryAt, clipSegments } from '@adherence/domain/compute/segments.ts';
import type { Interval, Segment } from '@adherence/domain/model.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { computeScenario } from './model/compute-scenario.ts';
import { naiveAmounts } from './model/naive-amounts.ts';
import { naiveSegments } from './model/naive-compute.ts';
import { scenarioArbitrary } from './model/random-scenario.ts';
import type { Scenario } from './model/scenario.ts';

const runs = Number(process.env.MODEL_RUNS ?? 1_000);

/** From before the first thing that a scenario knows to its asOf. */
function rangeOf(scenario: Scenario): Interval {
  const instants = [
    ...scenario.facts.map(({ occurredAt }) => occurredAt),
    ...scenario.scheduleDocuments.flatMap(({ activities }) => activities.map(({ start }) => start)),
    scenario.asOf,
  ];
  return { from: Math.min(...instants) - 3_600_000, to: scenario.asOf };
}

const merged = (segments: readonly Segment[]): Segment[] => {
  const list: Segment[] = [];
  appendSegments(list, segments);
  return list;
};

describe('compute', () => {
  it('gives the segments and amounts of the naive model', () => {
    fc.assert(
      fc.property(scenarioArbitrary, (scenario) => {
        const range = rangeOf(scenario);
        const { segments, rules } = computeScenario(scenario, range);
        expect(merged(segments)).toEqual(merged(naiveSegments(scenario, range)));
        expect(sumAmounts(cellsOf(segments, rules.activityType))).toEqual(naiveAmounts(scenario, range));
      }),
      { numRuns: runs },
    );
  });

  it('keeps the sum identity in every bucket, before and after grace', () => {
    fc.assert(
      fc.property(scenarioArbitrary, (scenario) => {
        const { segments, rules } = computeScenario(scenario, rangeOf(scenario));
        for (const cell of cellsOf(segments, rules.activityType)) {
          const { scheduledMs, inMs, notPresentMs, wrongActivityMs, noDataMs } = cell;
          expect(inMs + notPresentMs + wrongActivityMs + noDataMs).toBe(scheduledMs);
          const { rawInMs, rawNotPresentMs, rawWrongActivityMs } = cell;
          expect(rawInMs + rawNotPresentMs + rawWrongActivityMs + noDataMs).toBe(scheduledMs);
        }
      }),
      { numRuns: runs },
    );
  });

  it('does not depend on the order or repetition of the facts', () => {
    fc.assert(
      fc.property(scenarioArbitrary, fc.infiniteStream(fc.nat()), (scenario, random) => {
        const shuffled = [...scenario.facts, ...scenario.facts]
          .map((fact) => ({ fact, at: random.next().value as number }))
          .sort((a, b) => a.at - b.at)
          .map(({ fact }) => fact);
        const range = rangeOf(scenario);
        expect(computeScenario({ ...scenario, facts: shuffled }, range).segments).toEqual(
          computeScenario(scenario, range).segments,
        );
      }),
      { numRuns: runs },
    );
  });

  it('gives the same from any instant on, when told what runs into it', () => {
    fc.assert(
      fc.property(scenarioArbitrary, fc.double({ min: 0, max: 1, noNaN: true }), (scenario, share) => {
        const range = rangeOf(scenario);
        const border = Math.floor(range.from + share * (range.to - range.from));
        const whole = computeScenario(scenario, range);
        const carry = carryAt(whole.segments, border);
        const second = computeScenario(scenario, { from: border, to: range.to }, carry);
        expect(merged(second.segments)).toEqual(merged(clipSegments(whole.segments, border, range.to)));
      }),
      { numRuns: runs },
    );
  });
});

import type { Interval, Segment } from '@adherence/domain/model.ts';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { added, naiveAmounts, naiveCells, zeroAmounts } from './model/naive-amounts.ts';
import { momentAt, naiveSegments } from './model/naive-compute.ts';
import { scenarioArbitrary, scenarioWindow } from './model/random-scenario.ts';
import type { Scenario } from './model/scenario.ts';

const runs = { numRuns: 300, seed: 20260328 };
const wholeOf = (scenario: Scenario): Interval => ({ from: scenarioWindow.from, to: scenario.asOf });

describe('the naive model holds its own promises on random scenarios', () => {
  it('looks at every instant at which anything changes: any other instant agrees with its segment', () => {
    const someInstants = fc.array(fc.integer({ min: scenarioWindow.from, max: scenarioWindow.to }), {
      minLength: 10,
      maxLength: 20,
    });
    fc.assert(
      fc.property(scenarioArbitrary, someInstants, (scenario, instants) => {
        for (const segment of naiveSegments(scenario, wholeOf(scenario))) {
          const inside = instants.filter((at) => segment.from <= at && at < segment.to);
          for (const at of [...inside, segment.from, segment.to - 1]) {
            const { scheduledActivityId, shiftDate, actual, state } = momentAt(scenario, at);
            expect(segment).toMatchObject({ scheduledActivityId, shiftDate, actual, state });
          }
        }
      }),
      runs,
    );
  });

  it('covers a range up to asOf without gaps, adjacent segments differ', () => {
    fc.assert(
      fc.property(scenarioArbitrary, (scenario) => {
        const range = wholeOf(scenario);
        const segments = naiveSegments(scenario, range);
        const ends = [segments[0]?.from, segments.at(-1)?.to];
        expect(ends).toEqual(range.from < range.to ? [range.from, range.to] : [undefined, undefined]);
        for (const [index, segment] of segments.entries()) {
          const next = segments[index + 1];
          if (next === undefined) continue;
          expect(next.from).toBe(segment.to);
          expect(withoutTimes(next)).not.toEqual(withoutTimes(segment));
        }
      }),
      runs,
    );
  });

  it('counts every scheduled millisecond once, before and after grace, and so do the cells', () => {
    fc.assert(
      fc.property(scenarioArbitrary, (scenario) => {
        const sum = naiveAmounts(scenario, wholeOf(scenario));
        expect(sum.inMs + sum.notPresentMs + sum.wrongActivityMs + sum.noDataMs).toBe(sum.scheduledMs);
        expect(sum.rawInMs + sum.rawNotPresentMs + sum.rawWrongActivityMs + sum.noDataMs).toBe(
          sum.scheduledMs,
        );
        const cells = naiveCells(scenario, wholeOf(scenario));
        expect(cells.map((cell) => cell.amounts).reduce(added, zeroAmounts)).toEqual(sum);
      }),
      runs,
    );
  });

  it('gives the same for any order of the facts and for facts that came twice', () => {
    fc.assert(
      fc.property(scenarioArbitrary, (scenario) => {
        const facts = [...scenario.facts, ...scenario.facts].reverse();
        const range = wholeOf(scenario);
        expect(naiveSegments({ ...scenario, facts }, range)).toEqual(naiveSegments(scenario, range));
      }),
      runs,
    );
  });
});

describe('random scenarios are rich', () => {
  it.each(Object.entries(sights()))('%s', (_name, { isSeen, atLeast }) => {
    const seen = samples().filter(({ segments }) => segments.some(isSeen));
    expect(seen.length).toBeGreaterThanOrEqual(atLeast);
  });
});

/** What must be seen, and in how many of 300 scenarios: far below what the generator gives, far above nothing. */
function sights(): Record<string, { isSeen: (segment: Segment) => boolean; atLeast: number }> {
  return {
    'in adherence': { isSeen: ({ state }) => state === 'IN_ADHERENCE', atLeast: 60 },
    'not present, out': {
      isSeen: ({ state, countedAs }) => is(state, countedAs, 'NOT_PRESENT', 'out'),
      atLeast: 60,
    },
    'not present, in': {
      isSeen: ({ state, countedAs }) => is(state, countedAs, 'NOT_PRESENT', 'in'),
      atLeast: 20,
    },
    'wrong activity, out': {
      isSeen: ({ state, countedAs }) => is(state, countedAs, 'WRONG_ACTIVITY', 'out'),
      atLeast: 60,
    },
    'wrong activity, in': {
      isSeen: ({ state, countedAs }) => is(state, countedAs, 'WRONG_ACTIVITY', 'in'),
      atLeast: 20,
    },
    'highlighted late, counted out all the same': {
      isSeen: ({ inBuffer, countedAs }) => inBuffer && countedAs === 'out',
      atLeast: 20,
    },
    'not scheduled': { isSeen: ({ state }) => state === 'NOT_SCHEDULED', atLeast: 100 },
    'in adherence, not counted': {
      isSeen: ({ state, countedAs }) => state === 'IN_ADHERENCE' && countedAs === null,
      atLeast: 3,
    },
    'no data': { isSeen: ({ state }) => state === 'NO_DATA', atLeast: 40 },
    excluded: { isSeen: ({ state }) => state === 'EXCLUDED', atLeast: 30 },
    'estimated logout': { isSeen: ({ actual }) => actual.estimated, atLeast: 60 },
    'offline that matches': {
      isSeen: ({ state, actual }) => state === 'IN_ADHERENCE' && actual.kind === 'offline',
      atLeast: 4,
    },
    'login without status': {
      isSeen: ({ actual }) => actual.kind === 'activity' && actual.externalStatus === null,
      atLeast: 40,
    },
    'break type': { isSeen: ({ actual }) => actual.breakType !== null, atLeast: 60 },
  };
}

const is = (state: Segment['state'], countedAs: Segment['countedAs'], ...wanted: [string, string]): boolean =>
  state === wanted[0] && countedAs === wanted[1];

let sampled: { readonly segments: readonly Segment[] }[] | undefined;
function samples() {
  sampled ??= fc
    .sample(scenarioArbitrary, runs)
    .map((scenario) => ({ segments: naiveSegments(scenario, wholeOf(scenario)) }));
  return sampled;
}

function withoutTimes({ from: _from, to: _to, ...rest }: Segment) {
  return rest;
}

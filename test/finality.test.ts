/** What was final at an instant never changes by the passing of time: on random scenarios, asOf moving on by steps. */
import type { Feed } from '@adherence/domain/compute/actual.ts';
import { bucketMs, type Cell, cellsOf } from '@adherence/domain/compute/cells.ts';
import { compute, type PersonInputs } from '@adherence/domain/compute/compute.ts';
import { finalUntil } from '@adherence/domain/compute/live.ts';
import { compileRules } from '@adherence/domain/compute/rules.ts';
import type { Instant } from '@adherence/domain/model.ts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { inputsOf, tablesOf } from './model/compute-scenario.ts';
import { scenarioArbitrary, scenarioWindow } from './model/random-scenario.ts';
import { knownAt, type Scenario } from './model/scenario.ts';

const minute = 60_000;
const runs = Number(process.env.MODEL_RUNS ?? 400);
const { from: windowFrom, to: windowTo } = scenarioWindow;

const plan = fc.record({
  scenario: scenarioArbitrary,
  startsAt: fc.integer({ min: 0, max: (windowTo - windowFrom) / (5 * minute) }),
  stepMinutes: fc.array(fc.constantFrom(1, 5, 15, 15, 29, 60, 61, 240, 720), { minLength: 8, maxLength: 14 }),
  /** Modes as they come, or the one in which an episode counts as a whole. */
  isRetroactive: fc.boolean(),
  /** With what came later taken away, or as if the clocks of the senders were ahead. */
  knowsTheFuture: fc.boolean(),
  /** Silences are told with the step after so many. */
  toldAfter: fc.nat(14),
});

/** As its people are told of a feed: a silence at the live end only once it is declared. */
const undeclared = (feeds: ReadonlyMap<string, Feed>): ReadonlyMap<string, Feed> =>
  new Map([...feeds].map(([id, feed]) => [id, { ...feed, last: null }]));

const retroactive = (scenario: Scenario): Scenario => ({
  ...scenario,
  settings: scenario.settings.map((version, i) => ({
    ...version,
    graceMode: 'retroactive',
    validFrom: i === 0 ? null : version.validFrom,
  })),
});

it('a final bucket stays as it is without new input', () => {
  let compared = 0;
  let undecided = 0;
  fc.assert(
    fc.property(
      plan,
      ({ scenario: any, isRetroactive, startsAt, stepMinutes, knowsTheFuture, toldAfter }) => {
        const scenario = isRetroactive ? retroactive(any) : any;
        const rules = compileRules(tablesOf(scenario));
        let asOf = windowFrom + startsAt * 5 * minute;
        const inputs = inputsOf(knowsTheFuture ? scenario : knownAt(scenario, asOf));
        const untold: PersonInputs = { ...inputs, feeds: undeclared(inputs.feeds) };
        const final = new Map<Instant, string>();
        for (const [i, minutes] of stepMinutes.entries()) {
          const known = i < toldAfter ? untold : inputs;
          const computed = compute(known, rules, { from: windowFrom, to: asOf, asOf, carry: null });
          const until = finalUntil(known, rules, computed, asOf);
          const cells = Map.groupBy(cellsOf(computed.segments, rules.activityType), ({ bucket }) => bucket);
          const changed = [...final].find(([bucket, was]) => textOf(cells.get(bucket)) !== was);
          expect(
            changed && { bucket: changed[0], was: changed[1], is: cells.get(changed[0]) },
          ).toBeUndefined();
          for (let bucket = windowFrom; bucket < until; bucket += bucketMs) {
            if (final.has(bucket)) continue;
            final.set(bucket, textOf(cells.get(bucket)));
            compared++;
          }
          if (until < Math.floor(asOf / bucketMs) * bucketMs - bucketMs) undecided++;
          asOf += minutes * minute;
        }
      },
    ),
    { numRuns: runs },
  );
  // The scenarios are such that both happens often.
  expect(compared).toBeGreaterThan(runs * 10);
  expect(undecided).toBeGreaterThan(runs);
});

const textOf = (cells: readonly Cell[] = []): string => JSON.stringify(cells);

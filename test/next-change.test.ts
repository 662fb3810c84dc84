/** Between an instant and the next change that is told for it, nothing of what the board shows changes by itself. */
import type { Feed } from '@adherence/domain/compute/actual.ts';
import { compute, type PersonInputs } from '@adherence/domain/compute/compute.ts';
import { liveState, nextChange } from '@adherence/domain/compute/live.ts';
import { rulesOf } from '@adherence/domain/compute/rules.ts';
import type { Instant } from '@adherence/domain/model.ts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { inputsOf, tablesOf } from './model/compute-scenario.ts';
import { scenarioArbitrary, scenarioWindow } from './model/random-scenario.ts';
import { knownAt } from './model/scenario.ts';

const runs = Number(process.env.MODEL_RUNS ?? 400);
/** Clocks of senders are ahead by so much, at most (odigo-notifications.md). */
const clocksAheadMs = 5 * 60_000;
const share = fc.double({ min: 0, max: 1, noNaN: true });

it('a person is computed again in time', () => {
  let changed = 0;
  fc.assert(
    fc.property(scenarioArbitrary, share, share, fc.boolean(), (scenario, start, later, isTold) => {
      const asOf = Math.floor(scenarioWindow.from + start * (scenarioWindow.to - scenarioWindow.from));
      const rules = rulesOf(tablesOf(scenario));
      const all = inputsOf(knownAt(scenario, asOf + clocksAheadMs));
      // A silence at the live end is told of, or not declared yet.
      const inputs: PersonInputs = isTold ? all : { ...all, feeds: undeclared(all.feeds) };
      const shown = (asOf: Instant) => {
        const range = { from: scenarioWindow.from - 1, to: asOf, asOf, carry: null };
        const { segments, end } = compute(inputs, rules, range);
        return liveState(inputs, rules, segments, end, asOf);
      };
      const live = shown(asOf);
      const next = nextChange(inputs, rules, live, asOf);
      expect(next).toBeGreaterThanOrEqual(asOf);
      const last = Math.min(next - 1, scenarioWindow.to + 100 * 3_600_000);
      for (const at of [Math.floor(asOf + later * (last - asOf)), last]) {
        if (at > asOf) expect(shown(at)).toEqual(live);
      }
      if (JSON.stringify(shown(last + 2)) !== JSON.stringify(live)) changed += 1;
    }),
    { numRuns: runs },
  );
  // And many of the instants told are changes.
  expect(changed).toBeGreaterThan(runs / 4);
});

const undeclared = (feeds: ReadonlyMap<string, Feed>): ReadonlyMap<string, Feed> =>
  new Map([...feeds].map(([id, feed]) => [id, { ...feed, last: null }]));

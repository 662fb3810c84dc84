/** The real `compute` against the naive model, and its own properties, on random scenarios. */
import { type Cell, cellsOf, sumAmounts } from '@adherence/domain/compute/cells.ts';
import { personDays } from '@adherence/domain/compute/person-days.ts';
import { appendSegments, carryAt, clipSegments } from '@adherence/domain/compute/segments.ts';
import type { Amounts, Instant, Interval, Segment } from '@adherence/domain/model.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { computeScenario } from './model/compute-scenario.ts';
import {
  added,
  isZero,
  type NaiveCell,
  naiveAmounts,
  naiveCells,
  zeroAmounts,
} from './model/naive-amounts.ts';
import { daysLater, localDate, startOfDate } from './model/naive-calendar.ts';
import { naiveSegments } from './model/naive-compute.ts';
import { scenarioArbitrary, scenarioWindow } from './model/random-scenario.ts';
import { movedBy, type Scenario } from './model/scenario.ts';

const runs = Number(process.env.MODEL_RUNS ?? 1_000);
const hour = 3_600_000;

/** From before the first thing that a scenario knows to its asOf. */
function rangeOf(scenario: Scenario): Interval {
  const instants = [
    ...scenario.facts.map(({ occurredAt }) => occurredAt),
    ...scenario.scheduleDocuments.flatMap(({ activities }) => activities.map(({ start }) => start)),
    scenario.asOf,
  ];
  return { from: Math.min(...instants) - hour, to: scenario.asOf };
}

const merged = (segments: readonly Segment[]): Segment[] => {
  const list: Segment[] = [];
  appendSegments(list, segments);
  return list;
};

type NamedAmounts = readonly (readonly [name: string, amounts: Amounts])[];

/** In order of their names: two cells of one name would be two entries. */
const inOrder = (cells: NamedAmounts): NamedAmounts => cells.toSorted(([a], [b]) => (a < b ? -1 : 1));

const nameOf = (cell: Pick<NaiveCell, 'bucket' | 'shiftDate' | 'scheduledActivityId' | 'actualActivityId'>) =>
  JSON.stringify([cell.bucket, cell.shiftDate, cell.scheduledActivityId, cell.actualActivityId]);

const ofProduct = (cells: readonly Cell[]): NamedAmounts =>
  inOrder(
    cells.map((cell) => {
      const {
        bucket: _bucket,
        shiftDate: _date,
        scheduledActivityId: _s,
        actualActivityId: _a,
        ...amounts
      } = cell;
      return [nameOf(cell), amounts];
    }),
  );

/** Time in which nothing counts has no cell. */
const ofModel = (cells: readonly NaiveCell[]): NamedAmounts =>
  inOrder(cells.filter(({ amounts }) => !isZero(amounts)).map((cell) => [nameOf(cell), cell.amounts]));

/** Instants of a range, ascending, its ends among them. */
const borders = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 6 });
function partsOf({ from, to }: Interval, shares: readonly number[]): Interval[] {
  const inner = shares.map((share) => Math.floor(from + share * (to - from)));
  const all = [from, ...inner, to].sort((a, b) => a - b);
  return all.slice(1).map((end, i) => ({ from: all[i]!, to: end }));
}

describe('compute', () => {
  it('gives the segments of the naive model, and its amounts in every bucket, where they keep the sum identity', () => {
    fc.assert(
      fc.property(scenarioArbitrary, (scenario) => {
        const range = rangeOf(scenario);
        const { segments, rules } = computeScenario(scenario, range);
        expect(segments).toEqual(naiveSegments(scenario, range));
        const cells = cellsOf(segments, rules.activityType);
        expect(ofProduct(cells)).toEqual(ofModel(naiveCells(scenario, range)));
        expect(sumAmounts(cells)).toEqual(naiveAmounts(scenario, range));
        for (const cell of cells) {
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

  it('gives the same from any instant on, when told what runs into it, and tells what does', () => {
    fc.assert(
      fc.property(scenarioArbitrary, fc.double({ min: 0, max: 1, noNaN: true }), (scenario, share) => {
        const range = rangeOf(scenario);
        const border = Math.floor(range.from + share * (range.to - range.from));
        const whole = computeScenario(scenario, range);
        const carry = carryAt(whole.segments, border);
        expect(computeScenario(scenario, { from: range.from, to: border }).end).toEqual(carry);
        const second = computeScenario(scenario, { from: border, to: range.to }, carry);
        expect(merged(second.segments)).toEqual(clipSegments(whole.segments, border, range.to));
      }),
      { numRuns: runs },
    );
  });

  it('parts of a range add up to the whole, amount by amount, wherever it is split', () => {
    fc.assert(
      fc.property(scenarioArbitrary, borders, (scenario, shares) => {
        const range = rangeOf(scenario);
        const { segments, rules } = computeScenario(scenario, range);
        const amountsOf = (list: readonly Segment[], { from, to }: Interval) =>
          sumAmounts(cellsOf(list, rules.activityType, from, to));
        const parts = partsOf(range, shares).map((part) => {
          const amounts = amountsOf(segments, part);
          // As a reader computes it who begins there.
          const carry = carryAt(segments, part.from);
          const own = computeScenario(scenario, { from: part.from, to: scenario.asOf }, carry).segments;
          expect(amountsOf(own, part)).toEqual(amounts);
          expect(amountsOf(clipSegments(segments, part.from, part.to), range)).toEqual(amounts);
          expect(amounts).toEqual(naiveAmounts(scenario, part));
          return amounts;
        });
        expect(parts.reduce(added, zeroAmounts)).toEqual(amountsOf(segments, range));
      }),
      { numRuns: Math.ceil(runs / 4) },
    );
  });
});

describe('days of a person', () => {
  // Clocks change in the middle of the scenario: by half an hour in Lord Howe, at midnight in Cairo and Beirut.
  it.each([
    ['Europe/Paris', '2026-03-29T01:00:00Z'],
    ['Europe/Paris', '2026-10-25T01:00:00Z'],
    ['America/St_Johns', '2026-03-08T05:30:00Z'],
    ['Australia/Adelaide', '2026-10-03T16:30:00Z'],
    ['Australia/Lord_Howe', '2026-04-04T15:00:00Z'],
    ['Australia/Lord_Howe', '2026-10-03T15:30:00Z'],
    ['Pacific/Chatham', '2026-04-04T14:00:00Z'],
    ['Africa/Cairo', '2026-04-23T22:00:00Z'],
    ['Asia/Beirut', '2026-10-24T21:00:00Z'],
    ['Asia/Kathmandu', '2026-03-29T01:00:00Z'],
  ])('in %s around %s are the buckets of the naive model, by date', (timeZone, change) => {
    const by = Date.parse(change) - Date.parse('2026-03-29T01:00:00Z');
    fc.assert(
      fc.property(scenarioArbitrary, (original) => {
        const scenario = movedBy(original, by);
        const asOf = Math.max(scenario.asOf, scenarioWindow.from + by + 1);
        const dateOf = (at: Instant) => localDate(timeZone, at);
        const start = startOfDate(timeZone, dateOf(rangeOf(scenario).from));
        const { segments, rules } = computeScenario(scenario, { from: start, to: asOf });
        const days = personDays(segments, rules.activityType, timeZone, start, asOf);

        const cells = naiveCells(scenario, { from: start, to: asOf });
        for (const [i, { day, from, to, totals, cells: ofDay, segments: own }] of days.entries()) {
          const previous = days[i - 1];
          expect(day).toBe(previous ? daysLater(previous.day, 1) : dateOf(start));
          expect([from, to]).toEqual([day, daysLater(day, 1)].map((date) => startOfDate(timeZone, date)));
          const wanted = cells.filter(({ bucket }) => dateOf(bucket) === day);
          expect(ofProduct(ofDay)).toEqual(ofModel(wanted));
          expect(totals).toEqual(wanted.map(({ amounts }) => amounts).reduce(added, zeroAmounts));
          expect(own).toEqual(naiveSegments(scenario, { from, to }));
        }
        expect(days.at(-1)?.day).toBe(dateOf(asOf - 1));
      }),
      { numRuns: Math.ceil(runs / 40) },
    );
  });
});

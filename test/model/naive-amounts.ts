/**
 * From segments to integers: domain.md, "Metrics". Every amount is the plain sum of the lengths of the segments'
 * overlaps with an interval.
 */
import type { ActivityType, Amounts, Instant, Interval, Segment } from '@adherence/domain/model.ts';
import { naiveSegments } from './naive-compute.ts';
import type { Scenario } from './scenario.ts';

/** The amounts of one 15-minute bucket that share shift date, scheduled and actual activity. */
export interface NaiveCell {
  /** Start of the bucket, a multiple of 15 minutes in UTC. */
  readonly bucket: Instant;
  /** null when unscheduled. */
  readonly shiftDate: string | null;
  readonly scheduledActivityId: string | null;
  /** null when offline or unknown. */
  readonly actualActivityId: string | null;
  readonly amounts: Amounts;
  /** Time in the actual activity, the `actual` of the report: unlike workedMs of any type, and inside exceptions too. */
  readonly actualMs: number;
}

export const bucketMs = 15 * 60_000;

/** Cells in order of bucket, shift date, scheduled and actual activity; those with nothing in them are left out. */
export function naiveCells(scenario: Scenario, range: Interval): NaiveCell[] {
  const cells = new Map<string, NaiveCell>();
  for (const segment of naiveSegments(scenario, range)) {
    for (const { from, to } of quartersOf(segment)) {
      const bucket = Math.floor(from / bucketMs) * bucketMs;
      const part = { ...segment, from, to };
      const { shiftDate, scheduledActivityId } = segment;
      const identity = {
        bucket,
        shiftDate,
        scheduledActivityId,
        actualActivityId: segment.actual.activityId,
      };
      const key = JSON.stringify(Object.values(identity));
      const sum = cells.get(key)?.amounts ?? zeroAmounts;
      cells.set(key, {
        ...identity,
        amounts: added(sum, amountsOf(scenario, part)),
        actualMs: (cells.get(key)?.actualMs ?? 0) + actualMsOf(part),
      });
    }
  }
  return [...cells.entries()]
    .filter(([, cell]) => !isZero(cell.amounts) || cell.actualMs > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, cell]) => cell);
}

/** The amounts of a range as a whole. */
export function naiveAmounts(scenario: Scenario, range: Interval): Amounts {
  return naiveSegments(scenario, range)
    .map((segment) => amountsOf(scenario, segment))
    .reduce(added, zeroAmounts);
}

export const zeroAmounts: Amounts = {
  scheduledMs: 0,
  inMs: 0,
  notPresentMs: 0,
  wrongActivityMs: 0,
  noDataMs: 0,
  excludedMs: 0,
  notScheduledMs: 0,
  workedMs: 0,
  rawInMs: 0,
  rawNotPresentMs: 0,
  rawWrongActivityMs: 0,
};

export function added(a: Amounts, b: Amounts): Amounts {
  const names = Object.keys(zeroAmounts) as (keyof Amounts)[];
  return Object.fromEntries(names.map((name) => [name, a[name] + b[name]])) as unknown as Amounts;
}

export const isZero = (amounts: Amounts): boolean => Object.values(amounts).every((amount) => amount === 0);

const workTypes: readonly (ActivityType | undefined)[] = ['Presence', 'Meeting', 'Break'];

/** The amounts of one segment: its length, or nothing, under each name. */
export function amountsOf(scenario: Scenario, segment: Segment): Amounts {
  const { state, countedAs } = segment;
  const when = (applies: boolean): number => (applies ? segment.to - segment.from : 0);
  const { activityId } = segment.actual;
  const works = activityId !== null && workTypes.includes(scenario.activityTypes.get(activityId));
  return {
    scheduledMs: when(countedAs === 'in' || countedAs === 'out' || countedAs === 'noData'),
    inMs: when(countedAs === 'in'),
    notPresentMs: when(countedAs === 'out' && state === 'NOT_PRESENT'),
    wrongActivityMs: when(countedAs === 'out' && state === 'WRONG_ACTIVITY'),
    noDataMs: when(countedAs === 'noData'),
    excludedMs: when(countedAs === 'excluded'),
    notScheduledMs: when(state === 'NOT_SCHEDULED'),
    workedMs: when(works && state !== 'EXCLUDED'),
    rawInMs: when(state === 'IN_ADHERENCE' && countedAs === 'in'),
    rawNotPresentMs: when(state === 'NOT_PRESENT'),
    rawWrongActivityMs: when(state === 'WRONG_ACTIVITY'),
  };
}

/** Decided by the vectors: an exception takes time out of the score and out of workedMs, not out of `actual`. */
const actualMsOf = ({ actual, from, to }: Segment): number => (actual.kind === 'activity' ? to - from : 0);

function quartersOf({ from, to }: Interval): Interval[] {
  const parts: Interval[] = [];
  for (let start = from; start < to; ) {
    const end = Math.min(to, (Math.floor(start / bucketMs) + 1) * bucketMs);
    parts.push({ from: start, to: end });
    start = end;
  }
  return parts;
}

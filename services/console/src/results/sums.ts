/** Amounts added up by group and period: what every way of reading results ends in. */
import { cellsOf, noAmounts } from '@adherence/domain/compute/cells.ts';
import type { Rules } from '@adherence/domain/compute/rules.ts';
import { type Calendar, dateOf } from '@adherence/domain/configuration/person-calendar.ts';
import type { Amounts, Instant, Interval, Segment } from '@adherence/domain/model.ts';
import { shiftReachMs } from '@adherence/domain/schedule-limits.ts';
import { addAmounts, type MutableAmounts } from './amounts.ts';
import type { Group } from './groups.ts';
import { bucketSizeOf, type Granularity, isCalendar, periodDate, periodOf } from './periods.ts';

export interface AdherenceQuery extends Interval {
  readonly granularity: Granularity;
  /** Days, and what is made of them, by shift date. */
  readonly shiftDate: boolean;
}

/** A row is final once everything is that may count in it, with what the range cuts off. */
export const finalAt = ({ to }: Interval, { shiftDate }: Pick<AdherenceQuery, 'shiftDate'>): Instant =>
  shiftDate ? to + shiftReachMs : to;

export interface Sums {
  /** `key` is a date, an instant within the period, or '' for the total. */
  readonly add: (group: number, key: string | number, amounts: Amounts) => void;
  readonly rows: () => (Interval & { group: number; key: string | null; amounts: Amounts })[];
}

export interface SummedGroup extends Pick<Group, 'key' | 'timeZone'> {
  /** Tells the dates of instants where they are not those of the zone. */
  readonly calendar?: Calendar;
}

/** Adds amounts up by group and period, whatever way the period of each was told. */
export function createSums(groups: readonly SummedGroup[], query: AdherenceQuery): Sums {
  const { granularity } = query;
  const sizeMs = bucketSizeOf(granularity);
  const sums = new Map<string, Interval & { group: number; amounts: MutableAmounts }>();

  /** The same few days come for everybody, and where a day begins is dear to find. */
  const periods = new Map<string, Interval>();

  const periodAt = ({ timeZone, calendar }: SummedGroup, key: string | number): Interval => {
    if (isCalendar(granularity)) {
      const date =
        typeof key === 'string' && key.includes('-') ? key : dateOf(calendar ?? timeZone, Number(key));
      const id = `${timeZone}|${date}`;
      const period = periods.get(id) ?? periodOf(granularity, timeZone, periodDate(granularity, date));
      periods.set(id, period);
      return period;
    }
    if (sizeMs === null) return query;
    const from = Math.floor(Number(key) / sizeMs) * sizeMs;
    return { from, to: from + sizeMs };
  };

  return {
    add(group, key, amounts) {
      const { from, to } = periodAt(groups[group]!, key);
      const id = `${group}|${from}`;
      let sum = sums.get(id);
      if (!sum) {
        sum = { group, from, to, amounts: { ...noAmounts } };
        sums.set(id, sum);
      }
      addAmounts(sum.amounts, amounts);
    },
    rows: () =>
      [...sums.values()]
        .sort((a, b) => a.from - b.from || a.group - b.group)
        .map((sum) => ({ ...sum, key: groups[sum.group]!.key })),
  };
}

/** What segments of a group's people amount to, clipped to the range of the query. */
export function addSegments(
  sums: Sums,
  group: number,
  segments: readonly Segment[],
  activityType: Rules['activityType'],
  { from, to, shiftDate }: AdherenceQuery,
): void {
  for (const cell of cellsOf(segments, activityType, from, to)) {
    const key = shiftDate && cell.shiftDate !== null ? cell.shiftDate : Math.max(cell.bucket, from);
    sums.add(group, key, cell);
  }
}

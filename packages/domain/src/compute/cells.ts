/**
 * Segments -> amounts: per 15-minute bucket and pair of scheduled and actual activity, exact to the millisecond.
 * Everything that is summed anywhere (history, reports, exports) is a sum of these cells.
 */
import type { Amounts, Instant, Segment } from '../model.ts';
import type { Rules } from './rules.ts';

export const bucketMs = 15 * 60_000;

export interface Cell extends Amounts {
  /** Start of the bucket, a multiple of 15 minutes of UTC. */
  readonly bucket: Instant;
  readonly shiftDate: string | null;
  readonly scheduledActivityId: string | null;
  readonly actualActivityId: string | null;
}

export const bucketOf = (at: Instant): Instant => Math.floor(at / bucketMs) * bucketMs;

/** Cells of the segments, clipped to `[from, to)`; cells in which nothing counts are left out. Sorted by bucket. */
export function cellsOf(
  segments: readonly Segment[],
  activityType: Rules['activityType'],
  from: Instant = Number.NEGATIVE_INFINITY,
  to: Instant = Number.POSITIVE_INFINITY,
): Cell[] {
  const cells: MutableCell[] = [];
  let open: MutableCell[] = [];
  for (const segment of segments) {
    const worked = isWorked(segment, activityType);
    if (segment.countedAs === null && segment.state !== 'NOT_SCHEDULED' && !worked) continue;
    const end = Math.min(segment.to, to);
    for (let at = Math.max(segment.from, from); at < end; ) {
      const bucket = bucketOf(at);
      const next = Math.min(end, bucket + bucketMs);
      if (open.length > 0 && open[0]!.bucket !== bucket) open = [];
      addSegment(cellFor(cells, open, bucket, segment), segment, next - at, worked);
      at = next;
    }
  }
  return cells;
}

export const noAmounts: Amounts = {
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

export function sumAmounts(items: Iterable<Amounts>): Amounts {
  const sum = { ...noAmounts };
  for (const item of items) addAmounts(sum, item);
  return sum;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type MutableCell = Mutable<Cell>;

function addAmounts(sum: Mutable<Amounts>, item: Amounts): void {
  sum.scheduledMs += item.scheduledMs;
  sum.inMs += item.inMs;
  sum.notPresentMs += item.notPresentMs;
  sum.wrongActivityMs += item.wrongActivityMs;
  sum.noDataMs += item.noDataMs;
  sum.excludedMs += item.excludedMs;
  sum.notScheduledMs += item.notScheduledMs;
  sum.workedMs += item.workedMs;
  sum.rawInMs += item.rawInMs;
  sum.rawNotPresentMs += item.rawNotPresentMs;
  sum.rawWrongActivityMs += item.rawWrongActivityMs;
}

/** domain.md: `A` is an activity of type Presence, Meeting or Break, outside UNKNOWN and EXCLUDED. */
function isWorked({ actual, state }: Segment, activityType: Rules['activityType']): boolean {
  if (actual.activityId === null || state === 'EXCLUDED') return false;
  const type = activityType(actual.activityId);
  return type === 'Presence' || type === 'Meeting' || type === 'Break';
}

function cellFor(cells: MutableCell[], open: MutableCell[], bucket: Instant, segment: Segment): MutableCell {
  for (const cell of open) {
    if (
      cell.scheduledActivityId === segment.scheduledActivityId &&
      cell.actualActivityId === segment.actual.activityId &&
      cell.shiftDate === segment.shiftDate
    ) {
      return cell;
    }
  }
  const cell: MutableCell = {
    ...noAmounts,
    bucket,
    shiftDate: segment.shiftDate,
    scheduledActivityId: segment.scheduledActivityId,
    actualActivityId: segment.actual.activityId,
  };
  open.push(cell);
  cells.push(cell);
  return cell;
}

function addSegment(cell: MutableCell, { state, countedAs }: Segment, ms: number, worked: boolean): void {
  if (worked) cell.workedMs += ms;
  if (state === 'NOT_SCHEDULED') cell.notScheduledMs += ms;
  if (countedAs === null) return;
  if (countedAs === 'excluded') {
    cell.excludedMs += ms;
    return;
  }
  cell.scheduledMs += ms;
  if (countedAs === 'noData') cell.noDataMs += ms;
  if (countedAs === 'in') cell.inMs += ms;
  if (state === 'IN_ADHERENCE') cell.rawInMs += ms;
  if (state === 'NOT_PRESENT') {
    cell.rawNotPresentMs += ms;
    if (countedAs === 'out') cell.notPresentMs += ms;
  }
  if (state === 'WRONG_ACTIVITY') {
    cell.rawWrongActivityMs += ms;
    if (countedAs === 'out') cell.wrongActivityMs += ms;
  }
}

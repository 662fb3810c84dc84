/** Lists of segments: merging, clipping, joining. A list is contiguous or has gaps, never overlaps, and is sorted. */
import type { Actual, Instant, Segment, State } from '../model.ts';
import type { Carry } from './compute.ts';

/** Appends `next` to `list`, merging where two neighbours say the same, so that a list does not show how it was cut. */
export function appendSegments(list: Segment[], next: readonly Segment[]): void {
  for (const segment of next) {
    const last = list.at(-1);
    if (last && last.to === segment.from && saysTheSame(last, segment)) {
      list[list.length - 1] = { ...last, to: segment.to };
    } else {
      list.push(segment);
    }
  }
}

/** The part of the list inside `[from, to)`. */
export function clipSegments(list: readonly Segment[], from: Instant, to: Instant): Segment[] {
  const clipped: Segment[] = [];
  if (to <= from) return clipped;
  for (let i = firstEndingAfter(list, from); i < list.length; i++) {
    const segment = list[i]!;
    if (segment.from >= to) break;
    clipped.push(
      segment.from >= from && segment.to <= to
        ? segment
        : { ...segment, from: Math.max(segment.from, from), to: Math.min(segment.to, to) },
    );
  }
  return clipped;
}

/** Index of the first segment that ends after an instant. */
export function firstEndingAfter(list: readonly Segment[], at: Instant): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle]!.to <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** State just before an instant and since when, as far as the list reaches back; null before the list begins. */
export function carryAt(list: readonly Segment[], at: Instant, before: Carry | null = null): Carry | null {
  let index = firstEndingAfter(list, at - 1);
  const last = list[index];
  if (!last || last.from >= at) return before;
  const { state } = last;
  while (index > 0 && list[index - 1]!.state === state && list[index - 1]!.to === list[index]!.from) index--;
  if (index === 0 && before && before.state === state) return before;
  return { state, since: list[index]!.from };
}

export const isOut = (state: State | null): boolean =>
  state === 'NOT_PRESENT' || state === 'WRONG_ACTIVITY' || state === 'NOT_SCHEDULED';

function saysTheSame(a: Segment, b: Segment): boolean {
  return (
    a.state === b.state &&
    a.inBuffer === b.inBuffer &&
    a.countedAs === b.countedAs &&
    a.scheduledActivityId === b.scheduledActivityId &&
    a.shiftDate === b.shiftDate &&
    sameActual(a.actual, b.actual)
  );
}

export function sameActual(a: Actual, b: Actual): boolean {
  return (
    a === b ||
    (a.kind === b.kind &&
      a.activityId === b.activityId &&
      a.externalStatus === b.externalStatus &&
      a.breakType === b.breakType &&
      a.estimated === b.estimated)
  );
}

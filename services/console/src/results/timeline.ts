/** A person's segments without gaps: what is stored, and before and between it what no event says anything of. */

import type { Person } from '@adherence/domain/configuration/entities.ts';
import { holdsAt } from '@adherence/domain/configuration/tables.ts';
import type { Actual, Instant, Interval, Segment } from '@adherence/domain/model.ts';

export type TimelineSegment = Omit<Segment, 'shiftDate'>;

/**
 * Covers the range; adjacent equal segments are one. `segments` ascend and do not overlap, and may reach over the
 * range. Where nothing is stored a person with an external user is offline, one without is unknown (domain.md).
 */
export function timelineOf(
  segments: readonly Segment[],
  externalUsers: Person['externalUsers'],
  { from, to }: Interval,
): TimelineSegment[] {
  const timeline: TimelineSegment[] = [];
  let at = from;
  for (const segment of segments) {
    const start = Math.max(segment.from, from);
    const end = Math.min(segment.to, to);
    if (start >= end) continue;
    for (const empty of emptySegments(externalUsers, at, start)) push(timeline, empty);
    const { shiftDate: _, ...shown } = segment;
    push(timeline, { ...shown, from: start, to: end });
    at = end;
  }
  for (const empty of emptySegments(externalUsers, at, to)) push(timeline, empty);
  return timeline;
}

export interface ClosableSegment extends TimelineSegment {
  /** In a closed period: it stands; absent elsewhere. */
  readonly closed?: true;
}

/** Segments cut where closed periods begin and end; `closed` ascend and do not overlap. */
export function withClosed(
  segments: readonly TimelineSegment[],
  closed: readonly Interval[],
): ClosableSegment[] {
  const borders = closed.flatMap(({ from, to }) => [from, to]);
  return segments.flatMap((segment) => {
    const cuts = borders.filter((at) => segment.from < at && at < segment.to);
    const times = [segment.from, ...new Set(cuts), segment.to];
    return times.slice(0, -1).map((from, i) => {
      const isClosed = closed.some((interval) => interval.from <= from && from < interval.to);
      return { ...segment, from, to: times[i + 1]!, ...(isClosed ? { closed: true as const } : {}) };
    });
  });
}

function push(timeline: TimelineSegment[], segment: TimelineSegment): void {
  const last = timeline.at(-1);
  if (last && last.to === segment.from && isSameBesideTime(last, segment)) {
    timeline[timeline.length - 1] = { ...last, to: segment.to };
  } else {
    timeline.push(segment);
  }
}

function isSameBesideTime(a: TimelineSegment, b: TimelineSegment): boolean {
  return (
    a.scheduledActivityId === b.scheduledActivityId &&
    a.state === b.state &&
    a.inBuffer === b.inBuffer &&
    a.countedAs === b.countedAs &&
    a.actual.kind === b.actual.kind &&
    a.actual.activityId === b.actual.activityId &&
    a.actual.externalStatus === b.actual.externalStatus &&
    a.actual.breakType === b.actual.breakType &&
    a.actual.estimated === b.actual.estimated
  );
}

function emptySegments(
  externalUsers: Person['externalUsers'],
  from: Instant,
  to: Instant,
): TimelineSegment[] {
  if (from >= to) return [];
  const borders = externalUsers
    .flatMap(({ validFrom, validTo }) => [validFrom, validTo])
    .filter((border) => border !== null && border > from && border < to) as Instant[];
  const times = [from, ...new Set(borders.sort((a, b) => a - b)), to];
  return times.slice(0, -1).map((start, index) => ({
    from: start,
    to: times[index + 1]!,
    scheduledActivityId: null,
    actual: nothing(externalUsers.some((user) => holdsAt(user, start)) ? 'offline' : 'unknown'),
    state: null,
    inBuffer: false,
    countedAs: null,
  }));
}

const nothing = (kind: 'offline' | 'unknown'): Actual => ({
  kind,
  activityId: null,
  externalStatus: null,
  breakType: null,
  estimated: false,
});

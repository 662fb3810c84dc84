/**
 * The one computation: facts, feeds, schedules, tables, range and asOf -> segments. Live board, history,
 * recomputation, API, export and what-if all come from it. Pure: no clock, no order of arrival (domain.md, "Exact
 * rules"). From any instant on it gives the same, when told what runs into it. Up to an instant before asOf it does not:
 * an episode that goes on there counts in `retroactive` as if it ended.
 */
import type {
  Actual,
  CountedAs,
  Instant,
  Interval,
  ScheduleDocument,
  ScheduledActivity,
  Segment,
  State,
} from '../model.ts';
import { type ActualInputs, type ActualPiece, type ActualReason, actualPieces } from './actual.ts';
import type { LineContext } from './line.ts';
import { nextStep, type Rules, type Settings, stepAt, valueAt } from './rules.ts';

export interface PersonInputs extends ActualInputs {
  /** Documents that overlap the range, and those whose end may end a status that runs into it. */
  readonly schedules: readonly ScheduleDocument[];
  /** Approved exceptions that concern the person, in any order. */
  readonly exceptions: readonly Interval[];
}

export interface ComputeRange {
  readonly from: Instant;
  /** Nothing is computed past asOf. */
  readonly to: Instant;
  readonly asOf: Instant;
  /** State in force just before `from` and since when; an episode that reaches into the range goes on. */
  readonly carry: Carry | null;
}

export interface Carry {
  readonly state: State | null;
  readonly since: Instant;
}

export interface Computed {
  /** Contiguous over `[from, min(to, asOf))`; adjacent ones differ. */
  readonly segments: readonly Segment[];
  /** State at the end of the range; null when the range is empty and nothing was carried in. */
  readonly end: Carry | null;
}

/** Why a segment is what it is, as it was decided. */
export interface SegmentReason {
  readonly actual: ActualReason;
  /** Inside an exception, whether or not `S` would count. */
  readonly excepted: boolean;
  /** Null for states that are no episodes. */
  readonly episode: Episode | null;
}

export interface Episode {
  readonly since: Instant;
  /** End of the episode, or of what is computed of it. */
  readonly until: Instant;
  readonly grace: Grace;
}

/**
 * With a list of `reasons` it receives one for each segment, and segments are cut wherever a reason may change: merged
 * (segments.ts) they are the same.
 */
export function compute(
  inputs: PersonInputs,
  rules: Rules,
  range: ComputeRange,
  reasons: SegmentReason[] | null = null,
): Computed {
  const to = Math.min(range.to, range.asOf);
  if (to <= range.from) return { segments: [], end: range.carry };
  const context: LineContext = {
    shiftEnds: shiftEndsOf(inputs.schedules),
    settings: rules.settings,
    asOf: range.asOf,
  };
  const withReasons = reasons !== null;
  const actuals = actualPieces(inputs, rules, range.from, to, context, withReasons);
  const slots = slotsOf(inputs.schedules);
  const spans = stateSpans(actuals, slots, mergeIntervals(inputs.exceptions), rules, withReasons);
  return segmentsOf(spans, rules, range.carry, reasons);
}

/** Ends of the last activities of the documents, ascending (domain.md, "Missing logout"). */
export function shiftEndsOf(schedules: readonly ScheduleDocument[]): Instant[] {
  return schedules.flatMap(({ activities }) => activities.at(-1)?.end ?? []).sort((a, b) => a - b);
}

/** Time that counts against a schedule: domain.md, "`S` counts", before exceptions. */
export function countsWhenScheduled(activityId: string, rules: Rules): boolean {
  const type = rules.activityType(activityId);
  return type === 'Presence' || type === 'Meeting' || type === 'Break';
}

export interface Slot extends ScheduledActivity {
  readonly shiftDate: string;
}

/** Scheduled activities of all documents in order of time. */
export function slotsOf(schedules: readonly ScheduleDocument[]): Slot[] {
  return schedules.flatMap(slotsOfOne).sort((a, b) => a.start - b.start);
}

/** Documents never change, and a person's are asked for with every event. */
function slotsOfOne(document: ScheduleDocument): readonly Slot[] {
  let slots = knownSlots.get(document);
  if (!slots) {
    const { shiftDate, activities } = document;
    slots = activities.map((activity) => ({ ...activity, shiftDate }));
    knownSlots.set(document, slots);
  }
  return slots;
}
const knownSlots = new WeakMap<ScheduleDocument, readonly Slot[]>();

export function mergeIntervals(intervals: readonly Interval[]): Interval[] {
  const merged: { from: Instant; to: Instant }[] = [];
  for (const { from, to } of [...intervals].sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else if (from < to) merged.push({ from, to });
  }
  return merged;
}

interface Span extends Interval {
  readonly slot: Slot | null;
  readonly actual: Actual;
  readonly state: State | null;
  /** `S` counts here, so that the time is in, out, without data or excluded. */
  readonly counts: boolean;
  readonly excepted: boolean;
  readonly reason: ActualReason | null;
}

/** Cuts time where anything that decides the state changes, and decides it. */
function stateSpans(
  actuals: readonly ActualPiece[],
  slots: readonly Slot[],
  exceptions: readonly Interval[],
  rules: Rules,
  keepsApart: boolean,
): Span[] {
  const spans: Span[] = [];
  let slot = 0;
  let exception = 0;
  for (const piece of actuals) {
    let at = piece.from;
    while (at < piece.to) {
      while (slot < slots.length && slots[slot]!.end <= at) slot++;
      while (exception < exceptions.length && exceptions[exception]!.to <= at) exception++;
      const ahead = slots[slot];
      const scheduled = ahead && ahead.start <= at ? ahead : null;
      const nextException = exceptions[exception];
      const excepted = nextException !== undefined && nextException.from <= at;
      const to = Math.min(
        piece.to,
        scheduled ? scheduled.end : (ahead?.start ?? piece.to),
        excepted ? nextException.to : (nextException?.from ?? piece.to),
        nextStep(rules.matches, at),
      );
      const counts = scheduled !== null && countsWhenScheduled(scheduled.activityId, rules);
      const { actual, reason } = piece;
      const state = stateOf(scheduled, counts, excepted, actual, rules, at);
      const span = { from: at, to, slot: scheduled, actual, state, counts, excepted, reason };
      if (keepsApart) spans.push(span);
      else pushSpan(spans, span);
      at = to;
    }
  }
  return spans;
}

/** The table of domain.md, "State at an instant t", read from the top. */
function stateOf(
  slot: Slot | null,
  counts: boolean,
  excepted: boolean,
  actual: Actual,
  rules: Rules,
  at: Instant,
): State | null {
  if (counts && excepted) return 'EXCLUDED';
  if (slot && actual.kind !== 'unknown') {
    const matches = rules.matches.values[stepAt(rules.matches, at)]!;
    if (matches(actual.activityId, slot.activityId)) return 'IN_ADHERENCE';
  }
  if (counts) {
    if (actual.kind === 'offline') return 'NOT_PRESENT';
    return actual.kind === 'unknown' ? 'NO_DATA' : 'WRONG_ACTIVITY';
  }
  return actual.kind === 'activity' ? 'NOT_SCHEDULED' : null;
}

function pushSpan(spans: Span[], span: Span): void {
  const last = spans.at(-1);
  if (
    last &&
    last.state === span.state &&
    last.actual === span.actual &&
    last.slot?.activityId === span.slot?.activityId &&
    last.slot?.shiftDate === span.slot?.shiftDate
  ) {
    spans[spans.length - 1] = { ...last, to: span.to };
  } else {
    spans.push(span);
  }
}

/** Runs of one state, buffer and grace: domain.md, "Episode" and "Buffer b". */
function segmentsOf(
  spans: readonly Span[],
  rules: Rules,
  carry: Carry | null,
  reasons: SegmentReason[] | null,
): Computed {
  const segments: Segment[] = [];
  let end: Carry | null = carry;
  for (let first = 0; first < spans.length; ) {
    const { state, from } = spans[first]!;
    let last = first;
    while (last + 1 < spans.length && spans[last + 1]!.state === state) last++;
    const since: Instant = first === 0 && carry && carry.state === state ? carry.since : from;
    const until = spans[last]!.to;
    const grace = graceOf(state, since, until, rules.settings);
    for (let i = first; i <= last; i++) {
      pushSegments(segments, spans[i]!, grace);
      while (reasons && reasons.length < segments.length) {
        const { reason, excepted } = spans[i]!;
        const episode = grace && { since, until, grace };
        reasons.push({ actual: reason!, excepted, episode });
      }
    }
    end = { state, since };
    first = last + 1;
  }
  return { segments, end };
}

export interface Grace {
  readonly bufferEnd: Instant;
  /** What out time counts as inside and after the buffer. */
  readonly inBuffer: CountedAs;
  readonly afterBuffer: CountedAs;
}

/** Buffer of an episode that began at `since` and has lasted until `end`; null for states that are no episodes. */
function graceOf(state: State | null, since: Instant, end: Instant, settings: Steps): Grace | null {
  const bufferMs = bufferMsOf(state, since, settings);
  if (bufferMs === null) return null;
  const bufferEnd = since + bufferMs;
  if (state === 'NOT_SCHEDULED') return { bufferEnd, inBuffer: null, afterBuffer: null };
  switch (valueAt(settings, since).graceMode) {
    case 'forgive':
      return { bufferEnd, inBuffer: 'in', afterBuffer: 'out' };
    case 'retroactive':
      return { bufferEnd, inBuffer: end <= bufferEnd ? 'in' : 'out', afterBuffer: 'out' };
    case 'alarm_only':
      return { bufferEnd, inBuffer: 'out', afterBuffer: 'out' };
  }
}

type Steps = Rules['settings'];

/** Buffer of the out states in milliseconds, from the settings valid at the start of the episode. */
export function bufferMsOf(state: State | null, since: Instant, settings: Steps): number | null {
  const { bufferSeconds }: Settings = valueAt(settings, since);
  switch (state) {
    case 'NOT_PRESENT':
      return bufferSeconds.notPresent * 1000;
    case 'WRONG_ACTIVITY':
      return bufferSeconds.wrongActivity * 1000;
    case 'NOT_SCHEDULED':
      return bufferSeconds.notScheduled * 1000;
    default:
      return null;
  }
}

function pushSegments(segments: Segment[], span: Span, grace: Grace | null): void {
  if (!grace) {
    const countedAs = countedWithoutGrace(span);
    pushSegment(segments, span, span.from, span.to, false, countedAs);
    return;
  }
  const border = Math.min(Math.max(grace.bufferEnd, span.from), span.to);
  if (span.from < border) pushSegment(segments, span, span.from, border, true, grace.inBuffer);
  if (border < span.to) pushSegment(segments, span, border, span.to, false, grace.afterBuffer);
}

function countedWithoutGrace({ state, counts }: Span): CountedAs {
  if (state === 'EXCLUDED') return 'excluded';
  if (!counts) return null;
  return state === 'NO_DATA' ? 'noData' : 'in';
}

function pushSegment(
  segments: Segment[],
  span: Span,
  from: Instant,
  to: Instant,
  inBuffer: boolean,
  countedAs: CountedAs,
): void {
  segments.push({
    from,
    to,
    scheduledActivityId: span.slot?.activityId ?? null,
    shiftDate: span.slot?.shiftDate ?? null,
    actual: span.actual,
    state: span.state,
    inBuffer,
    countedAs,
  });
}

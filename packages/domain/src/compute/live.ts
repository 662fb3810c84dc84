/** What the live board shows of a person, when it changes next by itself, and up to when the past is final. */
import type { Actual, Instant, Segment, State } from '../model.ts';
import { type Feed, gapAhead, userKey } from './actual.ts';
import { bucketMs, bucketOf } from './cells.ts';
import { bufferMsOf, type Carry, type PersonInputs, shiftEndsOf, slotsOf } from './compute.ts';
import { firstAfter } from './facts.ts';
import { type LineContext, pendingLogouts } from './line.ts';
import { nextStep, type Rules, valueAt } from './rules.ts';
import { carryAt } from './segments.ts';

export interface LiveState {
  readonly scheduledActivityId: string | null;
  readonly scheduledUntil: Instant | null;
  /** When the schedule changes next, and to what; null = nothing is scheduled then. */
  readonly nextScheduled: NextScheduled | null;
  readonly actual: Actual;
  readonly state: State | null;
  /** Since when the state holds, over changes of activity. */
  readonly since: Instant;
  readonly inBuffer: boolean;
  /** End of the buffer while in it. */
  readonly bufferEndsAt: Instant | null;
}

export interface NextScheduled {
  readonly at: Instant;
  readonly activityId: string | null;
}

/** State in the last millisecond before asOf, from the segments that `compute` gave up to asOf. */
export function liveState(
  inputs: PersonInputs,
  rules: Rules,
  segments: readonly Segment[],
  end: Carry | null,
  asOf: Instant,
): LiveState | null {
  const last = segments.at(-1);
  if (!last || !end) return null;
  const slots = slotsOf(inputs.schedules);
  const slot = slots.find(({ start, end }) => start < asOf && end >= asOf);
  const bufferMs = last.inBuffer ? bufferMsOf(last.state, end.since, rules.settings) : null;
  return {
    scheduledActivityId: last.scheduledActivityId,
    scheduledUntil: last.scheduledActivityId === null ? null : (slot?.end ?? null),
    nextScheduled: nextScheduled(slots, slot, asOf),
    actual: last.actual,
    state: last.state,
    since: end.since,
    inBuffer: last.inBuffer,
    bufferEndsAt: bufferMs === null ? null : end.since + bufferMs,
  };
}

function nextScheduled(
  slots: ReturnType<typeof slotsOf>,
  current: { readonly end: Instant } | undefined,
  asOf: Instant,
): NextScheduled | null {
  const from = current?.end ?? asOf;
  const next = slots.find(({ start }) => start >= from);
  if (current && next?.start !== from) return { at: from, activityId: null };
  return next ? { at: next.start, activityId: next.activityId } : null;
}

/** First instant from asOf on at which the state may change without a new event; Infinity when none. */
export function nextChange(
  inputs: PersonInputs,
  rules: Rules,
  live: LiveState | null,
  asOf: Instant,
): Instant {
  let next = Number.POSITIVE_INFINITY;
  const consider = (at: Instant) => {
    if (at >= asOf && at < next) next = at;
  };
  for (const { activities } of inputs.schedules) {
    for (const { start, end } of activities) {
      consider(start);
      consider(end);
    }
  }
  for (const { from, to } of inputs.exceptions) {
    consider(from);
    consider(to);
  }
  const context = contextOf(inputs, rules, asOf);
  for (const { validFrom, validTo, integrationId, externalUserId } of inputs.externalUsers) {
    if (validFrom !== null) consider(validFrom);
    if (validTo !== null) consider(validTo);
    const facts = inputs.facts.get(userKey(integrationId, externalUserId)) ?? [];
    const ahead = facts[firstAfter(facts, asOf - 1)];
    if (ahead) consider(ahead.occurredAt);
    for (const { decidedAt } of pendingLogouts(facts, context)) consider(decidedAt);
    const feed = inputs.feeds.get(integrationId);
    if (!feed) continue;
    if (feed.last !== null) consider(feed.last + feed.thresholdMs);
    const gap = gapAhead(feed, asOf - 1);
    if (gap) {
      consider(gap.from + feed.thresholdMs);
      consider(gap.to);
    }
  }
  if (live?.bufferEndsAt != null) consider(live.bufferEndsAt);
  if (live?.actual.externalStatus != null) {
    for (const { integrationId } of inputs.externalUsers) {
      const { externalStatus, breakType } = live.actual;
      consider(nextStep(rules.mapping(integrationId, externalStatus, breakType), asOf));
    }
  }
  consider(nextStep(rules.matches, asOf));
  return next;
}

/** What was computed of a person, as far as finality depends on it. */
export interface ComputedPast {
  readonly segments: readonly Segment[];
  /** State that runs into the first segment, where that is known. */
  readonly before?: Carry | null;
  /** State at asOf; null where nothing that is asked for depends on it. */
  readonly end: Carry | null;
}

/**
 * Buckets that end at or before this instant are final (domain.md, "asOf"): asOf is 15 minutes past their end, the
 * feeds have passed it, and no undecided missing logout or retroactive episode can still change them.
 */
export function finalUntil(
  inputs: PersonInputs,
  rules: Rules,
  computed: ComputedPast,
  asOf: Instant,
): Instant {
  let settled = asOf;
  const context = contextOf(inputs, rules, asOf);
  for (const { integrationId, externalUserId } of inputs.externalUsers) {
    const feed = inputs.feeds.get(integrationId);
    const facts = inputs.facts.get(userKey(integrationId, externalUserId)) ?? [];
    if (feed) settled = Math.min(settled, lastHeard(feed, asOf));
    for (const { from } of pendingLogouts(facts, context)) settled = Math.min(settled, from);
  }
  return bucketOf(Math.min(asOf - bucketMs, decidedUntil(computed, rules, settled, asOf)));
}

/** What is open from `settled` on may end the episode there: one that would be in its buffer then is undecided as a whole. */
function decidedUntil(
  { segments, before = null, end }: ComputedPast,
  rules: Rules,
  settled: Instant,
  asOf: Instant,
): Instant {
  const carry = settled < asOf ? carryAt(segments, settled, before) : end;
  const isKnown =
    settled >= asOf || (segments[0] && segments[0].from < settled) || (carry && carry.since < settled);
  if (!isKnown) return settled - longestRetroactiveMs(rules);
  return carry && isUndecided(carry, rules, settled) ? carry.since : settled;
}

/** An undecided episode began at most so long ago. */
function longestRetroactiveMs({ settings }: Rules): number {
  const buffers = settings.values
    .filter(({ graceMode }) => graceMode === 'retroactive')
    .map(({ bufferSeconds }) => Math.max(bufferSeconds.notPresent, bufferSeconds.wrongActivity));
  return Math.max(0, ...buffers) * 1000;
}

/** A retroactive episode that is still inside its buffer: all of it may yet count as out. */
export function isUndecided(end: Carry, rules: Rules, at: Instant): boolean {
  const bufferMs = bufferMsOf(end.state, end.since, rules.settings);
  if (bufferMs === null || end.state === 'NOT_SCHEDULED') return false;
  return valueAt(rules.settings, end.since).graceMode === 'retroactive' && at - end.since <= bufferMs;
}

/** Up to when a feed has passed: what has been heard of it, however late a silence is told. */
function lastHeard(feed: Feed, asOf: Instant): Instant {
  return Math.min(gapAhead(feed, asOf)?.from ?? asOf, feed.heard ?? 0, asOf);
}

function contextOf(inputs: PersonInputs, rules: Rules, asOf: Instant): LineContext {
  return { shiftEnds: shiftEndsOf(inputs.schedules), settings: rules.settings, asOf };
}

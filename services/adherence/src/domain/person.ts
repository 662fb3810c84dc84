/**
 * A person as its owner holds it in memory: facts, schedules and segments of a window that begins yesterday. A cache
 * of what is stored, never a truth of its own. `advance` computes only from where something may differ.
 */
import { addDays } from '@adherence/domain/calendar.ts';
import { type Feed, gapAhead, userKey } from '@adherence/domain/compute/actual.ts';
import type { FoundBreakType } from '@adherence/domain/compute/break-types.ts';
import { type Carry, compute, type PersonInputs } from '@adherence/domain/compute/compute.ts';
import { isUndecided, type LiveState, liveState, nextChange } from '@adherence/domain/compute/live.ts';
import { type Rules, valueAt } from '@adherence/domain/compute/rules.ts';
import { appendSegments, carryAt, clipSegments } from '@adherence/domain/compute/segments.ts';
import { type Calendar, dateOf, dateStart } from '@adherence/domain/configuration/person-calendar.ts';
import type {
  ExternalUserAssignment,
  Instant,
  Interval,
  LineFact,
  ScheduleDocument,
  Segment,
} from '@adherence/domain/model.ts';
import { scheduleLookbackDays } from '@adherence/domain/schedule-limits.ts';
import { addBreakType, addFact, dropFactsBefore, type UserFacts, userFacts } from './user-facts.ts';

export interface Person {
  readonly key: string;
  readonly tenantId: string;
  readonly personId: string;
  timeZone: string;
  /** Cuts the person's days. */
  calendar: Calendar;
  externalUsers: readonly ExternalUserAssignment[];
  exceptions: readonly Interval[];
  readonly facts: Map<string, UserFacts>;
  readonly schedules: Map<string, ScheduleDocument>;
  /** Segments cover `[windowStart, computedTo)`; `before` is the state that runs into the window. */
  windowStart: Instant;
  before: Carry | null;
  segments: Segment[];
  end: Carry | null;
  computedTo: Instant;
  /** Segments from here on may differ from what a computation would give; Infinity when none. */
  changedFrom: Instant;
  /** Stored rows from here on are behind the segments; Infinity when none. */
  unstoredFrom: Instant;
  live: LiveState | null;
  /** When the state may change by itself. */
  dueAt: Instant;
}

/** First instant of the window: yesterday in the person's zone. */
export const windowStartAt = (calendar: Calendar, now: Instant): Instant =>
  dateStart(calendar, addDays(dateOf(calendar, now), -1));

/**
 * How memory took what came: as a whole; `reaches-back`: what it changes before the window is left to a recomputation;
 * `older`: all of it is.
 */
export type Taken = 'taken' | 'reaches-back' | 'older';

/** Adds a fact of one of the person's users. */
export function takeFact(person: Person, fact: LineFact): Taken {
  if (fact.occurredAt < person.windowStart) return 'older';
  const key = userKey(fact.integrationId, fact.externalUserId);
  let facts = person.facts.get(key);
  if (!facts) {
    facts = userFacts();
    person.facts.set(key, facts);
  }
  const from = addFact(facts, fact);
  if (from !== null) person.changedFrom = Math.min(person.changedFrom, from);
  return from === null || from >= person.windowStart ? 'taken' : 'reaches-back';
}

/** Gives a fact of one of the person's users the break type that was found for it. */
export function takeBreakType(person: Person, fact: BreakTypedFact, found: FoundBreakType): Taken {
  const facts = person.facts.get(userKey(fact.integrationId, fact.externalUserId));
  if (!facts || fact.occurredAt < person.windowStart) return 'older';
  const from = addBreakType(facts, fact, found);
  if (from === 'unknown') return 'older';
  if (from !== null) person.changedFrom = Math.min(person.changedFrom, from);
  return 'taken';
}

type BreakTypedFact = Pick<
  LineFact,
  'integrationId' | 'externalUserId' | 'occurredAt' | 'dedupKey' | 'contentHash'
>;

export function inputsOf(person: Person, feeds: ReadonlyMap<string, Feed>): PersonInputs {
  return {
    externalUsers: person.externalUsers,
    facts: new Map([...person.facts].map(([key, facts]) => [key, facts.ordered])),
    feeds,
    schedules: [...person.schedules.values()],
    exceptions: person.exceptions,
  };
}

/** Brings the segments up to asOf, computing again only what may have changed. */
export function advance(person: Person, rules: Rules, feeds: ReadonlyMap<string, Feed>, asOf: Instant): void {
  if (asOf < person.computedTo) return;
  const inputs = inputsOf(person, feeds);
  const from = Math.max(person.windowStart, computeFrom(person, rules, feeds));
  const kept = clipSegments(person.segments, person.windowStart, from);
  const carry = carryAt(kept, from, person.before);
  const { segments, end } = compute(inputs, rules, { from, to: asOf, asOf, carry });
  appendSegments(kept, segments);
  person.segments = kept;
  person.end = end;
  person.computedTo = asOf;
  person.changedFrom = Number.POSITIVE_INFINITY;
  person.unstoredFrom = Math.min(person.unstoredFrom, from);
  person.live = liveState(inputs, rules, kept, end, asOf);
  person.dueAt = nextChange(inputs, rules, person.live, asOf);
}

/** Where anything may differ: the change itself, statuses that may yet end by themselves, undecided silences, episodes. */
function computeFrom(person: Person, rules: Rules, feeds: ReadonlyMap<string, Feed>): Instant {
  let from = Math.min(person.changedFrom, person.computedTo);
  for (const { integrationId, externalUserId } of person.externalUsers) {
    const last = lastBefore(person.facts.get(userKey(integrationId, externalUserId)), person.computedTo);
    if (last && mayEndByItself(person, rules, last)) from = Math.min(from, last.occurredAt);
    const feed = feeds.get(integrationId);
    if (!feed) continue;
    if (feed.last !== null) from = Math.min(from, feed.last);
    from = Math.min(from, gapAhead(feed, person.computedTo)?.from ?? from);
  }
  const carry = carryAt(person.segments, from, person.before);
  if (carry && isUndecided(carry, rules, from)) from = Math.min(from, carry.since);
  return from;
}

/** Both deadlines of the policy have passed: where the status ended is decided (the earlier end may come later). */
function mayEndByItself(person: Person, rules: Rules, last: LineFact): boolean {
  if (last.eventType === 'LOGOUT') return false;
  const { maxStatusSeconds, afterShiftEndSeconds } = valueAt(rules.settings, last.occurredAt).missingLogout;
  return person.computedTo - last.occurredAt <= (maxStatusSeconds + afterShiftEndSeconds) * 1000;
}

function lastBefore(facts: UserFacts | undefined, at: Instant): LineFact | undefined {
  if (!facts) return undefined;
  let index = facts.ordered.length - 1;
  while (index >= 0 && facts.ordered[index]!.occurredAt > at) index--;
  return facts.ordered[index];
}

/** Lets go of what lies before the window of `now`; call it when everything is stored. */
export function rollWindow(person: Person, now: Instant): void {
  const start = windowStartAt(person.calendar, now);
  if (start <= person.windowStart || Math.min(person.unstoredFrom, person.changedFrom) < start) return;
  person.before = carryAt(person.segments, start, person.before);
  person.segments = clipSegments(person.segments, start, Number.POSITIVE_INFINITY);
  person.windowStart = start;
  for (const facts of person.facts.values()) dropFactsBefore(facts, start);
  const oldest = addDays(dateOf(person.calendar, start), -scheduleLookbackDays);
  for (const shiftDate of person.schedules.keys()) {
    if (shiftDate < oldest) person.schedules.delete(shiftDate);
  }
}

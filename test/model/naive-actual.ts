/**
 * What a person does at an instant, from first principles: A(t) of domain.md by linear scans, no state carried
 * from one instant to the next.
 */
import type { Actual, ExternalUserAssignment, Instant, LineFact } from '@adherence/domain/model.ts';
import { defaultSettings, presentActivityId, type Scenario, type Settings, versionAt } from './scenario.ts';

export function actualAt(scenario: Scenario, t: Instant): Actual {
  const users = usersAt(scenario, t);
  if (users.length === 0) return unknown;
  if (users.every((user) => isInGap(scenario, user.integrationId, t))) return unknown;

  const lines = users.map((user) => lineAt(scenario, user, t));
  const working = lines.filter((line) => line.status !== 'offline');
  if (working.length === 0) return offline(lines.some((line) => line.estimated));

  const winner = working.reduce((best, line) => (isMoreRecent(line.event!, best.event!) ? line : best));
  const fact = winner.status as LineFact;
  // LOGIN without status: the activity `present` itself, no mapping is asked.
  if (fact.status === null) return { ...activity, activityId: presentActivityId };
  return {
    ...activity,
    activityId: mappedActivityAt(scenario, fact.integrationId, fact.status, fact.breakType, t),
    externalStatus: fact.status,
    breakType: fact.breakType,
  };
}

export function settingsAt(scenario: Scenario, t: Instant): Settings {
  return versionAt(scenario.settings, t) ?? defaultSettings;
}

/**
 * The events of one external user that count, in their order, up to asOf. The winner among contents is found over the
 * whole set first, what has not happened by asOf is left out afterwards; no vector has facts after asOf.
 */
export function eventsOf(scenario: Scenario, user: UserKey): readonly LineFact[] {
  const known = cache.get(scenario)?.get(keyOf(user));
  if (known !== undefined) return known;
  const facts = scenario.facts.filter(
    (fact) => fact.integrationId === user.integrationId && fact.externalUserId === user.externalUserId,
  );
  const events = facts
    .filter((fact, index) => winsOverItsDuplicates(fact, index, facts))
    .filter((fact) => fact.occurredAt <= scenario.asOf)
    .sort((a, b) => (comesAfter(a, b) ? 1 : -1));
  if (!cache.has(scenario)) cache.set(scenario, new Map());
  cache.get(scenario)!.set(keyOf(user), events);
  return events;
}

/** When the missing-logout policy ends what began at e and is followed by the next event, or now, at n; or null. */
function missingLogoutEnd(scenario: Scenario, e: Instant, n: Instant): Instant | null {
  const policy = settingsAt(scenario, e).missingLogout;
  const ends: Instant[] = [];
  const shiftEnd = Math.min(...shiftEnds(scenario).filter((end) => end > e));
  if (n - shiftEnd >= policy.afterShiftEndSeconds * 1000) ends.push(shiftEnd);
  if (n - e >= policy.maxStatusSeconds * 1000) ends.push(e + policy.maxStatusSeconds * 1000);
  return ends.length === 0 ? null : Math.min(...ends);
}

/** The end of the last activity of each document, whatever its type (the vectors agree); a day off has none. */
export function shiftEnds(scenario: Scenario): Instant[] {
  return scenario.scheduleDocuments
    .filter((document) => document.activities.length > 0)
    .map((document) => Math.max(...document.activities.map((scheduled) => scheduled.end)));
}

type UserKey = Pick<ExternalUserAssignment, 'integrationId' | 'externalUserId'>;

interface LineState {
  /** The fact whose status goes on, or offline. */
  readonly status: LineFact | 'offline';
  readonly estimated: boolean;
  /** The user's most recent event, repeats and heartbeats too; null before any. */
  readonly event: LineFact | null;
}

const unknown: Actual = {
  kind: 'unknown',
  activityId: null,
  externalStatus: null,
  breakType: null,
  estimated: false,
};
const offline = (estimated: boolean): Actual => ({ ...unknown, kind: 'offline', estimated });
const activity: Actual = { ...unknown, kind: 'activity' };

function usersAt(scenario: Scenario, t: Instant): readonly ExternalUserAssignment[] {
  return scenario.externalUsers.filter(
    ({ validFrom, validTo }) => (validFrom === null || validFrom <= t) && (validTo === null || t < validTo),
  );
}

function lineAt(scenario: Scenario, user: UserKey, t: Instant): LineState {
  const events = eventsOf(scenario, user);
  const last = events.findLastIndex((event) => event.occurredAt <= t);
  if (last === -1) return { status: 'offline', estimated: false, event: null };

  const event = events[last]!;
  const status = statusAfter(events.slice(0, last + 1));
  // Decided by the vectors: what is offline by an event is never ended, so never estimated.
  if (status === 'offline') return { status, estimated: false, event };

  const next = events[last + 1]?.occurredAt ?? scenario.asOf;
  const end = missingLogoutEnd(scenario, event.occurredAt, next);
  return end !== null && t >= end
    ? { status: 'offline', estimated: true, event }
    : { status, estimated: false, event };
}

/** A heartbeat goes on with the status before it; after an estimated end it brings that back (the vectors agree). */
function statusAfter(events: readonly LineFact[]): LineFact | 'offline' {
  const told = events.findLast((event) => event.eventType !== 'HEARTBEAT');
  return told === undefined || told.eventType === 'LOGOUT' ? 'offline' : told;
}

function mappedActivityAt(
  scenario: Scenario,
  integrationId: string,
  status: string,
  breakType: string | null,
  t: Instant,
): string {
  const versionsOf = (type: string | null) =>
    scenario.mappings.filter(
      (version) =>
        version.integrationId === integrationId && version.status === status && version.breakType === type,
    );
  // A break type whose versions all start after t has no version at t: the fallback holds.
  const holds = versionAt(versionsOf(breakType), t) ?? versionAt(versionsOf(null), t);
  return holds?.activityId ?? presentActivityId;
}

function isInGap(scenario: Scenario, integrationId: string, t: Instant): boolean {
  const feed = scenario.feeds.find((candidate) => candidate.integrationId === integrationId);
  if (feed === undefined || feed.feedGapSeconds === null) return false;
  const limit = feed.feedGapSeconds * 1000;
  let before = Number.NEGATIVE_INFINITY;
  let after = Number.POSITIVE_INFINITY;
  for (const at of feed.notifiedAt) {
    if (at > scenario.asOf) continue;
    if (at <= t) before = Math.max(before, at);
    else after = Math.min(after, at);
  }
  if (before === Number.NEGATIVE_INFINITY) return false;
  // Between two notifications: more than the limit (the vectors have an exact one). At the live end: once it has
  // lasted that long, as domain.md words it; no vector decides.
  return after === Number.POSITIVE_INFINITY ? scenario.asOf - before >= limit : after - before > limit;
}

/** With the same dedup key and different content the lower content hash wins; of equal contents one is kept. */
function winsOverItsDuplicates(fact: LineFact, index: number, facts: readonly LineFact[]): boolean {
  return facts.every(
    (other, otherIndex) =>
      other.dedupKey !== fact.dedupKey ||
      otherIndex === index ||
      fact.contentHash < other.contentHash ||
      (fact.contentHash === other.contentHash && index < otherIndex),
  );
}

function comesAfter(a: LineFact, b: LineFact): boolean {
  if (a.occurredAt !== b.occurredAt) return a.occurredAt > b.occurredAt;
  if (rankOf(a) !== rankOf(b)) return rankOf(a) > rankOf(b);
  return a.dedupKey > b.dedupKey;
}

/** Ties at one instant: the greater sequence, integration, user wins. No vector decides on the last two. */
function isMoreRecent(a: LineFact, b: LineFact): boolean {
  if (a.occurredAt !== b.occurredAt) return a.occurredAt > b.occurredAt;
  if (rankOf(a) !== rankOf(b)) return rankOf(a) > rankOf(b);
  if (a.integrationId !== b.integrationId) return a.integrationId > b.integrationId;
  return a.externalUserId > b.externalUserId;
}

const rankOf = (fact: LineFact): number => fact.sequence ?? -1;

const keyOf = (user: UserKey): string => JSON.stringify([user.integrationId, user.externalUserId]);
/** Only so that thousands of instants do not filter the same facts again. */
const cache = new WeakMap<Scenario, Map<string, readonly LineFact[]>>();

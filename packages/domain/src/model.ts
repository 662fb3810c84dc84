/**
 * The nouns of the domain as types. Pure data: times are epoch milliseconds (UTC), durations are
 * integer milliseconds unless the name says seconds, intervals are half-open `[from, to)`.
 */

/** Epoch milliseconds, UTC. */
export type Instant = number;

/** Half-open interval of instants. */
export interface Interval {
  readonly from: Instant;
  readonly to: Instant;
}

export const activityTypes = ['Presence', 'Break', 'Meeting', 'Vacation', 'Illness', 'Absence'] as const;
export type ActivityType = (typeof activityTypes)[number];

export const graceModes = ['forgive', 'retroactive', 'alarm_only'] as const;
export type GraceMode = (typeof graceModes)[number];

/** What a status fact says happened; entries of a SNAPSHOT are STATUS facts. */
export const eventTypes = ['STATUS', 'LOGIN', 'LOGOUT', 'HEARTBEAT'] as const;
export type EventType = (typeof eventTypes)[number];

/** Oddities noted while normalising; they explain a fact, they never refuse it. */
export const factFlags = [
  'time-missing', // no readable time: receivedAt is used
  'time-of-envelope', // no readable time of its own: that of the envelope around it is used
  'time-in-future', // more than 5 min ahead of receipt: clamped to receivedAt
  'time-ambiguous', // local time that exists twice: the earlier offset is used
  'time-nonexistent', // local time skipped by a clock change: read with the offset before it
  'event-type-unknown', // treated as STATUS
  'snapshot', // entry of a SNAPSHOT
] as const;
export type FactFlag = (typeof factFlags)[number];

/**
 * One normalised notification item, in Odigo's terms. Its identity is
 * (tenantId, integrationId, externalUserId, dedupKey, contentHash); facts form a set, the earliest receipt is kept.
 */
export interface StatusFact {
  readonly tenantId: string;
  readonly integrationId: string;
  readonly externalUserId: string;
  readonly eventType: EventType;
  readonly status: string | null;
  readonly breakType: string | null;
  readonly occurredAt: Instant;
  readonly sequence: number | null;
  readonly dedupKey: string;
  readonly contentHash: string;
  readonly receivedAt: Instant;
  readonly flags: readonly FactFlag[];
}

/** What `compute` reads of a fact. */
export type LineFact = Pick<
  StatusFact,
  | 'integrationId'
  | 'externalUserId'
  | 'eventType'
  | 'status'
  | 'breakType'
  | 'occurredAt'
  | 'sequence'
  | 'dedupKey'
  | 'contentHash'
  | 'receivedAt'
> & {
  /** Set when `breakType` is not of the notification, but was found by look-up (compute/break-types.ts). */
  readonly breakTypeFoundAt?: Instant;
};

export interface ScheduledActivity {
  readonly activityId: string;
  readonly start: Instant;
  readonly end: Instant;
}

/** The schedule of one person and one shift date, replaced as a whole; no activities = day off. */
export interface ScheduleDocument {
  /** Calendar date `YYYY-MM-DD` the shift belongs to, even when it crosses midnight. */
  readonly shiftDate: string;
  readonly activities: readonly ScheduledActivity[];
}

export const states = [
  'IN_ADHERENCE',
  'NOT_PRESENT',
  'WRONG_ACTIVITY',
  'NOT_SCHEDULED',
  'NO_DATA',
  'EXCLUDED',
] as const;
export type State = (typeof states)[number];

export type CountedAs = 'in' | 'out' | 'noData' | 'excluded' | null;

export interface Actual {
  readonly kind: 'activity' | 'offline' | 'unknown';
  /** Set when kind is `activity`. */
  readonly activityId: string | null;
  readonly externalStatus: string | null;
  readonly breakType: string | null;
  /** The status was ended by the missing-logout policy, not by an event. */
  readonly estimated: boolean;
}

/** A stretch of a person's time in which nothing that is shown changes. */
export interface Segment extends Interval {
  readonly scheduledActivityId: string | null;
  /** Shift date of the schedule document in force, null when unscheduled. */
  readonly shiftDate: string | null;
  readonly actual: Actual;
  readonly state: State | null;
  readonly inBuffer: boolean;
  readonly countedAs: CountedAs;
}

/**
 * Integer milliseconds. `inMs + notPresentMs + wrongActivityMs + noDataMs = scheduledMs`, always;
 * the raw amounts are before grace and satisfy the same identity with noDataMs.
 */
export interface Amounts {
  readonly scheduledMs: number;
  readonly inMs: number;
  readonly notPresentMs: number;
  readonly wrongActivityMs: number;
  readonly noDataMs: number;
  readonly excludedMs: number;
  readonly notScheduledMs: number;
  readonly workedMs: number;
  readonly rawInMs: number;
  readonly rawNotPresentMs: number;
  readonly rawWrongActivityMs: number;
}

export interface ExternalUserAssignment {
  readonly integrationId: string;
  readonly externalUserId: string;
  /** null = for ever in that direction. */
  readonly validFrom: Instant | null;
  readonly validTo: Instant | null;
}

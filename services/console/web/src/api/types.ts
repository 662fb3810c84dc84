/** What the API answers (http-api.md), as far as the screens read it. Times are ISO 8601 in UTC. */
import type { ActivityType, CountedAs, State } from '@adherence/domain/model.ts';

export type Role = 'operator' | 'admin' | 'planner' | 'analyst' | 'viewer';

export interface Session {
  readonly role: Role;
  readonly tenant: { readonly id: string; readonly name: string; readonly timeZone: string } | null;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

export interface Activity {
  readonly id: string;
  readonly name: string;
  readonly type: ActivityType;
  readonly color?: string;
}

export interface PlanningUnit {
  readonly id: string;
  readonly name: string;
  readonly timeZone: string;
}

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly team: string | null;
  readonly planningUnitId: string;
  readonly externalUsers: readonly { readonly integrationId: string; readonly externalUserId: string }[];
}

export interface Settings {
  readonly targetScore: number;
  readonly bufferSeconds: {
    readonly notPresent: number;
    readonly wrongActivity: number;
    readonly notScheduled: number;
  };
}

export interface Actual {
  readonly kind: 'activity' | 'offline' | 'unknown';
  readonly activityId: string | null;
  readonly externalStatus: string | null;
  readonly breakType: string | null;
  readonly estimated: boolean;
}

export interface LiveItemJson {
  readonly personId: string;
  readonly name: string;
  readonly team: string | null;
  readonly planningUnitId?: string;
  readonly scheduledActivityId: string | null;
  readonly scheduledUntil: string | null;
  readonly nextScheduled?: { readonly at: string; readonly activityId: string | null } | null;
  readonly actual: Actual;
  readonly state: State;
  readonly since: string;
  readonly inBuffer: boolean;
  readonly bufferEndsAt: string | null;
}

/** An integration that has sent nothing for longer than its `feedGapSeconds`. */
export interface SilentFeed {
  readonly integrationId: string;
  readonly name: string;
  readonly since: string;
}

export interface Live {
  readonly asOf: string | null;
  readonly eventsUntil: string | null;
  readonly silentFeeds?: readonly SilentFeed[];
  readonly items: readonly LiveItemJson[];
}

export interface Segment {
  readonly from: string;
  readonly to: string;
  readonly scheduledActivityId: string | null;
  readonly actual: Actual;
  readonly state: State | null;
  readonly inBuffer: boolean;
  readonly countedAs: CountedAs;
}

export interface Timeline {
  readonly asOf: string | null;
  readonly segments: readonly Segment[];
}

export interface Schedule {
  readonly personId: string;
  readonly shiftDate: string;
  readonly activities: readonly {
    readonly activityId: string;
    readonly start: string;
    readonly end: string;
  }[];
}

export interface AdherenceRow {
  readonly from: string;
  readonly to: string;
  readonly personId?: string;
  readonly team?: string | null;
  readonly planningUnitId?: string;
  readonly scheduledMs: number;
  readonly inMs: number;
  readonly notPresentMs: number;
  readonly wrongActivityMs: number;
  readonly noDataMs: number;
  readonly excludedMs: number;
  readonly notScheduledMs: number;
  readonly workedMs: number;
  readonly raw: { readonly inMs: number; readonly notPresentMs: number; readonly wrongActivityMs: number };
  readonly adherence: number | null;
  readonly coverage: number | null;
  readonly conformance: number | null;
  readonly final: boolean;
}

export interface Adherence {
  readonly asOf: string | null;
  readonly eventsUntil: string | null;
  readonly items: readonly AdherenceRow[];
}

/** A pay period whose numbers stand; local dates of the planning unit, both inclusive. */
export interface ClosedPeriod {
  readonly id: string;
  readonly planningUnitId: string;
  readonly from: string;
  readonly to: string;
}

/** GET /adherence/days: columns that go with `day`, which counts from `from`. */
export interface AdherenceDays {
  readonly asOf: string;
  readonly eventsUntil: string | null;
  readonly from: string;
  readonly to: string;
  readonly items: readonly {
    readonly personId: string;
    /** Those of `day` that lie before this date are final. */
    readonly finalBefore: string;
    readonly day: readonly number[];
    readonly scheduledMs: readonly number[];
    readonly inMs: readonly number[];
    readonly noDataMs: readonly number[];
    readonly workedMs: readonly number[];
  }[];
}

export interface Integration {
  readonly id: string;
  readonly name: string;
  readonly timeZone: string;
  readonly breakDetail: object | null;
  readonly feedGapSeconds: number | null;
}

export interface IntegrationHealth {
  readonly lastNotificationAt: string | null;
  readonly accepted: number;
  readonly rejected: number;
  readonly feed: {
    /** `unwatched` without feedGapSeconds, `waiting` before the first notification. */
    readonly state: 'unwatched' | 'waiting' | 'alive' | 'gap';
    readonly gapSince: string | null;
  };
  /** What the services tell of the look-up of break types. */
  readonly breakDetail?: { readonly configured: boolean; readonly state: BreakServiceState | null };
}

export interface BreakServiceState {
  /** `failing`: the last question failed; `paused`: it failed so often that it is left alone until retryAt. */
  readonly state: 'ok' | 'failing' | 'paused';
  readonly lastAnswerAt: string | null;
  readonly retryAt: string | null;
  readonly fault: { readonly kind: string; readonly message: string; readonly at: string } | null;
}

export interface UnmappedUser {
  readonly externalUserId: string;
  readonly count: number;
  readonly firstSeen: string;
  readonly lastSeen: string;
  /** The nearest spellings among people. */
  readonly suggestions?: readonly { readonly personId: string; readonly name: string }[];
}

export interface StatusMapping {
  readonly status: string;
  readonly breakType: string | null;
  /** null: seen and not mapped. */
  readonly activityId: string | null;
  readonly count: number;
  readonly lastSeen: string | null;
}

export interface Pipeline {
  readonly accepted: number;
  readonly stored: number;
  readonly quarantined: number;
  readonly pending: number;
  readonly recomputationsPending: number;
  readonly gaps: number;
  readonly duplicates: number;
  readonly eventsUntil: string | null;
}

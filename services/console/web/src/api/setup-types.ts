/** What the API answers to the set-up screens (http-api.md), as far as they read it. Times are ISO 8601 in UTC. */
import type { Person, Role, Settings } from './types.ts';

export interface FullPerson extends Omit<Person, 'externalUsers'> {
  readonly externalUsers: readonly {
    readonly integrationId: string;
    readonly externalUserId: string;
    readonly validFrom: string | null;
    readonly validTo: string | null;
  }[];
}

export interface FullIntegration {
  readonly id: string;
  readonly name: string;
  readonly timeZone: string;
  readonly contact: { readonly name: string; readonly email: string; readonly phone?: string };
  readonly breakDetail: { readonly url: string; readonly username: string } | null;
  readonly feedGapSeconds: number | null;
}

export interface Retention {
  /** null: as long as the operator keeps data. */
  readonly days: number | null;
  readonly mostDays: number | null;
}

export interface FullPlanningUnit {
  readonly id: string;
  readonly name: string;
  readonly timeZone: string;
  readonly businessHours?: readonly BusinessHours[];
}

export interface BusinessHours {
  readonly day: string;
  readonly from: string;
  readonly to: string;
}

export interface Exception {
  readonly id: string;
  readonly personIds?: readonly string[];
  readonly teams?: readonly string[];
  readonly everyone?: true;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

export interface UrlToken {
  readonly id: string;
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
}

export interface NewUrlToken {
  readonly id: string;
  readonly token: string;
  readonly notificationUrl: string;
  readonly createdAt: string;
}

export interface Token {
  readonly id: string;
  readonly name: string;
  readonly role: Exclude<Role, 'operator'>;
  readonly teams: readonly string[] | null;
  readonly createdAt: string;
}

export interface NewToken extends Token {
  readonly token: string;
}

export interface MappedStatus {
  readonly status: string;
  /** null: the fallback of the status. */
  readonly breakType: string | null;
  /** null: seen, and not mapped. */
  readonly activityId: string | null;
  /** Not mapped itself: its break type falls to the mapping of the status. */
  readonly byFallback?: boolean;
  /** Break details are imported, and this is still mapped as if there were no break types. */
  readonly revisit?: true;
  readonly validFrom?: string | null;
  readonly versions?: readonly {
    readonly activityId: string;
    readonly validFrom: string | null;
    readonly writtenBy: string;
    readonly writtenAt: string;
  }[];
  readonly etag?: string;
  readonly count: number;
  readonly firstSeen: string | null;
  readonly lastSeen: string | null;
}

export interface UnknownUser {
  readonly externalUserId: string;
  readonly count: number;
  readonly firstSeen: string;
  readonly lastSeen: string;
  /** The nearest spellings among people, nearest first. */
  readonly suggestions: readonly {
    readonly personId: string;
    readonly name: string;
    readonly spelling: string;
    readonly distance: number;
  }[];
}

export interface MatchRule {
  readonly actual: string;
  readonly scheduled: string;
}

export interface Matches {
  readonly rules: readonly MatchRule[];
  readonly validFrom: string | null;
}

export interface FullSettings extends Settings {
  readonly graceMode: 'forgive' | 'retroactive' | 'alarm_only';
  readonly missingLogout: { readonly afterShiftEndSeconds: number; readonly maxStatusSeconds: number };
  readonly validFrom: string | null;
}

export interface Change {
  readonly entity: string;
  readonly id: string;
  readonly change: 'created' | 'replaced' | 'deleted';
  readonly writtenBy: string;
  readonly writtenByName: string | null;
  readonly writtenAt: string;
  readonly before: object | null;
  readonly after: object | null;
}

export interface RejectedNotification {
  readonly id: string;
  readonly integrationId: string | null;
  readonly stage: string;
  readonly reason: string;
  readonly detail: string;
  readonly receivedAt: string;
  readonly requestId: string;
  readonly format: string;
  readonly payload: string;
  /** The last time it was read again. */
  readonly replayed: {
    readonly times: number;
    readonly at: string;
    readonly by: string;
    readonly byName: string | null;
    readonly items: number;
    readonly fault: string | null;
  } | null;
}

export interface Recomputation {
  readonly id: string;
  readonly personIds: readonly string[] | null;
  readonly from: string;
  readonly to: string;
  readonly askedBy: string;
  readonly askedByName: string | null;
  readonly askedAt: string;
  readonly state: 'asked' | 'running' | 'done';
  readonly people: number;
  readonly peopleDone: number;
}

export interface ClosedPeriod {
  readonly id: string;
  readonly planningUnitId: string;
  /** Calendar days, both included. */
  readonly from: string;
  readonly to: string;
  readonly note?: string;
  readonly forced?: true;
  readonly closedAt: string;
  readonly closedBy: string;
  readonly people: number;
}

export interface Erasure {
  readonly id: string;
  readonly personId: string;
  readonly askedBy: string;
  readonly askedByName: string | null;
  readonly askedAt: string;
  readonly state: 'asked' | 'running' | 'done';
}

export interface ImportReport {
  readonly accepted: number;
  readonly rejected: readonly {
    readonly line: number;
    readonly errors: readonly { readonly path: string; readonly message: string }[];
  }[];
}

/** Why a segment is what it is, as GET /people/{id}/timeline?explain=true says it. Times are ISO 8601. */
import type { CountedAs, GraceMode } from '@adherence/domain/model.ts';
import type { Segment, Timeline } from './types.ts';

export interface Version {
  /** null = always. */
  readonly validFrom: string | null;
  readonly writtenBy: string;
  readonly writtenByName: string | null;
  readonly writtenAt: string;
}

export interface Notification {
  readonly occurredAt: string;
  readonly receivedAt: string;
  readonly eventType: string;
  readonly status: string | null;
  readonly breakType: string | null;
  readonly breakTypeFoundAt: string | null;
  readonly flags: readonly string[];
}

export interface Explanation {
  readonly from: string;
  readonly to: string;
  readonly cause: 'notification' | 'missingLogout' | 'noNotification' | 'feedGap' | 'noExternalUser';
  readonly externalUser: { readonly integrationId: string; readonly externalUserId: string } | null;
  readonly notification: Notification | null;
  readonly latest: Notification | null;
  readonly repeats: number;
  readonly mapping: {
    readonly rule: 'own' | 'fallback' | 'unmapped' | 'login';
    readonly version: Version | null;
  } | null;
  readonly missingLogout: {
    readonly limit: 'afterShiftEnd' | 'maxStatus';
    readonly endedAt: string;
    readonly afterShiftEndSeconds: number;
    readonly maxStatusSeconds: number;
  } | null;
  readonly feedGaps: readonly {
    readonly integrationId: string;
    readonly from: string;
    readonly to: string;
  }[];
  readonly match: {
    readonly by: 'sameActivity' | 'rule' | 'none';
    readonly rule: { readonly actual: string; readonly scheduled: string } | null;
    readonly version: Version | null;
  } | null;
  readonly schedule: {
    readonly shiftDate: string;
    readonly writtenBy: string;
    /** null where its token is gone, and for what no token did. */
    readonly writtenByName: string | null;
    readonly writtenAt: string;
  } | null;
  readonly exceptions: readonly {
    readonly from: string;
    readonly to: string;
    readonly reason: string;
    readonly writtenBy: string;
    readonly writtenByName: string | null;
  }[];
  readonly grace: {
    readonly mode: GraceMode;
    readonly episodeFrom: string;
    readonly episodeTo: string;
    readonly bufferEndsAt: string;
    readonly inBufferCountsAs: CountedAs;
    readonly afterBufferCountsAs: CountedAs;
  } | null;
  readonly closedPeriodId: string | null;
}

export interface ExplainedTimeline extends Timeline {
  readonly segments: readonly (Segment & { readonly why?: readonly Explanation[] })[];
}

/** GET /people/{id}/events */
export interface PersonEvents {
  readonly items: readonly (Omit<Notification, 'breakTypeFoundAt'> & {
    readonly integrationId: string;
    readonly externalUserId: string;
    readonly sequence: number | null;
    readonly source: { readonly partition: number; readonly offset: number };
  })[];
  readonly truncated: boolean;
}

/**
 * Why a segment is what it is: the references that `compute` carried along, with the versions of mappings, matches and
 * settings that held then. Decides nothing: versions are found by the functions that decide with them.
 */
import type { UserReason } from './compute/actual.ts';
import type { SegmentReason } from './compute/compute.ts';
import {
  defaultMatches,
  defaultSettings,
  type Match,
  mappingVersionAt,
  matchIn,
  type Rules,
  valueAt,
  versionSteps,
} from './compute/rules.ts';
import type {
  ConcerningException,
  MatchRules,
  SettingsValue,
  TenantRules,
  WrittenVersion,
} from './configuration/tables.ts';
import type {
  CountedAs,
  ExternalUserAssignment,
  GraceMode,
  Instant,
  Interval,
  LineFact,
  Segment,
} from './model.ts';

export const causes = [
  'notification', // what it reported holds
  'missingLogout', // the policy ended the status
  'noNotification', // nothing was ever notified of the person's users
  'feedGap',
  'noExternalUser', // none of the person is valid
] as const;
export type Cause = (typeof causes)[number];

export interface Explanation extends Interval {
  readonly cause: Cause;
  readonly externalUser: Pick<ExternalUserAssignment, 'integrationId' | 'externalUserId'> | null;
  /** The notification that reported what holds. */
  readonly notification: LineFact | null;
  /** The latest that went on with it, a repeat or a heartbeat; null when there was none. */
  readonly latest: LineFact | null;
  readonly mapping: MappingReason | null;
  readonly missingLogout: MissingLogoutReason | null;
  readonly feedGaps: readonly (Interval & { readonly integrationId: string })[];
  /** Null where nothing is scheduled or the actual is unknown. */
  readonly match: MatchReason | null;
  /** Shift date of the schedule document in force. */
  readonly shiftDate: string | null;
  /** Those that keep the time out of the score. */
  readonly exceptions: readonly ConcerningException[];
  readonly grace: GraceReason | null;
}

export interface MappingReason {
  /** A LOGIN without a status is the activity `present`, as what is not mapped is. */
  readonly rule: 'own' | 'fallback' | 'unmapped' | 'login';
  readonly version: WrittenVersion<string> | null;
}

export interface MatchReason {
  readonly by: Match | null;
  /** null = the built-in rules. */
  readonly version: WrittenVersion<MatchRules> | null;
}

export interface MissingLogoutReason {
  /** Which of the two limits ended the status first. */
  readonly limit: 'afterShiftEnd' | 'maxStatus';
  readonly endedAt: Instant;
  readonly policy: SettingsValue['missingLogout'];
  /** null = the built-in settings. */
  readonly version: WrittenVersion<SettingsValue> | null;
}

export interface GraceReason {
  readonly since: Instant;
  /** End of the episode, or of what is computed of it. */
  readonly until: Instant;
  readonly bufferEndsAt: Instant;
  readonly mode: GraceMode;
  readonly inBufferCountsAs: CountedAs;
  readonly afterBufferCountsAs: CountedAs;
  /** The settings valid at `since`; null = the built-in ones. */
  readonly version: WrittenVersion<SettingsValue> | null;
}

/** One explanation for each segment, in their order; `reasons` are those that `compute` gave with the segments. */
export function explain(
  segments: readonly Segment[],
  reasons: readonly SegmentReason[],
  tables: TenantRules,
  rules: Rules,
  exceptions: readonly ConcerningException[],
): Explanation[] {
  const matches = versionSteps(tables.matches);
  const settings = versionSteps(tables.settings);
  return segments.map((segment, i) => {
    const { actual, excepted, episode } = reasons[i]!;
    const { from, to, shiftDate, scheduledActivityId } = segment;
    const said = actual.winner
      ? actual.users.find(({ piece }) => piece === actual.winner)!
      : lastWord(actual.users, segment);
    const cause = causeOf(segment, actual.users, said);
    const piece = cause === 'notification' || cause === 'missingLogout' ? said!.piece! : null;
    const matchVersion = valueAt(matches, from);
    return {
      from,
      to,
      cause,
      externalUser: piece && {
        integrationId: said!.user.integrationId,
        externalUserId: said!.user.externalUserId,
      },
      notification: piece?.reportedBy ?? null,
      latest: piece && piece.event !== piece.reportedBy ? piece.event : null,
      mapping: actual.winner && mappingReason(actual.winner, tables, from),
      missingLogout: cause === 'missingLogout' ? missingLogoutReason(piece!, settings) : null,
      feedGaps:
        cause === 'feedGap'
          ? actual.users.map(({ user, gap }) => ({
              integrationId: user.integrationId,
              from: gap!.from,
              to: gap!.to,
            }))
          : [],
      match:
        scheduledActivityId === null || segment.actual.kind === 'unknown'
          ? null
          : {
              by: matchIn(
                matchVersion?.value ?? defaultMatches,
                segment.actual.activityId,
                scheduledActivityId,
                rules.activityType,
              ),
              version: matchVersion,
            },
      shiftDate,
      exceptions:
        excepted && segment.state === 'EXCLUDED'
          ? exceptions.filter(({ stored: { document } }) => document.from < to && document.to > from)
          : [],
      grace: episode && {
        since: episode.since,
        until: episode.until,
        bufferEndsAt: episode.grace.bufferEnd,
        mode: (valueAt(settings, episode.since)?.value ?? defaultSettings).graceMode,
        inBufferCountsAs: episode.grace.inBuffer,
        afterBufferCountsAs: episode.grace.afterBuffer,
        version: valueAt(settings, episode.since),
      },
    };
  });
}

type Piece = NonNullable<UserReason['piece']>;

/** Of people who are offline: the user whose event is the latest, among the estimated ones if it is estimated. */
function lastWord(users: readonly UserReason[], { actual }: Segment): UserReason | null {
  let last: UserReason | null = null;
  for (const user of users) {
    if (!user.piece || user.piece.estimated !== actual.estimated) continue;
    if (!last || user.piece.event.occurredAt > last.piece!.event.occurredAt) last = user;
  }
  return last;
}

function causeOf({ actual }: Segment, users: readonly UserReason[], said: UserReason | null): Cause {
  if (actual.kind === 'unknown') return users.length === 0 ? 'noExternalUser' : 'feedGap';
  if (!said) return 'noNotification';
  return actual.estimated ? 'missingLogout' : 'notification';
}

function mappingReason({ status: reported }: Piece, tables: TenantRules, at: Instant): MappingReason {
  const { integrationId, status, breakType } = reported!;
  if (status === null) return { rule: 'login', version: null };
  const held = mappingVersionAt(tables.statusMappings.get(integrationId), status, breakType, at);
  return held ? { rule: held.key, version: held.version } : { rule: 'unmapped', version: null };
}

function missingLogoutReason(
  { from, event }: Piece,
  settings: ReturnType<typeof versionSteps<WrittenVersion<SettingsValue>>>,
): MissingLogoutReason {
  const version = valueAt(settings, event.occurredAt);
  const policy = (version?.value ?? defaultSettings).missingLogout;
  const atLongest = from === event.occurredAt + policy.maxStatusSeconds * 1000;
  return { limit: atLongest ? 'maxStatus' : 'afterShiftEnd', endedAt: from, policy, version };
}

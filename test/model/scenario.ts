/**
 * The input of the naive model: everything that domain.md's "Exact rules" need for the numbers of one person.
 * Plain data; times are epoch milliseconds, lists with versions are in the order in which they were written.
 */
import type {
  ActivityType,
  ExternalUserAssignment,
  GraceMode,
  Instant,
  Interval,
  LineFact,
  ScheduleDocument,
} from '@adherence/domain/model.ts';

export interface Scenario {
  readonly externalUsers: readonly ExternalUserAssignment[];
  /** Facts in any order, with duplicates; those of users that are not the person's are ignored. */
  readonly facts: readonly LineFact[];
  /** An integration that is not listed has no `feedGapSeconds`. */
  readonly feeds: readonly Feed[];
  /** At most one document a shift date. */
  readonly scheduleDocuments: readonly ScheduleDocument[];
  /** The intervals of the exceptions that concern this person. */
  readonly exceptions: readonly Interval[];
  /** Type by activity id; `present` is always there. */
  readonly activityTypes: ReadonlyMap<string, ActivityType>;
  readonly mappings: readonly MappingVersion[];
  readonly matches: readonly MatchesVersion[];
  readonly settings: readonly SettingsVersion[];
  readonly asOf: Instant;
}

export interface Feed {
  readonly integrationId: string;
  readonly feedGapSeconds: number | null;
  /** occurredAt of every accepted notification of the integration, of any user, in any order. */
  readonly notifiedAt: readonly Instant[];
}

export interface MappingVersion {
  readonly integrationId: string;
  readonly status: string;
  /** null = `(status, *)`, the fallback. */
  readonly breakType: string | null;
  readonly activityId: string;
  /** null = always. */
  readonly validFrom: Instant | null;
}

export interface MatchesVersion {
  readonly rules: readonly MatchRule[];
  readonly validFrom: Instant | null;
}

export interface MatchRule {
  /** `activity:ID`, `type:TYPE` or `offline`. */
  readonly actual: string;
  /** `activity:ID` or `type:TYPE`. */
  readonly scheduled: string;
}

export interface Settings {
  readonly bufferSeconds: {
    readonly notPresent: number;
    readonly wrongActivity: number;
    readonly notScheduled: number;
  };
  readonly graceMode: GraceMode;
  readonly missingLogout: { readonly afterShiftEndSeconds: number; readonly maxStatusSeconds: number };
}

export interface SettingsVersion extends Settings {
  readonly validFrom: Instant | null;
}

/** The same at another time; dates, which are only names here, stay. */
export function movedBy(scenario: Scenario, by: number): Scenario {
  const moved = (at: Instant) => at + by;
  const movedOrNull = (at: Instant | null) => (at === null ? null : moved(at));
  const version = <V extends { readonly validFrom: Instant | null }>(of: V): V => ({
    ...of,
    validFrom: movedOrNull(of.validFrom),
  });
  return {
    ...scenario,
    externalUsers: scenario.externalUsers.map((user) => ({
      ...version(user),
      validTo: movedOrNull(user.validTo),
    })),
    facts: scenario.facts.map((fact) => ({ ...fact, occurredAt: moved(fact.occurredAt) })),
    feeds: scenario.feeds.map((feed) => ({ ...feed, notifiedAt: feed.notifiedAt.map(moved) })),
    scheduleDocuments: scenario.scheduleDocuments.map(({ shiftDate, activities }) => ({
      shiftDate,
      activities: activities.map((each) => ({ ...each, start: moved(each.start), end: moved(each.end) })),
    })),
    exceptions: scenario.exceptions.map(({ from, to }) => ({ from: moved(from), to: moved(to) })),
    mappings: scenario.mappings.map(version),
    matches: scenario.matches.map(version),
    settings: scenario.settings.map(version),
    asOf: moved(scenario.asOf),
  };
}

/** The activity of a LOGIN without status, and of every status that is not mapped. */
export const presentActivityId = 'present';

/** http-api.md, `/settings`. */
export const defaultSettings: Settings = {
  bufferSeconds: { notPresent: 0, wrongActivity: 0, notScheduled: 0 },
  graceMode: 'forgive',
  missingLogout: { afterShiftEndSeconds: 3600, maxStatusSeconds: 43200 },
};

const everyType: readonly ActivityType[] = ['Presence', 'Break', 'Meeting', 'Vacation', 'Illness', 'Absence'];
const awayTypes: readonly ActivityType[] = ['Vacation', 'Illness', 'Absence'];

/** http-api.md, `/matches`: each type matches itself; Vacation, Illness and Absence match one another. */
export const defaultMatchRules: readonly MatchRule[] = [
  ...everyType.map((type) => ({ actual: `type:${type}`, scheduled: `type:${type}` })),
  ...awayTypes.flatMap((actual) =>
    awayTypes
      .filter((scheduled) => scheduled !== actual)
      .map((scheduled) => ({ actual: `type:${actual}`, scheduled: `type:${scheduled}` })),
  ),
];

/**
 * The version that holds at t: the greatest validFrom at or before t, the latest written among equals;
 * undefined when none holds yet (the built-in defaults are no version).
 */
export function versionAt<V extends { readonly validFrom: Instant | null }>(
  versions: readonly V[],
  t: Instant,
): V | undefined {
  let holds: V | undefined;
  for (const version of versions) {
    if (startOf(version) <= t && (holds === undefined || startOf(version) >= startOf(holds))) holds = version;
  }
  return holds;
}

const startOf = (version: { readonly validFrom: Instant | null }): Instant =>
  version.validFrom ?? Number.NEGATIVE_INFINITY;

/** With the facts and notifications up to an instant. */
export const knownAt = (scenario: Scenario, at: Instant): Scenario => ({
  ...scenario,
  facts: scenario.facts.filter(({ occurredAt }) => occurredAt <= at),
  feeds: scenario.feeds.map((feed) => ({
    ...feed,
    notifiedAt: feed.notifiedAt.filter((notifiedAt) => notifiedAt <= at),
  })),
});

/**
 * Mapping tables, matches and settings in the form that `compute` reads: each a function of time, by domain.md
 * "What has versions": the greatest `validFrom <= t` holds, the latest written among equals.
 */
import type { ActivityType, GraceMode, Instant } from '../model.ts';

/** Version of the rules themselves; stored with every result row. */
export const rulesVersion = 1;

export interface Version<T> {
  /** null = always. */
  readonly validFrom: Instant | null;
  readonly value: T;
}

export interface MatchRule {
  /** `activity:ID`, `type:TYPE` or `offline`. */
  readonly actual: string;
  /** `activity:ID` or `type:TYPE`. */
  readonly scheduled: string;
}

export interface Settings {
  readonly targetScore: number;
  readonly bufferSeconds: {
    readonly notPresent: number;
    readonly wrongActivity: number;
    readonly notScheduled: number;
  };
  readonly graceMode: GraceMode;
  readonly missingLogout: { readonly afterShiftEndSeconds: number; readonly maxStatusSeconds: number };
}

/** Tables as they are configured; versions in the order in which they were written. */
export interface RuleTables {
  readonly activityTypes: ReadonlyMap<string, ActivityType>;
  /** integrationId -> `statusKey(status, breakType)` -> versions. */
  readonly statusMappings: ReadonlyMap<string, ReadonlyMap<string, readonly Version<string>[]>>;
  readonly matches: readonly Version<readonly MatchRule[]>[];
  readonly settings: readonly Version<Settings>[];
}

export const defaultActivityId = 'present';

export const defaultMatches: readonly MatchRule[] = [
  ...(['Presence', 'Break', 'Meeting'] as const).map((type) => ({
    actual: `type:${type}`,
    scheduled: `type:${type}`,
  })),
  ...(['Vacation', 'Illness', 'Absence'] as const).flatMap((actual) =>
    (['Vacation', 'Illness', 'Absence'] as const).map((scheduled) => ({
      actual: `type:${actual}`,
      scheduled: `type:${scheduled}`,
    })),
  ),
];

export const defaultSettings: Settings = {
  targetScore: 0.9,
  bufferSeconds: { notPresent: 0, wrongActivity: 0, notScheduled: 0 },
  graceMode: 'forgive',
  missingLogout: { afterShiftEndSeconds: 3600, maxStatusSeconds: 43_200 },
};

/** Key of an external status; breakType null is the fallback `(status, *)`. */
export const statusKey = (status: string, breakType: string | null): string =>
  breakType === null ? status : `${status}\u0000${breakType}`;

/** A value as a step function of time. */
export interface Steps<T> {
  /** Ascending, first is -Infinity. */
  readonly from: readonly Instant[];
  readonly values: readonly T[];
}

export interface Rules {
  readonly activityType: (activityId: string) => ActivityType;
  /** Activity of a status over time, with both fallbacks applied. */
  readonly mapping: (integrationId: string, status: string, breakType: string | null) => Steps<string>;
  readonly matches: Steps<Matcher>;
  readonly settings: Steps<Settings>;
}

/** Does this actual activity (null = offline) satisfy that scheduled activity? */
export type Matcher = (actualActivityId: string | null, scheduledActivityId: string) => boolean;

/** Compiles tables once; the result caches look-ups and is shared by all people of a tenant. */
export function compileRules(tables: RuleTables): Rules {
  // An activity that no longer exists, or never did, counts as Presence, as the fallback activity does.
  const activityType = (id: string): ActivityType => tables.activityTypes.get(id) ?? 'Presence';
  const mappings = new Map<string, Map<string, Steps<string>>>();
  let cached = 0;
  return {
    activityType,
    mapping(integrationId, status, breakType) {
      const key = statusKey(status, breakType);
      const known = mappings.get(integrationId)?.get(key);
      if (known) return known;
      if (cached >= maxCachedMappings) {
        mappings.clear();
        cached = 0;
      }
      const steps = mappingSteps(tables.statusMappings.get(integrationId), status, breakType);
      const ofIntegration = mappings.get(integrationId) ?? new Map<string, Steps<string>>();
      mappings.set(integrationId, ofIntegration.set(key, steps));
      cached += 1;
      return steps;
    },
    matches: mapSteps(stepsOf(tables.matches, defaultMatches), (rules) =>
      compileMatcher(rules, activityType),
    ),
    settings: stepsOf(tables.settings, defaultSettings),
  };
}

const maxCachedMappings = 10_000;

export function stepsOf<T, D>(versions: readonly Version<T>[], before: D): Steps<T | D> {
  const latest = new Map<Instant, T>();
  for (const { validFrom, value } of versions) latest.set(validFrom ?? -Infinity, value);
  const from = [...latest.keys()].sort((a, b) => a - b);
  const values: (T | D)[] = from.map((at) => latest.get(at) as T);
  if (from[0] !== -Infinity) {
    from.unshift(-Infinity);
    values.unshift(before);
  }
  return { from, values };
}

/** Index of the step that holds at an instant. */
export function stepAt<T>(steps: Steps<T>, at: Instant): number {
  let low = 0;
  let high = steps.from.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (steps.from[middle]! <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}

export const valueAt = <T>(steps: Steps<T>, at: Instant): T => steps.values[stepAt(steps, at)]!;

/** First instant after `at` at which the value changes, Infinity when none. */
export const nextStep = <T>(steps: Steps<T>, at: Instant): Instant =>
  steps.from[stepAt(steps, at) + 1] ?? Number.POSITIVE_INFINITY;

/** The versions of a list as steps of time themselves, null before the first: which one holds, and who wrote it. */
export const versionSteps = <V extends Version<unknown>>(versions: readonly V[]): Steps<V | null> =>
  stepsOf(
    versions.map((version) => ({ validFrom: version.validFrom, value: version })),
    null,
  );

/** The version of a mapping that holds for a status at an instant, its own before the fallback `(status, *)`. */
export function mappingVersionAt<V extends Version<string>>(
  byKey: ReadonlyMap<string, readonly V[]> | undefined,
  status: string,
  breakType: string | null,
  at: Instant,
): { readonly key: 'own' | 'fallback'; readonly version: V } | null {
  const heldBy = (type: string | null) =>
    valueAt(versionSteps(byKey?.get(statusKey(status, type)) ?? []), at);
  const own = breakType === null ? null : heldBy(breakType);
  if (own) return { key: 'own', version: own };
  const fallback = heldBy(null);
  return fallback && { key: breakType === null ? 'own' : 'fallback', version: fallback };
}

function mapSteps<A, B>(steps: Steps<A>, change: (value: A) => B): Steps<B> {
  return { from: steps.from, values: steps.values.map(change) };
}

function mappingSteps(
  byKey: ReadonlyMap<string, readonly Version<string>[]> | undefined,
  status: string,
  breakType: string | null,
): Steps<string> {
  const fallback = stepsOf(byKey?.get(statusKey(status, null)) ?? [], defaultActivityId);
  const own = breakType === null ? undefined : byKey?.get(statusKey(status, breakType));
  if (!own) return fallback;
  const exact = stepsOf(own, null);
  const from = [...new Set([...exact.from, ...fallback.from])].sort((a, b) => a - b);
  return { from, values: from.map((at) => valueAt(exact, at) ?? valueAt(fallback, at)) };
}

function compileMatcher(rules: readonly MatchRule[], activityType: (id: string) => ActivityType): Matcher {
  const pairs = new Set(rules.map(({ actual, scheduled }) => `${actual}>${scheduled}`));
  const memo = new Map<string, boolean>();
  return (actual, scheduled) => {
    const key = `${actual ?? ''}>${scheduled}`;
    let answer = memo.get(key);
    if (answer === undefined) {
      answer = matchBetween(actual, scheduled, activityType, (pair) => pairs.has(pair)) !== null;
      memo.set(key, answer);
    }
    return answer;
  };
}

/** Why an actual activity satisfies a scheduled one: it is the same, or by a rule; null when it does not. */
export type Match = 'same activity' | MatchRule;

/** The most particular rule of a list that holds; actual null = offline. */
export const matchIn = (
  rules: readonly MatchRule[],
  actual: string | null,
  scheduled: string,
  activityType: (id: string) => ActivityType,
): Match | null =>
  matchBetween(actual, scheduled, activityType, (pair) =>
    rules.some((rule) => pair === `${rule.actual}>${rule.scheduled}`),
  );

function matchBetween(
  actual: string | null,
  scheduled: string,
  activityType: (id: string) => ActivityType,
  hasPair: (pair: string) => boolean,
): Match | null {
  if (actual === scheduled) return 'same activity';
  const actuals = actual === null ? ['offline'] : [`activity:${actual}`, `type:${activityType(actual)}`];
  const scheduleds = [`activity:${scheduled}`, `type:${activityType(scheduled)}`];
  for (const a of actuals) {
    for (const s of scheduleds) if (hasPair(`${a}>${s}`)) return { actual: a, scheduled: s };
  }
  return null;
}

const compiled = new WeakMap<RuleTables, Rules>();

/** Compiled rules of tables that are replaced as a whole when they change; compiled once. */
export function rulesOf(tables: RuleTables): Rules {
  let rules = compiled.get(tables);
  if (!rules) {
    rules = compileRules(tables);
    compiled.set(tables, rules);
  }
  return rules;
}

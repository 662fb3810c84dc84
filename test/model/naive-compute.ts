/**
 * domain.md's "Exact rules", naively: collect every instant at which anything can change, evaluate each interval
 * between two of them from first principles, then find the episodes, then apply grace. Slow and plain on purpose;
 * tests hold the real `compute` against it, and it against the golden vectors.
 */
import type {
  ActivityType,
  Actual,
  CountedAs,
  Instant,
  Interval,
  Segment,
  State,
} from '@adherence/domain/model.ts';
import { actualAt, eventsOf, settingsAt, shiftEnds } from './naive-actual.ts';
import { defaultMatchRules, type Scenario, type Settings, versionAt } from './scenario.ts';

/**
 * The segments of `range`, up to asOf: no gaps, no overlaps, adjacent ones differ. What lies before the range counts
 * (an episode that reaches into it), so any split of a range gives the same states.
 */
export function naiveSegments(scenario: Scenario, range: Interval): Segment[] {
  return allSegments(scenario)
    .map((segment) => ({
      ...segment,
      from: Math.max(segment.from, range.from),
      to: Math.min(segment.to, range.to),
    }))
    .filter((segment) => segment.from < segment.to);
}

/** S(t), A(t) and the state at one instant before asOf. */
export function momentAt(scenario: Scenario, t: Instant): Moment {
  const actual = actualAt(scenario, t);
  const scheduled = scheduledAt(scenario, t);
  const scheduledActivityId = scheduled?.activityId ?? null;
  return {
    scheduledActivityId,
    shiftDate: scheduled?.shiftDate ?? null,
    actual,
    counts: counts(scenario, scheduledActivityId),
    state: stateOf(scenario, scheduledActivityId, actual, t),
  };
}

export interface Moment {
  readonly scheduledActivityId: string | null;
  readonly shiftDate: string | null;
  readonly actual: Actual;
  /** The type of the scheduled activity counts; an exception is not looked at here. */
  readonly counts: boolean;
  readonly state: State | null;
}

type Stretch = Moment & Interval;

/** From the beginning of time to asOf. */
function allSegments(scenario: Scenario): readonly Segment[] {
  const known = cache.get(scenario);
  if (known !== undefined) return known;
  const runs = runsOf(evaluate(scenario));
  const segments = merged(runs.flatMap((run) => graced(scenario, run)));
  cache.set(scenario, segments);
  return segments;
}

/** Only so that many questions about one scenario cost one evaluation. */
const cache = new WeakMap<Scenario, readonly Segment[]>();

function evaluate(scenario: Scenario): Stretch[] {
  const instants = [Number.NEGATIVE_INFINITY, ...instantsOf(scenario)].filter((at) => at < scenario.asOf);
  const borders = [...new Set([...instants, scenario.asOf])].sort((a, b) => a - b);
  return borders
    .slice(0, -1)
    .map((at, index) => ({ from: at, to: borders[index + 1]!, ...momentAt(scenario, at) }));
}

/** Every instant at which S, A, a match or an exception may change; too many do no harm. */
function instantsOf(scenario: Scenario): Instant[] {
  const versions = [...scenario.mappings, ...scenario.matches, ...scenario.settings];
  const optional = [
    ...versions.map((version) => version.validFrom),
    ...scenario.externalUsers.flatMap((user) => [user.validFrom, user.validTo]),
  ];
  const events = scenario.externalUsers.flatMap((user) => eventsOf(scenario, user));
  return [
    ...optional.filter((at) => at !== null),
    ...events.map((event) => event.occurredAt),
    // A missing logout ends a status at a shift end or here, or not at all.
    ...events.map(({ occurredAt }) => occurredAt + maxStatusMs(scenario, occurredAt)),
    ...shiftEnds(scenario),
    ...scenario.scheduleDocuments.flatMap(({ activities }) => activities.flatMap((a) => [a.start, a.end])),
    ...scenario.exceptions.flatMap((exception) => [exception.from, exception.to]),
    ...scenario.feeds.flatMap((feed) => (feed.feedGapSeconds === null ? [] : feed.notifiedAt)),
  ];
}

const maxStatusMs = (scenario: Scenario, e: Instant): number =>
  settingsAt(scenario, e).missingLogout.maxStatusSeconds * 1000;

function scheduledAt(scenario: Scenario, t: Instant) {
  for (const { shiftDate, activities } of scenario.scheduleDocuments) {
    const scheduled = activities.find(({ start, end }) => start <= t && t < end);
    if (scheduled !== undefined) return { activityId: scheduled.activityId, shiftDate };
  }
  return null;
}

const countingTypes: readonly (ActivityType | undefined)[] = ['Presence', 'Meeting', 'Break'];

function counts(scenario: Scenario, scheduledActivityId: string | null): boolean {
  return (
    scheduledActivityId !== null && countingTypes.includes(scenario.activityTypes.get(scheduledActivityId))
  );
}

/** The table of domain.md, read from the top, after exceptions: they exclude time in adherence too (vectors). */
function stateOf(
  scenario: Scenario,
  scheduledActivityId: string | null,
  actual: Actual,
  t: Instant,
): State | null {
  const scheduleCounts = counts(scenario, scheduledActivityId);
  if (scheduleCounts && scenario.exceptions.some(({ from, to }) => from <= t && t < to)) return 'EXCLUDED';
  if (scheduledActivityId !== null && satisfies(scenario, actual, scheduledActivityId, t))
    return 'IN_ADHERENCE';
  if (scheduleCounts && actual.kind === 'offline') return 'NOT_PRESENT';
  if (scheduleCounts && actual.kind === 'activity') return 'WRONG_ACTIVITY';
  if (scheduleCounts && actual.kind === 'unknown') return 'NO_DATA';
  return actual.kind === 'activity' ? 'NOT_SCHEDULED' : null;
}

function satisfies(scenario: Scenario, actual: Actual, scheduledActivityId: string, t: Instant): boolean {
  if (actual.kind === 'unknown') return false;
  if (actual.activityId === scheduledActivityId) return true;
  // Before the first version the defaults hold, as for settings (vectors).
  const rules = versionAt(scenario.matches, t)?.rules ?? defaultMatchRules;
  const namesOf = (activityId: string): string[] => [
    `activity:${activityId}`,
    `type:${scenario.activityTypes.get(activityId)}`,
  ];
  const actualNames = actual.kind === 'offline' ? ['offline'] : namesOf(actual.activityId!);
  const scheduledNames = namesOf(scheduledActivityId);
  return rules.some((rule) => actualNames.includes(rule.actual) && scheduledNames.includes(rule.scheduled));
}

const outStates: readonly (State | null)[] = ['NOT_PRESENT', 'WRONG_ACTIVITY', 'NOT_SCHEDULED'];

/** Maximal runs of one state; only those of an out state are episodes, for the rest the run has no meaning. */
function runsOf(stretches: readonly Stretch[]): Stretch[][] {
  const runs: Stretch[][] = [];
  for (const stretch of stretches) {
    const run = runs.at(-1);
    if (run !== undefined && run[0]!.state === stretch.state) run.push(stretch);
    else runs.push([stretch]);
  }
  return runs;
}

/** The stretches of one run as segments, cut where the buffer ends. */
function graced(scenario: Scenario, run: readonly Stretch[]): Segment[] {
  const state = run[0]!.state;
  if (!outStates.includes(state)) {
    return run.map((stretch) => segmentOf(stretch, false, countedOutsideEpisodes(stretch)));
  }
  const start = run[0]!.from;
  const length = run.at(-1)!.to - start;
  // Those at the start, though they change later (vectors); exactly as long as the buffer still fits (vectors).
  const settings = settingsAt(scenario, start);
  const buffer = bufferOf(settings, state) * 1000;
  const bufferEnd = start + buffer;
  return run.flatMap((stretch) => {
    const cuts = stretch.from < bufferEnd && bufferEnd < stretch.to ? [bufferEnd] : [];
    const borders = [stretch.from, ...cuts, stretch.to];
    return borders.slice(0, -1).map((from, index) => {
      const inBuffer = from < bufferEnd;
      const countedAs = state === 'NOT_SCHEDULED' ? null : grace(settings, inBuffer, length <= buffer);
      return segmentOf({ ...stretch, from, to: borders[index + 1]! }, inBuffer, countedAs);
    });
  });
}

function bufferOf({ bufferSeconds }: Settings, state: State | null): number {
  if (state === 'NOT_PRESENT') return bufferSeconds.notPresent;
  return state === 'WRONG_ACTIVITY' ? bufferSeconds.wrongActivity : bufferSeconds.notScheduled;
}

function grace({ graceMode }: Settings, inBuffer: boolean, fitsInBuffer: boolean): 'in' | 'out' {
  if (graceMode === 'alarm_only') return 'out';
  const forgiven = graceMode === 'retroactive' ? fitsInBuffer : inBuffer;
  return forgiven ? 'in' : 'out';
}

/** Vacation scheduled and Illness actual: IN_ADHERENCE, but it does not count. */
function countedOutsideEpisodes({ state, counts: scheduleCounts }: Stretch): CountedAs {
  if (state === 'IN_ADHERENCE') return scheduleCounts ? 'in' : null;
  if (state === 'NO_DATA') return 'noData';
  return state === 'EXCLUDED' ? 'excluded' : null;
}

function segmentOf(stretch: Stretch, inBuffer: boolean, countedAs: CountedAs): Segment {
  const { from, to, scheduledActivityId, shiftDate, actual, state } = stretch;
  return { from, to, scheduledActivityId, shiftDate, actual, state, inBuffer, countedAs };
}

/** Adjacent segments that agree in everything shown become one. */
function merged(segments: readonly Segment[]): Segment[] {
  const result: Segment[] = [];
  for (const segment of segments) {
    const before = result.at(-1);
    if (before !== undefined && before.to === segment.from && looksLike(before, segment)) {
      result[result.length - 1] = { ...before, to: segment.to };
    } else result.push(segment);
  }
  return result;
}

function looksLike(a: Segment, b: Segment): boolean {
  const shown = ({ from: _from, to: _to, ...rest }: Segment): string => JSON.stringify(rest);
  return shown(a) === shown(b);
}

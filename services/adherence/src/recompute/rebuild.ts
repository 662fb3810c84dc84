/**
 * Computing people again from what is stored: at take-over, for late events, changed configuration, schedules and
 * feeds. Facts taken meanwhile and not yet stored are merged in; facts are a set (architecture.md, "Recomputation
 * without a race").
 */
import { finalUntil, liveState, nextChange } from '@adherence/domain/compute/live.ts';
import { appendSegments, carryAt, clipSegments } from '@adherence/domain/compute/segments.ts';
import type { Instant } from '@adherence/domain/model.ts';
import { personKey } from '@adherence/schemas/topics.ts';
import { type Person, windowStartAt } from '../domain/person.ts';
import { dropFactsBefore } from '../domain/user-facts.ts';
import { feedReason, loadToldFeeds } from '../feeds/feeds.ts';
import { configurationOf, type Owner } from '../owner.ts';
import { type Partition, type Rebuild, versionOffset } from '../partition.ts';
import { type ComputedDay, computedDays, emptiedDay } from '../settle/results.ts';
import type { ComputedRange, RangeTask } from './compute-ranges.ts';

/** A person computed up to now: what may be put into memory, and all days that are to be judged. */
export interface Rebuilt {
  readonly partition: Partition;
  readonly person: Person;
  readonly days: readonly ComputedDay[];
  /** A date after those, without anything in it. */
  readonly emptied: (date: string) => ComputedDay;
}

/** Tasks to compute people from `starts` (by person) to now, in groups that are read together. */
export function openTasks(
  owner: Owner,
  tenantId: string,
  rebuilds: readonly Pick<Rebuild, 'partition' | 'personId'>[],
  starts: ReadonlyMap<string, Instant>,
): RangeTask[][] {
  const tasks = rebuilds.flatMap(({ partition, personId }): RangeTask[] => {
    const configuration = configurationOf(owner, tenantId, personId);
    const from = starts.get(personId);
    if (!configuration || from === undefined) return [];
    return [{ partition, tenantId, personId, configuration, from, to: null, knownAt: null }];
  });
  return byAge(tasks, owner.clock.now());
}

const dayMs = 24 * 60 * 60_000;
/** Those that go back about as far are read together, and of a long time only as many as memory holds. */
const ages = [
  { olderThan: 60 * dayMs, atOnce: 3 },
  { olderThan: 14 * dayMs, atOnce: 25 },
  { olderThan: Number.NEGATIVE_INFINITY, atOnce: 200 },
] as const;

function byAge(tasks: readonly RangeTask[], now: Instant): RangeTask[][] {
  const groups = Map.groupBy(tasks, ({ from }) => ages.find(({ olderThan }) => now - from > olderThan)!);
  return [...groups].flatMap(([{ atOnce }, ofAge]) =>
    Array.from({ length: Math.ceil(ofAge.length / atOnce) }, (_, i) =>
      ofAge.slice(i * atOnce, (i + 1) * atOnce),
    ),
  );
}

/**
 * The caller puts the person in the place of what is in memory before it waits for anything: what is taken later must
 * find it there.
 */
export function rebuiltOf(owner: Owner, range: ComputedRange): Rebuilt {
  const { task, asOf, inputs, facts, schedules, segments, end, writeFrom } = range;
  const { partition, tenantId, personId, configuration } = task;
  const { rules, timeZone, calendar, externalUsers, exceptions } = configuration;
  const windowStart = Math.min(windowStartAt(calendar, asOf), asOf);
  const person: Person = {
    key: personKey(tenantId, personId),
    tenantId,
    personId,
    timeZone,
    calendar,
    externalUsers,
    exceptions,
    facts,
    schedules,
    windowStart,
    before: carryAt(segments, windowStart),
    segments: [],
    end,
    computedTo: asOf,
    changedFrom: Number.POSITIVE_INFINITY,
    unstoredFrom: Number.POSITIVE_INFINITY,
    live: liveState(inputs, rules, segments, end, asOf),
    dueAt: 0,
  };
  person.dueAt = nextChange(inputs, rules, person.live, asOf);
  const until = finalUntil(inputs, rules, range, asOf);
  appendSegments(person.segments, clipSegments(segments, windowStart, Number.POSITIVE_INFINITY));
  for (const userFactsOf of facts.values()) dropFactsBefore(userFactsOf, windowStart);
  const version = { offset: versionOffset(partition), configurationOffset: owner.configuration.offset() };
  const days = computedDays(person, rules, segments, { from: writeFrom }, until, version);
  return { partition, person, days, emptied: (date) => emptiedDay(person, date, version) };
}

/** Feeds never read, and those that a request says have changed. */
export async function refreshFeeds(
  owner: Owner,
  tenantId: string,
  rebuilds: readonly Pick<Rebuild, 'personId' | 'requests'>[],
): Promise<void> {
  const integrations = new Set<string>();
  for (const { personId, requests } of rebuilds) {
    const changed = requests.some(({ reason }) => reason === feedReason);
    for (const { integrationId } of configurationOf(owner, tenantId, personId)?.externalUsers ?? []) {
      if (changed || !owner.feeds.has(`${tenantId}|${integrationId}`)) integrations.add(integrationId);
    }
  }
  if (integrations.size > 0) await loadToldFeeds(owner, tenantId, [...integrations]);
}

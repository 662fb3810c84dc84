/**
 * Ranges of people computed from what is stored. What is read reaches back to the start of the episode that runs into
 * a range; most began within a day before it, the others are read further back.
 */
import { setImmediate as othersTurn } from 'node:timers/promises';
import { addDays, isoDate } from '@adherence/domain/calendar.ts';
import { type Feed, userKey } from '@adherence/domain/compute/actual.ts';
import { type Carry, compute, type PersonInputs } from '@adherence/domain/compute/compute.ts';
import { isUndecided } from '@adherence/domain/compute/live.ts';
import { reachesBack } from '@adherence/domain/compute/reaches-back.ts';
import { carryAt } from '@adherence/domain/compute/segments.ts';
import { dateOf, dateStart } from '@adherence/domain/configuration/person-calendar.ts';
import {
  type PersonConfiguration,
  policyReachMs,
} from '@adherence/domain/configuration/person-configuration.ts';
import type { Instant, LineFact, ScheduleDocument, Segment } from '@adherence/domain/model.ts';
import { scheduleLookbackDays } from '@adherence/domain/schedule-limits.ts';
import { personKey } from '@adherence/schemas/topics.ts';
import { loadSchedules } from '@adherence/store/load.ts';
import { type Lines, loadLines } from '@adherence/store/load-lines.ts';
import type { HeldDocument } from '../domain/judge-schedules.ts';
import type { Person } from '../domain/person.ts';
import { addFact, type UserFacts, userFacts } from '../domain/user-facts.ts';
import { feedsOf } from '../feeds/feeds.ts';
import type { Owner } from '../owner.ts';
import type { Partition } from '../partition.ts';

const dayMs = 24 * 60 * 60_000;

export interface RangeTask {
  readonly partition: Partition;
  readonly tenantId: string;
  readonly personId: string;
  readonly configuration: PersonConfiguration;
  /** Segments are exact from the start of this day on ... */
  readonly from: Instant;
  /** ... up to here; null = up to now, with what is taken and not stored yet. */
  readonly to: Instant | null;
  /** With what had been recorded by then, and as of then; null = all. */
  readonly knownAt: Instant | null;
  /** Silences as they were known then; absent = as people were told. */
  readonly feeds?: ReadonlyMap<string, Feed>;
}

export interface ComputedRange {
  readonly task: RangeTask;
  readonly asOf: Instant;
  readonly inputs: PersonInputs;
  readonly facts: Map<string, UserFacts>;
  readonly schedules: Map<string, ScheduleDocument>;
  /** From before `task.from` on. */
  readonly segments: readonly Segment[];
  readonly end: Carry | null;
  /** `task.from`, or the start of an episode that was undecided there. */
  readonly writeFrom: Instant;
}

/**
 * All tasks are of one tenant and one view (`to` null or not, `knownAt`), and about as long ago. Each is used as soon as
 * it is computed, before anything else is waited for.
 */
export async function computeRanges(
  owner: Owner,
  tasks: readonly RangeTask[],
  use: (range: ComputedRange) => void,
): Promise<void> {
  let open = tasks;
  for (let lookBackDays = 1; open.length > 0; lookBackDays *= 4) {
    const { tenantId, knownAt } = open[0]!;
    const loadedFrom = (task: RangeTask) => startOfDay(task, task.from) - lookBackDays * dayMs;
    const earliest = Math.min(...open.map(loadedFrom));
    const until = open.some(({ to }) => to === null) ? null : Math.max(...open.map(endOfInputs));
    const view = { knownAt, until, withSources: false };
    const users = open.flatMap(({ configuration }) => configuration.externalUsers);
    const [lines, documents] = await Promise.all([
      loadLines(owner.db, tenantId, users, earliest, view),
      loadSchedules(
        owner.db,
        tenantId,
        open.map(({ personId }) => personId),
        addDays(isoDate(earliest), -scheduleLookbackDays),
        until === null ? '2199-12-31' : addDays(isoDate(until), scheduleLookbackDays),
        null,
        view,
      ),
    ]);
    const again: RangeTask[] = [];
    for (const [i, task] of open.entries()) {
      // A person takes milliseconds: takes and heartbeats have their turn between two.
      if (i > 0) await othersTurn();
      const range = computeRange(owner, task, lines, documents.get(task.personId) ?? [], loadedFrom(task));
      if (range) use(range);
      else again.push(task);
    }
    open = again;
  }
}

/** Past the range by what may end a status in it, and by what may decide an episode at its end. */
export function endOfInputs({ to, configuration }: Pick<RangeTask, 'to' | 'configuration'>): Instant {
  return to === null ? Number.POSITIVE_INFINITY : to + policyReachMs(configuration.rules) + dayMs;
}

const startOfDay = ({ configuration: { calendar } }: RangeTask, at: Instant): Instant =>
  dateStart(calendar, dateOf(calendar, at));

/** null when what was loaded does not reach back to the start of the episode that runs into the first day. */
function computeRange(
  owner: Owner,
  task: RangeTask,
  lines: Lines,
  held: readonly HeldDocument[],
  loadedFrom: Instant,
): ComputedRange | null {
  const { partition, tenantId, personId, configuration, from } = task;
  const { rules, externalUsers, exceptions } = configuration;
  const asOf = Math.min(owner.clock.now(), task.knownAt ?? Number.POSITIVE_INFINITY);
  const key = personKey(tenantId, personId);
  const current = task.to === null ? partition.people.get(key) : undefined;
  const until = endOfInputs(task);
  const facts = mergeFacts(externalUsers, lines, until, current);
  const judged = task.to === null ? partition.judged : new Map<string, HeldDocument>();
  const schedules = mergeSchedules(judged, key, held, current);
  const inputs: PersonInputs = {
    externalUsers,
    facts: new Map([...facts].map(([user, { ordered }]) => [user, ordered])),
    feeds: task.feeds ?? feedsOf(owner, tenantId, new Set(externalUsers.map((user) => user.integrationId))),
    schedules: [...schedules.values()],
    exceptions,
  };
  const range = { from: loadedFrom, to: Math.min(asOf, until), asOf, carry: null };
  const { segments, end } = compute(inputs, rules, range);
  const carry = carryAt(segments, from);
  const writeFrom = carry && isUndecided(carry, rules, from) ? carry.since : from;
  if (reachesBack(inputs, segments, startOfDay(task, writeFrom))) return null;
  return { task, asOf, inputs, facts, schedules, segments, end, writeFrom };
}

/** Stored facts and those in memory, as one ordered set per user that is assigned now. */
function mergeFacts(
  externalUsers: PersonConfiguration['externalUsers'],
  lines: Lines,
  until: Instant,
  current: Person | undefined,
): Map<string, UserFacts> {
  const facts = new Map<string, UserFacts>();
  for (const { integrationId, externalUserId } of externalUsers) {
    const user = userKey(integrationId, externalUserId);
    const stored = (lines.get(user) ?? []) as readonly LineFact[];
    const merged = userFacts(
      Number.isFinite(until) ? stored.filter(({ occurredAt }) => occurredAt <= until) : stored,
    );
    for (const fact of current?.facts.get(user)?.ordered ?? []) addFact(merged, fact);
    facts.set(user, merged);
  }
  return facts;
}

function mergeSchedules(
  judged: ReadonlyMap<string, HeldDocument>,
  key: string,
  held: readonly HeldDocument[],
  current: Person | undefined,
): Map<string, ScheduleDocument> {
  const newest = new Map(held.map((document) => [document.shiftDate, document]));
  for (const [name, document] of judged) {
    if (name.startsWith(`${key}|`)) newest.set(document.shiftDate, document);
  }
  const schedules = new Map<string, ScheduleDocument>();
  for (const document of newest.values()) {
    if (!document.removed) schedules.set(document.shiftDate, document);
  }
  // Same object where nothing changed, so that memory is not doubled.
  for (const [shiftDate, document] of current?.schedules ?? []) {
    if (schedules.get(shiftDate) === undefined) continue;
    if ((document as HeldDocument).offset === newest.get(shiftDate)?.offset)
      schedules.set(shiftDate, document);
  }
  return schedules;
}

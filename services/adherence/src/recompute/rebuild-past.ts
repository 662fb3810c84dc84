/**
 * Parts of the past computed again, no further than they change anything: days are computed until one of them is what
 * is stored, with nothing that could reach over its end. What is in memory is not touched.
 */
import { addDays } from '@adherence/domain/calendar.ts';
import { bearsStatus } from '@adherence/domain/compute/facts.ts';
import { finalUntil } from '@adherence/domain/compute/live.ts';
import { carryAt, isOut } from '@adherence/domain/compute/segments.ts';
import { dateOf, dateStart } from '@adherence/domain/configuration/person-calendar.ts';
import { policyReachMs } from '@adherence/domain/configuration/person-configuration.ts';
import type { Interval } from '@adherence/domain/model.ts';
import { dayKey, loadStoredDays } from '@adherence/store/stored-days.ts';
import { windowStartAt } from '../domain/person.ts';
import { configurationOf, type Owner, retentionMsOf } from '../owner.ts';
import { type Rebuild, versionOffset } from '../partition.ts';
import { type ComputedDay, computedDays } from '../settle/results.ts';
import { type ComputedRange, computeRanges, endOfInputs, type RangeTask } from './compute-ranges.ts';

export interface PastDays {
  readonly rebuild: Rebuild;
  readonly days: readonly ComputedDay[];
}

export interface RebuiltPast {
  readonly done: readonly PastDays[];
  /** What changes reaches to where memory begins: these are to be computed from there up to now. */
  readonly unbounded: readonly Rebuild[];
}

/** `rebuilds` are of one tenant and have a past. */
export async function rebuildPast(
  owner: Owner,
  tenantId: string,
  rebuilds: readonly Rebuild[],
): Promise<RebuiltPast> {
  const done: PastDays[] = [];
  const unbounded: Rebuild[] = [];
  let open = rebuilds.filter(({ personId }) => configurationOf(owner, tenantId, personId) !== null);
  for (let days = 2; open.length > 0; days *= 4) {
    const tasks = new Map<RangeTask, Rebuild>();
    for (const rebuild of open) {
      const task = pastTask(owner, tenantId, rebuild, days);
      if (task) tasks.set(task, rebuild);
      else unbounded.push(rebuild);
    }
    const again: Rebuild[] = [];
    for (const some of partsOf([...tasks.keys()])) {
      const ranges: ComputedRange[] = [];
      await computeRanges(owner, some, (range) => ranges.push(range));
      const joining = await joiningDays(owner, tenantId, ranges);
      for (const range of ranges) {
        const rebuild = tasks.get(range.task)!;
        const computed = daysOf(owner, range);
        const last = computed.at(-1);
        // All of it lies before what is kept.
        if (!last) {
          done.push({ rebuild, days: [] });
          continue;
        }
        const joins = joining.get(dayKey(last.personId, last.day)) === last.contentHash;
        if (joins && isSettled(range, rebuild, last)) done.push({ rebuild, days: computed });
        else again.push(rebuild);
      }
    }
    open = again;
  }
  return { done, unbounded };
}

/** So many days past the end of what is asked and of what a missing logout reaches; null when that is in memory. */
function pastTask(
  owner: Owner,
  tenantId: string,
  { partition, personId, past }: Rebuild,
  days: number,
): RangeTask | null {
  const configuration = configurationOf(owner, tenantId, personId)!;
  const { calendar, rules } = configuration;
  const now = owner.clock.now();
  const reach = policyReachMs(rules);
  const from = Math.max(past!.from, now - retentionMsOf(owner, tenantId)) - reach;
  const to = dateStart(calendar, addDays(dateOf(calendar, past!.to + reach), days));
  const task = { partition, tenantId, personId, configuration, from, to, knownAt: null };
  return endOfInputs(task) + reach < windowStartAt(calendar, now) ? task : null;
}

/** As many as are read at once: years of days of a person are as much as days of many. */
const daysAtOnce = 800;
const dayMs = 24 * 60 * 60_000;

export function partsOf(tasks: readonly RangeTask[]): RangeTask[][] {
  const parts: RangeTask[][] = [];
  let size = daysAtOnce;
  for (const task of [...tasks].sort((a, b) => a.from - b.from)) {
    const days = (endOfInputs(task) - (parts.at(-1)?.[0]?.from ?? task.from)) / dayMs;
    size += days;
    if (size > daysAtOnce || parts.length === 0) {
      parts.push([]);
      size = days;
    }
    parts.at(-1)!.push(task);
  }
  return parts;
}

/** Hashes of what is stored of the last day of each range. */
async function joiningDays(
  owner: Owner,
  tenantId: string,
  ranges: readonly ComputedRange[],
): Promise<Map<string, string>> {
  const lastDays = ranges.map(({ task }) => dateOf(task.configuration.calendar, task.to! - 1)).sort();
  if (lastDays.length === 0) return new Map();
  const people = ranges.map(({ task }) => task.personId);
  const stored = await loadStoredDays(owner.db, tenantId, people, lastDays[0]!, lastDays.at(-1)!);
  return new Map([...stored].map(([key, { contentHash }]) => [key, contentHash]));
}

export function daysOf(owner: Owner, range: ComputedRange): ComputedDay[] {
  const { task, asOf, inputs, segments, writeFrom } = range;
  const { partition, tenantId, personId, configuration } = task;
  const { timeZone, calendar } = configuration;
  const person = { tenantId, personId, timeZone, calendar, computedTo: asOf };
  const version = { offset: versionOffset(partition), configurationOffset: owner.configuration.offset() };
  // All that was running when the inputs end is over by now, so only feeds can keep it from being final. What is frozen
  // stands, whatever was still open when its period was closed.
  const past = { segments, end: null };
  const until = task.knownAt === null ? finalUntil(inputs, configuration.rules, past, asOf) : task.to!;
  const span = { from: writeFrom, to: task.to! };
  return computedDays(person, configuration.rules, segments, span, until, version);
}

/**
 * Nothing of what was asked for reaches over the end of the last day: no episode that began before it, and the status
 * of each user with new facts goes back to an event after them.
 */
export function isSettled(
  { segments, facts }: Pick<ComputedRange, 'segments' | 'facts'>,
  { past, users }: Pick<Rebuild, 'past'> & { readonly users: ReadonlySet<string> },
  last: Interval,
): boolean {
  const carry = carryAt(segments, last.to);
  if (carry && isOut(carry.state) && carry.since <= last.from) return false;
  return [...users].every((user) => {
    const bearing = facts
      .get(user)
      ?.ordered.findLast((fact) => fact.occurredAt < last.to && bearsStatus(fact));
    return bearing === undefined || bearing.occurredAt >= past!.to;
  });
}

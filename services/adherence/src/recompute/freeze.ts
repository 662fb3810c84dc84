/**
 * Closing a pay period: its days become what was known when it was closed, by the configuration of then and the facts,
 * schedules and silences known by then, so that all owners freeze the same, however late they come to it.
 */
import type { Feed } from '@adherence/domain/compute/actual.ts';
import {
  type Closing,
  closedBy,
  closedPeriodOf,
  closedSince,
  configurationAtClosing,
  type StoredClosedPeriod,
} from '@adherence/domain/configuration/closed-periods.ts';
import { dateEnd, dateStart } from '@adherence/domain/configuration/person-calendar.ts';
import { policyReachMs } from '@adherence/domain/configuration/person-configuration.ts';
import type { TenantTables } from '@adherence/domain/configuration/tables.ts';
import { topics } from '@adherence/schemas/topics.ts';
import { readFeeds } from '@adherence/store/compute-people.ts';
import type { Owner } from '../owner.ts';
import type { Rebuild, Request } from '../partition.ts';
import type { ComputedDay } from '../settle/results.ts';
import { type ComputedRange, computeRanges, type RangeTask } from './compute-ranges.ts';
import { daysOf, partsOf } from './rebuild-past.ts';

export interface FrozenDays {
  readonly rebuild: Rebuild;
  readonly days: readonly ComputedDay[];
}

/** Of people whose requests say that a period was closed that still is, or that something was on its way to one. */
export async function frozenDays(
  owner: Owner,
  tables: TenantTables,
  rebuilds: readonly Rebuild[],
): Promise<FrozenDays[]> {
  const tasks = new Map<RangeTask, { readonly rebuild: Rebuild; readonly period: StoredClosedPeriod }>();
  for (const rebuild of rebuilds) {
    for (const [task, period] of await freezeTasks(owner, tables, rebuild))
      tasks.set(task, { rebuild, period });
  }
  const frozen: FrozenDays[] = [];
  // Tasks that are read together are of one instant of closing.
  for (const ofClosing of Map.groupBy(tasks.keys(), ({ knownAt }) => knownAt).values()) {
    for (const some of partsOf(ofClosing)) {
      const ranges: ComputedRange[] = [];
      await computeRanges(owner, some, (range) => ranges.push(range));
      for (const range of ranges) {
        const { rebuild, period } = tasks.get(range.task)!;
        const stands = ({ day }: ComputedDay): boolean => {
          const closedBy = closedPeriodOf(tables, rebuild.personId, day);
          return closedBy !== null && tables.closedPeriods.get(closedBy)!.closing === period.closing;
        };
        frozen.push({ rebuild, days: daysOf(owner, range).filter(stands) });
      }
    }
  }
  return frozen;
}

async function freezeTasks(
  { db }: Owner,
  tables: TenantTables,
  { partition, tenantId, personId, requests }: Rebuild,
): Promise<(readonly [RangeTask, StoredClosedPeriod])[]> {
  const periods = new Map<Closing, StoredClosedPeriod>();
  for (const request of requests) {
    for (const period of periodsOf(tables, request)) periods.set(period.closing, period);
  }
  const tasks: (readonly [RangeTask, StoredClosedPeriod])[] = [];
  for (const period of periods.values()) {
    const configuration = configurationAtClosing(tables, period, personId);
    if (!configuration) continue;
    const { calendar } = configuration;
    const from = dateStart(calendar, period.document.from);
    const to = dateEnd(calendar, period.document.to);
    const reach = policyReachMs(configuration.rules);
    const feeds = await feedsAtClosing(db, tenantId, period.closing);
    const knownAt = period.closing.at;
    const who = { partition, tenantId, personId, configuration };
    tasks.push([{ ...who, from: from - reach, to, knownAt, feeds }, period]);
  }
  return tasks;
}

/** That was closed, or whose closing something was recorded by that was on its way then: it is in what was known. */
function periodsOf(
  tables: TenantTables,
  { personId, askedOn, askOffset, askedAt, reason, from, to }: Request,
): StoredClosedPeriod[] {
  if (askedOn === topics.activityEvents.name) return closedSince(tables, personId, askedAt, { from, to });
  const period = reason === closingReason ? closedBy(tables, askOffset) : null;
  return period ? [period] : [];
}

/** All people of a period are frozen with the same silences, which are read from all facts of the feeds. */
function feedsAtClosing(db: Owner['db'], tenantId: string, closing: Closing): Promise<Feeds> {
  const known = read.get(closing);
  if (known) return known;
  const feeds = readFeeds(db, tenantId, closing.feeds, closing.at);
  read.set(closing, feeds);
  feeds.catch(() => read.delete(closing));
  return feeds;
}

type Feeds = ReadonlyMap<string, Feed>;
const read = new WeakMap<Closing, Promise<Feeds>>();

/** Kind of the entity, and so the reason of what is asked for because of it. */
export const closingReason = 'closedPeriod';

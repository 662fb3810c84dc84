/**
 * Closing a pay period: its days become what was known when it was closed, by the configuration of then and the facts
 * and schedules received by then, so that all owners freeze the same, however late they come to it.
 */
import { dayStart } from '@adherence/domain/calendar.ts';
import {
  closedBy,
  configurationAtClosing,
  intervalOf,
} from '@adherence/domain/configuration/closed-periods.ts';
import { policyReachMs } from '@adherence/domain/configuration/person-configuration.ts';
import type { TenantTables } from '@adherence/domain/configuration/tables.ts';
import { topics } from '@adherence/schemas/topics.ts';
import { type ComputedRange, computeRanges, type RangeTask } from './compute-ranges.ts';
import type { Owner } from './owner.ts';
import type { Rebuild } from './partition.ts';
import { daysOf, partsOf } from './rebuild-past.ts';
import type { ComputedDay } from './results.ts';

export interface FrozenDays {
  readonly rebuild: Rebuild;
  readonly days: readonly ComputedDay[];
}

/** Of people whose requests say that a period was closed that still is. */
export async function frozenDays(
  owner: Owner,
  tables: TenantTables,
  rebuilds: readonly Rebuild[],
): Promise<FrozenDays[]> {
  const tasks = new Map<RangeTask, Rebuild>();
  for (const rebuild of rebuilds) {
    for (const task of freezeTasks(tables, rebuild)) tasks.set(task, rebuild);
  }
  const frozen: FrozenDays[] = [];
  // Tasks that are read together are of one instant of closing.
  for (const ofClosing of Map.groupBy(tasks.keys(), ({ knownAt }) => knownAt).values()) {
    for (const some of partsOf(ofClosing)) {
      const ranges: ComputedRange[] = [];
      await computeRanges(owner, some, (range) => ranges.push(range));
      for (const range of ranges) {
        const { timeZone } = range.task.configuration;
        const first = range.task.from + policyReachMs(range.task.configuration.rules);
        const days = daysOf(owner, range).filter(({ day }) => dayStart(timeZone, day) >= first);
        frozen.push({ rebuild: tasks.get(range.task)!, days });
      }
    }
  }
  return frozen;
}

function freezeTasks(
  tables: TenantTables,
  { partition, tenantId, personId, requests }: Rebuild,
): RangeTask[] {
  return requests.flatMap(({ askedOn, askOffset, reason }): RangeTask[] => {
    if (reason !== closingReason || askedOn !== topics.configuration.name) return [];
    const period = closedBy(tables, askOffset);
    const configuration = period && configurationAtClosing(tables, period, personId);
    if (!configuration) return [];
    const { from, to } = intervalOf(period);
    const reach = policyReachMs(configuration.rules);
    return [
      { partition, tenantId, personId, configuration, from: from - reach, to, knownAt: period.closing.at },
    ];
  });
}

/** Kind of the entity, and so the reason of what is asked for because of it. */
export const closingReason = 'closedPeriod';

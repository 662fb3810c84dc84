/**
 * What a person's time is computed from: for all of it what is known, or was known at an instant; but for pay periods
 * that are closed what was known when they were closed, as their numbers stand.
 */
import { closedIntervals, configurationAtClosing } from '@adherence/domain/configuration/closed-periods.ts';
import {
  type ConcerningException,
  concerns,
  exceptionsConcerning,
  type FeedThreshold,
  feedThresholds,
  type TenantRules,
  type TenantTables,
} from '@adherence/domain/configuration/tables.ts';
import type { Instant, Interval } from '@adherence/domain/model.ts';
import type { PersonToCompute } from '@adherence/store/compute-people.ts';

/** A part of a range that is computed from the same. */
export interface Stretch extends Interval {
  readonly person: PersonToCompute;
  readonly rules: TenantRules;
  readonly exceptions: readonly ConcerningException[];
  readonly feeds: readonly FeedThreshold[];
  readonly knownAt: Instant | null;
  readonly asOf: Instant;
  readonly closedPeriodId: string | null;
}

/** As of when a question is asked. */
export interface Known {
  /** null = now, with all that is recorded. */
  readonly knownAt: Instant | null;
  readonly asOf: Instant;
}

/** In order of time, without gaps. `personId` is one of the tables' people. */
export function stretchesOf(
  tables: TenantTables,
  personId: string,
  range: Interval,
  known: Known,
): Stretch[] {
  const stretches: Stretch[] = [];
  let at = range.from;
  const openUntil = (to: Instant) => {
    if (at < to) stretches.push(openStretch(tables, personId, { from: at, to }, known));
  };
  for (const closed of closedIntervals(tables, personId)) {
    const from = Math.max(closed.from, at);
    const to = Math.min(closed.to, range.to);
    if (from >= to) continue;
    openUntil(from);
    stretches.push(closedStretch(tables, personId, closed.id, { from, to }));
    at = to;
  }
  openUntil(range.to);
  return stretches;
}

function openStretch(tables: TenantTables, personId: string, part: Interval, known: Known): Stretch {
  const { externalUsers } = tables.people.get(personId)!.document;
  const exceptions = exceptionsConcerning(tables, personId);
  return {
    ...part,
    ...known,
    person: { personId, externalUsers, exceptions: intervalsOf(exceptions) },
    rules: tables.rules,
    exceptions,
    feeds: feedThresholds(tables),
    closedPeriodId: null,
  };
}

function closedStretch(tables: TenantTables, personId: string, periodId: string, part: Interval): Stretch {
  const period = tables.closedPeriods.get(periodId)!;
  const { externalUsers } = configurationAtClosing(tables, period, personId)!;
  const { at, rules, feeds } = period.closing;
  const team = period.closing.people.get(personId)!.team;
  // Who wrote them is not kept with the period.
  const exceptions = period.closing.exceptions
    .filter((document) => concerns(document, personId, team))
    .map((document) => ({
      id: '',
      stored: { document, offset: -1, writtenBy: '', writtenAt: at, deleted: false },
    }));
  return {
    ...part,
    knownAt: at,
    asOf: at,
    person: { personId, externalUsers, exceptions: intervalsOf(exceptions) },
    rules,
    exceptions,
    feeds,
    closedPeriodId: periodId,
  };
}

const intervalsOf = (exceptions: readonly ConcerningException[]): Interval[] =>
  exceptions.map(({ stored: { document } }) => ({ from: document.from, to: document.to }));

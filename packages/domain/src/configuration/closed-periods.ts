/**
 * Pay periods that were closed: the numbers of the people of a planning unit over local dates stand as they were known
 * then. What they are computed from is kept with the period, so that every owner freezes the same numbers.
 */
import { dayEnd, dayStart } from '../calendar.ts';
import { rulesOf } from '../compute/rules.ts';
import type { Instant, Interval } from '../model.ts';
import { longestStatusMs } from '../schedule-limits.ts';
import type { ClosedPeriod, Exception, Person } from './entities.ts';
import { type Calendar, calendarWith, closedDates } from './person-calendar.ts';
import type { PersonConfiguration } from './person-configuration.ts';
import {
  concerns,
  type FeedThreshold,
  feedThresholds,
  type Stored,
  type TenantRules,
  type TenantTables,
} from './tables.ts';

/** The configuration as it was when the period was closed. */
export interface Closing {
  /** Of the command that closed it; notes on it come later. */
  readonly offset: number;
  readonly at: Instant;
  /** People of the unit. */
  readonly people: ReadonlyMap<string, Person>;
  readonly timeZone: string;
  readonly rules: TenantRules;
  readonly exceptions: readonly Exception[];
  readonly feeds: readonly FeedThreshold[];
}

export interface StoredClosedPeriod extends Stored<ClosedPeriod> {
  readonly closing: Closing;
}

/** Taken while the command that closes the period is folded. */
export function closingOf(
  tables: TenantTables,
  { planningUnitId }: ClosedPeriod,
  { offset, writtenAt }: Pick<Stored<ClosedPeriod>, 'offset' | 'writtenAt'>,
): Closing {
  const people = new Map<string, Person>();
  for (const [id, { document, deleted }] of tables.people) {
    if (!deleted && document.planningUnitId === planningUnitId) people.set(id, document);
  }
  const unit = tables.planningUnits.get(planningUnitId)?.document;
  return {
    offset,
    at: writtenAt,
    people,
    timeZone: unit?.timeZone ?? tables.tenant.document.timeZone,
    rules: tables.rules,
    exceptions: [...tables.exceptions.values()].map(({ document }) => document),
    feeds: feedThresholds(tables),
  };
}

/** The closed period that a day of a person is in, by its id: the one closed first; null when it is open. */
export function closedPeriodOf(tables: TenantTables, personId: string, day: string): string | null {
  let found: { readonly id: string; readonly offset: number } | null = null;
  for (const [id, { document, closing, deleted }] of tables.closedPeriods) {
    if (deleted || day < document.from || document.to < day || !closing.people.has(personId)) continue;
    if (!found || closing.offset < found.offset) found = { id, offset: closing.offset };
  }
  return found?.id ?? null;
}

/** Where the dates of a person begin, whose unit is in a zone; with what was closed before an offset. */
export function calendarOf(
  tables: TenantTables,
  personId: string,
  timeZone: string,
  before = Number.POSITIVE_INFINITY,
): Calendar {
  return calendarWith(timeZone, closingsOf(tables, personId, before));
}

interface PersonClosing {
  readonly id: string;
  readonly offset: number;
  readonly timeZone: string;
  readonly firstDate: string;
  readonly lastDate: string;
}

/** What of a person is closed, in the order of closing. */
function closingsOf({ closedPeriods }: TenantTables, personId: string, before: number): PersonClosing[] {
  const found: PersonClosing[] = [];
  for (const [id, { document, closing, deleted }] of closedPeriods) {
    const { offset, timeZone } = closing;
    if (deleted || offset >= before || !closing.people.has(personId)) continue;
    found.push({ id, offset, timeZone, firstDate: document.from, lastDate: document.to });
  }
  return found.sort((a, b) => a.offset - b.offset);
}

/** The period that a command of this offset closed, if it is still closed. */
export function closedBy(tables: TenantTables, offset: number): (StoredClosedPeriod & { id: string }) | null {
  for (const [id, period] of tables.closedPeriods) {
    if (!period.deleted && period.closing.offset === offset) return { ...period, id };
  }
  return null;
}

/**
 * Closed periods of a person whose numbers something is in that is stored only now: it was recorded by their closing, and
 * on its way. `to` null = it may change everything from `from` on.
 */
export function closedSince(
  tables: TenantTables,
  personId: string,
  recordedAt: Instant,
  { from, to }: { readonly from: Instant; readonly to: Instant | null },
): StoredClosedPeriod[] {
  const found: StoredClosedPeriod[] = [];
  for (const period of tables.closedPeriods.values()) {
    const { deleted, closing } = period;
    if (closing.at < recordedAt || deleted || !closing.people.has(personId)) continue;
    const closed = intervalOf(period);
    if (from < closed.to && (to === null || to + longestStatusMs > closed.from)) found.push(period);
  }
  return found;
}

/** First instant of the period, and the first after it. */
export const intervalOf = ({ document, closing }: StoredClosedPeriod): Interval => ({
  from: dayStart(closing.timeZone, document.from),
  to: dayEnd(closing.timeZone, document.to),
});

/** What a person's numbers were computed from when the period was closed; null for who was not in the unit. */
export function configurationAtClosing(
  tables: TenantTables,
  { closing }: StoredClosedPeriod,
  personId: string,
): PersonConfiguration | null {
  const person = closing.people.get(personId);
  if (!person) return null;
  const { rules, timeZone, exceptions } = closing;
  return {
    tables,
    rules: rulesOf(rules),
    timeZone,
    calendar: calendarOf(tables, personId, timeZone, closing.offset),
    externalUsers: person.externalUsers,
    exceptions: exceptions
      .filter((exception) => concerns(exception, personId, person.team))
      .map(({ from, to }) => ({ from, to })),
  };
}

/** Closed time of a person, in order: of what is in several periods in the one that was closed first. */
export function closedIntervals(tables: TenantTables, personId: string): (Interval & { id: string })[] {
  const found: (Interval & { id: string })[] = [];
  const closings = closingsOf(tables, personId, Number.POSITIVE_INFINITY);
  for (const [i, closed] of closedDates(closings).entries()) {
    for (const { from, to } of subtract(closed, found)) found.push({ id: closings[i]!.id, from, to });
  }
  return found.sort((a, b) => a.from - b.from);
}

/** What of an interval is in none of others. */
function subtract(interval: Interval, others: readonly Interval[]): Interval[] {
  let left: readonly Interval[] = [interval];
  for (const other of others) {
    left = left
      .flatMap(({ from, to }) => [
        { from, to: Math.min(to, other.from) },
        { from: Math.max(from, other.to), to },
      ])
      .filter(({ from, to }) => from < to);
  }
  return left.filter(({ from, to }) => from < to);
}

/** Tells of ranges whether all of them is in closed periods of each of the people; false where there is nobody. */
export function closedRanges(
  tables: TenantTables,
): (personIds: readonly string[], range: Interval) => boolean {
  if (tables.closedPeriods.size === 0) return () => false;
  const intervals = new Map<string, readonly Interval[]>();
  const isClosed = (personId: string, { from, to }: Interval): boolean => {
    let closed = intervals.get(personId);
    if (!closed) {
      closed = closedIntervals(tables, personId);
      intervals.set(personId, closed);
    }
    let at: Instant = from;
    for (const interval of closed) if (interval.from <= at && at < interval.to) at = interval.to;
    return at >= to;
  };
  return (personIds, range) =>
    personIds.length > 0 && personIds.every((personId) => isClosed(personId, range));
}

/**
 * Computed days against stored ones: which rows are to be written, and which final buckets change with that. A change
 * is recorded under the row that it replaces, before it is replaced, so doing it again records it again and no twice.
 */
import { addDays } from '@adherence/domain/calendar.ts';
import { rulesVersion } from '@adherence/domain/compute/rules.ts';
import { closedPeriodOf } from '@adherence/domain/configuration/closed-periods.ts';
import type { TenantTables } from '@adherence/domain/configuration/tables.ts';
import type { Instant } from '@adherence/domain/model.ts';
import {
  type Cause,
  loadRecordedChanges,
  type RecordedChange,
  type ResultChange,
} from '@adherence/store/result-changes.ts';
import { dayKey, loadDayCells, loadStoredDays, type StoredDay } from '@adherence/store/stored-days.ts';
import { changedCells, joinedCauses } from '../domain/changed-cells.ts';
import type { Owner } from '../owner.ts';
import { type ComputedDay, isEmptied } from '../settle/results.ts';
import { isFinal, type WrittenDay } from '../settle/written.ts';
import { causesOfDay, causesSince } from './causes.ts';
import { closingReason } from './freeze.ts';

export interface ComputedPerson {
  readonly personId: string;
  /** Ascending. */
  readonly days: readonly ComputedDay[];
  readonly causes: readonly Cause[];
  /** Nobody asked for what is final: it was computed again because of a take-over. */
  readonly unasked: boolean;
  /** Rows are written although they say what is stored: another owner's may still be on its way. */
  readonly always: boolean;
  /** These days are as they were when their period was closed, and replace what is stored. */
  readonly freezes: boolean;
  /** The days are all up to now: what a stored day after them is to be. null where they end before. */
  readonly emptied: ((date: string) => ComputedDay) | null;
}

export interface Judged {
  readonly rows: readonly ComputedDay[];
  readonly changes: readonly ResultChange[];
  /** What stands of each day once the rows are stored, by dayKey. */
  readonly standing: ReadonlyMap<string, WrittenDay>;
  /** Days of which what is stored says the same, by dayKey. */
  readonly same: ReadonlySet<string>;
}

export async function judgeDays(
  owner: Owner,
  tables: TenantTables,
  people: readonly ComputedPerson[],
  recordedAt: Instant,
): Promise<Judged> {
  const { db } = owner;
  const { tenantId } = tables;
  const dates = people
    .flatMap(({ days }) => (days.length === 0 ? [] : [days[0]!.day, days.at(-1)!.day]))
    .sort();
  if (dates.length === 0) return { rows: [], changes: [], standing: new Map(), same: new Set() };
  const reachesNow = people.some(({ emptied }) => emptied !== null);
  const lastDate = addDays(dates.at(-1)!, reachesNow ? zonesApartDays : 0);
  const range = [people.map(({ personId }) => personId), dates[0]!, lastDate] as const;
  const [stored, recorded] = await Promise.all([
    loadStoredDays(db, tenantId, ...range),
    loadRecordedChanges(db, tenantId, ...range),
  ]);
  const rows: ComputedDay[] = [];
  const standing = new Map<string, WrittenDay>();
  const same = new Set<string>();
  const suspects: Suspect[] = [];
  const changes: ResultChange[] = [];
  const storedOf = Map.groupBy(reachesNow ? stored.values() : [], ({ personId }) => personId);
  for (const person of people) {
    for (const day of [...person.days, ...leftDays(person, storedOf.get(person.personId) ?? [])]) {
      const key = dayKey(person.personId, day.day);
      const known = knownDay(stored.get(key));
      const closedPeriod = person.freezes ? null : closedPeriodOf(tables, person.personId, day.day);
      const isSame = known !== null && known.contentHash === day.contentHash;
      if (isSame) same.add(key);
      const writes = closedPeriod === null && isToBeWritten(person, day, known, isSame);
      if (writes) rows.push(day);
      if (writes || !known) standing.set(key, day);
      else standing.set(key, known);
      if (!known) continue;
      const told = recorded.get(key);
      const isTold = told?.beforeVersion === known.version;
      // A row that stands in a closed period may be written anew: what is told of it goes on.
      const goesOn = closedPeriod !== null && told?.closedPeriod === closedPeriod;
      const suspect = { person, day, known, closedPeriod, told: isTold || goesOn ? told! : null };
      if (isSame) {
        // What is beside a day that stands is not about what it is frozen as.
        const isAboutIt = !person.freezes || told?.closedPeriod === '';
        if (isTold && isAboutIt) changes.push(changeOf(suspect, tenantId, recordedAt, []));
      } else if (closedPeriod !== null || (writes && known.finalUntil > known.from)) suspects.push(suspect);
    }
  }
  changes.push(...(await judgeSuspects(owner, tenantId, suspects, recordedAt)));
  return { rows, changes, standing, same };
}

/** The dates of two zones are as far apart at most. */
const zonesApartDays = 2;

/** Stored days that have not begun in the zone of the person, emptied. */
function leftDays({ days, emptied }: ComputedPerson, stored: readonly StoredDay[]): ComputedDay[] {
  const last = days.at(-1)?.day;
  if (!emptied || last === undefined) return [];
  return stored.filter((known) => known.day > last && !isEmptied(known)).map(({ day }) => emptied(day));
}

/** An emptied day is as good as none: its date begins anew. */
const knownDay = (stored: StoredDay | undefined): StoredDay | null =>
  stored && !isEmptied(stored) ? stored : null;

interface Suspect {
  readonly person: ComputedPerson;
  readonly day: ComputedDay;
  readonly known: StoredDay;
  readonly closedPeriod: string | null;
  /** What is recorded of the row that is stored. */
  readonly told: RecordedChange | null;
}

function isToBeWritten(
  { always, unasked }: ComputedPerson,
  day: ComputedDay,
  known: StoredDay | null,
  isSame: boolean,
): boolean {
  if (!known) return true;
  // A release with new rules changes nothing that is over until somebody asks.
  if (unasked && known.rulesVersion !== rulesVersion && isFinal(known)) return false;
  // A day that says the same may have become final, or may change again by what is still to come.
  return always || !isSame || !isFinal(known) || !isFinal(day) || day.to !== known.to;
}

async function judgeSuspects(
  owner: Owner,
  tenantId: string,
  suspects: readonly Suspect[],
  recordedAt: Instant,
): Promise<ResultChange[]> {
  if (suspects.length === 0) return [];
  const cells = await loadDayCells(
    owner.db,
    tenantId,
    suspects.map(({ known }) => known),
  );
  const changes: ResultChange[] = [];
  for (const suspect of suspects) {
    const { person, day, known, closedPeriod, told } = suspect;
    const before = cells.get(dayKey(person.personId, day.day)) ?? [];
    const until = closedPeriod === null ? known.finalUntil : Number.POSITIVE_INFINITY;
    const changed = changedCells(before, day.cells(), until);
    if (changed.length === 0 && !told) continue;
    const change = changeOf(suspect, tenantId, recordedAt, changed);
    const isUnexplained = changed.length > 0 && change.causes.length === 0;
    const causes = isUnexplained ? await causesSince(owner, tenantId, known) : change.causes;
    changes.push({ ...change, causes });
  }
  return changes;
}

function changeOf(
  { person, day, known, closedPeriod, told }: Suspect,
  tenantId: string,
  recordedAt: Instant,
  cells: ResultChange['cells'],
): ResultChange {
  // Closing a period is why a row stands, not why it would be another one.
  const own = causesOfDay(person.causes, day).filter(
    ({ reason }) => closedPeriod === null || reason !== closingReason,
  );
  const rules: Cause[] =
    known.rulesVersion === rulesVersion
      ? []
      : [{ reason: 'rules', topic: '', offset: 0, ref: String(rulesVersion), actor: '', at: day.from }];
  return {
    tenantId,
    personId: person.personId,
    day: day.day,
    beforeVersion: known.version,
    version: day.version,
    recordedAt,
    closedPeriod: closedPeriod ?? '',
    rulesBefore: known.rulesVersion,
    rulesAfter: rulesVersion,
    causes: cells.length === 0 ? [] : joinedCauses(joinedCauses(told?.causes ?? [], own), rules),
    cells,
  };
}

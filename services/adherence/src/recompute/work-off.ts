/**
 * A batch of rebuilds of one tenant, from reading to stored: periods that were closed are frozen, parts of the past and
 * whole people are computed again, compared with what is stored and written where they differ; then they are done.
 */
import { closedPeriodOf } from '@adherence/domain/configuration/closed-periods.ts';
import type { TenantTables } from '@adherence/domain/configuration/tables.ts';
import type { Instant } from '@adherence/domain/model.ts';
import { personKey } from '@adherence/schemas/topics.ts';
import { dayKey } from '@adherence/store/stored-days.ts';
import type { BoardPublisher } from '../board/board-publisher.ts';
import { joinedCauses } from '../domain/changed-cells.ts';
import { configurationOf, type Owner } from '../owner.ts';
import type { Rebuild } from '../partition.ts';
import { storeChanges, storeRequests, storeResults } from '../settle/settle.ts';
import { isFinal, type Written, type WrittenDay } from '../settle/written.ts';
import { causeOf } from './causes.ts';
import { computeRanges } from './compute-ranges.ts';
import type { ChangeNotes } from './configuration-changes.ts';
import { frozenDays } from './freeze.ts';
import { type ComputedPerson, type Judged, judgeDays } from './judge-days.ts';
import { openTasks, type Rebuilt, rebuiltOf, refreshFeeds } from './rebuild.ts';
import { rebuildPast } from './rebuild-past.ts';
import { rebuildStarts } from './rebuild-starts.ts';

export interface Work {
  readonly owner: Owner;
  readonly notes: ChangeNotes;
  readonly board: BoardPublisher;
  /** Throws when the partitions went to another owner: nothing more may be written. */
  readonly fence: () => void;
}

/** Everything that was asked of these people is stored, and their requests with it, when it resolves. */
export async function workOff(work: Work, tenantId: string, rebuilds: readonly Rebuild[]): Promise<void> {
  const { owner, notes } = work;
  const tables = owner.configuration.state().tenants.get(tenantId);
  if (tables) {
    for (const rebuild of rebuilds) {
      const asked = rebuild.requests.map((request) => causeOf(notes, request));
      rebuild.causes = joinedCauses(rebuild.causes, asked);
    }
    await refreshFeeds(owner, tenantId, rebuilds);
    await freeze(work, tables, rebuilds);
    await workOffPast(work, tables, rebuilds);
    await workOffOpen(work, tables, rebuilds);
  }
  work.fence();
  await storeRequests(
    owner,
    rebuilds.flatMap(({ requests }) => requests),
    1,
  );
  owner.metrics?.count('adherence_recomputations_total', {}, rebuilds.length);
}

async function freeze(work: Work, tables: TenantTables, rebuilds: readonly Rebuild[]): Promise<void> {
  const frozen = await frozenDays(work.owner, tables, rebuilds);
  const people = frozen.map(({ rebuild, days }) => ({ ...toJudge(rebuild, days), freezes: true }));
  await judgeAndStore(work, tables, people);
}

async function workOffPast(work: Work, tables: TenantTables, rebuilds: readonly Rebuild[]): Promise<void> {
  const { owner } = work;
  const past = rebuilds.filter((rebuild) => rebuild.past !== null);
  if (past.length === 0) return;
  const { done, unbounded } = await rebuildPast(owner, tables.tenantId, past);
  for (const rebuild of unbounded) {
    rebuild.from = Math.min(rebuild.from, rebuild.past!.from);
    rebuild.past = null;
  }
  const { standing } = await judgeAndStore(
    work,
    tables,
    done.map(({ rebuild, days }) => toJudge(rebuild, days)),
  );
  for (const { rebuild, days } of done) {
    const { partition, personId } = rebuild;
    const key = personKey(tables.tenantId, personId);
    const person = partition.people.get(key);
    const known = configurationOf(owner, tables.tenantId, personId);
    if (person && known) {
      person.exceptions = known.exceptions;
      person.calendar = known.calendar;
    }
    const written = partition.written.get(key);
    for (const { day } of days) {
      const stands = standing.get(dayKey(personId, day))!;
      const isWatched = isKept(tables, personId, stands, Number.POSITIVE_INFINITY);
      if (written) keepDay(written, stands, isWatched);
      // Of who is not in memory nobody watches a day: it is computed with memory.
      else if (isWatched) rebuild.from = Math.min(rebuild.from, stands.from);
    }
  }
}

async function workOffOpen(work: Work, tables: TenantTables, rebuilds: readonly Rebuild[]): Promise<void> {
  const { owner, board } = work;
  const { tenantId } = tables;
  const open = rebuilds.filter(({ from, past }) => Number.isFinite(from) || past === null);
  for (const { partition, personId } of rebuilds) {
    if (configurationOf(owner, tenantId, personId)) continue;
    const key = personKey(tenantId, personId);
    partition.people.delete(key);
    partition.written.delete(key);
    board.remove(partition, key);
  }
  const starts = await rebuildStarts(owner, tenantId, open);
  const byPerson = new Map(open.map((rebuild) => [rebuild.personId, rebuild]));
  for (const tasks of openTasks(owner, tenantId, open, starts)) {
    const rebuilt: (Rebuilt & { readonly written: Written })[] = [];
    await computeRanges(owner, tasks, (range) => {
      work.fence();
      const one = rebuiltOf(owner, range);
      const { partition, person } = one;
      // What is taken from here on is compared with what is about to be stored.
      const written = writtenAnew(one, partition.written.get(person.key));
      partition.people.set(person.key, person);
      partition.written.set(person.key, written);
      board.show(partition, [person]);
      rebuilt.push({ ...one, written });
    });
    const people = rebuilt.map(({ person, days, emptied }) => ({
      ...toJudge(byPerson.get(person.personId)!, days),
      emptied,
    }));
    const judged = await judgeAndStore(work, tables, people);
    for (const { person, days, written } of rebuilt) keepStanding(tables, person, days, judged, written);
  }
}

const toJudge = (
  { partition, personId, causes, requests }: Rebuild,
  days: ComputedPerson['days'],
): ComputedPerson => ({
  personId,
  days,
  causes,
  unasked: requests.length === 0 && causes.length === 0,
  always: partition.position < partition.certainFrom,
  freezes: false,
  emptied: null,
});

async function judgeAndStore(
  { owner, fence }: Work,
  tables: TenantTables,
  people: readonly ComputedPerson[],
): Promise<Judged> {
  const judged = await judgeDays(owner, tables, people, owner.clock.now());
  fence();
  await storeChanges(owner, judged.changes);
  fence();
  await storeResults(
    owner,
    judged.rows.map(({ row }) => row()),
  );
  return judged;
}

/** Days that are not final are watched on: those that are not computed again now are still to become so. */
function writtenAnew({ person, days }: Rebuilt, before: Written | undefined): Written {
  const last = days.at(-1)?.day ?? '';
  const watched = [...(before?.days ?? [])].filter(([day, stands]) => day <= last && !isFinal(stands));
  return { pending: true, segments: person.segments, days: new Map(watched), causes: [] };
}

/** To compare what comes with: days of the window, and earlier ones that are not final. What is closed stands. */
const isKept = (tables: TenantTables, personId: string, stands: WrittenDay, windowStart: Instant): boolean =>
  (stands.to > windowStart || !isFinal(stands)) && closedPeriodOf(tables, personId, stands.day) === null;

function keepDay({ days }: Written, stands: WrittenDay, keeps: boolean): void {
  if (keeps) days.set(stands.day, stands);
  else days.delete(stands.day);
}

function keepStanding(
  tables: TenantTables,
  { personId, windowStart }: Rebuilt['person'],
  computed: ComputedPerson['days'],
  { standing }: Judged,
  written: Written,
): void {
  for (const { day } of computed) {
    const stands = standing.get(dayKey(personId, day))!;
    keepDay(written, stands, isKept(tables, personId, stands, windowStart));
  }
  written.pending = false;
}

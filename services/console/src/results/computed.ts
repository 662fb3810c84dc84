/** Results that are computed in workers rather than read: timelines, sums, and sums under several rules. */
import type { Feed } from '@adherence/domain/compute/actual.ts';
import { noAmounts } from '@adherence/domain/compute/cells.ts';
import { calendarOf } from '@adherence/domain/configuration/closed-periods.ts';
import type { TenantRules, TenantTables } from '@adherence/domain/configuration/tables.ts';
import type { Amounts, Instant, Interval } from '@adherence/domain/model.ts';
import type { PersonToCompute } from '@adherence/store/compute-people.ts';
import { HttpProblem } from '../http/problem.ts';
import type { ReportRow } from '../queries/report.ts';
import type { RunTask } from '../workers/calculator.ts';
import type { Asked, ExplainedSegments, PersonSums } from '../workers/task.ts';
import { type AdherenceResult, finalAfterMs, wholePeriods } from './adherence.ts';
import { addAmounts, type MutableAmounts } from './amounts.ts';
import { datesIn } from './borders.ts';
import type { Group } from './groups.ts';
import { addedRows, byPersonAndActivity } from './report-rows.ts';
import type { SelectedPerson } from './selection.ts';
import { type Known, type Stretch, stretchesOf } from './stretches.ts';
import { type AdherenceQuery, finalAt } from './sums.ts';

export interface ComputedStretch extends ExplainedSegments {
  readonly closedPeriodId: string | null;
}

/** A person's segments over a range, stretch by stretch. */
export async function computeTimeline(
  run: RunTask,
  tables: TenantTables,
  personId: string,
  range: Interval,
  known: Known,
  explains: boolean,
): Promise<ComputedStretch[]> {
  const feedsOf = feedReader(run, tables.tenantId);
  const computed: ComputedStretch[] = [];
  for (const stretch of stretchesOf(tables, personId, range, known)) {
    const { person, rules, exceptions, from, to, knownAt, asOf, closedPeriodId } = stretch;
    const answer = await run({
      kind: 'segments',
      tenantId: tables.tenantId,
      person,
      rules,
      range: { from, to },
      knownAt,
      asOf,
      feeds: await feedsOf(stretch),
      explain: explains ? { exceptions } : null,
    });
    computed.push({ ...answer, closedPeriodId });
  }
  return computed;
}

/** GET /adherence, computed: the same rows as readAdherence gives of what is stored. */
export async function computeAdherence(
  run: RunTask,
  tables: TenantTables,
  groups: readonly Group[],
  query: AdherenceQuery,
  known: Known,
): Promise<AdherenceResult> {
  const members = membersOf(groups);
  const whole = wholePeriods(groups, query);
  const stretches = [...members.keys()].flatMap((id) =>
    withRestOf(stretchesOf(tables, id, whole, known), query),
  );
  const sums = new Map<string, Interval & { group: number; amounts: MutableAmounts }>();
  const finalTo = groups.map(() => Number.POSITIVE_INFINITY);
  await computeSums(run, tables, members, query, stretches, null, (computed, isClosed) => {
    const { personId, finalUntil, variants } = computed;
    const { group } = members.get(personId)!;
    // What is closed stands, whatever was still open when it was closed.
    if (!isClosed) finalTo[group] = Math.min(finalTo[group]!, finalUntil);
    for (const { from, to, amounts } of variants[0]!) {
      const key = `${group}|${from}`;
      const sum = sums.get(key) ?? { group, from, to, amounts: { ...noAmounts } };
      addAmounts(sum.amounts, amounts);
      sums.set(key, sum);
    }
  });
  const rows = [...sums.values()]
    .sort((a, b) => a.from - b.from || a.group - b.group)
    .map(({ group, ...row }) => ({
      ...row,
      key: groups[group]!.key,
      final: finalAt(row, query) <= Math.min(finalTo[group]!, known.asOf - finalAfterMs),
    }));
  return { asOf: known.asOf, rows };
}

/**
 * The parts of stretches that are in a range. Rows stand for whole periods: of who is closed in all of the range and
 * not in all of those, a part of no length tells how far the rest is decided.
 */
function withRestOf(stretches: readonly Stretch[], { from, to }: Interval): Stretch[] {
  const within = stretches.map((stretch) => {
    const start = Math.min(Math.max(stretch.from, from), to);
    return { ...stretch, from: start, to: Math.max(start, Math.min(stretch.to, to)) };
  });
  const asked = within.filter((stretch) => stretch.from < stretch.to);
  if (asked.some(({ closedPeriodId }) => closedPeriodId === null)) return asked;
  const rest = within.find((stretch) => stretch.closedPeriodId === null);
  return rest ? [...asked, rest] : asked;
}

export interface Compared {
  readonly personId: string;
  readonly before: Amounts;
  readonly after: Amounts;
}

/**
 * The totals of people over a range under two sets of rules, from all that is recorded now. Closed periods are computed
 * like all else: what is asked is what other rules would have made of them.
 */
export async function comparePeople(
  run: RunTask,
  tables: TenantTables,
  people: readonly Group[],
  range: Interval,
  asOf: Instant,
  rules: readonly [before: TenantRules, after: TenantRules],
): Promise<Compared[]> {
  const members = membersOf(people);
  const query: AdherenceQuery = { ...range, granularity: 'total', shiftDate: false };
  const open = { ...tables, closedPeriods: new Map() };
  const stretches = [...members.keys()].flatMap((id) =>
    stretchesOf(open, id, range, { knownAt: null, asOf }),
  );
  const compared: Compared[] = [];
  await computeSums(run, tables, members, query, stretches, rules, ({ personId, variants }) => {
    const [before, after] = variants.map((rows) => rows[0]?.amounts ?? noAmounts);
    compared.push({ personId, before: before!, after: after! });
  });
  return compared.sort((a, b) => (a.personId < b.personId ? -1 : 1));
}

/** Place of a person's group, and that group's calendar. */
interface Member extends Pick<Group, 'timeZone' | 'ownDays'> {
  readonly group: number;
}

const membersOf = (groups: readonly Group[]): Map<string, Member> =>
  new Map(
    groups.flatMap(({ people, timeZone, ownDays }, group) =>
      people.map(({ personId }) => [personId, { group, timeZone, ownDays }] as const),
    ),
  );

/** Tasks of one question that are given at once: other questions have their turn between them. */
const tasksAtOnce = 4;
/** Days of people in one task: some seconds of work at most, so that a dropped question ends soon. */
const daysATask = 200;
const dayMs = 24 * 60 * 60_000;

/** People whose stretches are computed from the same, in one task. */
interface Part {
  readonly asked: Asked & { readonly feeds: ReadonlyMap<string, Feed> };
  readonly people: readonly PersonToCompute[];
  readonly rules: TenantRules;
  readonly isClosed: boolean;
}

async function eachPart(
  run: RunTask,
  tenantId: string,
  stretches: readonly Stretch[],
  ask: (part: Part) => Promise<void>,
): Promise<void> {
  const feedsOf = feedReader(run, tenantId);
  // People whose stretches are the same but for the people are computed together.
  const alike = Map.groupBy(stretches, (s) => `${s.from}|${s.to}|${s.closedPeriodId ?? ''}`);
  const parts = [...alike.values()].flatMap((some) => {
    const { from, to } = some[0]!;
    const atOnce = Math.max(1, Math.floor((daysATask * dayMs) / (to - from + dayMs)));
    return chunksOf(some, atOnce);
  });
  let next = 0;
  const work = async () => {
    while (next < parts.length) {
      const part = parts[next++]!;
      const stretch = part[0]!;
      const { from, to, knownAt, asOf, rules, closedPeriodId } = stretch;
      const feeds = await feedsOf(stretch);
      await ask({
        asked: { tenantId, range: { from, to }, knownAt, asOf, feeds },
        people: part.map(({ person }) => person),
        rules,
        isClosed: closedPeriodId !== null,
      });
    }
  };
  await Promise.all(Array.from({ length: tasksAtOnce }, work));
}

async function computeSums(
  run: RunTask,
  tables: TenantTables,
  members: ReadonlyMap<string, Member>,
  query: AdherenceQuery,
  stretches: readonly Stretch[],
  variants: readonly TenantRules[] | null,
  use: (sums: PersonSums, isClosed: boolean) => void,
): Promise<void> {
  await eachPart(run, tables.tenantId, stretches, async ({ asked, people, rules, isClosed }) => {
    const inZones = people.map((person) => {
      const { timeZone, ownDays } = members.get(person.personId)!;
      const calendar = ownDays ? calendarOf(tables, person.personId, timeZone) : timeZone;
      return { ...person, timeZone, calendar };
    });
    const task = { kind: 'sums', ...asked, query, people: inZones, rules: variants ?? [rules] } as const;
    for (const sums of await run(task)) use(sums, isClosed);
  });
}

/** The report's rows over each person's calendar dates, both inclusive: as reportRows gives what is stored. */
export async function computeReport(
  run: RunTask,
  tables: TenantTables,
  people: readonly SelectedPerson[],
  dates: { readonly from: string; readonly to: string },
  known: Known,
): Promise<ReportRow[]> {
  const stretches = people.flatMap(({ personId, timeZone }) =>
    stretchesOf(tables, personId, datesIn(calendarOf(tables, personId, timeZone), dates), known),
  );
  const rows = new Map<string, ReportRow>();
  await eachPart(run, tables.tenantId, stretches, async ({ asked, people, rules }) => {
    for (const row of await run({ kind: 'report', ...asked, people, rules })) {
      const key = `${row.person}|${row.activity}`;
      const sum = rows.get(key);
      rows.set(key, sum ? addedRows(sum, row) : row);
    }
  });
  return [...rows.values()].sort(byPersonAndActivity);
}

function chunksOf<T>(items: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let i = 0; i < items.length; i += size) chunks.push(items.slice(i, i + size));
  return chunks;
}

/** Silences of the tenant's feeds as a stretch knows them, each read once. */
function feedReader(
  run: RunTask,
  tenantId: string,
): (stretch: Stretch) => Promise<ReadonlyMap<string, Feed>> {
  const read = new Map<string, Promise<ReadonlyMap<string, Feed>>>();
  return ({ feeds: integrations, knownAt, closedPeriodId }) => {
    if (integrations.length === 0) return Promise.resolve(new Map());
    const key = `${knownAt}|${closedPeriodId ?? ''}`;
    const known = read.get(key) ?? run({ kind: 'feeds', tenantId, integrations, knownAt });
    read.set(key, known);
    return known;
  };
}

/** More is asked for in parts: what is computed costs by the day of a person, and nothing of it is kept. */
export function requireComputable(personCount: number, { from, to }: Interval, maxPersonDays: number): void {
  const personDays = personCount * Math.ceil((to - from) / dayMs);
  if (personDays <= maxPersonDays) return;
  throw new HttpProblem(
    422,
    `This is computed anew, and ${personDays} days of people are too many at once: ask for ${maxPersonDays} at most.`,
    [{ path: 'to', message: `at most ${maxPersonDays} days of people` }],
  );
}

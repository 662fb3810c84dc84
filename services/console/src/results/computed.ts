/** Results that are computed in workers rather than read: timelines, sums, and sums under several rules. */
import type { Feed } from '@adherence/domain/compute/actual.ts';
import { noAmounts } from '@adherence/domain/compute/cells.ts';
import type { TenantRules, TenantTables } from '@adherence/domain/configuration/tables.ts';
import type { Amounts, Instant, Interval } from '@adherence/domain/model.ts';
import { HttpProblem } from '../http/problem.ts';
import type { RunTask } from '../workers/calculator.ts';
import type { ExplainedSegments, PersonSums } from '../workers/task.ts';
import { type AdherenceResult, finalAfterMs } from './adherence.ts';
import { addAmounts, type MutableAmounts } from './amounts.ts';
import type { Group } from './groups.ts';
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
  const stretches = [...members.keys()].flatMap((id) => stretchesOf(tables, id, query, known));
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

/** Person -> place of its group, and the zone of that group's calendar. */
const membersOf = (groups: readonly Group[]): Map<string, { group: number; timeZone: string }> =>
  new Map(
    groups.flatMap(({ people, timeZone }, group) =>
      people.map(({ personId }) => [personId, { group, timeZone }] as const),
    ),
  );

/** Tasks of one question that are given at once: other questions have their turn between them. */
const tasksAtOnce = 4;
/** Days of people in one task: some seconds of work at most, so that a dropped question ends soon. */
const daysATask = 200;
const dayMs = 24 * 60 * 60_000;

async function computeSums(
  run: RunTask,
  tables: TenantTables,
  members: ReadonlyMap<string, { readonly timeZone: string }>,
  query: AdherenceQuery,
  stretches: readonly Stretch[],
  variants: readonly TenantRules[] | null,
  use: (sums: PersonSums, isClosed: boolean) => void,
): Promise<void> {
  const feedsOf = feedReader(run, tables.tenantId);
  // People whose stretches are the same but for the people are computed together.
  const alike = Map.groupBy(stretches, (s) => `${s.from}|${s.to}|${s.closedPeriodId ?? ''}`);
  const tasks = [...alike.values()].flatMap((some) => {
    const { from, to, knownAt, asOf, rules, closedPeriodId } = some[0]!;
    const people = some.map(({ person }) => ({
      ...person,
      timeZone: members.get(person.personId)!.timeZone,
    }));
    const atOnce = Math.max(1, Math.floor((daysATask * dayMs) / (to - from + dayMs)));
    const task = {
      kind: 'sums',
      tenantId: tables.tenantId,
      range: { from, to },
      knownAt,
      asOf,
      query,
    } as const;
    return chunksOf(people, atOnce).map((chunk) => ({
      task: { ...task, people: chunk, rules: variants ?? [rules] },
      stretch: some[0]!,
      isClosed: closedPeriodId !== null,
    }));
  });
  let next = 0;
  const work = async () => {
    while (next < tasks.length) {
      const { task, stretch, isClosed } = tasks[next++]!;
      const answer = await run({ ...task, feeds: await feedsOf(stretch) });
      for (const sums of answer) use(sums, isClosed);
    }
  };
  await Promise.all(Array.from({ length: tasksAtOnce }, work));
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

import { calendarOf } from '@adherence/domain/configuration/closed-periods.ts';
import type { Calendar } from '@adherence/domain/configuration/person-calendar.ts';
import type { TenantTables } from '@adherence/domain/configuration/tables.ts';
import type { Instant, Interval } from '@adherence/domain/model.ts';
import { z } from 'zod';
import type { Environment } from '../environment.ts';
import { csvLine, csvType } from '../http/csv.ts';
import { instantView, isoOrNull, isoText } from '../http/instant.ts';
import { teamsOf } from '../http/principal-tables.ts';
import { invalid } from '../http/problem.ts';
import { json, type Route, route } from '../http/route.ts';
import { type AdherenceRow, readAdherence } from '../results/adherence.ts';
import { amountsView, viewOfAmounts } from '../results/amounts.ts';
import { borderQuery, rangeIn } from '../results/borders.ts';
import { type ClosableRow, closableRows, joinedResult, noUnit, slicesOf } from '../results/closed-slices.ts';
import { computeAdherence, requireComputable } from '../results/computed.ts';
import { byGroupKey, type Group, type Grouping, groupings, groupsOf } from '../results/groups.ts';
import { asKnownAtQuery, askSignal, tablesKnownAt } from '../results/known-tables.ts';
import { granularities, isCalendar, periodCount } from '../results/periods.ts';
import { type SelectedPerson, selectionQuery, selectPeople } from '../results/selection.ts';
import type { AdherenceQuery } from '../results/sums.ts';
import { readingRoles } from './document-routes.ts';

const query = z.strictObject({
  from: borderQuery,
  to: borderQuery,
  granularity: z.enum(granularities).default('total'),
  groupBy: z.enum(groupings).default('person'),
  ...selectionQuery,
  shiftDate: z.enum(['true', 'false']).default('false'),
  asKnownAt: asKnownAtQuery,
});

const itemView = z.object({
  from: instantView,
  to: instantView,
  personId: z.string().optional(),
  team: z.string().nullable().optional(),
  planningUnitId: z.string().optional(),
  ...amountsView,
  final: z.boolean().meta({
    description:
      'Nothing but a recomputation changes it: all of from..to is decided; by shift date also the 60 hours after it, in which a shift of its dates may end. A group with a person who is new and was not computed yet has no final row',
  }),
  /** All of it is in closed periods of everybody in it: it stands. */
  closed: z.boolean(),
});
const resultView = z.object({
  asOf: instantView,
  eventsUntil: instantView.nullable(),
  items: z.array(itemView),
});
type Item = z.output<typeof itemView>;

const maxRangeMs = 10 * 366 * 24 * 60 * 60_000;
/** Rows that an answer may come to, at most; what is larger is asked for in parts. */
const maxRows = 1_000_000;

/** What adherence was, by group and period. */
export const adherenceRoutes = (env: Environment): Route[] => [
  route({
    method: 'get',
    path: '/adherence',
    tag: 'results',
    summary: 'Adherence by group and period, as JSON or CSV',
    access: readingRoles,
    teams: 'narrowed',
    query,
    answers: {
      200: { description: 'Rows in order of time, then of groups', schema: resultView },
      503: { description: 'asKnownAt: too much is being computed; see Retry-After' },
    },
    handle: async (request) => {
      const { tenant, query: asked, headers, signal, now, principal } = request;
      const { granularity, groupBy, asKnownAt } = asked;
      const shiftDate = asked.shiftDate === 'true';
      const range = rangeIn(tenant.tenant.document.timeZone, asked);
      if (range.from >= range.to) throw invalid({ path: 'to', message: 'must be after from' });
      if (range.to - range.from > maxRangeMs) {
        throw invalid({ path: 'to', message: 'must be within ten years of from' });
      }
      if (shiftDate && !isCalendar(granularity)) {
        throw invalid({ path: 'shiftDate', message: 'needs the granularity day, week or month' });
      }
      const tables = asKnownAt === undefined ? tenant : await tablesKnownAt(env, request, asKnownAt);
      const people = tables ? selectPeople(tables, asked) : [];
      const groups = groupsOf(groupBy, people, tables ?? tenant);
      if (groups.length * periodCount(granularity, range) > maxRows) {
        throw invalid({ path: 'granularity', message: `would give more than ${maxRows} rows: ask in parts` });
      }
      // Read first, so that the rows are at least as fresh as the answer says.
      const ids = people.map(({ personId }) => personId);
      const freshness = env.health.freshnessOf(tenant.tenantId, ids);
      const readSlices = async (read: Read) => {
        const parts = [];
        for (const slice of tables ? slicesOf(tables, widened(range), teamsOf(principal) === null) : []) {
          const counting = groupsOf(groupBy, selectPeople(slice.tables, asked), slice.tables);
          parts.push(
            await readInOwnZones(
              slice.tables,
              withUnit(counting, groupBy),
              asked,
              async (some, whole, dates) => {
                const within = { from: Math.max(dates.from, slice.from), to: Math.min(dates.to, slice.to) };
                if (within.from >= within.to) return { asOf: null, rows: [] };
                const { asOf, rows } = await read(slice.tables, some, { ...within, granularity, shiftDate });
                const ofWhole = rows.map((row) => (granularity === 'total' ? { ...row, ...whole } : row));
                return { asOf, rows: closableRows(slice, some, ofWhole, whole, shiftDate) };
              },
            ),
          );
        }
        return joinedResult(parts);
      };
      const answer = (rows: readonly ClosableRow[], asOf: Instant, eventsUntil: Instant | null) => {
        const items = rows.map((row) => itemOf(row, groupBy));
        if (wantsCsv(headers)) return csvOf(items, groupBy);
        return json(200, { asOf: isoText(asOf), eventsUntil: isoOrNull(eventsUntil), items });
      };
      if (asKnownAt !== undefined) {
        requireComputable(people.length, range, env.config.calculationMaxPersonDays);
        const known = { knownAt: asKnownAt, asOf: asKnownAt };
        const { rows } = await env.calculator.ask(tenant.tenantId, askSignal(env, signal), (run) =>
          readSlices((ofSlice, some, within) => computeAdherence(run, ofSlice, some, within, known)),
        );
        return answer(rows, asKnownAt, asKnownAt);
      }
      const { rows, asOf } = await readSlices((ofSlice, some, within) =>
        readAdherence(env.database, ofSlice, some, within, now),
      );
      return answer(rows, freshness.asOf ?? asOf ?? now, freshness.eventsUntil);
    },
  }),
];

/** Sums of groups over a part of what is asked, stored or computed. */
type Read = (
  tables: TenantTables,
  groups: readonly Group[],
  within: AdherenceQuery,
) => Promise<RowsOf<AdherenceRow>>;

/** Dates are those of each group's own calendar, two days apart at most. */
const widened = ({ from, to }: Interval): Interval => ({ from: from - 2 * dayMs, to: to + 2 * dayMs });
const dayMs = 24 * 60 * 60_000;

const withUnit = (groups: readonly Group[], groupBy: Grouping): readonly Group[] =>
  groupBy === 'planningUnit' ? groups.filter(({ key }) => key !== noUnit) : groups;

interface RowsOf<R> {
  readonly asOf: Instant | null;
  readonly rows: readonly R[];
}

/**
 * Dates are those of each group's own calendar, so groups of one zone are read together; but people with dates that are
 * closed in another zone by those: `dates` is what of them is asked for, `whole` what the row says.
 */
async function readInOwnZones<R extends AdherenceRow>(
  tables: TenantTables,
  groups: readonly Group[],
  asked: Parameters<typeof rangeIn>[1],
  read: (groups: readonly Group[], whole: Interval, dates: Interval) => Promise<RowsOf<R>>,
): Promise<RowsOf<R>> {
  const parts: RowsOf<R>[] = [];
  const byDate = asked.from.kind === 'date';
  const zones = Map.groupBy(groups, ({ timeZone }) => (byDate ? timeZone : ''));
  for (const [zone, some] of zones) {
    const whole = rangeIn(zone, asked);
    const calendars = byDate ? byCalendar(tables, some) : new Map([[zone, some]]);
    for (const [calendar, own] of calendars) parts.push(await read(own, whole, rangeIn(calendar, asked)));
  }
  if (parts.length === 1) return parts[0]!;
  const known = parts.map(({ asOf }) => asOf).filter((asOf) => asOf !== null);
  return {
    asOf: known.length === 0 ? null : Math.min(...known),
    rows: parts.flatMap(({ rows }) => rows).sort((a, b) => a.from - b.from || byGroupKey(a, b)),
  };
}

/** Groups of one zone, with the people whose calendar is another apart. */
function byCalendar(tables: TenantTables, groups: readonly Group[]): Map<Calendar, readonly Group[]> {
  const parts = new Map<Calendar, Group[]>();
  for (const group of groups) {
    const { timeZone, ownDays } = group;
    const calendarOfMember = ({ personId }: SelectedPerson) =>
      ownDays ? calendarOf(tables, personId, timeZone) : timeZone;
    for (const [calendar, people] of Map.groupBy(group.people, calendarOfMember)) {
      parts.set(calendar, [...(parts.get(calendar) ?? []), { ...group, people }]);
    }
  }
  return parts;
}

function itemOf({ from, to, key, amounts, final, closed }: ClosableRow, groupBy: Grouping): Item {
  return {
    from: isoText(from),
    to: isoText(to),
    ...(groupBy === 'person' ? { personId: key! } : {}),
    ...(groupBy === 'team' ? { team: key } : {}),
    ...(groupBy === 'planningUnit' ? { planningUnitId: key! } : {}),
    ...viewOfAmounts(amounts),
    final,
    closed,
  };
}

const keyColumns: Readonly<Record<Grouping, readonly (keyof Item)[]>> = {
  person: ['personId'],
  team: ['team'],
  planningUnit: ['planningUnitId'],
  tenant: [],
};
const amountsBeforeRaw = Object.keys(amountsView).slice(0, Object.keys(amountsView).indexOf('raw'));
const amountsAfterRaw = Object.keys(amountsView).slice(Object.keys(amountsView).indexOf('raw') + 1);
const rawColumns = Object.keys(amountsView.raw.shape);

function csvOf(items: readonly Item[], groupBy: Grouping): Response {
  const before = ['from', 'to', ...keyColumns[groupBy], ...amountsBeforeRaw] as (keyof Item)[];
  const after = [...amountsAfterRaw, 'final', 'closed'] as (keyof Item)[];
  const value = (item: Item, column: keyof Item) => item[column] as string | number | boolean | null;
  const head = csvLine([...before, ...rawColumns.map((name) => `raw.${name}`), ...after]);
  const lines = items.map((item) =>
    csvLine([
      ...before.map((column) => value(item, column)),
      ...Object.values(item.raw),
      ...after.map((column) => value(item, column)),
    ]),
  );
  return new Response(head + lines.join(''), { headers: { 'content-type': csvType } });
}

/** CSV when it is asked for and JSON is not. */
export function wantsCsv(headers: Headers): boolean {
  const accept = headers.get('accept') ?? '';
  return accept.includes('text/csv') && !accept.includes('application/json');
}

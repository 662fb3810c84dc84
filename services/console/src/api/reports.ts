import type { TenantTables } from '@adherence/domain/configuration/tables.ts';
import { z } from 'zod';
import type { Environment } from '../environment.ts';
import { type CsvValue, csvLine, csvType } from '../http/csv.ts';
import { dateText } from '../http/instant.ts';
import { teamsOf } from '../http/principal-tables.ts';
import { invalid } from '../http/problem.ts';
import { type Route, route } from '../http/route.ts';
import { type ReportRow, reportRows } from '../queries/report.ts';
import { partsOf } from '../queries/sql.ts';
import { datesIn } from '../results/borders.ts';
import { tablesOfDates } from '../results/closed-slices.ts';
import { computeReport, requireComputable } from '../results/computed.ts';
import { asKnownAtQuery, askSignal, tablesKnownAt } from '../results/known-tables.ts';
import { minutes, percent } from '../results/ratio.ts';
import { selectionQuery, selectPeople } from '../results/selection.ts';
import { readingRoles } from './document-routes.ts';

/** domain.md, "Report columns". */
export const reportColumns = [
  'personId',
  'personName',
  'team',
  'activityId',
  'activityName',
  'scheduledMinutes',
  'actualMinutes',
  'inAdherenceMinutes',
  'outOfAdherenceMinutes',
  'noDataMinutes',
  'adherencePercent',
  'outOfConformanceMinutes',
  'conformancePercent',
  'scheduledPercent',
  'actualPercent',
] as const;

/** The report of adherence by person and activity, for pay and coaching. */
export const reportRoutes = (env: Environment): Route[] => [
  route({
    method: 'get',
    path: '/reports/adherence.csv',
    tag: 'results',
    summary: 'Report by person and activity, over calendar days of the planning units, both inclusive',
    access: readingRoles.filter((role) => role === 'analyst' || role === 'planner'),
    teams: 'narrowed',
    query: z.strictObject({ from: dateText, to: dateText, ...selectionQuery, asKnownAt: asKnownAtQuery }),
    answers: {
      200: { description: reportColumns.join(','), type: 'text/csv', schema: z.string() },
      503: { description: 'asKnownAt: too much is being computed; see Retry-After' },
    },
    handle: async (request) => {
      const { tenant, principal, query, signal } = request;
      const { from, to, asKnownAt } = query;
      if (from > to) throw invalid({ path: 'to', message: 'must not be before from' });
      const known = asKnownAt === undefined ? tenant : await tablesKnownAt(env, request, asKnownAt);
      const tables = known && tablesOfDates(known, query, teamsOf(principal) === null);
      const people = tables ? selectPeople(tables, query) : [];
      const ids = people.map(({ personId }) => personId);
      let body: string | ReadableStream<Uint8Array> = csvLine(reportColumns);
      if (tables && asKnownAt === undefined) body = reportStream(env, tables, ids, from, to);
      else if (tables && asKnownAt !== undefined) {
        requireComputable(people.length, datesIn('UTC', query), env.config.calculationMaxPersonDays);
        const view = { knownAt: asKnownAt, asOf: asKnownAt };
        const rows = await env.calculator.ask(tenant.tenantId, askSignal(env, signal), (run) =>
          computeReport(run, tables, people, query, view),
        );
        body += reportLines(rows, tables);
      }
      return new Response(body, {
        headers: {
          'content-type': csvType,
          'content-disposition': `attachment; filename="adherence-${from}-${to}.csv"`,
          // The columns are fixed, so what stands is told beside them.
          'x-closed-periods': tables ? closedWithin(tables, ids, query).join(',') : '',
        },
      });
    },
  }),
];

/** Ids of the closed periods that some of these people's numbers are in. */
function closedWithin(
  { closedPeriods }: TenantTables,
  personIds: readonly string[],
  dates: { readonly from: string; readonly to: string },
): string[] {
  return [...closedPeriods].flatMap(([id, { document, deleted, closing }]) => {
    const overlaps = !deleted && document.from <= dates.to && dates.from <= document.to;
    return overlaps && personIds.some((personId) => closing.people.has(personId)) ? [id] : [];
  });
}

/** People at once: an answer of some thousand lines, so that a report of any size needs the same memory. */
const peopleAtOnce = 200;

function reportStream(
  env: Environment,
  tables: TenantTables,
  ids: readonly string[],
  from: string,
  to: string,
): ReadableStream<Uint8Array> {
  const parts = partsOf(ids, () => Math.ceil(maxPartBytes / peopleAtOnce));
  const encoder = new TextEncoder();
  let next = 0;
  return new ReadableStream({
    start: (controller) => controller.enqueue(encoder.encode(csvLine(reportColumns))),
    async pull(controller) {
      const part = parts[next++];
      if (!part) {
        controller.close();
        return;
      }
      const { text, parameters } = reportRows(tables.tenantId, part, from, to);
      const rows = await env.database.query<ReportRow>(text, parameters);
      controller.enqueue(encoder.encode(reportLines(rows, tables)));
    },
  });
}
const maxPartBytes = 60_000;

/** Lines of whole people: shares are of all the time of one person. */
export function reportLines(rows: readonly ReportRow[], tables: TenantTables): string {
  let lines = '';
  for (const [personId, own] of Map.groupBy(rows, ({ person }) => person)) {
    const person = tables.people.get(personId)?.document;
    const scheduled = own.reduce((sum, row) => sum + row.scheduled, 0);
    const actual = own.reduce((sum, row) => sum + row.actual, 0);
    for (const row of own) {
      const values: CsvValue[] = [
        personId,
        person?.name ?? '',
        person?.team ?? '',
        row.activity,
        tables.activities.get(row.activity)?.document.name ?? '',
        minutes(row.scheduled),
        minutes(row.actual),
        minutes(row.inside),
        minutes(row.outside),
        minutes(row.without_data),
        percent(row.inside, row.scheduled - row.without_data),
        minutes(row.actual - row.scheduled),
        percent(row.actual, row.scheduled),
        percent(row.scheduled, scheduled),
        percent(row.actual, actual),
      ];
      lines += csvLine(values);
    }
  }
  return lines;
}

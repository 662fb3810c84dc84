import { localDateOf } from '@adherence/domain/calendar.ts';
import { z } from 'zod';
import type { Environment } from '../environment.ts';
import { dateText, instantView, isoOrNull, isoText } from '../http/instant.ts';
import { invalid } from '../http/problem.ts';
import { json, type Route, route } from '../http/route.ts';
import { type PersonDaysRow, personDays } from '../queries/adherence-days.ts';
import { partsOf } from '../queries/sql.ts';
import { finalAfterMs } from '../results/adherence.ts';
import { selectionQuery, selectPeople } from '../results/selection.ts';
import { readingRoles } from './document-routes.ts';

const amounts = z.array(z.int());
const daysView = z.object({
  asOf: instantView,
  eventsUntil: instantView.nullable(),
  from: z.string(),
  to: z.string(),
  items: z.array(
    z.object({
      personId: z.string(),
      /** Those of `day` that lie before this date are final. */
      finalBefore: z.string(),
      /** Days after `from`, ascending; the columns below go with it. */
      day: z.array(z.int()),
      scheduledMs: amounts,
      inMs: amounts,
      noDataMs: amounts,
      workedMs: amounts,
    }),
  ),
});

const maxDays = 800;
const dayMs = 24 * 60 * 60_000;

/** The days of many people at once, small enough for a heat map of a year: the sums of GET /adherence by day. */
export const adherenceDaysRoutes = (env: Environment): Route[] => [
  route({
    method: 'get',
    path: '/adherence/days',
    tag: 'results',
    summary: 'Adherence of people by calendar day of their planning unit, in columns; dates inclusive',
    access: readingRoles,
    teams: 'narrowed',
    query: z.strictObject({ from: dateText, to: dateText, ...selectionQuery }),
    answers: { 200: { description: 'People with their days; empty days are left out', schema: daysView } },
    handle: async ({ tenant, query, now }) => {
      const { from, to } = query;
      if (from > to) throw invalid({ path: 'to', message: 'must not be before from' });
      if (Date.parse(to) - Date.parse(from) >= maxDays * dayMs) {
        throw invalid({ path: 'to', message: `must be within ${maxDays} days of from` });
      }
      const people = selectPeople(tenant, query);
      const zones = new Map(people.map(({ personId, timeZone }) => [personId, timeZone]));
      // Read first, so that the rows are at least as fresh as the answer says.
      const freshness = env.health.freshnessOf(tenant.tenantId, zones.keys());
      const rows: PersonDaysRow[] = [];
      for (const ids of partsOf([...zones.keys()], (id) => id.length + 4)) {
        const { text, parameters } = personDays(tenant.tenantId, ids, from, to);
        for (const row of await env.database.query<PersonDaysRow>(text, parameters)) rows.push(row);
      }
      const computed = rows.reduce((latest, row) => Math.max(latest, row.latest_as_of), 0);
      return json(200, {
        asOf: isoText(freshness.asOf ?? (computed || now)),
        eventsUntil: isoOrNull(freshness.eventsUntil),
        from,
        to,
        items: rows
          .filter(({ days }) => days.length > 0)
          .map((row) => ({
            personId: row.person,
            finalBefore: localDateOf(
              zones.get(row.person)!,
              Math.min(row.final_to ?? Number.POSITIVE_INFINITY, now - finalAfterMs),
            ),
            day: row.days,
            scheduledMs: row.scheduled,
            inMs: row.inside,
            noDataMs: row.without_data,
            workedMs: row.worked,
          })),
      });
    },
  }),
];

import { idSchema } from '@adherence/domain/configuration/entities.ts';
import { z } from 'zod';
import type { Environment } from '../environment.ts';
import { instantQuery } from '../http/instant.ts';
import { pageQuery, pageSchema } from '../http/page.ts';
import { teamsOf } from '../http/principal-tables.ts';
import { invalid, notFound } from '../http/problem.ts';
import { json, type Route, route } from '../http/route.ts';
import { type ResultChangeRow, resultChangesIn } from '../queries/result-changes.ts';
import { cursorAfter, readCursor, resultChangeView, viewOfResultChange } from '../results/result-change.ts';
import { readingRoles } from './document-routes.ts';

/** Final numbers that changed: before, after, why, when. */
export const resultChangeRoutes = (env: Environment): Route[] => [
  route({
    method: 'get',
    path: '/result-changes',
    tag: 'results',
    summary: 'Final numbers that changed afterwards, the latest recorded first: before, after, why and when',
    access: readingRoles,
    teams: 'narrowed',
    query: z.strictObject({
      ...pageQuery,
      personId: idSchema.optional(),
      from: instantQuery.optional().meta({ description: 'Of the time that the numbers are of' }),
      to: instantQuery.optional(),
      causedBy: z.coerce
        .number()
        .int()
        .min(0)
        .optional()
        .meta({ description: 'Offset of a change of the configuration, as GET /changes tells it' }),
    }),
    answers: { 200: { description: 'A page', schema: pageSchema(resultChangeView) } },
    handle: async ({ tenant, principal, query }) => {
      const { limit, personId, from = firstInstant, to = lastInstant, causedBy = null } = query;
      if (from >= to) throw invalid({ path: 'to', message: 'must be after from' });
      if (personId !== undefined && !tenant.people.has(personId)) throw notFound();
      const people = personId === undefined ? null : [personId];
      const seen = people ?? (teamsOf(principal) ? [...tenant.people.keys()] : null);
      if (seen?.length === 0) return json(200, { items: [], nextCursor: null });
      const after = readCursor(query.cursor);
      const sql = resultChangesIn(tenant.tenantId, seen, { from, to }, causedBy, after, limit + 1);
      const rows = await env.database.query<ResultChangeRow>(sql.text, sql.parameters);
      const shown = rows.slice(0, limit);
      return json(200, {
        items: shown.map((row) => viewOfResultChange(row, tenant)),
        nextCursor: rows.length > limit ? cursorAfter(shown.at(-1)!) : null,
      });
    },
  }),
];

const firstInstant = 24 * 60 * 60_000;
const lastInstant = Date.UTC(2149, 0, 1);

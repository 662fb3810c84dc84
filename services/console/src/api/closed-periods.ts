import type { StoredClosedPeriod } from '@adherence/domain/configuration/closed-periods.ts';
import {
  type ClosedPeriod,
  closedPeriodInputSchema,
  idSchema,
} from '@adherence/domain/configuration/entities.ts';
import type { TenantTables } from '@adherence/domain/configuration/tables.ts';
import { z } from 'zod';
import type { Environment } from '../environment.ts';
import { instantView, isoText } from '../http/instant.ts';
import { pageQuery, pageSchema } from '../http/page.ts';
import { HttpProblem, notFound } from '../http/problem.ts';
import { json, type Route, route } from '../http/route.ts';
import {
  closedDifferences,
  frozenCount,
  type ResultChangeRow,
  type UnfinishedRow,
  unfinishedDays,
} from '../queries/result-changes.ts';
import { partsOf } from '../queries/sql.ts';
import { cursorAfter, readCursor, resultChangeView, viewOfResultChange } from '../results/result-change.ts';
import { documentRoutes, optionalId, readingRoles } from './document-routes.ts';

const periodView = z.object({
  id: z.string(),
  planningUnitId: z.string(),
  from: z.string(),
  to: z.string(),
  note: z.string().optional(),
  forced: z.literal(true).optional(),
  closedAt: instantView,
  closedBy: z.string(),
  /** People of the unit when it was closed, whose numbers stand. */
  people: z.int(),
});

const differencesView = pageSchema(resultChangeView).extend({
  /** People whose numbers are what was known when the period was closed; all of them once it is done. */
  frozen: z.int(),
  people: z.int(),
});

/**
 * Pay periods: their numbers stand from when they are closed until they are opened again. Notifications received by
 * then and stored after it (`forced`) are in them.
 */
export const closedPeriodRoutes = (env: Environment): Route[] => [
  ...documentRoutes(env, {
    path: '/closed-periods',
    tag: 'closed periods',
    noun: 'closed period',
    entity: 'closedPeriod',
    readers: readingRoles,
    // Of administrators alone.
    writers: [],
    input: closedPeriodInputSchema.safeExtend(optionalId),
    view: periodView,
    stored: ({ closedPeriods }) => closedPeriods,
    toView: (id, stored) => viewOf(id, stored as StoredClosedPeriod),
    toDocument: (input) => input,
    beforePut: (document, id, tables) => requireFinal(env, document, id, tables),
  }),
  route({
    method: 'get',
    path: '/closed-periods/{id}/differences',
    tag: 'closed periods',
    summary: 'What the numbers of a closed period would be by now, where they differ, the latest first',
    access: readingRoles,
    params: z.strictObject({ id: idSchema }),
    query: z.strictObject(pageQuery),
    answers: { 200: { description: 'A page; before is what stands', schema: differencesView } },
    handle: async ({ tenant, params: { id }, query }) => {
      const period = tenant.closedPeriods.get(id);
      if (!period || period.deleted) throw notFound();
      const { limit } = query;
      const sql = closedDifferences(
        tenant.tenantId,
        id,
        period.document,
        readCursor(query.cursor),
        limit + 1,
      );
      const count = frozenCount(tenant.tenantId, period.closing.offset);
      const [rows, [done]] = await Promise.all([
        env.database.query<ResultChangeRow>(sql.text, sql.parameters),
        env.database.query<{ frozen: number }>(count.text, count.parameters),
      ]);
      const shown = rows.slice(0, limit);
      return json(200, {
        items: shown.map((row) => viewOfResultChange(row, tenant)),
        nextCursor: rows.length > limit ? cursorAfter(shown.at(-1)!) : null,
        frozen: done?.frozen ?? 0,
        people: period.closing.people.size,
      });
    },
  }),
];

const viewOf = (id: string, { document, writtenBy, closing }: StoredClosedPeriod) => ({
  id,
  ...document,
  closedBy: writtenBy,
  closedAt: isoText(closing.at),
  people: closing.people.size,
});

/** How many of those that are missing are named. */
const named = 20;

/** 409 naming what is not final yet, unless it is closed all the same, or closed already. */
async function requireFinal(
  env: Environment,
  document: ClosedPeriod,
  id: string,
  tables: TenantTables,
): Promise<void> {
  const known = tables.closedPeriods.get(id);
  if (document.forced || (known && !known.deleted)) return;
  const { tenantId } = tables;
  const missing: { path: string; message: string }[] = [];
  const { pending, recomputationsPending } = await env.pipeline(tenantId);
  if (pending > 0) missing.push({ path: '', message: `${pending} notifications are not stored yet` });
  if (recomputationsPending > 0) {
    missing.push({ path: '', message: `${recomputationsPending} recomputations are pending` });
  }
  const people = [...tables.people].flatMap(([personId, { document: person }]) =>
    person.planningUnitId === document.planningUnitId ? [personId] : [],
  );
  for (const part of partsOf(people, (personId) => personId.length + 4)) {
    if (missing.length >= named) break;
    const sql = unfinishedDays(tenantId, part, document, named);
    for (const row of await env.database.query<UnfinishedRow>(sql.text, sql.parameters)) {
      missing.push({
        path: 'to',
        message: `${row.person} is final to ${isoText(row.final_to)} only, of ${row.date}`,
      });
    }
  }
  if (missing.length === 0) return;
  throw new HttpProblem(
    409,
    'Not everything of this period is final yet; close it with forced: true, or later.',
    missing.slice(0, named),
  );
}

import {
  idSchema,
  type Recomputation,
  recomputationSchemaWith,
} from '@adherence/domain/configuration/entities.ts';
import type { Stored, TenantTables } from '@adherence/domain/configuration/tables.ts';
import { z } from 'zod';
import { unknownPeople } from '../configuration/unknown-people.ts';
import { writeFor, writerName } from '../configuration/write.ts';
import type { Environment } from '../environment.ts';
import { instantText, instantView, isoText } from '../http/instant.ts';
import { pageOf, pageQuery, pageSchema, sorted } from '../http/page.ts';
import { teamsOf } from '../http/principal-tables.ts';
import { invalid, notFound } from '../http/problem.ts';
import { json, type Route, type RouteRequest, route } from '../http/route.ts';
import { newId } from '../http/tokens.ts';
import {
  type ProgressRow,
  type RunningRow,
  recomputationProgress,
  runningRecomputations,
} from '../queries/recomputations.ts';
import { readingRoles, tablesOf } from './document-routes.ts';

const tag = 'recomputations';
const recomputationView = z.object({
  id: z.string(),
  /** null = everybody. */
  personIds: z.array(z.string()).nullable(),
  from: instantView,
  to: instantView,
  askedBy: z.string(),
  askedByName: z.string().nullable(),
  askedAt: instantView,
  /** `asked` until somebody's numbers are taken in hand. */
  state: z.enum(['asked', 'running', 'done']),
  people: z.int(),
  peopleDone: z.int(),
});
type View = z.output<typeof recomputationView>;

const runningView = z.object({
  /** Kind of entity that changed, `late event`, `schedule`, `feed gap` and the like. */
  reason: z.string(),
  /** Of the change in GET /changes; null for what no change asked for. */
  changeOffset: z.int().nullable(),
  askedAt: instantView,
  people: z.int(),
  peopleDone: z.int(),
});
const maxRunning = 100;

/** Computing again what is stored, on request. */
export const recomputationRoutes = (env: Environment): Route[] => [
  route({
    method: 'post',
    path: '/recomputations',
    tag,
    summary: 'Compute people again over a range',
    access: ['planner'],
    teams: 'narrowed',
    body: recomputationSchemaWith(instantText),
    answers: { 201: { description: 'Asked for', schema: recomputationView } },
    handle: async (request) => {
      const { tenantId } = request.tenant;
      const id = newId('recompute', env.random);
      const { body: document } = request;
      requireOwnPeople(request);
      await writeFor(env, request, { tenantId, entity: 'recomputation', id, action: 'put', document });
      const tables = tablesOf(env, tenantId);
      return json(201, viewOf(id, tables.recomputations.get(id)!, tables, undefined));
    },
  }),
  route({
    method: 'get',
    path: '/recomputations',
    tag,
    summary: 'List the recomputations with their progress, in the order of their ids',
    access: readingRoles,
    teams: 'narrowed',
    query: z.strictObject(pageQuery),
    answers: { 200: { description: 'A page', schema: pageSchema(recomputationView) } },
    handle: async ({ tenant, query }) => {
      const page = pageOf(sorted(tenant.recomputations), query, (id, stored) => [id, stored] as const);
      const progress = await progressOf(
        env,
        tenant,
        page.items.map(([id]) => id),
      );
      const items = page.items.map(([id, stored]) => viewOf(id, stored, tenant, progress.get(id)));
      return json(200, { items, nextCursor: page.nextCursor });
    },
  }),
  route({
    method: 'get',
    path: '/recomputations/running',
    tag,
    summary:
      'What is being computed again, and how far it is, by what asked for it: changes, late events, requests',
    access: readingRoles,
    teams: 'open',
    answers: { 200: { description: 'The latest first', schema: z.object({ items: z.array(runningView) }) } },
    handle: async ({ tenant: { tenantId } }) => {
      const { text, parameters } = runningRecomputations(tenantId, maxRunning);
      const rows = await env.database.query<RunningRow>(text, parameters);
      const items = rows.map((row) => ({
        reason: row.reason,
        changeOffset: row.change_offset < 0 ? null : row.change_offset,
        askedAt: isoText(row.asked),
        people: row.people,
        peopleDone: row.people_done,
      }));
      return json(200, { items });
    },
  }),
  route({
    method: 'get',
    path: '/recomputations/{id}',
    tag,
    summary: 'Read a recomputation with its progress',
    access: readingRoles,
    teams: 'narrowed',
    params: z.strictObject({ id: idSchema }),
    answers: { 200: { description: 'State and progress', schema: recomputationView } },
    handle: async ({ tenant, params: { id } }) => {
      const stored = tenant.recomputations.get(id);
      if (!stored) throw notFound();
      const progress = await progressOf(env, tenant, [id]);
      return json(200, viewOf(id, stored, tenant, progress.get(id)));
    },
  }),
];

/** People who are there; of its own, for a token limited to teams. */
function requireOwnPeople({
  tenant,
  principal,
  body: { personIds },
}: Pick<RouteRequest<unknown, unknown, Recomputation>, 'tenant' | 'principal' | 'body'>): void {
  if (!personIds && teamsOf(principal)) {
    throw invalid({ path: 'personIds', message: 'must be named by a token limited to teams' });
  }
  const unknown = unknownPeople(tenant, personIds);
  if (unknown.length > 0) throw invalid(...unknown);
}

async function progressOf(
  env: Environment,
  { tenantId }: TenantTables,
  ids: readonly string[],
): Promise<Map<string, ProgressRow>> {
  if (ids.length === 0) return new Map();
  const { text, parameters } = recomputationProgress(tenantId, ids);
  const rows = await env.database.query<ProgressRow>(text, parameters);
  return new Map(rows.map((row) => [row.id, row]));
}

function viewOf(
  id: string,
  { document, writtenBy, writtenAt }: Stored<Recomputation>,
  tables: TenantTables,
  progress: ProgressRow | undefined,
): View {
  const { personIds, from, to } = document;
  const people = Math.max(progress?.people ?? 0, new Set(personIds ?? tables.people.keys()).size);
  const peopleDone = progress?.people_done ?? 0;
  const running = peopleDone < people ? 'running' : 'done';
  return {
    id,
    personIds: personIds ?? null,
    from: isoText(from),
    to: isoText(to),
    askedBy: writtenBy,
    askedByName: writerName(tables, writtenBy),
    askedAt: isoText(writtenAt),
    state: progress || people === 0 ? running : 'asked',
    people,
    peopleDone,
  };
}

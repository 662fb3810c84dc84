import { idSchema } from '@adherence/domain/configuration/entities.ts';
import type { TenantTables } from '@adherence/domain/configuration/tables.ts';
import { z } from 'zod';
import type { Environment } from '../environment.ts';
import { tablesSeenBy, teamsOf } from '../http/principal-tables.ts';
import { notFound } from '../http/problem.ts';
import { json, type Route, route } from '../http/route.ts';
import { liveEvents } from '../live/events.ts';
import { boardFreshness, freshnessView } from '../live/freshness.ts';
import { itemOf, type LiveFilter, type LiveItem, liveItemView } from '../live/row.ts';
import { summaryOf, summaryView } from '../live/summary.ts';
import { everyRole } from './document-routes.ts';

const tag = 'live';
const query = z.strictObject({ team: z.string().optional(), planningUnitId: idSchema.optional() });
const liveView = z.object({
  ...freshnessView.shape,
  summary: summaryView,
  items: z.array(liveItemView),
});

/** Who is in adherence now, and as it changes. */
export const liveRoutes = (env: Environment): Route[] => [
  route({
    method: 'get',
    path: '/live',
    tag,
    summary: 'The live board',
    access: everyRole,
    teams: 'narrowed',
    query,
    answers: { 200: { description: 'Who is in which state now', schema: liveView } },
    handle: ({ tenant, query: filter }) => {
      requireUnit(tenant, filter);
      return json(200, boardOf(env, tenant, filter));
    },
  }),
  route({
    method: 'get',
    path: '/live/events',
    tag,
    summary: 'The live board as Server-Sent Events: snapshot, update per changed row, ping',
    access: everyRole,
    teams: 'narrowed',
    query,
    answers: { 200: { description: 'A stream of events', type: 'text/event-stream', schema: z.string() } },
    handle: ({ tenant, principal, query: filter, headers, signal }) => {
      requireUnit(tenant, filter);
      const { tenantId } = tenant;
      const stream = liveEvents({
        board: env.live,
        clock: env.clock,
        instanceId: env.instanceId,
        tenantId,
        filter,
        lastEventId: headers.get('last-event-id'),
        limited: teamsOf(principal) !== null,
        // null once the token that opened the stream is there no more.
        tables: () => tablesSeenBy(principal, env.configuration.state()),
        freshness: () => freshnessOf(env, env.configuration.state().tenants.get(tenantId) ?? tenant),
        snapshot: (tables) => boardOf(env, tables, filter),
        signal: AbortSignal.any([signal, env.stopping]),
      });
      return new Response(stream, {
        headers: { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' },
      });
    },
  }),
];

function boardOf(env: Environment, tables: TenantTables, filter: LiveFilter): z.output<typeof liveView> {
  const items: LiveItem[] = [];
  for (const row of env.live.rows(tables.tenantId)) {
    const item = row.state === null ? null : itemOf(row, tables, filter);
    if (item) items.push(item);
  }
  items.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.personId < b.personId ? -1 : 1));
  return {
    ...freshnessOf(env, tables),
    summary: summaryOf(items, tables.rules.activityTypes),
    items: items as z.output<typeof liveItemView>[],
  };
}

const freshnessOf = (env: Environment, tables: TenantTables) => boardFreshness(env, tables, env.clock.now());

function requireUnit(tenant: TenantTables, { planningUnitId }: LiveFilter): void {
  if (planningUnitId !== undefined && !tenant.planningUnits.has(planningUnitId)) throw notFound();
}

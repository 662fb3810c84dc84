/** The tables of a caller's tenant as they stood at an instant, and what a caller may ask of that time. */
import { narrowedTo } from '@adherence/domain/configuration/narrow.ts';
import type { TenantTables } from '@adherence/domain/configuration/tables.ts';
import type { Instant } from '@adherence/domain/model.ts';
import type { Environment } from '../environment.ts';
import { instantQuery } from '../http/instant.ts';
import { teamsOf } from '../http/principal-tables.ts';
import { invalid } from '../http/problem.ts';
import type { RouteRequest } from '../http/route.ts';

export const asKnownAtQuery = instantQuery.optional().meta({
  description:
    'Numbers as they stood then: from notifications received, and configuration and schedules written, by that time',
});

/** null when the tenant was not there yet. Throws 422 for what is still to come. */
export async function tablesKnownAt(
  env: Pick<Environment, 'history'>,
  { principal, tenant, now }: Pick<RouteRequest<unknown, unknown, unknown>, 'principal' | 'tenant' | 'now'>,
  knownAt: Instant,
): Promise<TenantTables | null> {
  if (knownAt > now) throw invalid({ path: 'asKnownAt', message: 'must not be in the future' });
  const tables = await env.history.tablesAt(tenant.tenantId, knownAt);
  const teams = teamsOf(principal);
  return tables && teams ? narrowedTo(tables, teams) : tables;
}

/** Ends with the client, or with the console. */
export const askSignal = (env: Pick<Environment, 'stopping'>, signal: AbortSignal): AbortSignal =>
  AbortSignal.any([signal, env.stopping]);

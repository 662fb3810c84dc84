/**
 * Deletes a tenant whole. The deletion on the configuration log is the promise: everybody obeys it from then on, and
 * the rows are deleted by adherence. What is left is looked for anew each time, so that it may be asked again after a
 * crash anywhere.
 */
import type { LogRecord } from '@adherence/domain/configuration/erasure-plan.ts';
import type { OutMessage } from '@adherence/runtime/broker/broker.ts';
import { partitionOf, personKey, streamPartitions, topics } from '@adherence/schemas/topics.ts';
import type { Environment } from '../environment.ts';
import { HttpProblem } from '../http/problem.ts';
import type { Principal } from '../http/route.ts';
import { type RowsOfTenant, rowsOfTenant } from '../queries/tenant-rows.ts';
import { commandOf, submit } from './write.ts';

export interface TenantData {
  /** `deleted` once nothing is left of it but the record that says so. */
  readonly state: 'there' | 'deleting' | 'deleted';
  readonly people: number;
  readonly integrations: number;
  readonly tokens: number;
  /** On the configuration log, without the deletion itself. */
  readonly configurationRecords: number;
  readonly boardRows: number;
  readonly healthRecords: number;
  /** By table of ClickHouse. */
  readonly rows: Readonly<Record<string, number>>;
}

/** null for a tenant that never was. */
export async function tenantData(env: Environment, tenantId: string): Promise<TenantData | null> {
  await env.configuration.catchUp();
  const { tenants, deletedTenants } = env.configuration.state();
  const tables = tenants.get(tenantId);
  if (!tables && !deletedTenants.has(tenantId)) return null;
  const { text, parameters } = rowsOfTenant(tenantId);
  const counted = await env.database.query<RowsOfTenant>(text, parameters);
  const left = {
    people: tables?.people.size ?? 0,
    integrations: tables?.integrations.size ?? 0,
    tokens: (tables?.tokens.size ?? 0) + (tables?.urlTokens.size ?? 0),
    configurationRecords: (await recordsOf(env, tenantId)).length,
    boardRows: [...env.live.rows(tenantId)].length,
    healthRecords: env.health.keysOf(tenantId).length,
    rows: Object.fromEntries(counted.map(({ name, number }) => [name, number])),
  };
  const { rows, ...others } = left;
  const isEmpty = [...Object.values(others), ...Object.values(rows)].every((number) => number === 0);
  return { state: tables ? 'there' : isEmpty ? 'deleted' : 'deleting', ...left };
}

/** Of a tenant that is there or was deleted before. */
export async function deleteTenant(
  env: Environment,
  tenantId: string,
  principal: Principal | null,
  now: number,
): Promise<void> {
  const id = tenantId;
  const deletion = { tenantId, entity: 'tenant' as const, id, action: 'delete' as const, document: null };
  const outcome = await submit(env, commandOf(env, deletion, principal, now));
  if (!outcome.ok) throw new HttpProblem(409, 'The tenant was changed meanwhile; ask again.', outcome.errors);
  await env.configuration.remove((await recordsOf(env, tenantId)).map(({ key }) => key));
  // Owners take off whom they hold; of whom no owner holds, nobody else would.
  const board = [...env.live.rows(tenantId)].map(({ personId }): OutMessage => {
    const key = personKey(tenantId, personId);
    return { topic: topics.live.name, partition: partitionOf(key, streamPartitions), key, value: null };
  });
  const health = env.health
    .keysOf(tenantId)
    .map((key): OutMessage => ({ topic: topics.health.name, partition: 0, key, value: null }));
  if (board.length + health.length > 0) await env.produce([...board, ...health]);
}

/** All that the log holds of a tenant, but its deletion. */
async function recordsOf(env: Environment, tenantId: string): Promise<readonly LogRecord[]> {
  const records = await env.configuration.readLog();
  return records.filter(({ command }) => {
    const { tenantId: of, entity, action } = (command ?? {}) as Record<string, unknown>;
    return of === tenantId && !(entity === 'tenant' && action === 'delete');
  });
}

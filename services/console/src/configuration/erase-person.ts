/**
 * Deletes a person's data on request: from the configuration log here, from everything stored by the owners, who obey
 * the erasure that is written. The order is the promise: a crash in between leaves what is needed to ask again.
 */

import { setImmediate as othersTurn } from 'node:timers/promises';
import type { Erasure, Person } from '@adherence/domain/configuration/entities.ts';
import { erasedUserHash } from '@adherence/domain/configuration/erased.ts';
import { planErasure } from '@adherence/domain/configuration/erasure-plan.ts';
import { externalUserIndexKey, type TenantTables } from '@adherence/domain/configuration/tables.ts';
import type { Environment } from '../environment.ts';
import { HttpProblem } from '../http/problem.ts';
import type { Principal } from '../http/route.ts';
import { newId } from '../http/tokens.ts';
import { type CoordinatesRow, rejectedNaming } from '../queries/erasures.ts';
import { commandOf, submit } from './write.ts';

export interface Erased {
  readonly id: string;
  /** There are more quarantined notifications that name the person than one erasure takes: ask again. */
  readonly more: boolean;
}

const maxRejected = 10_000;

/** null when nothing is known of such a person any more. */
export async function erasePerson(
  env: Environment,
  tables: TenantTables,
  personId: string,
  principal: Principal | null,
  now: number,
): Promise<Erased | null> {
  const { tenantId } = tables;
  const log = (await env.configuration.readLog()).filter(
    ({ command }) => (command as { tenantId?: unknown } | null)?.tenantId === tenantId,
  );
  const { keys, users } = await inTurns(planErasure(log, personId));
  if (keys.length === 0) return null;
  const rejected = await rejectedOf(env, tenantId, users);
  const remove = {
    tenantId,
    entity: 'person' as const,
    id: personId,
    action: 'delete' as const,
    document: null,
  };
  const removal = commandOf(env, remove, principal, now);
  if (tables.people.has(personId)) await requireTaken(env, removal);
  const id = newId('erasure', env.random);
  const document: Erasure = {
    personId,
    users: usersToErase(tables, personId, users),
    rejected: rejected.slice(0, maxRejected),
  };
  await requireTaken(
    env,
    commandOf(env, { tenantId, entity: 'erasure', id, action: 'put', document }, principal, now),
  );
  await env.configuration.remove([...keys, removal.commandId]);
  return { id, more: rejected.length > maxRejected };
}

/** Others have their turn whenever it yields. */
async function inTurns<T>(work: Generator<void, T>): Promise<T> {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
    await othersTurn();
  }
}

async function requireTaken(env: Environment, command: ReturnType<typeof commandOf>): Promise<void> {
  const outcome = await submit(env, command);
  if (!outcome.ok) throw new HttpProblem(409, 'The person was changed meanwhile; ask again.', outcome.errors);
}

/** A user that is somebody else's at other times is erased for the person's times only. */
function usersToErase(
  { tenantId, personsByExternalUser }: TenantTables,
  personId: string,
  users: readonly Person['externalUsers'][number][],
): Erasure['users'] {
  const erased = new Map<string, Erasure['users'][number]>();
  for (const { integrationId, externalUserId, validFrom, validTo } of users) {
    const hash = erasedUserHash(tenantId, integrationId, externalUserId);
    const owners = personsByExternalUser.get(externalUserIndexKey(integrationId, externalUserId)) ?? [];
    const isShared = owners.some((owner) => owner.personId !== personId);
    const user = { hash, from: isShared ? validFrom : null, to: isShared ? validTo : null };
    erased.set(JSON.stringify(user), user);
  }
  return [...erased.values()];
}

async function rejectedOf(
  { database }: Environment,
  tenantId: string,
  users: readonly Person['externalUsers'][number][],
): Promise<string[]> {
  const names = [...new Set(users.map(({ externalUserId }) => externalUserId))];
  if (names.length === 0) return [];
  const { text, parameters } = rejectedNaming(tenantId, names, maxRejected + 1);
  const rows = await database.query<CoordinatesRow>(text, parameters);
  return rows.map((row) => `${row.rejected_partition}-${row.rejected_offset}`);
}

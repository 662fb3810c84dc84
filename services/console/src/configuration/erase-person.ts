/**
 * Deletes a person's data on request: from the configuration log here, from everything stored by the owners, who obey
 * the erasure that is written. The order is the promise: a crash in between leaves what is needed to ask again.
 */

import { setImmediate as othersTurn } from 'node:timers/promises';
import type { Erasure, Person } from '@adherence/domain/configuration/entities.ts';
import { erasedUserHash, timeWithout } from '@adherence/domain/configuration/erased.ts';
import { planErasure } from '@adherence/domain/configuration/erasure-plan.ts';
import { externalUserIndexKey, type TenantTables } from '@adherence/domain/configuration/tables.ts';
import type { Instant } from '@adherence/domain/model.ts';
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
  if (tables.people.has(personId)) {
    const removal = {
      tenantId,
      entity: 'person' as const,
      id: personId,
      action: 'delete' as const,
      document: null,
    };
    await requireTaken(env, commandOf(env, removal, principal, now));
  }
  // Read after the deletion, so that nothing that was written of the person meanwhile is left.
  const log = (await env.configuration.readLog()).filter(
    ({ command }) => (command as { tenantId?: unknown } | null)?.tenantId === tenantId,
  );
  const { keys, users: had } = await inTurns(planErasure(log, personId));
  if (keys.length === 0) return null;
  const users = ownUsers(tables, personId, had);
  const rejected = await rejectedOf(env, tenantId, users);
  const id = newId('erasure', env.random);
  const document: Erasure = {
    personId,
    users: toErase(tenantId, users),
    rejected: rejected.slice(0, maxRejected),
  };
  await requireTaken(
    env,
    commandOf(env, { tenantId, entity: 'erasure', id, action: 'put', document }, principal, now),
  );
  await env.configuration.remove(keys);
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

interface OwnUser {
  readonly integrationId: string;
  readonly externalUserId: string;
  /** What is somebody else's stays, whatever the person once had: the last document holds for all time. */
  readonly times: readonly { readonly from: Instant | null; readonly to: Instant | null }[];
  readonly isShared: boolean;
}

function ownUsers(
  { personsByExternalUser }: TenantTables,
  personId: string,
  users: readonly Person['externalUsers'][number][],
): OwnUser[] {
  return users.map(({ integrationId, externalUserId, validFrom, validTo }) => {
    const owners = personsByExternalUser.get(externalUserIndexKey(integrationId, externalUserId)) ?? [];
    const others = owners
      .filter((owner) => owner.personId !== personId)
      .map((owner) => ({ from: owner.validFrom, to: owner.validTo }));
    const isShared = others.length > 0;
    const whole = isShared ? { from: validFrom, to: validTo } : { from: null, to: null };
    return { integrationId, externalUserId, isShared, times: timeWithout(whole, others) };
  });
}

function toErase(tenantId: string, users: readonly OwnUser[]): Erasure['users'] {
  const erased = new Map<string, Erasure['users'][number]>();
  for (const { integrationId, externalUserId, times } of users) {
    const hash = erasedUserHash(tenantId, integrationId, externalUserId);
    for (const { from, to } of times) erased.set(`${hash} ${from} ${to}`, { hash, from, to });
  }
  return [...erased.values()];
}

/** Payloads that name a user that is somebody else's too may be that person's: they expire. */
async function rejectedOf(
  { database }: Environment,
  tenantId: string,
  users: readonly OwnUser[],
): Promise<string[]> {
  const own = users.filter(({ isShared }) => !isShared);
  const names = [...new Set(own.map(({ externalUserId }) => externalUserId))];
  if (names.length === 0) return [];
  const { text, parameters } = rejectedNaming(tenantId, names, maxRejected + 1);
  const rows = await database.query<CoordinatesRow>(text, parameters);
  return rows.map((row) => `${row.rejected_partition}-${row.rejected_offset}`);
}

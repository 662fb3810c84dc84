/** Who was erased: looked up by a hash, so that what remembers it names nobody. */
import { createHash } from 'node:crypto';
import type { Instant } from '../model.ts';
import type { TenantTables } from './tables.ts';

export const erasedUserHash = (tenantId: string, integrationId: string, externalUserId: string): string =>
  createHash('sha256')
    .update(JSON.stringify([tenantId, integrationId, externalUserId]))
    .digest('hex');

/** Was an event that came before its user was erased, which must not be stored again? */
export function isErased(
  { tenantId, erasedUsers }: Pick<TenantTables, 'tenantId' | 'erasedUsers'>,
  integrationId: string,
  externalUserId: string,
  occurredAt: Instant,
  receivedAt: Instant,
): boolean {
  if (erasedUsers.size === 0) return false;
  const erased = erasedUsers.get(erasedUserHash(tenantId, integrationId, externalUserId)) ?? [];
  return erased.some(
    ({ from, to, erasedAt }) =>
      receivedAt <= erasedAt && (from === null || from <= occurredAt) && (to === null || occurredAt < to),
  );
}

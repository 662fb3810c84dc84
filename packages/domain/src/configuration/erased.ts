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

interface Validity {
  readonly from: Instant | null;
  readonly to: Instant | null;
}

/** The parts of a time that lie in none of others; null = open. */
export function timeWithout(whole: Validity, others: readonly Validity[]): Validity[] {
  let parts = [{ from: whole.from ?? Number.NEGATIVE_INFINITY, to: whole.to ?? Number.POSITIVE_INFINITY }];
  for (const other of others) {
    const from = other.from ?? Number.NEGATIVE_INFINITY;
    const to = other.to ?? Number.POSITIVE_INFINITY;
    parts = parts.flatMap((part) => [
      { from: part.from, to: Math.min(part.to, from) },
      { from: Math.max(part.from, to), to: part.to },
    ]);
    parts = parts.filter((part) => part.from < part.to);
  }
  return parts.map(({ from, to }) => ({
    from: Number.isFinite(from) ? from : null,
    to: Number.isFinite(to) ? to : null,
  }));
}

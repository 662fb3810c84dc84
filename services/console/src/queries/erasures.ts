/** Erasures of people: what they are to delete, and how far they are. */
import type { Sql } from './sql.ts';

export interface CoordinatesRow {
  readonly rejected_partition: number;
  readonly rejected_offset: number;
}

/** Quarantined notifications whose bytes name one of these external users. */
export function rejectedNaming(tenantId: string, users: readonly string[], limit: number): Sql {
  const names = users.map((user, index) => [`user${index}`, user] as const);
  const conditions = names.map(
    ([name]) => `positionCaseInsensitiveUTF8(base64Decode(body_base64), {${name}:String}) > 0`,
  );
  return {
    text: `SELECT rejected_partition, rejected_offset FROM rejected FINAL
WHERE tenant = {tenant:String} AND (${conditions.join(' OR ')})
ORDER BY rejected_partition, rejected_offset LIMIT {limit:UInt32}`,
    parameters: { tenant: tenantId, limit, ...Object.fromEntries(names) },
  };
}

export interface ErasureRow {
  readonly erasure: string;
  readonly partitions: number;
  readonly facts: number;
}

export const erasuresObeyed = (tenantId: string): Sql => ({
  text: `SELECT erasure, count() AS partitions, sum(facts) AS facts FROM erasures FINAL
WHERE tenant = {tenant:String} GROUP BY erasure`,
  parameters: { tenant: tenantId },
});

/** Deletions that ClickHouse has taken on and not finished, of all tenants. */
export const openDeletions = (): Sql => ({
  text: 'SELECT count() AS open FROM system.mutations WHERE NOT is_done AND database = currentDatabase()',
  parameters: {},
});

/** Counts for GET /pipeline. */
import type { Sql } from './sql.ts';

export const openRecomputationsCount = (): Sql => ({
  text: 'SELECT count() AS open FROM recomputations FINAL WHERE done = 0',
  parameters: {},
});

/** The ledger of raw records that were consumed, per partition, so that gaps show. */
export const receivedCounts = (): Sql => ({
  text: `SELECT source_partition, tenant, outcome, count() AS records,
  min(source_offset) AS first_offset, max(source_offset) AS last_offset
FROM received FINAL GROUP BY source_partition, tenant, outcome`,
  parameters: {},
});

export const factsCount = (tenantId: string): Sql => ({
  text: 'SELECT count() AS facts FROM facts FINAL WHERE tenant = {tenant:String}',
  parameters: { tenant: tenantId },
});

/** Facts that were erased with the people they were of. */
export const erasedCount = (tenantId: string): Sql => ({
  text: 'SELECT sum(facts) AS facts FROM erasures FINAL WHERE tenant = {tenant:String}',
  parameters: { tenant: tenantId },
});

export const rejectedCount = (tenantId: string): Sql => ({
  text: 'SELECT count() AS rejected FROM rejected FINAL WHERE tenant = {tenant:String}',
  parameters: { tenant: tenantId },
});

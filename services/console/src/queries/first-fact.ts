/** The notification of an integration that was received first, of those that are kept. */
import type { Sql } from './sql.ts';

export interface FirstFactRow {
  readonly external_user: string;
  readonly event_type: string;
  readonly status: string | null;
  readonly break_type: string | null;
  readonly occurred_at: number;
  readonly received_at: number;
  readonly flags: readonly string[];
  readonly source_partition: number;
  readonly source_offset: number;
}

export const firstFact = (tenantId: string, integrationId: string): Sql => ({
  text: `SELECT external_user, event_type, status, break_type, occurred_at, received_at, flags,
  source_partition, source_offset
FROM facts FINAL
WHERE tenant = {tenant:String} AND integration = {integration:String}
ORDER BY received_at, source_partition, source_offset
LIMIT 1`,
  parameters: { tenant: tenantId, integration: integrationId },
});

/** What Odigo told of external users, as it was read; repeats and heartbeats too. */
import type { Interval } from '@adherence/domain/model.ts';
import type { Sql } from './sql.ts';

export interface PersonEventRow {
  readonly integration: string;
  readonly external_user: string;
  readonly occurred_at: number;
  readonly received_at: number;
  readonly event_type: string;
  readonly status: string | null;
  readonly break_type: string | null;
  readonly sequence: number | null;
  readonly flags: readonly string[];
  readonly source_partition: number;
  readonly source_offset: number;
}

/** In order of time; at most `limit`. More users than asked for may come: pairs are for the caller to choose. */
export const personEvents = (
  tenantId: string,
  users: readonly { readonly integrationId: string; readonly externalUserId: string }[],
  { from, to }: Interval,
  limit: number,
): Sql => ({
  text: `SELECT integration, external_user, occurred_at, received_at, event_type, status, break_type, sequence, flags,
  source_partition, source_offset
FROM facts FINAL
WHERE tenant = {tenant:String} AND integration IN {integrations:Array(String)}
  AND external_user IN {users:Array(String)} AND occurred_at >= {from:Int64} AND occurred_at < {to:Int64}
ORDER BY occurred_at, sequence, dedup_key
LIMIT ${limit}`,
  parameters: {
    tenant: tenantId,
    integrations: [...new Set(users.map(({ integrationId }) => integrationId))],
    users: [...new Set(users.map(({ externalUserId }) => externalUserId))],
    from,
    to,
  },
});

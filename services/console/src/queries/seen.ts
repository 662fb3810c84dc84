/** What an integration has sent: statuses and external users, counted over all facts that are kept. */
import type { Sql } from './sql.ts';

export interface SeenStatusRow {
  readonly status: string;
  readonly break_type: string | null;
  readonly count: number;
  readonly first_seen: number;
  readonly last_seen: number;
}

export const seenStatuses = (tenantId: string, integrationId: string): Sql => ({
  text: `SELECT assumeNotNull(status) AS status, break_type, count() AS count,
  min(occurred_at) AS first_seen, max(occurred_at) AS last_seen
FROM facts FINAL
WHERE tenant = {tenant:String} AND integration = {integration:String}
  AND facts.status IS NOT NULL AND event_type NOT IN ('HEARTBEAT', 'LOGOUT')
GROUP BY status, break_type`,
  parameters: { tenant: tenantId, integration: integrationId },
});

export interface FoundTypeRow {
  readonly status: string;
  readonly break_type: string;
  readonly count: number;
  readonly first_seen: number;
  readonly last_seen: number;
}

/** Break types that look-ups found. A fact that was asked about twice, after a crash, counts twice. */
export const foundTypes = (tenantId: string, integrationId: string): Sql => ({
  text: `SELECT status, break_type, count() AS count, min(occurred_at) AS first_seen, max(occurred_at) AS last_seen
FROM break_details FINAL
WHERE tenant = {tenant:String} AND integration = {integration:String}
GROUP BY status, break_type`,
  parameters: { tenant: tenantId, integration: integrationId },
});

/** What was seen as it counts: statuses that came without a break type and got one are seen with it. */
export function withFoundTypes(
  seen: readonly SeenStatusRow[],
  found: readonly FoundTypeRow[],
): SeenStatusRow[] {
  const byKey = new Map(seen.map((row) => [keyOf(row), row]));
  for (const row of found) {
    const known = byKey.get(keyOf(row));
    const bare = byKey.get(keyOf({ ...row, break_type: null }));
    byKey.set(keyOf(row), {
      status: row.status,
      break_type: row.break_type,
      count: (known?.count ?? 0) + row.count,
      first_seen: Math.min(known?.first_seen ?? row.first_seen, row.first_seen),
      last_seen: Math.max(known?.last_seen ?? row.last_seen, row.last_seen),
    });
    if (bare) byKey.set(keyOf(bare), { ...bare, count: Math.max(0, bare.count - row.count) });
  }
  return [...byKey.values()].filter(({ count }) => count > 0);
}

const keyOf = ({ status, break_type }: Pick<SeenStatusRow, 'status' | 'break_type'>): string =>
  JSON.stringify([status, break_type]);

export interface SeenUserRow {
  readonly external_user: string;
  readonly count: number;
  readonly first_seen: number;
  readonly last_seen: number;
}

export const seenUsers = (tenantId: string, integrationId: string): Sql => ({
  text: `SELECT external_user, count() AS count,
  min(occurred_at) AS first_seen, max(occurred_at) AS last_seen
FROM facts FINAL
WHERE tenant = {tenant:String} AND integration = {integration:String}
GROUP BY external_user`,
  parameters: { tenant: tenantId, integration: integrationId },
});

/** Counts of an integration: what was accepted, and what was quarantined by reason. */
export const acceptedOf = (tenantId: string, integrationId: string): Sql => ({
  text: `SELECT count() AS facts, max(received_at) AS last_received FROM facts FINAL
WHERE tenant = {tenant:String} AND integration = {integration:String}`,
  parameters: { tenant: tenantId, integration: integrationId },
});

export const rejectedOf = (tenantId: string, integrationId: string): Sql => ({
  text: `SELECT reason, count() AS count, max(received_at) AS last_received FROM rejected FINAL
WHERE tenant = {tenant:String} AND integration = {integration:String}
GROUP BY reason ORDER BY count DESC, reason`,
  parameters: { tenant: tenantId, integration: integrationId },
});

export interface FeedRow {
  readonly last_at: number | null;
  readonly open_from: number | null;
}

/** The feed as adherence sees it: last notification, and since when it is silent for too long. */
export const feedOf = (tenantId: string, integrationId: string): Sql => ({
  text: `SELECT last_at, open_from FROM feed_gaps FINAL
WHERE tenant = {tenant:String} AND integration = {integration:String}`,
  parameters: { tenant: tenantId, integration: integrationId },
});

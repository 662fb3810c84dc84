/** How true the board is to the present: up to when events are in, and which feeds have fallen silent. */
import type { TenantTables } from '@adherence/domain/configuration/tables.ts';
import type { Instant } from '@adherence/domain/model.ts';
import { z } from 'zod';
import { instantView, isoOrNull, isoText } from '../http/instant.ts';
import type { LiveBoard } from './board.ts';
import type { HealthView } from './health.ts';

export const freshnessView = z.object({
  asOf: instantView.nullable(),
  eventsUntil: instantView.nullable(),
  /** Integrations with `feedGapSeconds` that have sent nothing for longer than that. */
  silentFeeds: z.array(z.object({ integrationId: z.string(), name: z.string(), since: instantView })),
});
export type BoardFreshness = z.output<typeof freshnessView>;

/**
 * A row holds until the next one comes, so the board stands for the instant up to which events are in, as the owners
 * tell it; before they do, for the newest row.
 */
export function boardFreshness(
  { health, live }: { readonly health: HealthView; readonly live: Pick<LiveBoard, 'freshness'> },
  tables: TenantTables,
  now: Instant,
): BoardFreshness {
  const told = health.freshness().eventsUntil;
  const newest = live.freshness(tables.tenantId);
  return {
    asOf: isoOrNull(told ?? newest.asOf),
    eventsUntil: isoOrNull(told ?? newest.eventsUntil),
    silentFeeds: silentFeeds(health, tables, now),
  };
}

function silentFeeds(health: HealthView, tables: TenantTables, now: Instant): BoardFreshness['silentFeeds'] {
  const silent: BoardFreshness['silentFeeds'] = [];
  for (const [integrationId, { document }] of tables.integrations) {
    const last = health.lastReceivedAt(tables.tenantId, integrationId);
    // Before its first notification a feed has no gap (domain.md, "Feed gap").
    if (document.feedGapSeconds === null || last === null) continue;
    if (now - last <= document.feedGapSeconds * 1000) continue;
    silent.push({ integrationId, name: document.name, since: isoText(last) });
  }
  return silent;
}

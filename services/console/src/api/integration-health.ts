import { idSchema } from '@adherence/domain/configuration/entities.ts';
import { faultSentence } from '@adherence/odigo-web-service/break-fault.ts';
import { z } from 'zod';
import type { Environment } from '../environment.ts';
import { instantView, isoOrNull, isoText } from '../http/instant.ts';
import { notFound } from '../http/problem.ts';
import { json, type Route, route } from '../http/route.ts';
import type { BreakServiceTold } from '../live/break-health.ts';
import {
  acceptedOf,
  type FeedRow,
  feedOf,
  rejectedOf,
  type SeenUserRow,
  seenUsers,
} from '../queries/seen.ts';
import type { Sql } from '../queries/sql.ts';
import { readingRoles } from './document-routes.ts';
import { mappingsOf, readSeenStatuses } from './status-mappings.ts';
import { unmappedUsers } from './unmapped-users.ts';

/** The break web service as enrichment sees it; null as long as nothing was asked since it was configured. */
const breakStateView = z.object({
  /** `failing`: the last question failed; `paused`: it failed so often that it is left alone until retryAt. */
  state: z.enum(['ok', 'failing', 'paused']),
  lastAnswerAt: instantView.nullable(),
  retryAt: instantView.nullable(),
  fault: z.object({ kind: z.string(), message: z.string(), at: instantView }).nullable(),
});

const healthView = z.object({
  lastNotificationAt: instantView.nullable(),
  accepted: z.int(),
  rejected: z.int(),
  rejectedByReason: z.array(z.object({ reason: z.string(), count: z.int() })),
  feed: z.object({
    /** `unwatched` without feedGapSeconds, `waiting` before the first notification. */
    state: z.enum(['unwatched', 'waiting', 'alive', 'gap']),
    gapSince: instantView.nullable(),
  }),
  unmappedUsers: z.int(),
  unmappedStatuses: z.int(),
  urlTokens: z.array(z.object({ id: z.string(), lastUsedAt: instantView.nullable() })),
  breakDetail: z.object({ configured: z.boolean(), state: breakStateView.nullable() }),
});

/** How an integration does: what arrives, what is refused, what is not mapped. */
export const integrationHealthRoutes = (env: Environment): Route[] => [
  route({
    method: 'get',
    path: '/integrations/{id}/health',
    tag: 'integrations',
    summary: 'How an integration does',
    access: readingRoles,
    teams: 'open',
    params: z.strictObject({ id: idSchema }),
    answers: { 200: { description: 'Its health', schema: healthView } },
    handle: async ({ tenant, params: { id }, now }) => {
      const stored = tenant.integrations.get(id);
      if (!stored) throw notFound();
      const integration = stored.document;
      const { tenantId } = tenant;
      const query = <T>({ text, parameters }: Sql) => env.database.query<T>(text, parameters);
      const [accepted, rejected, feed, statuses, users] = await Promise.all([
        query<{ facts: number; last_received: number }>(acceptedOf(tenantId, id)),
        query<{ reason: string; count: number }>(rejectedOf(tenantId, id)),
        query<FeedRow>(feedOf(tenantId, id)),
        readSeenStatuses(env, tenantId, id),
        query<SeenUserRow>(seenUsers(tenantId, id)),
      ]);
      const facts = accepted[0]?.facts ?? 0;
      const gapSince = integration.feedGapSeconds === null ? null : (feed[0]?.open_from ?? null);
      const tokens = [...tenant.urlTokens].filter(([, { document }]) => document.integrationId === id);
      return json(200, {
        lastNotificationAt: isoOrNull(
          env.health.lastReceivedAt(tenantId, id) ?? (facts > 0 ? accepted[0]!.last_received : null),
        ),
        accepted: facts,
        rejected: rejected.reduce((sum, { count }) => sum + count, 0),
        rejectedByReason: rejected.map(({ reason, count }) => ({ reason, count })),
        feed: {
          state: feedState(integration.feedGapSeconds, facts, gapSince),
          gapSince: isoOrNull(gapSince),
        },
        unmappedUsers: unmappedUsers(tenant, id, users).length,
        unmappedStatuses: mappingsOf(tenant, id, statuses, now).filter((m) => m.activityId === null).length,
        urlTokens: tokens.map(([tokenId]) => ({
          id: tokenId,
          lastUsedAt: isoOrNull(env.health.urlTokenLastUsedAt(tenantId, tokenId)),
        })),
        breakDetail: {
          configured: integration.breakDetail !== null,
          state:
            integration.breakDetail && breakState(env.health.breakDetailOf(tenantId, id), stored.writtenAt),
        },
      });
    },
  }),
];

/** What was told before the integration was last written may be of another address or password. */
function breakState(
  told: BreakServiceTold | null,
  writtenAt: number,
): z.output<typeof breakStateView> | null {
  if (!told) return null;
  const { state, lastAnswerAt, retryAt, fault } = told;
  if (Math.max(lastAnswerAt ?? 0, fault?.at ?? 0) < writtenAt) return null;
  return {
    state,
    lastAnswerAt: isoOrNull(lastAnswerAt),
    retryAt: isoOrNull(retryAt),
    fault: fault && { kind: fault.kind, message: faultSentence(fault), at: isoText(fault.at) },
  };
}

function feedState(feedGapSeconds: number | null, facts: number, gapSince: number | null): string {
  if (facts === 0) return 'waiting';
  if (feedGapSeconds === null) return 'unwatched';
  return gapSince === null ? 'alive' : 'gap';
}

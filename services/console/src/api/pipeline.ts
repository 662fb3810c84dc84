import { z } from 'zod';
import type { Environment } from '../environment.ts';
import { instantView, isoOrNull } from '../http/instant.ts';
import { json, type Route, route } from '../http/route.ts';
import { everyRole } from './document-routes.ts';

const pipelineView = z.object({
  accepted: z.int(),
  stored: z.int(),
  quarantined: z.int(),
  pending: z.int(),
  spooled: z.int(),
  recomputationsPending: z.int(),
  gaps: z.int(),
  duplicates: z.int(),
  eventsUntil: instantView.nullable(),
});

/** What is under way. With pending = 0 and recomputationsPending = 0 every answer reflects everything accepted. */
export const pipelineRoutes = (env: Environment): Route[] => [
  route({
    method: 'get',
    path: '/pipeline',
    tag: 'pipeline',
    summary: 'What was accepted and stored, and what is still under way',
    access: everyRole,
    teams: 'open',
    answers: { 200: { description: 'The pipeline', schema: pipelineView } },
    handle: async ({ tenant: { tenantId } }) => {
      const { pending, recomputationsPending, ...counts } = await env.pipeline(tenantId);
      const { eventsUntil } = env.health.freshness();
      return json(200, {
        ...counts,
        pending,
        recomputationsPending,
        eventsUntil: isoOrNull(eventsUntil),
      });
    },
  }),
];

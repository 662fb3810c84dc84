import { idSchema } from '@adherence/domain/configuration/entities.ts';
import { z } from 'zod';
import type { Environment } from '../environment.ts';
import { instantView, isoText } from '../http/instant.ts';
import { notFound } from '../http/problem.ts';
import { json, type Route, route } from '../http/route.ts';
import { type FirstFactRow, firstFact } from '../queries/first-fact.ts';

const view = z.object({
  receivedAt: instantView,
  externalUserId: z.string(),
  eventType: z.string(),
  status: z.string().nullable(),
  breakType: z.string().nullable(),
  occurredAt: instantView,
  /** What was remarkable when it was read, such as a time that was missing. */
  flags: z.array(z.string()).readonly(),
  /** The item as it came; bytes that are no UTF-8 are replaced. null once the log has dropped it. */
  payload: z.string().nullable(),
});

/** What came first over an integration, beside how it was read: does the sender say what was expected? */
export const firstNotificationRoutes = (env: Environment): Route[] => [
  route({
    method: 'get',
    path: '/integrations/{id}/first-notification',
    tag: 'integrations',
    summary: 'The first notification that is kept, as it came and as it was read (admin only)',
    access: [],
    params: z.strictObject({ id: idSchema }),
    answers: { 200: { description: 'The notification; 404 before there is one', schema: view } },
    handle: async ({ tenant: { tenantId, integrations }, params: { id } }) => {
      if (!integrations.has(id)) throw notFound();
      const { text, parameters } = firstFact(tenantId, id);
      const [row] = await env.database.query<FirstFactRow>(text, parameters);
      if (!row) throw notFound();
      const original = await env.originals.read(row.source_partition, row.source_offset);
      const isIt = original?.tenantId === tenantId && original.integrationId === id;
      return json(200, {
        receivedAt: isoText(row.received_at),
        externalUserId: row.external_user,
        eventType: row.event_type,
        status: row.status,
        breakType: row.break_type,
        occurredAt: isoText(row.occurred_at),
        flags: row.flags,
        payload: isIt ? Buffer.from(original.body).toString('utf8') : null,
      } satisfies z.input<typeof view>);
    },
  }),
];

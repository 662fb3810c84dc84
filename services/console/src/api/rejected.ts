import { idSchema } from '@adherence/domain/configuration/entities.ts';
import { z } from 'zod';
import type { Environment } from '../environment.ts';
import { instantView, isoText } from '../http/instant.ts';
import { decodeCursor, encodeCursor, pageQuery, pageSchema } from '../http/page.ts';
import { invalid } from '../http/problem.ts';
import { json, type Route, route } from '../http/route.ts';
import { type RejectedCursor, type RejectedRow, rejectedPage } from '../queries/rejected.ts';

const rejectedView = z.object({
  /** Partition and offset on the topic of dead letters. */
  id: z.string(),
  integrationId: z.string().nullable(),
  stage: z.string(),
  reason: z.string(),
  detail: z.string(),
  receivedAt: instantView,
  requestId: z.string(),
  itemIndex: z.int(),
  format: z.string(),
  source: z
    .object({ topic: z.string(), partition: z.int().nullable(), offset: z.int().nullable() })
    .nullable(),
  /** The original bytes as text; bytes that are no UTF-8 are replaced. */
  payload: z.string(),
  payloadBase64: z.string(),
});

/** Notifications that were quarantined. The payload holds personal data: administrators only. */
export const rejectedRoutes = (env: Environment): Route[] => [
  route({
    method: 'get',
    path: '/rejected',
    tag: 'rejected',
    summary: 'Quarantined notifications, newest first',
    access: [],
    query: z.strictObject({
      ...pageQuery,
      integrationId: idSchema.optional(),
      stage: z.enum(['ingress', 'enrichment', 'adherence']).optional(),
      reason: z.string().max(100).optional(),
    }),
    answers: { 200: { description: 'A page', schema: pageSchema(rejectedView) } },
    handle: async ({ tenant, query }) => {
      const { limit } = query;
      const sql = rejectedPage(tenant.tenantId, query, cursorOf(query.cursor), limit + 1);
      const rows = await env.database.query<RejectedRow>(sql.text, sql.parameters);
      const shown = rows.slice(0, limit);
      const last = rows.length > limit ? shown.at(-1) : undefined;
      const nextCursor = last
        ? encodeCursor([last.received_at, last.rejected_partition, last.rejected_offset].join('|'))
        : null;
      return json(200, { items: shown.map(viewOf), nextCursor });
    },
  }),
];

function cursorOf(cursor: string | undefined): RejectedCursor | null {
  if (cursor === undefined) return null;
  const parts = decodeCursor(cursor).split('|').map(Number);
  if (parts.length !== 3 || !parts.every(Number.isSafeInteger)) {
    throw invalid({ path: 'cursor', message: 'is none of ours' });
  }
  return [parts[0]!, parts[1]!, parts[2]!];
}

function viewOf(row: RejectedRow): z.output<typeof rejectedView> {
  return {
    id: `${row.rejected_partition}-${row.rejected_offset}`,
    integrationId: row.integration || null,
    stage: row.stage,
    reason: row.reason,
    detail: row.detail,
    receivedAt: isoText(row.received_at),
    requestId: row.request_id,
    itemIndex: row.item_index,
    format: row.format,
    source: row.source_topic
      ? { topic: row.source_topic, partition: row.source_partition, offset: row.source_offset }
      : null,
    payload: Buffer.from(row.body_base64, 'base64').toString('utf8'),
    payloadBase64: row.body_base64,
  };
}

import { idSchema } from '@adherence/domain/configuration/entities.ts';
import { configurationOffsetHeader } from '@adherence/domain/notifications/raw-headers.ts';
import type { RejectReason } from '@adherence/domain/notifications/reject-reasons.ts';
import { compressionOf } from '@adherence/runtime/compression.ts';
import type { RawNotification } from '@adherence/schemas/records.ts';
import {
  externalUserKey,
  integrationKey,
  partitionOf,
  streamPartitions,
  topics,
} from '@adherence/schemas/topics.ts';
import { z } from 'zod';
import { writerName, writerOf } from '../configuration/write.ts';
import type { Environment } from '../environment.ts';
import { instantQuery, instantText, instantView, isoText } from '../http/instant.ts';
import { decodeCursor, encodeCursor, pageQuery, pageSchema } from '../http/page.ts';
import { invalid } from '../http/problem.ts';
import { json, type Route, route } from '../http/route.ts';
import { type RejectedCursor, type RejectedRow, rejectedPage } from '../queries/rejected.ts';
import { type Replay, replayOf } from '../results/replay.ts';

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
  /** What the envelope around the item says for it too, as JSON: its event type and time; null = nothing. */
  envelope: z.string().nullable(),
  /** The last time it was read again; null = never. */
  replayed: z
    .object({
      times: z.int(),
      at: instantView,
      by: z.string(),
      byName: z.string().nullable(),
      /** Notifications that went on their way. */
      items: z.int(),
      /** Why nothing, or not all, of it could be read. */
      fault: z.string().nullable(),
    })
    .nullable(),
});

const booleanQuery = z.enum(['true', 'false']).transform((text) => text === 'true');
const replayedFlag = { description: 'Whether anything of it went on its way again' };
const filtersWith = <T extends z.ZodType, F extends z.ZodType>(instant: T, flag: F) => ({
  integrationId: idSchema.optional(),
  stage: z.enum(['ingress', 'enrichment', 'adherence']).optional(),
  reason: z.string().max(100).optional(),
  from: instant.optional(),
  to: instant.optional(),
  replayed: flag.optional().meta(replayedFlag),
  search: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: 'Text within the payload, or within what was found wrong; case does not matter' }),
});
const rejectedId = z.string().regex(/^\d{1,5}-\d{1,15}$/, 'must be the id of a rejected notification');
const replayInput = z
  .strictObject({
    ...filtersWith(instantText, z.boolean()),
    ids: z.array(rejectedId).min(1).max(1000).optional(),
  })
  .refine((input) => Object.values(input).some((value) => value !== undefined), {
    message: 'must name ids, or filter by integrationId, stage, reason, from, to, replayed or search',
  });
/** Replayed at once, the newest first; what is left over is replayed by asking again. */
const maxReplayed = 1000;
/** As much as the ingress may be set to inflate a body to. All together may have as many, and one body more. */
const maxInflatedBytes = 64 * 2 ** 20;

/** Notifications that were quarantined. The payload holds personal data: administrators only. */
export const rejectedRoutes = (env: Environment): Route[] => [
  route({
    method: 'get',
    path: '/rejected',
    tag: 'rejected',
    summary: 'Quarantined notifications, newest first',
    access: [],
    query: z.strictObject({ ...pageQuery, ...filtersWith(instantQuery, booleanQuery) }),
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
      const items = shown.map((row) => viewOf(row, (by) => writerName(tenant, by)));
      return json(200, { items, nextCursor });
    },
  }),
  route({
    method: 'post',
    path: '/rejected/replay',
    tag: 'rejected',
    summary: 'Read quarantined notifications again, after a fix; what was accepted before changes nothing',
    access: [],
    body: replayInput,
    answers: {
      200: {
        description: 'What was sent on its way again, and what still cannot be read',
        schema: z.object({
          replayed: z.int(),
          /** Quarantined ones that had gone on their way before. */
          again: z.int(),
          /** Only the newest were taken: there are more, to be asked for with `to`. */
          more: z.boolean(),
          failed: z.array(z.object({ id: z.string(), reason: z.string() })),
        }),
      },
    },
    handle: async ({ tenant: { tenantId }, body, principal, now }) => {
      const coordinates = body.ids?.map((id) => id.split('-').map(Number) as [number, number]);
      const sql = rejectedPage(tenantId, { ...body, coordinates }, null, maxReplayed + 1);
      const found = await env.database.query<RejectedRow>(sql.text, sql.parameters);
      const replays: (Replay & { readonly id: string; readonly row: RejectedRow })[] = [];
      let bytes = 0;
      for (const row of found.slice(0, maxReplayed)) {
        if (bytes >= maxInflatedBytes) break;
        const body = await bodyOf(row);
        bytes += body.length;
        replays.push({ id: idOf(row), row, ...replayOf(tenantId, row, body, now) });
      }
      const records = replays.flatMap((replay) => replay.records);
      await env.produce(records.map((record) => messageOf(env, record)));
      const by = writerOf(principal);
      await env.produce(replays.map((replay) => markOf(env, tenantId, replay, by, now)));
      const failed = replays.flatMap(({ id, fault }) => (fault === null ? [] : [{ id, reason: fault }]));
      const again = replays.filter(({ row }) => row.sent_items > 0).length;
      return json(200, { replayed: records.length, again, more: found.length > replays.length, failed });
    },
  }),
];

const idOf = (row: RejectedRow): string => `${row.rejected_partition}-${row.rejected_offset}`;

/** What came, decompressed where it is a whole body that is compressed: items were decompressed when they came. */
async function bodyOf({ format, body_base64 }: RejectedRow): Promise<Buffer | RejectReason> {
  const bytes = Buffer.from(body_base64, 'base64');
  const compression = format === 'unknown' ? compressionOf(bytes) : null;
  if (!compression) return bytes;
  const inflated = await compression.inflate(bytes, maxInflatedBytes);
  return inflated.kind === 'body' ? inflated.bytes : 'body-encoding';
}

/** As the ingress sends them. */
function messageOf({ codec, configuration }: Environment, record: RawNotification) {
  const key = externalUserKey(record.tenantId, record.integrationId, record.externalUserId);
  return {
    topic: topics.notifications.name,
    partition: partitionOf(key, streamPartitions),
    key,
    value: codec.encode('RawNotification', record),
    headers: { [configurationOffsetHeader]: String(configuration.offset()) },
  };
}

/** Tells what was done; lost with a crash before it, and then it may be done again. */
function markOf(
  { codec }: Environment,
  tenantId: string,
  { row, records, fault }: Replay & { readonly row: RejectedRow },
  replayedBy: string,
  replayedAt: number,
) {
  const key = integrationKey(tenantId, row.integration);
  return {
    topic: topics.rejected.name,
    partition: partitionOf(key, topics.rejected.partitions),
    key,
    value: codec.encode('RejectedReplayed', {
      tenantId,
      rejectedPartition: row.rejected_partition,
      rejectedOffset: row.rejected_offset,
      replayedAt,
      replayedBy,
      items: records.length,
      fault,
    }),
  };
}

function cursorOf(cursor: string | undefined): RejectedCursor | null {
  if (cursor === undefined) return null;
  const parts = decodeCursor(cursor).split('|').map(Number);
  if (parts.length !== 3 || !parts.every(Number.isSafeInteger)) {
    throw invalid({ path: 'cursor', message: 'is none of ours' });
  }
  return [parts[0]!, parts[1]!, parts[2]!];
}

function viewOf(row: RejectedRow, nameOf: (by: string) => string | null): z.output<typeof rejectedView> {
  return {
    id: idOf(row),
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
    envelope: row.envelope || null,
    replayed:
      row.replays === 0
        ? null
        : {
            times: row.replays,
            at: isoText(row.last_replayed_at),
            by: row.last_replayed_by,
            byName: nameOf(row.last_replayed_by),
            items: row.last_items,
            fault: row.last_fault || null,
          },
  };
}

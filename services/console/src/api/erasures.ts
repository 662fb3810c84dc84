import { idSchema } from '@adherence/domain/configuration/entities.ts';
import type { TenantTables } from '@adherence/domain/configuration/tables.ts';
import { streamPartitions } from '@adherence/schemas/topics.ts';
import { z } from 'zod';
import { erasePerson } from '../configuration/erase-person.ts';
import { writerName } from '../configuration/write.ts';
import type { Environment } from '../environment.ts';
import { instantView, isoText } from '../http/instant.ts';
import { pageOf, pageQuery, pageSchema, sorted } from '../http/page.ts';
import { notFound } from '../http/problem.ts';
import { json, type Route, route } from '../http/route.ts';
import { type ErasureRow, erasuresObeyed, openDeletions } from '../queries/erasures.ts';

const tag = 'people';
const erasureView = z.object({
  id: z.string(),
  personId: z.string(),
  askedBy: z.string(),
  askedByName: z.string().nullable(),
  askedAt: instantView,
  /** `done` once every owner has obeyed and ClickHouse has rewritten what it kept. */
  state: z.enum(['asked', 'running', 'done']),
});
const askedView = z.object({
  id: z.string(),
  personId: z.string(),
  /** More quarantined notifications name the person than one erasure takes: ask again. */
  more: z.boolean(),
});

/** Deleting everything that is stored of a person (docs/security.md, "Erasure of a person"). */
export const erasureRoutes = (env: Environment): Route[] => [
  route({
    method: 'post',
    path: '/people/{id}/erasure',
    tag,
    summary: 'Delete a person with everything that is stored of it; asking again changes nothing more',
    access: [],
    params: z.strictObject({ id: idSchema }),
    answers: {
      200: { description: 'Asked for before', schema: askedView },
      202: { description: 'Asked for; GET /erasures tells when it is done', schema: askedView },
    },
    handle: async ({ tenant, params: { id: personId }, principal, now }) => {
      const asked = await erasePerson(env, tenant, personId, principal, now);
      if (asked) return json(202, { ...asked, personId });
      const known = lastErasureOf(tenant, personId);
      if (known === null) throw notFound();
      return json(200, { id: known, personId, more: false });
    },
  }),
  route({
    method: 'get',
    path: '/erasures',
    tag,
    summary: 'List the erasures of people, and how far they are',
    access: [],
    query: z.strictObject(pageQuery),
    answers: { 200: { description: 'A page', schema: pageSchema(erasureView) } },
    handle: async ({ tenant, query }) => {
      const obeyed = erasuresObeyed(tenant.tenantId);
      const rows = await env.database.query<ErasureRow>(obeyed.text, obeyed.parameters);
      const [deletions] = await env.database.query<{ open: number }>(openDeletions().text);
      const partitions = new Map(rows.map((row) => [row.erasure, row.partitions]));
      const isDeleting = (deletions?.open ?? 0) > 0;
      return json(
        200,
        pageOf(sorted(tenant.erasures), query, (id, { document, writtenBy, writtenAt }) => ({
          id,
          personId: document.personId,
          askedBy: writtenBy,
          askedByName: writerName(tenant, writtenBy),
          askedAt: isoText(writtenAt),
          state: stateOf(partitions.get(id) ?? 0, isDeleting),
        })),
      );
    },
  }),
];

function stateOf(partitions: number, isDeleting: boolean): z.output<typeof erasureView>['state'] {
  if (partitions === 0) return 'asked';
  return partitions < streamPartitions || isDeleting ? 'running' : 'done';
}

function lastErasureOf({ erasures }: TenantTables, personId: string): string | null {
  const own = [...erasures].filter(([, { document }]) => document.personId === personId);
  return own.at(-1)?.[0] ?? null;
}

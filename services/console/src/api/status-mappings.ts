import { statusKey } from '@adherence/domain/compute/rules.ts';
import { noVersion } from '@adherence/domain/configuration/command.ts';
import {
  externalStatusSchema,
  idSchema,
  statusMappingSchemaWith,
} from '@adherence/domain/configuration/entities.ts';
import {
  statusOfKey,
  type TenantTables,
  versionAt,
  type WrittenVersion,
} from '@adherence/domain/configuration/tables.ts';
import type { Instant } from '@adherence/domain/model.ts';
import { z } from 'zod';
import { writeFor } from '../configuration/write.ts';
import type { Environment } from '../environment.ts';
import { etagOf } from '../http/etag.ts';
import { instantText, instantView, isoOrNull, isoText } from '../http/instant.ts';
import { notFound } from '../http/problem.ts';
import { json, noContent, type Route, route } from '../http/route.ts';
import {
  type FoundTypeRow,
  foundTypes,
  type SeenStatusRow,
  seenStatuses,
  withFoundTypes,
} from '../queries/seen.ts';
import type { Sql } from '../queries/sql.ts';
import { readingRoles, tablesOf } from './document-routes.ts';

const tag = 'status mappings';
const path = '/integrations/{id}/status-mappings';
const params = z.strictObject({ id: idSchema });

const mappingView = z.object({
  status: z.string(),
  /** null = the fallback `(status, *)`. */
  breakType: z.string().nullable(),
  /** null = seen, and not mapped. */
  activityId: z.string().nullable(),
  /** Not mapped itself: its break type falls to the mapping of the status. */
  byFallback: z.boolean().optional(),
  /** Break details are imported, and this is still mapped as if there were no break types. */
  revisit: z.literal(true).optional(),
  validFrom: instantView.nullable().optional(),
  versions: z
    .array(
      z.object({
        activityId: z.string(),
        validFrom: instantView.nullable(),
        writtenBy: z.string(),
        writtenAt: instantView,
      }),
    )
    .optional(),
  etag: z.string().optional(),
  count: z.int(),
  firstSeen: instantView.nullable(),
  lastSeen: instantView.nullable(),
});
type MappingView = z.output<typeof mappingView>;

const input = statusMappingSchemaWith(instantText).omit({ integrationId: true });

/** External statuses -> activities, per integration. */
export const statusMappingRoutes = (env: Environment): Route[] => [
  route({
    method: 'get',
    path,
    tag,
    summary: 'List the mappings, and every status that was seen and is not mapped',
    access: readingRoles,
    teams: 'open',
    params,
    query: z.strictObject({
      byFallback: z.enum(['true', 'false']).default('false').meta({
        description: 'Lists the break types too that were seen and fall to the mapping of their status',
      }),
    }),
    answers: {
      200: {
        description: 'Unmapped statuses first, the most frequent one at the top',
        schema: z.object({ items: z.array(mappingView), nextCursor: z.null() }),
      },
    },
    handle: async ({ tenant, params: { id }, query: { byFallback }, now }) => {
      if (!tenant.integrations.has(id)) throw notFound();
      const seen = await readSeenStatuses(env, tenant.tenantId, id);
      const more = byFallback === 'true' ? fallingBack(tenant, id, seen, now) : [];
      return json(200, { items: [...mappingsOf(tenant, id, seen, now), ...more], nextCursor: null });
    },
  }),
  route({
    method: 'post',
    path,
    tag,
    summary: 'Map a status to an activity, from validFrom on',
    access: ['planner'],
    params,
    body: input,
    answers: {
      200: { description: 'Mapped anew, or unchanged', schema: mappingView },
      201: { description: 'Mapped for the first time', schema: mappingView },
    },
    handle: async (request) => {
      const {
        tenant,
        params: { id },
        body,
        now,
      } = request;
      if (!tenant.integrations.has(id)) throw notFound();
      const { tenantId } = tenant;
      const document = { integrationId: id, ...body };
      const current = offsetOf(tenant, id, body.status, body.breakType);
      const outcome = await writeFor(
        env,
        request,
        { tenantId, entity: 'statusMapping', id: '', action: 'put', document },
        current,
      );
      const versions = versionsOf(tablesOf(env, tenantId), id, body.status, body.breakType);
      const status = outcome.change && outcome.created ? 201 : 200;
      const view = viewOf(body.status, body.breakType, versions, now, null);
      return json(status, view, { etag: etagOf(versions.at(-1)!.offset) });
    },
  }),
  route({
    method: 'delete',
    path,
    tag,
    summary: 'Delete a mapping with all its versions',
    access: ['planner'],
    params,
    query: z.strictObject({
      status: externalStatusSchema,
      breakType: externalStatusSchema.optional().meta({ description: 'Absent = the fallback (status, *)' }),
    }),
    answers: { 204: { description: 'Deleted' } },
    handle: async (request) => {
      const {
        tenant,
        params: { id },
        query: { status, breakType = null },
      } = request;
      if (!tenant.integrations.has(id)) throw notFound();
      const document = { integrationId: id, status, breakType };
      const current = offsetOf(tenant, id, status, breakType);
      await writeFor(
        env,
        request,
        { tenantId: tenant.tenantId, entity: 'statusMapping', id: '', action: 'delete', document },
        current,
      );
      return noContent();
    },
  }),
];

/** Statuses seen, with the break types that were found for them. */
export async function readSeenStatuses(
  { database }: Environment,
  tenantId: string,
  integrationId: string,
): Promise<SeenStatusRow[]> {
  const query = <T>({ text, parameters }: Sql) => database.query<T>(text, parameters);
  const [seen, found] = await Promise.all([
    query<SeenStatusRow>(seenStatuses(tenantId, integrationId)),
    query<FoundTypeRow>(foundTypes(tenantId, integrationId)),
  ]);
  return withFoundTypes(seen, found);
}

type Versions = readonly WrittenVersion<string>[];

const versionsOf = (tables: TenantTables, id: string, status: string, breakType: string | null): Versions =>
  tables.rules.statusMappings.get(id)?.get(statusKey(status, breakType)) ?? [];

const offsetOf = (tables: TenantTables, id: string, status: string, breakType: string | null): number =>
  versionsOf(tables, id, status, breakType).at(-1)?.offset ?? noVersion;

/** The most frequent first; the database tells equal ones in another order each time. */
const byCount = (a: SeenStatusRow, b: SeenStatusRow): number =>
  b.count - a.count || (statusKey(a.status, a.break_type) < statusKey(b.status, b.break_type) ? -1 : 1);

/** A status with a break type is mapped by its own mapping or by the fallback of the status. */
export function mappingsOf(
  tables: TenantTables,
  integrationId: string,
  seen: readonly SeenStatusRow[],
  now: Instant,
): MappingView[] {
  const mapped = tables.rules.statusMappings.get(integrationId) ?? new Map<string, Versions>();
  const seenByKey = new Map(seen.map((row) => [statusKey(row.status, row.break_type), row]));
  const unmapped = seen
    .filter((row) => !mapped.has(statusKey(row.status, row.break_type)) && !mapped.has(row.status))
    .sort(byCount)
    .map((row) => ({ status: row.status, breakType: row.break_type, activityId: null, ...seenView(row) }));
  const rest = [...mapped]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, versions]) => {
      const { status, breakType } = statusOfKey(key);
      const view = viewOf(status, breakType, versions, now, seenByKey.get(key) ?? null);
      return isUntypedBreak(tables, integrationId, view) ? { ...view, revisit: true as const } : view;
    });
  return [...unmapped, ...rest];
}

/** Importing break details changes what statuses are called: a break none of whose types is mapped is one to revisit. */
function isUntypedBreak(
  tables: TenantTables,
  integrationId: string,
  { status, breakType, activityId }: MappingView,
): boolean {
  if (breakType !== null || activityId === null || !importsBreakDetails(tables, integrationId)) return false;
  const keys = [...(tables.rules.statusMappings.get(integrationId)?.keys() ?? [])].map(statusOfKey);
  if (keys.some((key) => key.status === status && key.breakType !== null)) return false;
  return tables.activities.get(activityId)?.document.type === 'Break';
}

const importsBreakDetails = (tables: TenantTables, integrationId: string): boolean =>
  Boolean(tables.integrations.get(integrationId)?.document.breakDetail);

/** Break types that were seen and have no mapping of their own: what to revisit once break details are imported. */
function fallingBack(
  tables: TenantTables,
  integrationId: string,
  seen: readonly SeenStatusRow[],
  now: Instant,
): MappingView[] {
  const mapped = tables.rules.statusMappings.get(integrationId) ?? new Map<string, Versions>();
  return seen.toSorted(byCount).flatMap((row) => {
    const { status, break_type: breakType } = row;
    const versions = mapped.get(statusKey(status, null));
    if (breakType === null || !versions || mapped.has(statusKey(status, breakType))) return [];
    const { activityId } = viewOf(status, null, versions, now, null);
    const revisit = importsBreakDetails(tables, integrationId) ? { revisit: true as const } : {};
    return [{ status, breakType, activityId, byFallback: true, ...revisit, ...seenView(row) }];
  });
}

/** Shows the version that holds now, or the first one that will. */
function viewOf(
  status: string,
  breakType: string | null,
  versions: Versions,
  now: Instant,
  seen: SeenStatusRow | null,
): MappingView {
  const shown = versionAt<string, WrittenVersion<string>>(versions, now) ?? versions.at(-1)!;
  return {
    status,
    breakType,
    activityId: shown.value,
    validFrom: isoOrNull(shown.validFrom),
    versions: versions.map(({ value, validFrom, writtenBy, writtenAt }) => ({
      activityId: value,
      validFrom: isoOrNull(validFrom),
      writtenBy,
      writtenAt: isoText(writtenAt),
    })),
    etag: etagOf(versions.at(-1)!.offset),
    ...seenView(seen),
  };
}

const seenView = (row: SeenStatusRow | null) => ({
  count: row?.count ?? 0,
  firstSeen: isoOrNull(row?.first_seen ?? null),
  lastSeen: isoOrNull(row?.last_seen ?? null),
});

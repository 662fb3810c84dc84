/** The four routes of an entity that is one document under an id: list, read, put, delete. */
import { noVersion } from '@adherence/domain/configuration/command.ts';
import type { EntityKind, Role } from '@adherence/domain/configuration/entities.ts';
import { idSchema } from '@adherence/domain/configuration/entities.ts';
import type { Stored, TenantTables } from '@adherence/domain/configuration/tables.ts';
import { z } from 'zod';
import { writeFor } from '../configuration/write.ts';
import type { Environment } from '../environment.ts';
import { etagOf } from '../http/etag.ts';
import { pageOf, pageQuery, pageSchema, sorted } from '../http/page.ts';
import { teamsOf } from '../http/principal-tables.ts';
import { HttpProblem, invalid, notFound } from '../http/problem.ts';
import { json, noContent, type Route, type RouteRequest, route } from '../http/route.ts';

type Caller = Pick<RouteRequest<unknown, unknown, unknown>, 'principal' | 'tenant'>;
type TenantRole = Exclude<Role, 'admin'>;

export interface DocumentResource<D, I, F> {
  /** `/people` */
  readonly path: string;
  readonly tag: string;
  /** `person` */
  readonly noun: string;
  readonly entity: EntityKind;
  readonly readers: readonly TenantRole[];
  readonly writers: readonly TenantRole[];
  /** The body of a PUT; may name the id of its address. */
  readonly input: z.ZodType<I>;
  readonly view: z.ZodType;
  readonly stored: (tables: TenantTables) => ReadonlyMap<string, Stored<D>>;
  readonly toView: (id: string, stored: Stored<D>) => object;
  /** The document on the log; throws HttpProblem for what the schema cannot say. */
  readonly toDocument: (input: I, id: string, tables: TenantTables) => unknown;
  /** Throws HttpProblem for what only the database knows to stand against it. */
  readonly beforePut?: (document: D, id: string, tables: TenantTables) => Promise<void>;
  /** What becomes of all that refers to a deleted one, for the summary. */
  readonly deletion?: string;
  /** Filters of the list, besides limit and cursor. */
  readonly filters?: z.ZodRawShape;
  readonly keeps?: (document: D, id: string, filters: F) => boolean;
  /**
   * May a token limited to these teams write such a document? `tables` are those that it sees. Documents without
   * this are nobody's in particular: limited tokens read them and write none.
   */
  readonly isWithin?: (document: D, tables: TenantTables, teams: readonly string[]) => boolean;
}

/** Bodies may repeat the id of their address, as reads show it. */
export const optionalId = { id: idSchema.optional() };

const roles = ['planner', 'analyst', 'viewer'] as const;
export const everyRole: readonly TenantRole[] = roles;
export const readingRoles: readonly TenantRole[] = ['planner', 'analyst'];

export function documentRoutes<D, I extends { id?: string | undefined }, F = unknown>(
  env: Environment,
  resource: DocumentResource<D, I, F>,
): Route[] {
  const { path, tag, noun, entity, readers, writers, view, stored, toView } = resource;
  const readableBy = resource.isWithin ? 'narrowed' : 'open';
  const writableBy = resource.isWithin ? ({ teams: 'narrowed' } as const) : {};
  const params = z.strictObject({ id: idSchema });
  /** Throws 403 where a limited token reaches for what is not of its teams alone, before or after. */
  const requireWithin = ({ principal, tenant }: Caller, id: string, after: D | null): number => {
    const teams = teamsOf(principal);
    const tables = tablesOf(env, tenant.tenantId);
    const before = stored(tables).get(id)?.document ?? null;
    const within = [before, after].every(
      (document) => !teams || document === null || resource.isWithin?.(document, tenant, teams) === true,
    );
    if (!within)
      throw new HttpProblem(403, 'A token limited to teams may only write what is of these teams alone.');
    return offsetOf(tables, id);
  };
  const find = (tables: TenantTables, id: string): Stored<D> => {
    const found = stored(tables).get(id);
    if (!found || found.deleted) throw notFound();
    return found;
  };
  const offsetOf = (tables: TenantTables, id: string): number => {
    const found = stored(tables).get(id);
    return found && !found.deleted ? found.offset : noVersion;
  };

  return [
    route({
      method: 'get',
      path,
      tag,
      summary: `List each ${noun}, in order of ids`,
      access: readers,
      teams: readableBy,
      query: z.strictObject({ ...pageQuery, ...resource.filters }),
      answers: { 200: { description: 'A page', schema: pageSchema(view) } },
      handle: ({ tenant, query }) => {
        const keeps = resource.keeps ?? (() => true);
        const entries = [...stored(tenant)].filter(
          ([id, each]) => !each.deleted && keeps(each.document, id, query as F),
        );
        return json(200, pageOf(sorted(entries), query, toView));
      },
    }),
    route({
      method: 'get',
      path: `${path}/{id}`,
      tag,
      summary: `Read a ${noun}`,
      access: readers,
      teams: readableBy,
      params,
      answers: { 200: { description: `The ${noun}, with an ETag`, schema: view } },
      handle: ({ tenant, params: { id } }) => {
        const found = find(tenant, id);
        return json(200, toView(id, found), { etag: etagOf(found.offset) });
      },
    }),
    route({
      method: 'put',
      path: `${path}/{id}`,
      tag,
      summary: `Create or replace a ${noun}`,
      access: writers,
      ...writableBy,
      params,
      body: resource.input,
      answers: {
        200: { description: 'Replaced, or unchanged', schema: view },
        201: { description: 'Created', schema: view },
      },
      handle: async (request) => {
        const { tenant, params: address, body } = request;
        const { id: bodyId, ...input } = body;
        if (bodyId !== undefined && bodyId !== address.id) {
          throw invalid({ path: 'id', message: 'must be the id of the address, or absent' });
        }
        const document = resource.toDocument(input as I, address.id, tenant);
        const current = requireWithin(request, address.id, document as D);
        await resource.beforePut?.(document as D, address.id, tenant);
        const write = { tenantId: tenant.tenantId, entity, id: address.id, action: 'put' as const, document };
        const outcome = await writeFor(env, request, write, current);
        const written = find(tablesOf(env, tenant.tenantId), address.id);
        const status = outcome.change && outcome.created ? 201 : 200;
        return json(status, toView(address.id, written), { etag: etagOf(written.offset) });
      },
    }),
    route({
      method: 'delete',
      path: `${path}/{id}`,
      tag,
      summary: `Delete a ${noun}${resource.deletion ? `. ${resource.deletion}` : ''}`,
      access: writers,
      ...writableBy,
      params,
      answers: { 204: { description: 'Deleted' } },
      handle: async (request) => {
        const {
          tenant,
          params: { id },
        } = request;
        find(tenant, id);
        const write = { tenantId: tenant.tenantId, entity, id, action: 'delete' as const, document: null };
        await writeFor(env, request, write, requireWithin(request, id, null));
        return noContent();
      },
    }),
  ];
}

/** The tables as they stand now, after a write. */
export function tablesOf(env: Environment, tenantId: string): TenantTables {
  const tables = env.configuration.state().tenants.get(tenantId);
  if (!tables) throw notFound();
  return tables;
}

import { idSchema, type Tenant, tenantInputSchema } from '@adherence/domain/configuration/entities.ts';
import { z } from 'zod';
import { deleteTenant, tenantData } from '../configuration/delete-tenant.ts';
import { writeFor, writePart } from '../configuration/write.ts';
import type { Environment } from '../environment.ts';
import { etagOf } from '../http/etag.ts';
import { pageOf, pageQuery, pageSchema, sorted } from '../http/page.ts';
import { invalid, notFound } from '../http/problem.ts';
import { json, type Route, route } from '../http/route.ts';
import { newId, newToken, sha256 } from '../http/tokens.ts';
import { tablesOf } from './document-routes.ts';
import { createToken, newTokenView, tokenInput } from './tokens.ts';

const tag = 'tenants';
const params = z.strictObject({ id: idSchema });
const tenantView = z.object({ id: z.string(), name: z.string(), timeZone: z.string() });

const count = z.int();
const dataView = z.object({
  state: z.enum(['there', 'deleting', 'deleted']),
  people: count,
  integrations: count,
  tokens: count,
  configurationRecords: count,
  boardRows: count,
  healthRecords: count,
  rows: z.record(z.string(), count),
});

/** How long its data is kept is the tenant's own business (retention.ts). */
const shown = (id: string, { name, timeZone }: Tenant): z.output<typeof tenantView> => ({
  id,
  name,
  timeZone,
});

/** What the operator manages: tenants, and a new admin token for one that has lost its own. */
export const tenantRoutes = (env: Environment): Route[] => [
  route({
    method: 'post',
    path: '/tenants',
    tag,
    summary: 'Create a tenant; its first admin token is shown once',
    access: 'operator',
    body: tenantInputSchema.safeExtend({ id: idSchema }),
    answers: { 201: { description: 'Created', schema: tenantView.extend({ token: z.string() }) } },
    handle: async (request) => {
      const { id, name, timeZone } = request.body;
      const token = newToken('adh', env.random);
      const adminToken = { id: newId('token', env.random), name: 'First administrator', hash: sha256(token) };
      const document = { name, timeZone, adminToken };
      await writeFor(env, request, { tenantId: id, entity: 'tenant', id, action: 'put', document });
      return json(201, { id, name, timeZone, token });
    },
  }),
  route({
    method: 'get',
    path: '/tenants',
    tag,
    summary: 'List the tenants',
    access: 'operator',
    query: z.strictObject(pageQuery),
    answers: { 200: { description: 'A page', schema: pageSchema(tenantView) } },
    handle: ({ query }) =>
      json(
        200,
        pageOf(sorted(env.configuration.state().tenants), query, (id, { tenant }) =>
          shown(id, tenant.document),
        ),
      ),
  }),
  route({
    method: 'put',
    path: '/tenants/{id}',
    tag,
    summary: 'Rename a tenant, or change its time zone',
    access: 'operator',
    params,
    body: tenantInputSchema.safeExtend({ id: idSchema.optional() }),
    answers: { 200: { description: 'Replaced, or unchanged', schema: tenantView } },
    handle: async (request) => {
      const {
        params: { id },
        body: { id: bodyId, ...body },
      } = request;
      if (bodyId !== undefined && bodyId !== id) {
        throw invalid({ path: 'id', message: 'must be the id of the address, or absent' });
      }
      await writePart(env, request, () => {
        const { offset: current, document: stored } = tablesOf(env, id).tenant;
        const document = { ...stored, ...body };
        return { write: { tenantId: id, entity: 'tenant', id, action: 'put', document }, current };
      });
      const { tenant } = tablesOf(env, id);
      return json(200, shown(id, tenant.document), { etag: etagOf(tenant.offset) });
    },
  }),
  route({
    method: 'get',
    path: '/tenants/{id}/data',
    tag,
    summary:
      'Count what is kept of a tenant, also of one that was deleted: what its deletion deletes, or has left',
    access: 'operator',
    params,
    answers: { 200: { description: 'Counts', schema: dataView } },
    handle: async ({ params: { id } }) => {
      const data = await tenantData(env, id);
      if (!data) throw notFound();
      return json(200, data);
    },
  }),
  route({
    method: 'delete',
    path: '/tenants/{id}',
    tag,
    summary:
      'Delete a tenant with everything that is kept of it, for good; asking again deletes what is left',
    access: 'operator',
    params,
    query: z.strictObject({ name: z.string() }),
    answers: {
      202: { description: 'Asked for; GET /tenants/{id}/data tells what is left', schema: dataView },
    },
    handle: async ({ params: { id }, query: { name }, principal, now }) => {
      const { tenants, deletedTenants } = env.configuration.state();
      const tenant = tenants.get(id)?.tenant.document;
      if (!tenant && !deletedTenants.has(id)) throw notFound();
      // Who deletes the wrong one has nothing to take it back with.
      if (tenant && tenant.name !== name) {
        throw invalid({ path: 'name', message: 'must be the name of the tenant that is to be deleted' });
      }
      await deleteTenant(env, id, principal, now);
      return json(202, await tenantData(env, id));
    },
  }),
  route({
    method: 'post',
    path: '/tenants/{id}/tokens',
    tag,
    summary: 'Create a token of a tenant that has lost its own; it is shown once',
    access: 'operator',
    params,
    body: tokenInput,
    answers: { 201: { description: 'Created', schema: newTokenView } },
    handle: (request) => {
      if (!env.configuration.state().tenants.has(request.params.id)) throw notFound();
      return createToken(env, request, request.params.id, request.body);
    },
  }),
];

import { idSchema, newTokenSchema, roles } from '@adherence/domain/configuration/entities.ts';
import { z } from 'zod';
import { writeFor } from '../configuration/write.ts';
import type { Environment } from '../environment.ts';
import { instantView, isoText } from '../http/instant.ts';
import { pageOf, pageQuery, pageSchema, sorted } from '../http/page.ts';
import { notFound } from '../http/problem.ts';
import { json, noContent, type Route, type RouteRequest, route } from '../http/route.ts';
import { newId, newToken, sha256 } from '../http/tokens.ts';

const tag = 'tokens';
export const tokenInput = newTokenSchema;
export const newTokenView = z.object({
  id: z.string(),
  token: z.string(),
  name: z.string(),
  role: z.enum(roles),
  /** Teams that it is limited to; null = the whole tenant. */
  teams: z.array(z.string()).nullable(),
  createdAt: instantView,
});
const tokenView = newTokenView.omit({ token: true });

/** Tokens of the API and of the sign-in, one role each. */
export const tokenRoutes = (env: Environment): Route[] => [
  route({
    method: 'post',
    path: '/tokens',
    tag,
    summary: 'Create a token; it is shown once',
    access: [],
    body: tokenInput,
    answers: { 201: { description: 'Created', schema: newTokenView } },
    handle: (request) => createToken(env, request, request.tenant.tenantId, request.body),
  }),
  route({
    method: 'get',
    path: '/tokens',
    tag,
    summary: 'List the tokens, without their secrets',
    access: [],
    query: z.strictObject(pageQuery),
    answers: { 200: { description: 'A page', schema: pageSchema(tokenView) } },
    handle: ({ tenant, query }) =>
      json(
        200,
        pageOf(sorted(tenant.tokens), query, (id, { document: { name, role, teams = null }, writtenAt }) => ({
          id,
          name,
          role,
          teams,
          createdAt: isoText(writtenAt),
        })),
      ),
  }),
  route({
    method: 'delete',
    path: '/tokens/{id}',
    tag,
    summary: 'Revoke a token and the sessions that were signed in with it',
    access: [],
    params: z.strictObject({ id: idSchema }),
    answers: { 204: { description: 'Revoked' } },
    handle: async (request) => {
      const {
        tenant,
        params: { id },
      } = request;
      if (!tenant.tokens.has(id)) throw notFound();
      const { tenantId } = tenant;
      await writeFor(env, request, { tenantId, entity: 'token', id, action: 'delete', document: null });
      return noContent();
    },
  }),
];

export async function createToken(
  env: Environment,
  request: Pick<RouteRequest<unknown, unknown, unknown>, 'headers' | 'principal' | 'now'>,
  tenantId: string,
  { name, role, teams }: z.output<typeof tokenInput>,
): Promise<Response> {
  const token = newToken('adh', env.random);
  const id = newId('token', env.random);
  const document = { name, role, ...(teams ? { teams } : {}), hash: sha256(token) };
  await writeFor(env, request, { tenantId, entity: 'token', id, action: 'put', document });
  return json(201, { id, token, name, role, teams: teams ?? null, createdAt: isoText(request.now) });
}

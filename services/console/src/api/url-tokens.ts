import { idSchema } from '@adherence/domain/configuration/entities.ts';
import { z } from 'zod';
import { writeFor } from '../configuration/write.ts';
import type { Environment } from '../environment.ts';
import { instantView, isoOrNull, isoText } from '../http/instant.ts';
import { notFound } from '../http/problem.ts';
import { json, noContent, type Route, route } from '../http/route.ts';
import { newId, newToken, sha256 } from '../http/tokens.ts';

const tag = 'URL tokens';

/** The credentials under which Odigo posts notifications; at most two of an integration are valid at a time. */
export const urlTokenRoutes = (env: Environment): Route[] => [
  route({
    method: 'post',
    path: '/integrations/{id}/url-tokens',
    tag,
    summary: 'Generate a URL token; it and its URL are shown once',
    access: [],
    params: z.strictObject({ id: idSchema }),
    answers: {
      201: {
        description: 'Generated',
        schema: z.object({
          id: z.string(),
          token: z.string(),
          notificationUrl: z.string(),
          createdAt: instantView,
        }),
      },
    },
    handle: async (request) => {
      const { tenant, params, now } = request;
      if (!tenant.integrations.has(params.id)) throw notFound();
      const token = newToken('odigo', env.random);
      const id = newId('url', env.random);
      const document = { integrationId: params.id, hash: sha256(token) };
      await writeFor(env, request, {
        tenantId: tenant.tenantId,
        entity: 'urlToken',
        id,
        action: 'put',
        document,
      });
      const notificationUrl = `${env.config.ingressUrl}/hooks/odigo/${token}`;
      return json(201, { id, token, notificationUrl, createdAt: isoText(now) });
    },
  }),
  route({
    method: 'get',
    path: '/integrations/{id}/url-tokens',
    tag,
    summary: 'List the URL tokens that are valid',
    access: [],
    params: z.strictObject({ id: idSchema }),
    answers: {
      200: {
        description: 'The tokens, without their secrets',
        schema: z.object({
          items: z.array(
            z.object({ id: z.string(), createdAt: instantView, lastUsedAt: instantView.nullable() }),
          ),
          nextCursor: z.null(),
        }),
      },
    },
    handle: ({ tenant, params }) => {
      if (!tenant.integrations.has(params.id)) throw notFound();
      const items = [...tenant.urlTokens]
        .filter(([, { document }]) => document.integrationId === params.id)
        .map(([id, { writtenAt }]) => ({
          id,
          createdAt: isoText(writtenAt),
          lastUsedAt: isoOrNull(env.health.urlTokenLastUsedAt(tenant.tenantId, id)),
        }));
      return json(200, { items, nextCursor: null });
    },
  }),
  route({
    method: 'delete',
    path: '/integrations/{id}/url-tokens/{tokenId}',
    tag,
    summary: 'Revoke a URL token',
    access: [],
    params: z.strictObject({ id: idSchema, tokenId: idSchema }),
    answers: { 204: { description: 'Revoked' } },
    handle: async (request) => {
      const { tenant, params } = request;
      const stored = tenant.urlTokens.get(params.tokenId);
      if (stored?.document.integrationId !== params.id) throw notFound();
      await writeFor(env, request, {
        tenantId: tenant.tenantId,
        entity: 'urlToken',
        id: params.tokenId,
        action: 'delete',
        document: null,
      });
      return noContent();
    },
  }),
];

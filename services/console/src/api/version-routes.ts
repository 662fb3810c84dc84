/** The routes of a document of which a tenant has one, with versions: read, put, list of versions. */
import { noVersion } from '@adherence/domain/configuration/command.ts';
import type { TenantTables, WrittenVersion } from '@adherence/domain/configuration/tables.ts';
import type { Instant } from '@adherence/domain/model.ts';
import { z } from 'zod';
import { writeFor, writerName } from '../configuration/write.ts';
import type { Environment } from '../environment.ts';
import { etagOf } from '../http/etag.ts';
import { instantView, isoOrNull, isoText } from '../http/instant.ts';
import { json, type Route, route } from '../http/route.ts';
import { readingRoles, tablesOf } from './document-routes.ts';

export interface VersionedDocument<T, I> {
  readonly path: string;
  readonly entity: 'matches' | 'settings';
  readonly input: z.ZodType<I>;
  /** Fields of the document, without validFrom. */
  readonly view: z.ZodRawShape;
  readonly versions: (tables: TenantTables) => readonly WrittenVersion<T>[];
  /** What holds before any version. */
  readonly builtIn: T;
  readonly toView: (value: T) => object;
}

export function versionRoutes<T, I>(env: Environment, document: VersionedDocument<T, I>): Route[] {
  const { path, entity, input, versions, builtIn, toView } = document;
  const tag = entity;
  const view = z.object({ ...document.view, validFrom: instantView.nullable() });
  const versionView = view.extend({
    writtenBy: z.string(),
    writtenByName: z.string().nullable(),
    writtenAt: instantView,
  });
  const shown = (value: T, validFrom: Instant | null) => ({
    ...toView(value),
    validFrom: isoOrNull(validFrom),
  });
  const answer = (status: number, tables: TenantTables) => {
    const last = versions(tables).at(-1);
    const etag = etagOf(last?.offset ?? noVersion);
    return json(status, shown(last?.value ?? builtIn, last?.validFrom ?? null), { etag });
  };

  return [
    route({
      method: 'get',
      path,
      tag,
      summary: `Read the ${entity} as last written, or the built-in ones`,
      access: readingRoles,
      teams: 'open',
      answers: { 200: { description: 'The document, with an ETag', schema: view } },
      handle: ({ tenant }) => answer(200, tenant),
    }),
    route({
      method: 'put',
      path,
      tag,
      summary: `Write a version of the ${entity}, valid from validFrom on`,
      access: [],
      body: input,
      answers: {
        200: { description: 'A later version, or unchanged', schema: view },
        201: { description: 'The first version', schema: view },
      },
      handle: async (request) => {
        const { tenantId } = request.tenant;
        const current = versions(request.tenant).at(-1)?.offset ?? noVersion;
        const outcome = await writeFor(
          env,
          request,
          { tenantId, entity, id: '', action: 'put', document: request.body },
          current,
        );
        return answer(outcome.change && outcome.created ? 201 : 200, tablesOf(env, tenantId));
      },
    }),
    route({
      method: 'get',
      path: `${path}/versions`,
      tag,
      summary: `List the versions of the ${entity} in the order in which they were written`,
      access: readingRoles,
      teams: 'open',
      answers: {
        200: {
          description: 'The versions',
          schema: z.object({ items: z.array(versionView), nextCursor: z.null() }),
        },
      },
      handle: ({ tenant }) => {
        const items = versions(tenant).map(({ value, validFrom, writtenBy, writtenAt }) => ({
          ...shown(value, validFrom),
          writtenBy,
          writtenByName: writerName(tenant, writtenBy),
          writtenAt: isoText(writtenAt),
        }));
        return json(200, { items, nextCursor: null });
      },
    }),
  ];
}

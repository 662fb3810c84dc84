import { idSchema } from '@adherence/domain/configuration/entities.ts';
import { personAt, type TenantTables } from '@adherence/domain/configuration/tables.ts';
import { z } from 'zod';
import type { Environment } from '../environment.ts';
import { instantView, isoText } from '../http/instant.ts';
import { notFound } from '../http/problem.ts';
import { json, type Route, route } from '../http/route.ts';
import { type SeenUserRow, seenUsers } from '../queries/seen.ts';
import { createSpellings } from '../results/spelling.ts';
import { readingRoles } from './document-routes.ts';

const unmappedUserView = z.object({
  externalUserId: z.string(),
  count: z.int(),
  firstSeen: instantView,
  lastSeen: instantView,
  suggestions: z.array(
    z.object({ personId: z.string(), name: z.string(), spelling: z.string(), distance: z.int() }),
  ),
});

/** Users beyond this many are not listed; the most frequent ones are. */
const maxListed = 500;
const suggestionsEach = 3;

/** External users that Odigo sent and that belong to nobody. */
export const unmappedUserRoutes = (env: Environment): Route[] => [
  route({
    method: 'get',
    path: '/integrations/{id}/unmapped-users',
    tag: 'integrations',
    summary: 'External users that belong to nobody, with the nearest spellings among people',
    access: readingRoles,
    params: z.strictObject({ id: idSchema }),
    answers: {
      200: {
        description: 'The most frequent first',
        schema: z.object({ items: z.array(unmappedUserView), nextCursor: z.null() }),
      },
    },
    handle: async ({ tenant, params: { id } }) => {
      if (!tenant.integrations.has(id)) throw notFound();
      const { text, parameters } = seenUsers(tenant.tenantId, id);
      const unmapped = unmappedUsers(tenant, id, await env.database.query<SeenUserRow>(text, parameters));
      const suggest = createSpellings(
        [...tenant.people].map(([personId, { document }]) => [personId, document]),
      );
      const items = unmapped.slice(0, maxListed).map((row) => ({
        externalUserId: row.external_user,
        count: row.count,
        firstSeen: isoText(row.first_seen),
        lastSeen: isoText(row.last_seen),
        suggestions: suggest(row.external_user, suggestionsEach),
      }));
      return json(200, { items, nextCursor: null });
    },
  }),
];

/** Who belonged to nobody when last seen. */
export const unmappedUsers = (
  tables: TenantTables,
  integrationId: string,
  seen: readonly SeenUserRow[],
): SeenUserRow[] =>
  seen
    .filter((row) => personAt(tables, integrationId, row.external_user, row.last_seen) === null)
    .sort((a, b) => b.count - a.count || (a.external_user < b.external_user ? -1 : 1));

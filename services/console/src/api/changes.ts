import { type Change, entityKinds } from '@adherence/domain/configuration/command.ts';
import type { Person } from '@adherence/domain/configuration/entities.ts';
import { isOfTeams, isOnlyOfTeams } from '@adherence/domain/configuration/narrow.ts';
import type { TenantTables } from '@adherence/domain/configuration/tables.ts';
import { z } from 'zod';
import { shownDocument } from '../configuration/shown-document.ts';
import type { Environment } from '../environment.ts';
import { instantView, isoText } from '../http/instant.ts';
import { decodeCursor, encodeCursor, pageQuery, pageSchema } from '../http/page.ts';
import { teamsOf } from '../http/principal-tables.ts';
import { json, type Route, route } from '../http/route.ts';
import { readingRoles } from './document-routes.ts';

const changeView = z.object({
  entity: z.enum(entityKinds),
  id: z.string(),
  change: z.enum(['created', 'replaced', 'deleted']),
  writtenBy: z.string(),
  writtenByName: z.string().nullable(),
  writtenAt: instantView,
  before: z.unknown(),
  after: z.unknown(),
  /** Tells one change from all others; `causedBy` of GET /result-changes. */
  offset: z.int(),
  /** Address of the final numbers that it changed; null for what changes no numbers. */
  resultChanges: z.string().nullable(),
});

/** Who changed what, when, before and after. */
export const changeRoutes = (env: Environment): Route[] => [
  route({
    method: 'get',
    path: '/changes',
    tag: 'changes',
    summary: 'Changes of the configuration, newest first; secrets are never shown',
    access: readingRoles,
    teams: 'narrowed',
    query: z.strictObject({
      ...pageQuery,
      entity: z.enum(entityKinds).optional(),
      id: z.string().max(700).optional(),
    }),
    answers: { 200: { description: 'A page', schema: pageSchema(changeView) } },
    handle: ({ tenant, principal, query: { limit, cursor, entity, id } }) => {
      const teams = teamsOf(principal);
      const before = cursor === undefined ? Number.POSITIVE_INFINITY : Number(decodeCursor(cursor));
      const keeps = (change: Change) =>
        (entity === undefined || change.entity === entity) &&
        (id === undefined || displayId(change) === id) &&
        (!teams || isSeenBy(teams, tenant, change));
      const changes = env.journal.newest(tenant.tenantId, before, limit + 1, keeps);
      const shown = changes.slice(0, limit);
      const nextCursor = changes.length > limit ? encodeCursor(String(shown.at(-1)!.offset)) : null;
      const nameOf = (writtenBy: string) =>
        tenant.tokens.get(writtenBy.replace(/^token:/, ''))?.document.name ?? null;
      return json(200, {
        items: shown.map((change) => ({
          entity: change.entity,
          id: displayId(change),
          change: kindOf(change),
          writtenBy: change.writtenBy,
          writtenByName: nameOf(change.writtenBy),
          writtenAt: isoText(change.writtenAt),
          before: shownDocument(change.entity, change.before),
          after: shownDocument(change.entity, change.after),
          offset: change.offset,
          resultChanges: numberless.has(change.entity)
            ? null
            : `/api/v1/result-changes?causedBy=${change.offset}`,
        })),
        nextCursor,
      });
    },
  }),
];

const numberless: ReadonlySet<Change['entity']> = new Set(['tenant', 'token', 'urlToken']);

/** The parts of a status mapping's id are separated by a character that is not for reading. */
const displayId = ({ id }: Change): string => id.replaceAll('\u0000', '/');

/** Changes of people and exceptions of other teams are hidden, and those of tokens. */
function isSeenBy(teams: readonly string[], { people }: TenantTables, change: Change): boolean {
  switch (change.entity) {
    case 'person':
      return isOfAnyTeam(change.before, teams) && isOfAnyTeam(change.after, teams);
    case 'exception':
      return [change.before, change.after].every((each) => !each || isOnlyOfTeams(each, people, teams));
    case 'recomputation':
      return change.after?.personIds?.every((personId) => people.has(personId)) === true;
    case 'tenant':
    case 'token':
    case 'urlToken':
      return false;
    default:
      return true;
  }
}

const isOfAnyTeam = (person: Person | null, teams: readonly string[]): boolean =>
  person === null || isOfTeams(person, teams);

function kindOf({ before, after }: Change): 'created' | 'replaced' | 'deleted' {
  if (after === null) return 'deleted';
  return before === null ? 'created' : 'replaced';
}

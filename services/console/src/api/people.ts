import { idSchema, type Person, personSchemaWith } from '@adherence/domain/configuration/entities.ts';
import { isOfTeams } from '@adherence/domain/configuration/narrow.ts';
import { z } from 'zod';
import type { Environment } from '../environment.ts';
import { instantText, instantView, isoOrNull } from '../http/instant.ts';
import type { Route } from '../http/route.ts';
import { documentRoutes, optionalId, readingRoles } from './document-routes.ts';

export const personInput = personSchemaWith(instantText);

const personView = z.object({
  id: z.string(),
  name: z.string(),
  team: z.string().nullable(),
  planningUnitId: z.string(),
  externalUsers: z.array(
    z.object({
      integrationId: z.string(),
      externalUserId: z.string(),
      validFrom: instantView.nullable(),
      validTo: instantView.nullable(),
    }),
  ),
});

const filters = {
  team: z.string().optional(),
  planningUnitId: idSchema.optional(),
  search: z
    .string()
    .max(200)
    .optional()
    .meta({ description: 'Part of an id, a name or an external user id' }),
};
type Filters = z.output<z.ZodObject<typeof filters>>;

export const personRoutes = (env: Environment): Route[] =>
  documentRoutes<Person, z.output<typeof personInput> & { id?: string | undefined }, Filters>(env, {
    path: '/people',
    tag: 'people',
    noun: 'person',
    deletion:
      'Its id then answers 404, and no team or unit counts it any more, in the past neither; only the numbers of closed periods stand, with it',
    entity: 'person',
    readers: readingRoles,
    writers: ['planner'],
    input: personInput.safeExtend(optionalId),
    view: personView,
    stored: ({ people }) => people,
    toView: (id, { document }) => ({
      id,
      ...document,
      externalUsers: document.externalUsers.map((user) => ({
        ...user,
        validFrom: isoOrNull(user.validFrom),
        validTo: isoOrNull(user.validTo),
      })),
    }),
    toDocument: (input) => input,
    isWithin: (person, _tables, teams) => isOfTeams(person, teams),
    filters,
    keeps: ({ name, team, planningUnitId, externalUsers }, id, wanted) =>
      (wanted.team === undefined || wanted.team === team) &&
      (wanted.planningUnitId === undefined || wanted.planningUnitId === planningUnitId) &&
      (wanted.search === undefined ||
        [id, name, ...externalUsers.map((user) => user.externalUserId)].some((text) =>
          text.toLowerCase().includes(wanted.search!.toLowerCase()),
        )),
  });

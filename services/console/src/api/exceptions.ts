import { exceptionSchemaWith } from '@adherence/domain/configuration/entities.ts';
import { isOnlyOfTeams } from '@adherence/domain/configuration/narrow.ts';
import { z } from 'zod';
import { unknownPeople } from '../configuration/unknown-people.ts';
import type { Environment } from '../environment.ts';
import { instantText, instantView, isoText } from '../http/instant.ts';
import { invalid } from '../http/problem.ts';
import type { Route } from '../http/route.ts';
import { documentRoutes, optionalId, readingRoles } from './document-routes.ts';

/** Time that is kept out of the score. */
export const exceptionRoutes = (env: Environment): Route[] =>
  documentRoutes(env, {
    path: '/exceptions',
    tag: 'exceptions',
    noun: 'exception',
    entity: 'exception',
    readers: readingRoles,
    writers: ['planner'],
    input: exceptionSchemaWith(instantText).safeExtend(optionalId),
    view: z.object({
      id: z.string(),
      personIds: z.array(z.string()).optional(),
      teams: z.array(z.string()).optional(),
      everyone: z.literal(true).optional(),
      from: instantView,
      to: instantView,
      reason: z.string(),
    }),
    stored: ({ exceptions }) => exceptions,
    toView: (id, { document }) => ({
      id,
      ...document,
      from: isoText(document.from),
      to: isoText(document.to),
    }),
    toDocument: (input, _id, tables) => {
      const unknown = unknownPeople(tables, input.personIds);
      if (unknown.length > 0) throw invalid(...unknown);
      return input;
    },
    isWithin: (exception, { people }, teams) => isOnlyOfTeams(exception, people, teams),
  });

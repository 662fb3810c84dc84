import { activitySchema } from '@adherence/domain/configuration/entities.ts';
import { activityTypes } from '@adherence/domain/model.ts';
import { z } from 'zod';
import type { Environment } from '../environment.ts';
import type { Route } from '../http/route.ts';
import { documentRoutes, everyRole, optionalId } from './document-routes.ts';

/** What people can be scheduled for and do. `present` is built in. */
export const activityRoutes = (env: Environment): Route[] =>
  documentRoutes(env, {
    path: '/activities',
    tag: 'activities',
    noun: 'activity',
    entity: 'activity',
    readers: everyRole,
    writers: [],
    input: activitySchema.safeExtend(optionalId),
    view: z.object({
      id: z.string(),
      name: z.string(),
      type: z.enum(activityTypes),
      color: z.string().optional(),
    }),
    stored: ({ activities }) => activities,
    toView: (id, { document }) => ({ id, ...document }),
    toDocument: (input) => input,
  });

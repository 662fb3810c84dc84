import { planningUnitSchema, weekdays } from '@adherence/domain/configuration/entities.ts';
import { z } from 'zod';
import type { Environment } from '../environment.ts';
import type { Route } from '../http/route.ts';
import { documentRoutes, everyRole, optionalId } from './document-routes.ts';

/** Groups of people with one time zone. `default` is built in. */
export const planningUnitRoutes = (env: Environment): Route[] =>
  documentRoutes(env, {
    path: '/planning-units',
    tag: 'planning units',
    noun: 'planning unit',
    entity: 'planningUnit',
    readers: everyRole,
    writers: [],
    input: planningUnitSchema.safeExtend(optionalId),
    view: z.object({
      id: z.string(),
      name: z.string(),
      timeZone: z.string(),
      businessHours: z
        .array(z.object({ day: z.enum(weekdays), from: z.string(), to: z.string() }))
        .optional(),
    }),
    stored: ({ planningUnits }) => planningUnits,
    toView: (id, { document }) => ({ id, ...document }),
    toDocument: (input) => input,
  });

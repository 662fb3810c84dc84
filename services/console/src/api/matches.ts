import { defaultMatches } from '@adherence/domain/compute/rules.ts';
import { matchesSchemaWith } from '@adherence/domain/configuration/entities.ts';
import { z } from 'zod';
import type { Environment } from '../environment.ts';
import { instantText } from '../http/instant.ts';
import type { Route } from '../http/route.ts';
import { versionRoutes } from './version-routes.ts';

/** Which actual activity also satisfies which scheduled one. */
export const matchRoutes = (env: Environment): Route[] =>
  versionRoutes(env, {
    path: '/matches',
    entity: 'matches',
    input: matchesSchemaWith(instantText),
    view: { rules: z.array(z.object({ actual: z.string(), scheduled: z.string() })) },
    versions: ({ rules }) => rules.matches,
    builtIn: defaultMatches,
    toView: (rules) => ({ rules }),
  });

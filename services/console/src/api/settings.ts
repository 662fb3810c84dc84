import { defaultSettings } from '@adherence/domain/compute/rules.ts';
import { settingsSchemaWith } from '@adherence/domain/configuration/entities.ts';
import { graceModes } from '@adherence/domain/model.ts';
import { z } from 'zod';
import type { Environment } from '../environment.ts';
import { instantText } from '../http/instant.ts';
import type { Route } from '../http/route.ts';
import { versionRoutes } from './version-routes.ts';

/** Target, buffers, grace and the missing-logout policy. */
export const settingsRoutes = (env: Environment): Route[] =>
  versionRoutes(env, {
    path: '/settings',
    entity: 'settings',
    input: settingsSchemaWith(instantText),
    view: {
      targetScore: z.number(),
      bufferSeconds: z.object({ notPresent: z.int(), wrongActivity: z.int(), notScheduled: z.int() }),
      graceMode: z.enum(graceModes),
      missingLogout: z.object({ afterShiftEndSeconds: z.int(), maxStatusSeconds: z.int() }),
    },
    versions: ({ rules }) => rules.settings,
    builtIn: defaultSettings,
    toView: (settings) => settings,
  });

import {
  breakDetailUrlSchema,
  contactSchema,
  type Integration,
  integrationSchemaWith,
} from '@adherence/domain/configuration/entities.ts';
import { breakDetailContext, openSecretWithAny, sealSecret } from '@adherence/domain/configuration/secret.ts';
import type { TenantTables } from '@adherence/domain/configuration/tables.ts';
import { z } from 'zod';
import { secretsKeysOf } from '../config.ts';
import { withoutPassword } from '../configuration/shown-document.ts';
import type { Environment } from '../environment.ts';
import { invalid } from '../http/problem.ts';
import type { Route } from '../http/route.ts';
import { documentRoutes, optionalId, readingRoles } from './document-routes.ts';

const breakDetailInput = z.strictObject({
  url: breakDetailUrlSchema,
  username: z.string().trim().min(1).max(200),
  /** Write-only; absent keeps the one that is stored, as long as it goes to the same address. */
  password: z.string().min(1).max(500).optional(),
});
const integrationInput = integrationSchemaWith(breakDetailInput);
type IntegrationInput = z.output<typeof integrationInput> & { id?: string | undefined };

const integrationView = z.object({
  id: z.string(),
  name: z.string(),
  timeZone: z.string(),
  contact: contactSchema,
  breakDetail: z.object({ url: z.string(), username: z.string() }).nullable(),
  feedGapSeconds: z.int().nullable(),
});

export const integrationRoutes = (env: Environment): Route[] =>
  documentRoutes<Integration, IntegrationInput>(env, {
    path: '/integrations',
    tag: 'integrations',
    noun: 'integration',
    entity: 'integration',
    readers: readingRoles,
    writers: [],
    input: integrationInput.safeExtend(optionalId),
    view: integrationView,
    stored: ({ integrations }) => integrations,
    toView: (id, { document }) => ({ id, ...document, breakDetail: withoutPassword(document.breakDetail) }),
    toDocument: (input, id, tables) => ({
      ...input,
      breakDetail: input.breakDetail && sealedBreakDetail(env, input.breakDetail, id, tables),
    }),
  });

/** A password that did not change keeps its ciphertext, so that the same PUT again changes nothing. */
function sealedBreakDetail(
  { config, random }: Environment,
  { url, username, password }: z.output<typeof breakDetailInput>,
  id: string,
  tables: TenantTables,
): Integration['breakDetail'] {
  const context = breakDetailContext(tables.tenantId, id);
  const stored = tables.integrations.get(id)?.document.breakDetail ?? null;
  if (password === undefined) {
    if (stored?.url !== url) {
      throw invalid({ path: 'breakDetail.password', message: 'is needed for a new address' });
    }
    return { url, username, passwordCiphertext: stored.passwordCiphertext };
  }
  const isStored =
    stored && openSecretWithAny(stored.passwordCiphertext, secretsKeysOf(config), context) === password;
  const passwordCiphertext = isStored
    ? stored.passwordCiphertext
    : sealSecret(password, config.secretsKey, random(12), context);
  return { url, username, passwordCiphertext };
}

/** Rotation of the key that seals secrets: what an older key has sealed is sealed with the current one. */
import { breakDetailContext, openSecret, sealSecret } from '@adherence/domain/configuration/secret.ts';
import type { Environment } from '../environment.ts';
import { commandOf, submit } from './write.ts';

/**
 * Answers how many were sealed anew. Doing it twice, or in two instances at once, changes nothing more; a password
 * that was changed meanwhile stays as it was changed.
 */
export async function resealSecrets(
  env: Pick<Environment, 'config' | 'configuration' | 'random' | 'clock'>,
): Promise<number> {
  const { config, configuration, random, clock } = env;
  const { secretsKey, previousSecretsKey } = config;
  if (!previousSecretsKey) return 0;
  let sealed = 0;
  for (const { tenantId, integrations } of configuration.state().tenants.values()) {
    for (const [id, { document, offset }] of [...integrations]) {
      const { breakDetail } = document;
      const context = breakDetailContext(tenantId, id);
      const plain = breakDetail && openSecret(breakDetail.passwordCiphertext, previousSecretsKey, context);
      if (plain === null) continue;
      const passwordCiphertext = sealSecret(plain, secretsKey, random(12), context);
      const changed = { ...document, breakDetail: { ...breakDetail, passwordCiphertext } };
      const write = {
        tenantId,
        entity: 'integration' as const,
        id,
        action: 'put' as const,
        document: changed,
      };
      const outcome = await submit(env, commandOf(env, write, null, clock.now(), offset));
      if (outcome.ok) sealed += 1;
    }
  }
  return sealed;
}

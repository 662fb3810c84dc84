/**
 * Secrets of the configuration at rest: AES-256-GCM, bound to where they belong, so that a ciphertext moved to another
 * tenant or integration does not open. Key and nonce are arguments; the console seals, enrichment opens.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';

/** `v1.` nonce `.` ciphertext with tag, in base64url. The nonce is 12 random bytes, never used twice. */
export function sealSecret(plain: string, key: Uint8Array, nonce: Uint8Array, context: string): string {
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(context));
  const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return ['v1', Buffer.from(nonce).toString('base64url'), sealed.toString('base64url')].join('.');
}

/** null when it was sealed with another key, for another context, or is damaged. */
export function openSecret(sealed: string, key: Uint8Array, context: string): string | null {
  const [version, nonce, body] = sealed.split('.');
  if (version !== 'v1' || !nonce || !body) return null;
  const bytes = Buffer.from(body, 'base64url');
  if (bytes.length < tagBytes) return null;
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url'));
    decipher.setAAD(Buffer.from(context));
    decipher.setAuthTag(bytes.subarray(-tagBytes));
    return Buffer.concat([decipher.update(bytes.subarray(0, -tagBytes)), decipher.final()]).toString('utf8');
  } catch (error) {
    // Node tells a wrong tag, a wrong nonce and a wrong key by an error; all of them mean "cannot be opened".
    if (error instanceof Error) return null;
    throw error;
  }
}

/** Opens what was sealed with any of the keys, as while they are rotated. */
export function openSecretWithAny(
  sealed: string,
  keys: readonly Uint8Array[],
  context: string,
): string | null {
  for (const key of keys) {
    const plain = openSecret(sealed, key, context);
    if (plain !== null) return plain;
  }
  return null;
}

const tagBytes = 16;

export const breakDetailContext = (tenantId: string, integrationId: string): string =>
  `breakDetail|${tenantId}|${integrationId}`;

/** 32 bytes in hexadecimal or base64; null when it is anything else. */
export function parseSecretsKey(text: string): Uint8Array | null {
  const bytes = /^[0-9a-fA-F]{64}$/.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64');
  return bytes.length === 32 ? bytes : null;
}

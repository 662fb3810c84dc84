/**
 * Sessions of the browser: a signed cookie that names the token it was signed in with, so that every instance accepts
 * it and revoking the token ends it. The token itself is not in it.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Instant } from '@adherence/domain/model.ts';

export const sessionCookie = 'adherence_session';
export const sessionMs = 12 * 60 * 60_000;

export interface Session {
  /** '' for the operator. */
  readonly tenantId: string;
  readonly tokenId: string;
  /** SHA-256 of the token: another token under the same id does not take the session over. */
  readonly hash: string;
  readonly expiresAt: Instant;
}

export const sessionKey = (secretsKey: Uint8Array): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', secretsKey, '', 'adherence console session', 32));

export function sealSession(session: Session, key: Uint8Array): string {
  const { tenantId, tokenId, hash, expiresAt } = session;
  const body = Buffer.from(JSON.stringify([tenantId, tokenId, hash, expiresAt])).toString('base64url');
  return `${body}.${signatureOf(body, key).toString('base64url')}`;
}

/** null when it was signed with none of these keys, or is over. */
export function openSession(text: string, keys: readonly Uint8Array[], now: Instant): Session | null {
  const [body = '', signature = ''] = text.split('.');
  const given = Buffer.from(signature, 'base64url');
  if (!keys.some((key) => isSignedWith(key, body, given))) return null;
  const [tenantId, tokenId, hash, expiresAt] = JSON.parse(Buffer.from(body, 'base64url').toString('utf8'));
  return expiresAt > now ? { tenantId, tokenId, hash, expiresAt } : null;
}

export function cookieHeader(value: string, maxAgeMs: number, secure: boolean): string {
  const attributes = [`${sessionCookie}=${value}`, 'Path=/', 'HttpOnly', 'SameSite=Strict'];
  attributes.push(`Max-Age=${Math.floor(maxAgeMs / 1000)}`);
  if (secure) attributes.push('Secure');
  return attributes.join('; ');
}

export function cookieOf(headers: Headers): string | null {
  for (const part of (headers.get('cookie') ?? '').split(';')) {
    const [name, value] = part.trim().split('=', 2);
    if (name === sessionCookie && value) return value;
  }
  return null;
}

function isSignedWith(key: Uint8Array, body: string, given: Buffer): boolean {
  const right = signatureOf(body, key);
  return given.length === right.length && timingSafeEqual(given, right);
}

const signatureOf = (body: string, key: Uint8Array): Buffer =>
  createHmac('sha256', key).update(body, 'utf8').digest();

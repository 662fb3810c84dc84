/** Tokens: 256 random bits, shown once; only the SHA-256 of the whole text is kept. */
import { createHash, timingSafeEqual } from 'node:crypto';

export type RandomBytes = (count: number) => Uint8Array;

/** Prefixes tell people, and secret scanners, what they look at. */
export const newToken = (prefix: 'adh' | 'odigo', random: RandomBytes): string =>
  `${prefix}_${Buffer.from(random(32)).toString('base64url')}`;

/** An id for something that the API names itself; begins with a letter. */
export const newId = (prefix: string, random: RandomBytes): string =>
  `${prefix}-${Buffer.from(random(9)).toString('hex')}`;

export const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** In a time that does not depend on where the texts differ. */
export const isSameSecret = (a: string, b: string): boolean =>
  timingSafeEqual(Buffer.from(sha256(a)), Buffer.from(sha256(b)));

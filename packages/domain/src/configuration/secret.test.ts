import { describe, expect, it } from 'vitest';
import { breakDetailContext, openSecret, parseSecretsKey, sealSecret } from './secret.ts';

const key = Buffer.alloc(32, 7);
const nonce = Buffer.alloc(12, 1);
const context = breakDetailContext('t1', 'odigo');

describe('secret', () => {
  const sealed = sealSecret('pässword', key, nonce, context);

  it('opens with the same key and context only', () => {
    expect(openSecret(sealed, key, context)).toBe('pässword');
    expect(openSecret(sealed, Buffer.alloc(32, 8), context)).toBeNull();
    expect(openSecret(sealed, key, breakDetailContext('t2', 'odigo'))).toBeNull();
  });

  it.each(['', 'v1', 'v1..', 'v2.a.b', 'v1.AAAA.AAAA', `${sealed}x`, sealed.slice(0, -2)])(
    'does not open the damaged %j',
    (damaged) => {
      expect(openSecret(damaged, key, context)).toBeNull();
    },
  );

  it('does not show the plain text', () => {
    expect(sealed).not.toContain('pässword');
  });

  it('reads a key in hexadecimal or base64, of 32 bytes', () => {
    expect(parseSecretsKey('07'.repeat(32))).toEqual(key);
    expect(parseSecretsKey(key.toString('base64'))).toEqual(key);
    expect(parseSecretsKey('07'.repeat(16))).toBeNull();
    expect(parseSecretsKey('')).toBeNull();
  });
});

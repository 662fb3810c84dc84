/** Which integration a notification URL token belongs to. Tokens are known by their hash alone. */
import { hash } from 'node:crypto';
import type { Clock } from '@adherence/runtime/clock.ts';

export interface TokenOwner {
  readonly tenantId: string;
  readonly integrationId: string;
  readonly tokenId: string;
}

export interface TokenDirectory {
  /** Resolves to undefined for unknown and revoked tokens alike, in the same way. Rejects while that cannot be told. */
  find(token: string): TokenOwner | undefined | Promise<TokenOwner | undefined>;
}

export interface TokenDirectoryOptions {
  /** By SHA-256 in hexadecimal, of the configuration as far as it is folded. */
  readonly resolveToken: (hash: string) => TokenOwner | undefined;
  /** Resolves once everything is folded that the log held when it was called. */
  readonly catchUp: () => Promise<void>;
  readonly clock: Clock;
}

/** Hashes kept in memory; there are two tokens an integration at most. */
const maxDigests = 1_000;

/** Guesses cost the broker no more than one question in this time. */
const catchUpIntervalMs = 20;

/**
 * A token may be used the moment after it was made, before this process has folded it: so "unknown" is only said
 * after catching up with the log. All who ask meanwhile share one catching up that began after they asked.
 */
export function createTokenDirectory({
  resolveToken,
  catchUp,
  clock,
}: TokenDirectoryOptions): TokenDirectory {
  let queued: Promise<void> | null = null;
  let running: Promise<void> = Promise.resolve();

  const catchUpSoon = (): Promise<void> => {
    queued ??= running
      .then(() => new Promise<void>((resolve) => clock.setTimer(resolve, catchUpIntervalMs)))
      .then(() => {
        queued = null;
        const work = catchUp();
        running = work.catch(() => {}); // Whoever waits for it gets the error.
        return work;
      });
    return queued;
  };

  /** Of tokens that were found: a hash costs as much as all else about a token. */
  const digests = new Map<string, string>();
  const digestOf = (token: string): string => {
    const known = digests.get(token);
    if (known !== undefined) return known;
    const digest = hash('sha256', token, 'hex');
    if (resolveToken(digest) === undefined) return digest;
    if (digests.size >= maxDigests) digests.clear();
    digests.set(token, digest);
    return digest;
  };

  return {
    find(token) {
      const digest = digestOf(token);
      return resolveToken(digest) ?? catchUpSoon().then(() => resolveToken(digest));
    },
  };
}

import { createHash } from 'node:crypto';
import { createManualClock, turn } from '@adherence/runtime/manual-clock.ts';
import { describe, expect, it } from 'vitest';
import { createTokenDirectory, type TokenOwner } from './token-directory.ts';

const owner: TokenOwner = { tenantId: 't', integrationId: 'i', tokenId: 'k' };
const hashOf = (token: string) => createHash('sha256').update(token).digest('hex');

describe('createTokenDirectory', () => {
  it('knows a token by its hash, at once', () => {
    const { directory } = newDirectory([hashOf('good')]);
    expect(directory.find('good')).toBe(owner);
  });

  it('catches up with the log before it says that a token is unknown', async () => {
    const { directory, clock, hashes, catchUps } = newDirectory([]);
    const found = directory.find('new');
    await clock.advance(20);
    hashes.add(hashOf('new'));
    catchUps[0]!.resolve();
    expect(await found).toBe(owner);
  });

  it('shares one catching up among all who asked before it began, and none with those who asked after', async () => {
    const { directory, clock, catchUps } = newDirectory([]);
    const early = ['a', 'b', 'c'].map((token) => directory.find(token));
    await clock.advance(20);
    expect(catchUps).toHaveLength(1);
    const late = directory.find('d');
    await clock.advance(20);
    expect(catchUps).toHaveLength(1);
    catchUps[0]!.resolve();
    expect(await Promise.all(early)).toEqual([undefined, undefined, undefined]);
    await turn();
    await clock.advance(20);
    expect(catchUps).toHaveLength(2);
    catchUps[1]!.resolve();
    expect(await late).toBeUndefined();
  });

  it('tells a failure from "unknown", and asks again the next time', async () => {
    const { directory, clock, catchUps } = newDirectory([]);
    const failed = directory.find('a') as Promise<unknown>;
    const outcome = expect(failed).rejects.toThrow('away');
    await clock.advance(20);
    catchUps[0]!.reject(new Error('away'));
    await outcome;
    const again = directory.find('a');
    await clock.advance(20);
    catchUps[1]!.resolve();
    expect(await again).toBeUndefined();
  });
});

function newDirectory(known: readonly string[]) {
  const hashes = new Set(known);
  const clock = createManualClock();
  const catchUps: PromiseWithResolvers<void>[] = [];
  const directory = createTokenDirectory({
    resolveToken: (hash) => (hashes.has(hash) ? owner : undefined),
    catchUp: () => {
      const catchUp = Promise.withResolvers<void>();
      catchUps.push(catchUp);
      return catchUp.promise;
    },
    clock,
  });
  return { directory, clock, hashes, catchUps };
}

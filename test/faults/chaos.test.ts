import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chaosOf, instancesAtStart, kinds } from './chaos.ts';

const seeds = fc.integer({ min: 1, max: 1_000_000 });

describe('chaosOf', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(chaosOf(7)).toEqual(chaosOf(7));
    expect(chaosOf(7)).not.toEqual(chaosOf(8));
  });

  it('kills every kind, and eight processes at least', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const killed = chaosOf(seed).filter(({ action }) => action === 'kill');
        expect(killed.length).toBeGreaterThanOrEqual(8);
        expect(new Set(killed.map(({ kind }) => kind))).toEqual(new Set(kinds));
      }),
    );
  });

  it('goes forward within the load', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const times = chaosOf(seed).map(({ at }) => at);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
        expect(times.every((at) => at > 0 && at < 1)).toBe(true);
      }),
    );
  });

  it('touches only instances that there are, and leaves one of each kind', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const there = new Set(
          kinds.flatMap((kind) => Array.from({ length: instancesAtStart[kind] }, (_, n) => `${kind}-${n}`)),
        );
        for (const { action, kind, instance } of chaosOf(seed)) {
          const name = `${kind}-${instance}`;
          expect(there.has(name)).toBe(action !== 'join');
          if (action === 'join') there.add(name);
          if (action === 'leave') there.delete(name);
        }
        for (const kind of kinds) expect([...there].some((name) => name.startsWith(kind))).toBe(true);
      }),
    );
  });
});

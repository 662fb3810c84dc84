import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LineFact } from '../model.ts';
import { foundOf, withFoundBreakType } from './break-types.ts';

const fact: LineFact = {
  integrationId: 'odigo',
  externalUserId: 'anna',
  eventType: 'STATUS',
  status: 'BREAK',
  breakType: null,
  occurredAt: 1_000,
  sequence: null,
  dedupKey: 'a',
  contentHash: 'h',
  receivedAt: 1_000,
};

describe('found break types', () => {
  it('give a fact the type that it came without, and leave the rest of it', () => {
    const merged = withFoundBreakType(fact, { breakType: 'lunch', foundAt: 2_000 });
    expect(merged).toEqual({ ...fact, breakType: 'lunch', breakTypeFoundAt: 2_000 });
    expect(foundOf(merged)).toEqual({ breakType: 'lunch', foundAt: 2_000 });
    expect(foundOf(fact)).toBeNull();
  });

  it.each<Partial<LineFact>>([
    { breakType: 'tea' },
    { eventType: 'HEARTBEAT' },
    { eventType: 'LOGOUT' },
    { status: null },
  ])('change nothing in a fact with %j', (change) => {
    const other = { ...fact, ...change };
    expect(withFoundBreakType(other, { breakType: 'lunch', foundAt: 2_000 })).toBe(other);
  });

  it('come to the same whatever their order and repetition', () => {
    const found = fc.record({ breakType: fc.constantFrom('lunch', 'tea', 'rest'), foundAt: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(found, { minLength: 1 }), fc.nat(), (answers, turn) => {
        const turned = [...answers.slice(turn % answers.length), ...answers, ...answers.slice(0, 1)];
        expect(turned.reduce(withFoundBreakType, fact)).toEqual(answers.reduce(withFoundBreakType, fact));
      }),
    );
  });
});

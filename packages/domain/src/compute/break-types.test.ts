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

  it.each([
    ['the one found first', { breakType: 'tea', foundAt: 1_999 }, 'tea'],
    ['not one found later', { breakType: 'lunch', foundAt: 2_001 }, 'rest'],
    ['the lesser of equals', { breakType: 'lunch', foundAt: 2_000 }, 'lunch'],
    ['not the greater of equals', { breakType: 'tea', foundAt: 2_000 }, 'rest'],
  ])('hold: %s', (_, later, held) => {
    const known = withFoundBreakType(fact, { breakType: 'rest', foundAt: 2_000 });
    expect(withFoundBreakType(known, later).breakType).toBe(held);
  });

  it('told again change nothing, and one that the notification told was not found', () => {
    const known = withFoundBreakType(fact, { breakType: 'rest', foundAt: 2_000 });
    expect(withFoundBreakType(known, { breakType: 'rest', foundAt: 2_000 })).toBe(known);
    expect(foundOf({ ...fact, breakType: 'tea' })).toBeNull();
    expect(foundOf({ ...fact, breakTypeFoundAt: 2_000 })).toBeNull();
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

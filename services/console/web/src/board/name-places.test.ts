import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createNamePlaces } from './name-places.ts';

const { compare } = new Intl.Collator();

describe('createNamePlaces', () => {
  it('orders names as the alphabet does, whatever the order they come in', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 2, maxLength: 60 }), (names) => {
        const placeOf = createNamePlaces(compare);
        for (const name of names) placeOf(name);
        for (const a of names) {
          for (const b of names) expect(Math.sign(placeOf(a) - placeOf(b))).toBe(Math.sign(compare(a, b)));
        }
      }),
    );
  });

  it('finds room between two names more often than numbers can be halved', () => {
    const placeOf = createNamePlaces((a, b) => a.length - b.length);
    placeOf('');
    const names = Array.from({ length: 200 }, (_, i) => 'x'.repeat(1000 - i));
    for (const name of names) placeOf(name);
    const places = names.map(placeOf);
    expect(places.every((place, i) => i === 0 || place < places[i - 1]!)).toBe(true);
    expect(placeOf('')).toBeLessThan(places.at(-1)!);
  });

  it('forgets when there are too many', () => {
    const placeOf = createNamePlaces(compare, 3);
    for (const name of ['d', 'c', 'b', 'a', 'e']) placeOf(name);
    expect(placeOf('a')).toBeLessThan(placeOf('e'));
  });
});

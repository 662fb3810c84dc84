import { idPattern } from '@adherence/domain/configuration/entities.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { slugOf } from './slug.ts';

describe('the id that follows a name', () => {
  it('is what one would write', () => {
    expect(slugOf('Odigo Île-de-France (Paris)')).toBe('odigo-ile-de-france-paris');
    expect(slugOf('***')).toBe('');
  });

  it('is one that the API takes, or none', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (name) => {
        const slug = slugOf(name);
        expect(slug === '' || idPattern.test(slug)).toBe(true);
      }),
    );
  });
});

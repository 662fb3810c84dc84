import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal, minutes, percent, ratio } from './ratio.ts';

describe('ratio', () => {
  it('is null when the divisor is 0', () => {
    expect(ratio(0, 0)).toBeNull();
    expect(ratio(3_000_000, 3_600_000)).toBeCloseTo(0.8333, 4);
  });

  it.each([
    [0, '0.00'],
    [300, '0.01'],
    [299, '0.00'],
    [-300, '-0.01'],
    [-299, '0.00'],
    [3_600_000, '60.00'],
    [-16_404_000, '-273.40'],
    [4_208_810, '70.15'],
  ])('%i ms are %s minutes', (ms, text) => {
    expect(minutes(ms)).toBe(text);
  });

  it.each([
    [1, 3, '33.33'],
    [2, 3, '66.67'],
    [1, 8, '12.50'],
    [1, 800, '0.13'],
    [0, 5, '0.00'],
    [0, 0, ''],
    [7, 2, '350.00'],
  ])('%i of %i is %s percent', (part, whole, text) => {
    expect(percent(part, whole)).toBe(text);
  });

  it('is the nearest hundredth, whatever the size', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.integer({ min: 1, max: 2 ** 40 }), (part, whole) => {
        const hundredths = BigInt(decimal(part, whole).replace('.', ''));
        const error = BigInt(part) * 100n - hundredths * BigInt(whole);
        expect(2n * (error < 0n ? -error : error) <= BigInt(whole)).toBe(true);
      }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { leastSpanMs, panned, revealing, snapMs, snapped, zoomed } from './zoom.ts';

const hour = 3_600_000;
const whole = { from: 0, to: 24 * hour };

describe('the zoom', () => {
  it('keeps the instant under the pointer where it is', () => {
    const shown = zoomed(whole, whole, 0.5, 6 * hour);
    expect(shown).toEqual({ from: 3 * hour, to: 15 * hour });
    expect((6 * hour - shown.from) / (shown.to - shown.from)).toBe(0.25);
  });

  it('stays within the day, and shows all of it at most and five minutes at least', () => {
    expect(zoomed({ from: 0, to: hour }, whole, 4, 0)).toEqual({ from: 0, to: 4 * hour });
    expect(zoomed({ from: hour, to: 2 * hour }, whole, 100, hour)).toEqual(whole);
    const close = zoomed(whole, whole, 0.00001, 24 * hour);
    expect(close).toEqual({ from: 24 * hour - leastSpanMs, to: 24 * hour });
  });

  it('pans to the borders and no further', () => {
    expect(panned({ from: hour, to: 3 * hour }, whole, -5)).toEqual({ from: 0, to: 2 * hour });
    expect(panned({ from: hour, to: 3 * hour }, whole, 0.5)).toEqual({ from: 2 * hour, to: 4 * hour });
  });

  it('moves as little as is needed to see something', () => {
    const shown = { from: 10 * hour, to: 12 * hour };
    expect(revealing(shown, whole, { from: 10.5 * hour, to: 11 * hour })).toBe(shown);
    expect(revealing(shown, whole, { from: 9 * hour, to: 9.5 * hour })).toEqual({
      from: 9 * hour,
      to: 11 * hour,
    });
    expect(revealing(shown, whole, { from: 12 * hour, to: 13 * hour })).toEqual({
      from: 11 * hour,
      to: 13 * hour,
    });
    expect(revealing(shown, whole, { from: 12 * hour, to: 20 * hour })).toEqual({
      from: 12 * hour,
      to: 14 * hour,
    });
  });

  it('rounds finer the closer one looks', () => {
    expect([whole, { from: 0, to: 3 * hour }, { from: 0, to: hour }].map(snapMs)).toEqual([
      300_000, 60_000, 10_000,
    ]);
    expect(snapped(61_000, 60_000)).toBe(60_000);
  });
});

import { describe, expect, it } from 'vitest';
import { HttpProblem } from '../http/problem.ts';
import { borderQuery, rangeIn } from './borders.ts';

const read = (from: string, to: string) => ({ from: borderQuery.parse(from), to: borderQuery.parse(to) });

describe('borders of a result', () => {
  it('dates are days of the zone, both inclusive, over a change of the clocks too', () => {
    const range = rangeIn('Europe/Paris', read('2026-10-25', '2026-10-25'));
    expect(range).toEqual({
      from: Date.parse('2026-10-24T22:00:00Z'),
      to: Date.parse('2026-10-25T23:00:00Z'),
    });
    expect(rangeIn('Asia/Kathmandu', read('2026-11-18', '2026-11-19')).to).toBe(
      Date.parse('2026-11-19T18:15:00Z'),
    );
  });

  it('times are what they are in every zone, with the plus that a query turns into a space', () => {
    const asked = read('2026-11-18T09:00:00 01:00', '2026-11-18T09:00:00Z');
    expect(rangeIn('Asia/Tokyo', asked)).toEqual({
      from: Date.parse('2026-11-18T08:00:00Z'),
      to: Date.parse('2026-11-18T09:00:00Z'),
    });
  });

  it('a date and a time together are refused, as is what is neither', () => {
    expect(() => rangeIn('UTC', read('2026-11-18', '2026-11-19T00:00:00Z'))).toThrow(HttpProblem);
    for (const text of [
      '',
      '2026-02-30',
      '2026-11-18T09:00:00',
      '1969-12-31',
      'today',
      '2026-11-18T09:00Z+',
    ]) {
      expect(borderQuery.safeParse(text).success, text).toBe(false);
    }
  });
});

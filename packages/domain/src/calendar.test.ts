import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addDays,
  dayEnd,
  dayStart,
  instantOf,
  isTimeZone,
  localDateOf,
  offsetAt,
  weekStart,
} from './calendar.ts';

const hour = 3_600_000;
const zones = [
  'Europe/Paris',
  'America/New_York',
  'Asia/Kathmandu',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'America/St_Johns',
  'Pacific/Apia',
  'Africa/Cairo',
  'UTC',
];

describe('calendar', () => {
  it('gives the days of a clock change 23 and 25 hours', () => {
    expect(dayEnd('Europe/Paris', '2026-03-29') - dayStart('Europe/Paris', '2026-03-29')).toBe(23 * hour);
    expect(dayEnd('Europe/Paris', '2026-10-25') - dayStart('Europe/Paris', '2026-10-25')).toBe(25 * hour);
    expect(dayEnd('America/New_York', '2026-11-01') - dayStart('America/New_York', '2026-11-01')).toBe(
      25 * hour,
    );
  });

  it('knows offsets of 30 and 45 minutes', () => {
    expect(offsetAt('Asia/Kathmandu', 0)).toBe(5.5 * hour);
    expect(offsetAt('Asia/Kathmandu', Date.parse('2026-01-01T00:00:00Z'))).toBe(5.75 * hour);
    expect(dayStart('Asia/Kolkata', '2026-01-02')).toBe(Date.parse('2026-01-01T18:30:00Z'));
  });

  it('reads an ambiguous time with the earlier offset and a skipped one with the offset before', () => {
    const wall = (text: string) => Date.parse(`${text}Z`);
    expect(instantOf('Europe/Paris', wall('2026-10-25T02:30:00'))).toEqual({
      instant: Date.parse('2026-10-25T00:30:00Z'),
      ambiguous: true,
      nonexistent: false,
    });
    expect(instantOf('Europe/Paris', wall('2026-03-29T02:30:00'))).toEqual({
      instant: Date.parse('2026-03-29T01:30:00Z'),
      ambiguous: false,
      nonexistent: true,
    });
  });

  it('starts a day whose midnight is skipped at its first instant', () => {
    // Cairo skips 00:00-01:00 on 2026-04-24.
    expect(dayStart('Africa/Cairo', '2026-04-24')).toBe(Date.parse('2026-04-23T22:00:00Z'));
  });

  it('puts every instant into exactly one local day', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: Date.parse('2015-01-01'), max: Date.parse('2035-01-01') }),
        (zone, at) => {
          const date = localDateOf(zone, at);
          expect(dayStart(zone, date)).toBeLessThanOrEqual(at);
          expect(dayEnd(zone, date)).toBeGreaterThan(at);
          expect(localDateOf(zone, dayStart(zone, date))).toBe(date);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('starts weeks on Monday', () => {
    expect(weekStart('2026-11-18')).toBe('2026-11-16');
    expect(weekStart('2026-11-16')).toBe('2026-11-16');
    expect(weekStart('2026-11-22')).toBe('2026-11-16');
    expect(addDays('2026-02-28', 1)).toBe('2026-03-01');
  });

  it('knows a zone from a word', () => {
    expect(isTimeZone('Europe/Paris')).toBe(true);
    expect(isTimeZone('Europe/Atlantis')).toBe(false);
  });
});

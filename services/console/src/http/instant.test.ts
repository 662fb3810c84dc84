import { describe, expect, it } from 'vitest';
import { dateText, instantQuery, instantText, parseInstant } from './instant.ts';

describe('instants', () => {
  it.each([
    ['2026-11-18T09:00:00Z', '2026-11-18T09:00:00.000Z'],
    ['2026-11-18T09:00:00.123456789+01:00', '2026-11-18T08:00:00.123Z'],
    ['2026-11-18T09:00-0530', '2026-11-18T14:30:00.000Z'],
    ['2026-11-18T09:00:00.1Z', '2026-11-18T09:00:00.100Z'],
  ])('%s', (text, iso) => {
    expect(new Date(parseInstant(text)!).toISOString()).toBe(iso);
  });

  it.each([
    '2026-11-18T09:00:00',
    '2026-11-18',
    '2026-02-30T09:00:00Z',
    '2026-11-18T25:00:00Z',
    'now',
    '1795000000000',
    '2026-11-18t09:00:00z',
  ])('refuses %j', (text) => {
    expect(parseInstant(text)).toBeNull();
    expect(instantText.safeParse(text).success).toBe(false);
  });

  it('stay within what is sensible', () => {
    expect(instantText.safeParse('1969-12-31T23:59:59Z').success).toBe(false);
    expect(instantText.safeParse('2200-01-01T00:00:00Z').success).toBe(false);
    expect(instantText.safeParse('2199-12-31T23:59:59.999Z').success).toBe(true);
  });

  it('in a query may have lost their plus sign', () => {
    expect(instantQuery.parse('2026-11-18T09:00:00 01:00')).toBe(Date.parse('2026-11-18T08:00:00Z'));
  });

  it.each([
    ['2026-02-28', true],
    ['2026-02-29', false],
    ['2026-2-1', false],
    ['0001-01-01', false],
    ['2200-01-01', false],
  ])('date %s', (text, ok) => {
    expect(dateText.safeParse(text).success).toBe(ok);
  });
});

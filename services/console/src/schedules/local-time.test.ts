import { describe, expect, it } from 'vitest';
import { scheduleInstant } from './local-time.ts';

const at = (text: string) => Date.parse(text);

describe('scheduleInstant', () => {
  it.each([
    ['2026-11-18T09:00:00.000Z', 'Europe/Paris', at('2026-11-18T09:00:00Z')],
    ['2026-11-18T09:00:00+05:45', 'Europe/Paris', at('2026-11-18T03:15:00Z')],
    ['2026-11-18T09:00', 'Europe/Paris', at('2026-11-18T08:00:00Z')],
    ['2026-11-18 09:00:30', 'America/New_York', at('2026-11-18T14:00:30Z')],
    ['2026-11-18T09:00:00', 'Asia/Kathmandu', at('2026-11-18T03:15:00Z')],
    // Exists twice: the earlier offset.
    ['2026-10-25T02:30:00', 'Europe/Paris', at('2026-10-25T00:30:00Z')],
  ])('%s in %s', (text, zone, expected) => {
    expect(scheduleInstant(text, zone)).toBe(expected);
  });

  it('refuses a time that the clocks skip', () => {
    const skipped = scheduleInstant('2026-03-29T02:30:00', 'Europe/Paris');
    expect(skipped).toEqual({ fault: expect.stringContaining('does not exist in Europe/Paris') });
  });

  it.each([
    '',
    '9:00',
    '2026-02-30T09:00',
    '2026-11-18',
    '2026-11-18T24:00',
    '2026-11-18T09:00:00 Paris',
    '1969-01-01T00:00Z',
  ])('refuses %j', (text) => {
    expect(scheduleInstant(text, 'Europe/Paris')).toHaveProperty('fault');
  });
});

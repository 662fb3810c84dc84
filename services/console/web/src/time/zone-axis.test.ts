import { describe, expect, it } from 'vitest';
import { clockChangeIn, dateOr, localDay, quarterTicks } from './zone-axis.ts';

const hours = (timeZone: string, date: string) =>
  quarterTicks(timeZone, localDay(timeZone, date))
    .filter(({ isHour }) => isHour)
    .map(({ hour }) => hour);

describe('quarterTicks', () => {
  it('has 97 quarters and 25 hours on an ordinary day, both midnights included', () => {
    expect(quarterTicks('Europe/Paris', localDay('Europe/Paris', '2026-11-18'))).toHaveLength(97);
    expect(hours('Europe/Paris', '2026-11-18')).toEqual([...Array(24).keys(), 0]);
  });

  it('leaves out the hour that does not exist', () => {
    expect(hours('Europe/Paris', '2027-03-28').slice(0, 4)).toEqual([0, 1, 3, 4]);
  });

  it('shows the hour that comes twice, twice', () => {
    expect(hours('Europe/Paris', '2026-10-25').slice(0, 5)).toEqual([0, 1, 2, 2, 3]);
  });

  it('puts hours where the zone has them, 30 and 45 minutes off', () => {
    for (const timeZone of ['Asia/Kolkata', 'Asia/Kathmandu']) {
      const [first] = quarterTicks(timeZone, localDay(timeZone, '2026-11-18'));
      expect(first).toMatchObject({ isHour: true, hour: 0 });
      expect(hours(timeZone, '2026-11-18')).toHaveLength(25);
    }
  });
});

describe('clockChangeIn', () => {
  it('finds the change, and its direction', () => {
    const spring = clockChangeIn('Europe/Paris', localDay('Europe/Paris', '2027-03-28'));
    expect(spring).toEqual({
      at: Date.parse('2027-03-28T01:00:00Z'),
      forwardMs: 3_600_000,
      wallClock: Date.parse('2027-03-28T02:00:00Z'),
    });
    const autumn = clockChangeIn('America/New_York', localDay('America/New_York', '2026-11-01'));
    expect(autumn).toEqual({
      at: Date.parse('2026-11-01T06:00:00Z'),
      forwardMs: -3_600_000,
      wallClock: Date.parse('2026-11-01T02:00:00Z'),
    });
  });

  it('finds none on other days', () => {
    expect(clockChangeIn('Europe/Paris', localDay('Europe/Paris', '2026-11-18'))).toBeNull();
  });
});

describe('dateOr', () => {
  const now = Date.parse('2026-11-18T23:30:00Z');

  it('takes dates that exist', () => {
    expect(dateOr('2028-02-29', 'UTC', now)).toBe('2028-02-29');
  });

  it.each([null, '', 'yesterday', '2026-02-30', '2026-13-01', '2026-11-18T00:00'])(
    'answers %j with today',
    (text) => {
      expect(dateOr(text, 'UTC', now)).toBe('2026-11-18');
      expect(dateOr(text, 'Europe/Paris', now)).toBe('2026-11-19');
    },
  );
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, dayStart, isoDate, localDateOf } from '../calendar.ts';
import { calendarWith, dateEnd, dateOf, dateStart } from './person-calendar.ts';

const hour = 3_600_000;
const zones = [
  ...['Europe/Paris', 'America/New_York', 'Pacific/Auckland', 'Asia/Kathmandu'],
  ...['Pacific/Kiritimati', 'Pacific/Pago_Pago'],
];
const zone = fc.constantFrom(...zones);
/** Around the change of the clocks in Paris and New York. */
const first = '2026-10-20';
const date = fc.integer({ min: 0, max: 20 }).map((days) => addDays(first, days));
const closing = fc
  .record({ timeZone: zone, firstDate: date, days: fc.integer({ min: 0, max: 7 }) })
  .map(({ days, ...dates }) => ({ ...dates, lastDate: addDays(dates.firstDate, days) }));
const history = fc.record({ timeZone: zone, closings: fc.array(closing, { maxLength: 4 }) });

describe('a calendar', () => {
  it('is the zone itself where nothing is closed in another one', () => {
    const inParis = { timeZone: 'Europe/Paris', firstDate: first, lastDate: first };
    expect(calendarWith('Europe/Paris', [inParis])).toBe('Europe/Paris');
    expect(dateStart('Europe/Paris', first)).toBe(dayStart('Europe/Paris', first));
    expect(dateOf('Europe/Paris', 0)).toBe(localDateOf('Europe/Paris', 0));
  });

  it.each([
    // 18 h of New York and the six between the midnights; 18 h without the six that are closed.
    ['America/New_York', 'Europe/Paris', 30, 18],
    ['Europe/Paris', 'America/New_York', 18, 30],
  ])(
    'in %s beside dates closed in %s: the open ones begin where those end',
    (open, closed, after, before) => {
      const dates = { timeZone: closed, firstDate: '2026-11-10', lastDate: '2026-11-12' };
      const calendar = calendarWith(open, [dates]);
      const hours = (day: string) => (dateEnd(calendar, day) - dateStart(calendar, day)) / hour;
      expect(['2026-11-09', '2026-11-10', '2026-11-12', '2026-11-13', '2026-11-14'].map(hours)).toEqual([
        ...[before, 24, 24, after, 24],
      ]);
    },
  );

  it('has every instant in exactly one date, in order, whatever was closed where', () => {
    fc.assert(
      fc.property(history, ({ timeZone, closings }) => {
        const calendar = calendarWith(timeZone, closings);
        const days = Array.from({ length: 40 }, (_, i) => addDays(first, i - 5));
        for (const day of days) {
          const [from, to] = [dateStart(calendar, day), dateEnd(calendar, day)];
          expect(to).toBeGreaterThanOrEqual(from);
          if (to > from) expect([dateOf(calendar, from), dateOf(calendar, to - 1)]).toEqual([day, day]);
        }
        const far = addDays(isoDate(dateStart(calendar, days.at(-1)!)), 5);
        expect(dateStart(calendar, far)).toBe(dayStart(timeZone, far));
      }),
      { numRuns: 150 },
    );
  });

  it('does not move what was closed earlier, nor the others, by closing more in the zone of now', () => {
    fc.assert(
      fc.property(history, date, fc.integer({ min: 0, max: 7 }), ({ timeZone, closings }, from, days) => {
        const more = { timeZone, firstDate: from, lastDate: addDays(from, days) };
        const before = calendarWith(timeZone, closings);
        const after = calendarWith(timeZone, [...closings, more]);
        for (let i = -3; i < 32; i++) {
          const day = addDays(first, i);
          expect(dateStart(after, day)).toBe(dateStart(before, day));
        }
      }),
      { numRuns: 150 },
    );
  });
});

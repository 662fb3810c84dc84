import { afterEach, describe, expect, it } from 'vitest';
import { locale } from '../i18n/translate.ts';
import { amountText, clockText, numberText, percentText, signedAmountText } from './amount.ts';
import { dateText, dateTimeText, timeText, zoneAbbreviation, zoneText } from './time.ts';

const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ');
const at = Date.parse('2026-11-18T09:42:07Z');

afterEach(() => {
  locale.value = 'en';
});

describe('durations', () => {
  it.each([
    [-1, '0:00'],
    [0, '0:00'],
    [7_999, '0:07'],
    [754_000, '12:34'],
    [3_723_000, '1:02:03'],
    [93_600_000, '26:00:00'],
  ])('a clock of %i ms reads %s', (ms, text) => {
    expect(clockText(ms)).toBe(text);
  });

  it.each([
    [0, '0 min'],
    [45_000, '45 s'],
    [60_000, '1 min'],
    [750_000, '12 min 30 s'],
    [25_500_000, '7 h 05 min'],
  ])('an amount of %i ms reads %s', (ms, text) => {
    expect(plain(amountText(ms))).toBe(text);
  });

  it.each([
    [720_000, '+12 min'],
    [-209_000, '−3 min'],
    [-20_000, '0 min'],
    [-293_160_000, '−81 h 26 min'],
  ])('a difference of %i ms reads %s', (ms, text) => {
    expect(plain(signedAmountText(ms))).toBe(text);
  });
});

describe('ratios', () => {
  it('shows one decimal, and a dash for what is undefined', () => {
    expect([0.8333, 1, 0, null].map((ratio) => plain(percentText(ratio)))).toEqual([
      '83.3%',
      '100.0%',
      '0.0%',
      '–',
    ]);
  });

  it('follows the language', () => {
    locale.value = 'fr';
    expect(plain(percentText(0.8333))).toBe('83,3 %');
    expect(numberText(3.25, 1)).toBe('3,3');
  });
});

describe('times', () => {
  it('are those of the zone', () => {
    expect(timeText(at, 'Europe/Paris')).toBe('10:42');
    expect(timeText(at, 'America/New_York', true)).toBe('04:42:07');
    expect(timeText(at, 'Asia/Kathmandu')).toBe('15:27');
    expect(timeText(Date.parse('2026-11-18T23:00:00Z'), 'Europe/Paris')).toBe('00:00');
    expect(dateTimeText(at, 'Europe/Paris')).toBe('18 Nov, 10:42:07');
  });

  it('name the zone', () => {
    expect(zoneAbbreviation('Europe/Paris', at)).toBe('CET');
    expect(zoneAbbreviation('America/New_York', at)).toBe('EST');
    expect(zoneText('America/New_York', Date.parse('2026-07-01T00:00:00Z'))).toBe('America/New York (EDT)');
  });

  it('dates do not depend on any zone', () => {
    // Some versions of the locale data put a comma after the day of the week.
    expect(dateText('2026-11-18').replace(',', '')).toBe('Wednesday 18 November 2026');
    locale.value = 'fr';
    expect(dateText('2026-11-18')).toBe('mercredi 18 novembre 2026');
  });
});

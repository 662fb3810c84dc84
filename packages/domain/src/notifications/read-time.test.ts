import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTime } from './read-time.ts';

const paris = 'Europe/Paris';

describe('readTime', () => {
  it.each([
    ['2026-11-18T10:19:25Z', '2026-11-18T10:19:25.000Z'],
    ['2026-11-18T10:19:25.2Z', '2026-11-18T10:19:25.200Z'],
    ['2026-11-18T10:19:25.229999999Z', '2026-11-18T10:19:25.229Z'],
    ['2026-11-18T10:19:25.22999999999999Z', '2026-11-18T10:19:25.229Z'],
    ['2026-11-18t10:19:25,229z', '2026-11-18T10:19:25.229Z'],
    ['2026-11-18T10:19:25.229+01:00', '2026-11-18T09:19:25.229Z'],
    ['2026-11-18T10:19:25-0530', '2026-11-18T15:49:25.000Z'],
    ['2026-11-18T10:19:25+01', '2026-11-18T09:19:25.000Z'],
    ['2026-11-18 10:19:25 +01:00', '2026-11-18T09:19:25.000Z'],
    ['2026-11-18T10:19Z', '2026-11-18T10:19:00.000Z'],
    ['2026-11-18T24:00:00Z', '2026-11-19T00:00:00.000Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
  ])('reads %s', (text, expected) => {
    expect(read(text)).toEqual([expected, null]);
  });

  it('reads the usual form as it reads all others', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date('2199-12-31'), noInvalidDate: true }), (date) => {
        const text = date.toISOString();
        expect(readTime(text, paris)).toEqual(readTime(text.replace('Z', 'z'), paris));
      }),
    );
    const digit = fc.constantFrom(...'0123456789', 'x', ' ', '-', '٣');
    fc.assert(
      fc.property(fc.array(digit, { minLength: 17, maxLength: 17 }), ([...d]) => {
        const part = (from: number, to: number) => d.slice(from, to).join('');
        const text = `${part(0, 4)}-${part(4, 6)}-${part(6, 8)}T${part(8, 10)}:${part(10, 12)}:${part(12, 14)}.${part(14, 17)}Z`;
        expect(readTime(text, paris)).toEqual(readTime(text.replace('Z', 'z'), paris));
      }),
    );
  });

  it.each([
    ['2026-11-18T10:19:25', '2026-11-18T09:19:25.000Z', null],
    ['2026-11-18 10:19:25', '2026-11-18T09:19:25.000Z', null],
    ['2026-07-18 10:19:25.5', '2026-07-18T08:19:25.500Z', null],
    ['2026-10-25T02:30:00', '2026-10-25T00:30:00.000Z', 'time-ambiguous'],
    ['2026-10-25T02:59:59.999', '2026-10-25T00:59:59.999Z', 'time-ambiguous'],
    ['2026-10-25T03:00:00', '2026-10-25T02:00:00.000Z', null],
    ['2026-10-25T01:59:59.999', '2026-10-24T23:59:59.999Z', null],
    ['2026-03-29T02:30:00', '2026-03-29T01:30:00.000Z', 'time-nonexistent'],
    ['2026-03-29T03:00:00', '2026-03-29T01:00:00.000Z', null],
    ['2026-03-29T01:59:59', '2026-03-29T00:59:59.000Z', null],
  ])('reads %s in the zone of the integration', (text, expected, flag) => {
    expect(read(text)).toEqual([expected, flag]);
  });

  it.each([
    ['1794996299', '2026-11-18T10:04:59.000Z'],
    ['1794996299.5', '2026-11-18T10:04:59.500Z'],
    ['1794996299.12399', '2026-11-18T10:04:59.123Z'],
    ['1794996299123', '2026-11-18T10:04:59.123Z'],
    ['1794996299123.9', '2026-11-18T10:04:59.123Z'],
    ['99999999999', '5138-11-16T09:46:39.000Z'],
  ])('reads the epoch %s', (text, expected) => {
    expect(read(text)).toEqual([expected, null]);
  });

  it.each([
    ['', 'yesterday', '2026-11-18', '10:19:25', '18/11/2026 10:19', 'NaN', '1e9', '-5', '+1794996299'],
    ['2026-02-29T00:00:00Z', '2026-13-01T00:00:00Z', '2026-00-01T00:00:00Z', '2026-04-31T00:00:00Z'],
    ['2026-11-18T25:00:00Z', '2026-11-18T24:00:01Z', '2026-11-18T10:60:00Z', '2026-11-18T10:00:61Z'],
    ['2026-11-18T10:00:00+19:00', '2026-11-18T10:00:00+01:60', '2026-11-18T10:00:00 CET', '2026-1-1T0:0:0Z'],
    ['0', '0001-01-01T00:00:00Z', '1970-01-01T00:00:00Z', '1999-12-31T23:59:59.999Z'],
  ])('does not read %s and its like', (...texts) => {
    for (const text of texts) expect(readTime(text, paris)).toBeNull();
  });

  it('reads every spelling of an instant as that instant', () => {
    const instant = fc.integer({ min: Date.UTC(2000, 0, 2), max: Date.UTC(2090, 0, 1) });
    fc.assert(
      fc.property(
        instant,
        fc.integer({ min: -18 * 60, max: 18 * 60 }),
        fc.stringMatching(/^\d{0,6}$/),
        (at, offset, digits) => {
          const utc = new Date(at).toISOString();
          const wall = new Date(at + offset * 60_000).toISOString().slice(0, -1);
          const size = Math.abs(offset);
          const pair = (n: number) => String(n).padStart(2, '0');
          const suffix = `${offset < 0 ? '-' : '+'}${pair(Math.floor(size / 60))}:${pair(size % 60)}`;
          const spellings = [utc, utc.replace('Z', `${digits}Z`), wall + digits + suffix, String(at)];
          for (const text of spellings) expect(readTime(text, paris)?.instant).toBe(at);
          expect(readTime(String(Math.floor(at / 1000)), paris)?.instant).toBe(Math.floor(at / 1000) * 1000);
        },
      ),
    );
  });

  it('never throws', () => {
    const text = fc.oneof(
      fc.string(),
      fc.stringMatching(/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{0,9})?([+-]\d\d:\d\d|Z)?$/),
    );
    fc.assert(
      fc.property(text, fc.constantFrom(paris, 'UTC', 'Asia/Kathmandu'), (t, zone) => void readTime(t, zone)),
    );
  });
});

function read(text: string) {
  const time = readTime(text, paris);
  return time === null ? null : [new Date(time.instant).toISOString(), time.flag];
}

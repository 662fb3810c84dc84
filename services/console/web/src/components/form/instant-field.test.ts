import { describe, expect, it } from 'vitest';
import { instantText, wallClockText } from './instant-field.tsx';

const paris = 'Europe/Paris';

describe('a time of a zone', () => {
  it('is read on the wall clock of the zone, wherever the browser is', () => {
    expect(instantText('2026-07-01T10:42', paris)).toBe('2026-07-01T08:42:00.000Z');
    expect(instantText('2026-12-01T10:42:07', paris)).toBe('2026-12-01T09:42:07.000Z');
  });

  it('is the earlier one of an hour that comes twice, and moved forward in one that is skipped', () => {
    expect(instantText('2026-10-25T02:30', paris)).toBe('2026-10-25T00:30:00.000Z');
    expect(instantText('2026-03-29T02:30', paris)).toBe('2026-03-29T01:30:00.000Z');
  });

  it('is nothing when it cannot be read', () => {
    expect(instantText('', paris)).toBeNull();
    expect(instantText('2026-02-31', paris)).toBeNull();
  });

  it('is written so that reading it gives the same again', () => {
    for (const text of ['2026-07-01T10:42', '2026-12-01T10:42:07', '2026-12-01T10:42:07.250']) {
      expect(wallClockText(instantText(text, paris), paris)).toBe(text);
    }
    expect(wallClockText(null, paris)).toBe('');
  });
});

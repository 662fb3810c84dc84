import { describe, expect, it } from 'vitest';
import type { ApiRequest } from './api-request.ts';
import { finalRequests } from './final-configuration.ts';

const put = (path: string, body: unknown): ApiRequest => ({ method: 'PUT', path, body });
const remove = (path: string): ApiRequest => ({ method: 'DELETE', path, body: null });
const map = (status: string, breakType: string | null, validFrom: string | null, activityId: string) => ({
  method: 'POST' as const,
  path: '/integrations/a/status-mappings',
  body: { status, breakType, validFrom, activityId },
});

describe('finalRequests', () => {
  it('keeps the last document under each address', () => {
    const last = put('/people/p', { name: 'New' });
    expect(finalRequests([put('/people/p', { name: 'Old' }), put('/people/q', {}), last])).toEqual([
      last,
      put('/people/q', {}),
    ]);
  });

  it('keeps the last of the versions that hold from the same time, and all that hold from others', () => {
    const later = put('/settings', { validFrom: '2026-01-01T00:00:00Z', graceMode: 'forgive' });
    const again = put('/settings', { validFrom: null, graceMode: 'alarm_only' });
    const first = put('/settings', { validFrom: null, graceMode: 'forgive' });
    expect(finalRequests([first, later, again])).toEqual([again, later]);
  });

  it('forgets all versions of a mapping that is deleted, and no other one', () => {
    const fallback = map('BREAK', null, null, 'lunch');
    const back = map('BREAK', 'smoke', null, 'calls');
    expect(
      finalRequests([
        fallback,
        map('BREAK', 'smoke', null, 'lunch'),
        map('BREAK', 'smoke', '2026-01-01T00:00:00Z', 'mail'),
        remove('/integrations/a/status-mappings?status=BREAK&breakType=smoke'),
        back,
      ]),
    ).toEqual([fallback, back]);
  });

  it('forgets a document that is deleted', () => {
    expect(finalRequests([put('/exceptions/x', {}), remove('/exceptions/x')])).toEqual([]);
  });

  it('refuses what depends on when it is written', () => {
    expect(() => finalRequests([put('/matches', { rules: [] })])).toThrow('depends on the clock');
  });
});

import { command, contactCentre, given, integration } from '@adherence/domain/configuration/given.testing.ts';
import { describe, expect, it } from 'vitest';
import { startTestConsole } from '../console.testing.ts';
import { withFoundTypes } from '../queries/seen.ts';
import { mappingsOf } from './status-mappings.ts';

const seen = (status: string, break_type: string | null, count: number, first_seen = 10, last_seen = 20) => ({
  status,
  break_type,
  count,
  first_seen,
  last_seen,
});

describe('statuses seen, with the break types that were found', () => {
  it('move to their type, and keep what is still without one', () => {
    const found = [
      { ...seen('PAUSE', null, 3, 12, 18), break_type: 'lunch' },
      { ...seen('PAUSE', null, 2, 5, 30), break_type: 'tea' },
    ];
    expect(
      withFoundTypes([seen('PAUSE', null, 6), seen('PAUSE', 'tea', 1), seen('TALK', null, 9)], found),
    ).toEqual([
      seen('PAUSE', null, 1),
      seen('PAUSE', 'tea', 3, 5, 30),
      seen('TALK', null, 9),
      seen('PAUSE', 'lunch', 3, 12, 18),
    ]);
  });

  it('leave no row of which nothing is left, and no negative one', () => {
    const found = [{ ...seen('PAUSE', null, 3), break_type: 'lunch' }];
    expect(withFoundTypes([seen('PAUSE', null, 2)], found)).toEqual([seen('PAUSE', 'lunch', 3)]);
  });
});

describe('mappings to revisit', () => {
  const mapping = (status: string, breakType: string | null, activityId: string) =>
    command('statusMapping', '', { integrationId: 'odigo', status, breakType, activityId });
  const breakDetail = { url: 'https://odigo.example/ws', username: 'u', passwordCiphertext: 'v1.x.y' };
  const importing = command('integration', 'odigo', { ...integration('Odigo'), breakDetail });
  const mappings = [mapping('TALK', null, 'calls'), mapping('PAUSE', null, 'lunch')];
  const listed = (...more: object[]) =>
    mappingsOf(given(...contactCentre, ...mappings, ...more).tables, 'odigo', [], 0)
      .filter(({ revisit }) => revisit)
      .map(({ status, breakType }) => `${status}/${breakType ?? '*'}`);

  it('are breaks none of whose types is mapped, once break details are imported', () => {
    expect(listed()).toEqual([]);
    expect(listed(importing)).toEqual(['PAUSE/*']);
    expect(listed(importing, mapping('PAUSE', 'tea', 'lunch'))).toEqual([]);
  });

  it('are types that were found and fall to the mapping of their status', async () => {
    const database = {
      query: async <T>(sql: string): Promise<T[]> =>
        (sql.includes('break_details')
          ? [{ ...seen('PAUSE', null, 2), break_type: 'tea' }]
          : [seen('PAUSE', null, 5)]) as T[],
    };
    const console = await startTestConsole({ database });
    const call = await console.tenant('acme');
    await call('PUT', '/activities/lunch', { name: 'Lunch', type: 'Break' });
    await call('PUT', '/integrations/odigo', {
      name: 'Odigo',
      timeZone: 'Europe/Paris',
      contact: { name: 'Ops', email: 'ops@acme.example' },
      breakDetail: { url: 'https://odigo.example/ws', username: 'u', password: 'p' },
      feedGapSeconds: null,
    });
    await call('POST', '/integrations/odigo/status-mappings', {
      status: 'PAUSE',
      breakType: null,
      activityId: 'lunch',
    });
    const { body } = await call('GET', '/integrations/odigo/status-mappings?byFallback=true');
    expect(body.items).toMatchObject([
      { status: 'PAUSE', breakType: null, activityId: 'lunch', count: 3, revisit: true },
      { status: 'PAUSE', breakType: 'tea', activityId: 'lunch', byFallback: true, count: 2, revisit: true },
    ]);
    await console.stop();
  });
});

/** A tenant that is deleted: what the log says of it afterwards, with and without the records before. */
import { describe, expect, it } from 'vitest';
import { command, contactCentre, given, hash } from './given.testing.ts';

const centre = [
  ...contactCentre,
  command('token', 'admin', { name: 'A', role: 'admin', hash: hash('a') }),
  command('urlToken', 'hook', { integrationId: 'odigo', hash: hash('b') }),
  command('person', 'ann', { name: 'Ann', externalUsers: [] }),
];
const deletion = command('tenant', 't1', null, { writtenAt: 5_000 });
const other = command('tenant', 't2', { name: 'Two', timeZone: 'UTC' }, { tenantId: 't2' });

describe('a tenant that is deleted', () => {
  it('is gone with its tokens, and others stay', () => {
    const { state, last } = given(...centre, other, deletion);
    expect(last).toMatchObject({ ok: true, change: { entity: 'tenant', id: 't1', after: null } });
    expect([...state.tenants.keys()]).toEqual(['t2']);
    expect([...state.tokens, ...state.urlTokens]).toEqual([]);
    expect([...state.deletedTenants]).toEqual([['t1', 5_000]]);
  });

  it('folds to the same when all that was written before it is removed from the log', () => {
    expect(given(other, deletion).state).toEqual({
      ...given(...centre, other, deletion).state,
      tenants: given(other).state.tenants,
    });
  });

  it('stays deleted: nothing is written of it, its id is not given again, and asking again changes nothing', () => {
    const again = { ...deletion, commandId: 'again', writtenAt: 6_000 };
    const made = command('tenant', 't1', { name: 'One', timeZone: 'UTC' });
    const { state, outcomes } = given(...centre, deletion, again, made, centre[1]);
    expect(outcomes.slice(-3)).toMatchObject([
      { ok: true, change: null },
      { ok: false, problem: 'conflict', errors: [{ message: 'tenant t1 was deleted: take another id' }] },
      { ok: false, problem: 'missing' },
    ]);
    expect([...state.deletedTenants]).toEqual([['t1', 5_000]]);
  });

  it('is not deleted by who saw an older version of it', () => {
    const renamed = command('tenant', 't1', { name: 'Uno', timeZone: 'Europe/Paris' });
    expect(given(...centre, renamed, { ...deletion, ifMatch: 0 }).last).toMatchObject({ problem: 'stale' });
  });
});

import { describe, expect, it } from 'vitest';
import { type Command, noVersion } from './command.ts';
import { decide } from './decide.ts';
import { command, contactCentre, given } from './given.testing.ts';
import { versionOf } from './version-of.ts';

const always = { validFrom: null };
const mapping = { integrationId: 'odigo', status: 'TALKING', breakType: null };
const writes: readonly [string, Command][] = [
  ['tenant', command('tenant', 't1', { name: 'Renamed', timeZone: 'UTC' })],
  ['activity', command('activity', 'email', { name: 'E-mail', type: 'Presence' })],
  [
    'person',
    command('person', 'ada', { name: 'Ada', team: null, planningUnitId: 'paris', externalUsers: [] }),
  ],
  ['statusMapping', command('statusMapping', '', { ...mapping, activityId: 'calls', ...always })],
  ['matches', command('matches', '', { rules: [], ...always })],
];

describe('the version that a command replaces', () => {
  it.each(writes)('of %s is the only one under which it is not stale', (_, write) => {
    const fresh = given(...contactCentre).state;
    const seen = versionOf(fresh, write);
    expect(seen).toBe(write.entity === 'tenant' ? 0 : noVersion);
    expect(decide(fresh, { ...write, ifMatch: seen }, 9)).toMatchObject({ ok: true });
    const { state, last } = given(...contactCentre, write);
    expect(last).toMatchObject({ ok: true });
    expect(versionOf(state, write)).toBe(contactCentre.length);
    expect(decide(state, { ...write, ifMatch: seen }, 9)).toMatchObject({ ok: false, problem: 'stale' });
  });

  it('is none of what was deleted, and of a tenant that is unknown', () => {
    const [, write] = writes[1]!;
    const { state } = given(...contactCentre, write, command('activity', 'email', null));
    expect(versionOf(state, write)).toBe(noVersion);
    expect(versionOf(state, { ...write, tenantId: 'other' })).toBe(noVersion);
  });
});

import { describe, expect, it } from 'vitest';
import { fold } from './decide.ts';
import { planErasure } from './erasure-plan.ts';
import { command, hash, integration, tenant } from './given.testing.ts';
import { emptyState } from './tables.ts';

function plan(log: Parameters<typeof planErasure>[0], personId: string) {
  const steps = planErasure(log, personId);
  for (let step = steps.next(); ; step = steps.next()) if (step.done) return step.value;
}

const user = (externalUserId: string) => ({ integrationId: 'odigo', externalUserId });
/** What a follower that begins now makes of the log. */
function folded(log: readonly { key: string; offset: number; command: unknown }[], gone: readonly string[]) {
  let state = emptyState();
  for (const { key, offset, command: each } of log) {
    if (!gone.includes(key)) state = fold(state, each, offset).state;
  }
  return state.tenants.get('t1')!;
}

describe('planErasure', () => {
  const log = [
    tenant,
    command('integration', 'odigo', integration('Odigo')),
    command('planningUnit', 'north', { name: 'North', timeZone: 'UTC' }),
    command('person', 'ada', { name: 'Ada', planningUnitId: 'north', externalUsers: [user('a')] }),
    command('person', 'bob', { name: 'Bob', externalUsers: [user('b')] }),
    // Refused: the user is Ada's, and the unit has Ada in it.
    command('person', 'bob', { name: 'Bob', externalUsers: [user('a'), user('b')] }),
    command('planningUnit', 'north', null),
    command('exception', 'both', { personIds: ['ada', 'bob'], from: 1, to: 2, reason: 'r' }),
    command('person', 'ada', { name: 'Ada', externalUsers: [user('a2')] }),
    command('person', 'ada', { name: 'Ada again', externalUsers: [user('b')] }),
    command('token', 'x', { name: 'x', role: 'viewer', hash: hash('a') }),
    command('person', 'ada', null),
  ].map((each, offset) => ({ key: `k${offset}`, offset, command: each }));
  const { keys, users } = plan(log, 'ada');

  it('names every record of the person, and those refused because of it', () => {
    expect([...keys].sort()).toEqual(['k11', 'k3', 'k5', 'k6', 'k8', 'k9']);
  });

  it('knows every external user that the person had, and none that it was refused', () => {
    expect(users.map(({ externalUserId }) => externalUserId)).toEqual(['a', 'a2']);
  });

  it('leaves a log that folds to the same', () => {
    expect(folded(log, keys)).toEqual(folded(log, []));
    expect(folded(log, keys).people.get('bob')!.document.externalUsers).toHaveLength(1);
    expect(folded(log, keys).exceptions.get('both')!.document.personIds).toEqual(['ada', 'bob']);
  });

  it('has nothing to do for somebody of whom the log knows nothing', () => {
    expect(plan(log, 'eve')).toEqual({ keys: [], users: [] });
  });
});

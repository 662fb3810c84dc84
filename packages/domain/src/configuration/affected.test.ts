import { describe, expect, it } from 'vitest';
import { affected } from './affected.ts';
import type { Command } from './command.ts';
import { command, contactCentre, given, integration } from './given.testing.ts';

const person = (over: object) => ({ name: 'Ada', externalUsers: [], ...over });
const users = (...ids: string[]) => ids.map((externalUserId) => ({ integrationId: 'odigo', externalUserId }));

const people = [
  command('integration', 'other', integration('Other')),
  command('person', 'ada', person({ team: 'blue', planningUnitId: 'paris', externalUsers: users('a') })),
  command('person', 'bob', person({ team: 'red', externalUsers: users('b') })),
  command('person', 'eve', person({ team: 'blue' })),
];

/** What the last of the commands touches. */
function touchedBy(...commands: Command[]) {
  const { last, tables } = given(...contactCentre, ...people, ...commands);
  if (!last.ok || !last.change) throw new Error(`not a change: ${JSON.stringify(last)}`);
  return affected(last.change, tables);
}
const nobody = { all: false, people: [], externalUsers: [] };
const always = { from: null, to: null };
const mapping = (over: object) =>
  command('statusMapping', '', { integrationId: 'odigo', status: 'S', activityId: 'calls', ...over });

describe('affected', () => {
  it.each<[string, Command[], unknown]>([
    [
      'a name',
      [
        command(
          'person',
          'ada',
          person({ name: 'Ada L.', team: 'blue', planningUnitId: 'paris', externalUsers: users('a') }),
        ),
      ],
      nobody,
    ],
    [
      'a colour',
      [command('activity', 'calls', { name: 'Calls', type: 'Presence', color: '#123456' })],
      nobody,
    ],
    ['a new activity', [command('activity', 'new', { name: 'New', type: 'Break' })], nobody],
    [
      'an activity type',
      [command('activity', 'calls', { name: 'Calls', type: 'Break' })],
      { all: true, ...always },
    ],
    [
      'an activity that comes back with another type',
      [command('activity', 'lunch', null), command('activity', 'lunch', { name: 'Lunch', type: 'Meeting' })],
      { all: true, ...always },
    ],
    ['settings', [command('settings', '', { validFrom: 77 })], { all: true, from: 77, to: null }],
    ['first matches', [command('matches', '', { rules: [] })], { all: true, ...always }],
    [
      'an integration that nobody uses',
      [command('integration', 'other', { ...integration('Other'), feedGapSeconds: 5 })],
      nobody,
    ],
    ['a contact', [command('integration', 'odigo', integration('Renamed'))], nobody],
    ['a token', [command('urlToken', 'u', { integrationId: 'odigo', hash: 'a'.repeat(64) })], nobody],
    [
      'an exception for everyone that was for one',
      [
        command('exception', 'x', { personIds: ['ada'], from: 10, to: 20, reason: 'r' }),
        command('exception', 'x', { everyone: true, from: 15, to: 30, reason: 'r' }),
      ],
      { all: true, from: 10, to: 30 },
    ],
    [
      'a recomputation of all',
      [command('recomputation', 'r', { from: 1, to: 9 })],
      { all: true, from: 1, to: 9 },
    ],
  ])('%s', (_, commands, expected) => {
    expect(touchedBy(...commands)).toEqual(expected);
  });

  it.each<[string, Command[], string[], { from: number | null; to: number | null }]>([
    ['a mapping', [mapping({ validFrom: 50 })], ['ada', 'bob'], { from: 50, to: null }],
    ['a first mapping', [mapping({})], ['ada', 'bob'], always],
    [
      'a removed mapping',
      [
        mapping({ validFrom: 50 }),
        command('statusMapping', '', { integrationId: 'odigo', status: 'S' }, { action: 'delete' }),
      ],
      ['ada', 'bob'],
      always,
    ],
    [
      'a feed gap',
      [command('integration', 'odigo', { ...integration('Odigo'), feedGapSeconds: 60 })],
      ['ada', 'bob'],
      always,
    ],
    ['a zone', [command('planningUnit', 'paris', { name: 'Paris', timeZone: 'UTC' })], ['ada'], always],
    [
      'an exception that moves from a team to a person',
      [
        command('exception', 'x', { teams: ['blue'], from: 10, to: 20, reason: 'r' }),
        command('exception', 'x', { personIds: ['bob'], from: 5, to: 12, reason: 'r' }),
      ],
      ['ada', 'bob', 'eve'],
      { from: 5, to: 20 },
    ],
    ['a team', [command('person', 'eve', person({ team: 'red' }))], ['eve'], always],
    [
      'a recomputation',
      [command('recomputation', 'r', { personIds: ['bob'], from: 1, to: 9 })],
      ['bob'],
      { from: 1, to: 9 },
    ],
  ])('%s', (_, commands, personIds, interval) => {
    const expected = personIds.map((personId) => ({ personId, ...interval }));
    expect(touchedBy(...commands)).toEqual({ all: false, people: expected, externalUsers: [] });
  });

  it('a person who gives an external user up: both holders, and the user', () => {
    const touched = touchedBy(
      command('person', 'ada', person({ externalUsers: [{ ...users('a')[0], validTo: 100 }] })),
      command(
        'person',
        'bob',
        person({ team: 'red', externalUsers: [...users('b'), { ...users('a')[0], validFrom: 100 }] }),
      ),
    );
    expect(touched).toEqual({
      all: false,
      people: [
        { personId: 'bob', ...always },
        { personId: 'ada', ...always },
      ],
      externalUsers: users('a'),
    });
  });

  it('a deleted person: itself and its users', () => {
    expect(touchedBy(command('person', 'ada', null))).toEqual({
      all: false,
      people: [{ personId: 'ada', ...always }],
      externalUsers: users('a'),
    });
  });
});

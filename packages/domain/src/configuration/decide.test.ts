import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Command, Outcome } from './command.ts';
import { decide, fold } from './decide.ts';
import { command, contactCentre, given, hash, integration, tenant } from './given.testing.ts';
import { emptyState, externalUserIndexKey, personAt, versionAt } from './tables.ts';

const user = (externalUserId: string, validFrom: number | null = null, validTo: number | null = null) => ({
  integrationId: 'odigo',
  externalUserId,
  validFrom,
  validTo,
});
const person = (...externalUsers: object[]) => ({ name: 'Ada', externalUsers });
const mapping = (activityId: string, over: object = {}) =>
  command('statusMapping', '', { integrationId: 'odigo', status: 'TALKING', activityId, ...over });
const after = (...commands: Command[]) => given(...contactCentre, ...commands);

function problemOf(outcome: Outcome): string {
  if (!outcome.ok) return outcome.problem;
  if (!outcome.change) return 'unchanged';
  return outcome.created ? 'created' : 'replaced';
}
const messages = (outcome: Outcome): string[] => (outcome.ok ? [] : outcome.errors.map((e) => e.message));
const paths = (outcome: Outcome): string[] => (outcome.ok ? [] : outcome.errors.map((e) => e.path));

describe('every entity', () => {
  const cases: [string, Command[], string][] = [
    ['is created', [command('activity', 'email', { name: 'E-mail', type: 'Presence' })], 'created'],
    ['is replaced', [command('activity', 'calls', { name: 'Phone', type: 'Presence' })], 'replaced'],
    [
      'stays when nothing changed',
      [command('activity', 'calls', { type: 'Presence', name: 'Calls' })],
      'unchanged',
    ],
    ['refuses bad ids', [command('activity', '-x', { name: 'X', type: 'Break' })], 'invalid'],
    ['is deleted', [command('planningUnit', 'paris', null)], 'replaced'],
    [
      'is deleted once',
      [command('planningUnit', 'paris', null), command('planningUnit', 'paris', null)],
      'missing',
    ],
    [
      'of an unknown tenant is missing',
      [command('activity', 'x', { name: 'X', type: 'Break' }, { tenantId: 't9' })],
      'missing',
    ],
  ];
  it.each(cases)('%s', (_, commands, problem) => {
    expect(problemOf(after(...commands).last)).toBe(problem);
  });

  it('goes to the first of two writers of the same version; the other one is told', () => {
    const { outcomes, tables } = after(
      command('activity', 'calls', { name: 'First', type: 'Presence' }, { ifMatch: 2 }),
      command('activity', 'calls', { name: 'Second', type: 'Presence' }, { ifMatch: 2 }),
    );
    expect(outcomes.slice(-2).map(problemOf)).toEqual(['replaced', 'stale']);
    expect(tables.activities.get('calls')!.document.name).toBe('First');
  });

  it('is not made twice by two writers who both saw nothing', () => {
    const make = (name: string) => command('activity', 'email', { name, type: 'Presence' }, { ifMatch: -1 });
    expect(after(make('A'), make('B')).outcomes.slice(-2).map(problemOf)).toEqual(['created', 'stale']);
  });

  it('reports every fault at once', () => {
    const { last } = after(
      command('person', 'p1', {
        name: '',
        planningUnitId: 'nowhere!',
        externalUsers: [{ integrationId: 'odigo' }],
      }),
    );
    expect(paths(last).sort()).toEqual(['externalUsers[0].externalUserId', 'name', 'planningUnitId']);
  });
});

describe('tenant', () => {
  it('comes with the unit `default`, the activity `present` and its first token', () => {
    const make = command('tenant', 't1', {
      name: 'One',
      timeZone: 'Asia/Kathmandu',
      adminToken: { id: 'first', name: 'First', hash: hash('a') },
    });
    const { state, tables, outcomes } = given(make, make);
    expect(outcomes.map(problemOf)).toEqual(['created', 'conflict']);
    expect(tables.planningUnits.get('default')!.document.timeZone).toBe('Asia/Kathmandu');
    expect(tables.activities.get('present')!.document.type).toBe('Presence');
    expect(state.tokens.get(hash('a'))).toEqual({
      tenantId: 't1',
      tokenId: 'first',
      role: 'admin',
      teams: null,
    });
  });

  it.each(['Europe/Atlantis', '+01:00', 'europe paris', ''])('refuses the zone %j', (timeZone) => {
    expect(problemOf(given(command('tenant', 't1', { name: 'One', timeZone })).last)).toBe('invalid');
  });
});

describe('built-ins', () => {
  it.each([
    ['the unit default stays', command('planningUnit', 'default', null), 'conflict'],
    ['the activity present stays', command('activity', 'present', null), 'conflict'],
    [
      'present stays a Presence',
      command('activity', 'present', { name: 'Present', type: 'Break' }),
      'invalid',
    ],
    [
      'present may be renamed',
      command('activity', 'present', { name: 'Here', type: 'Presence' }),
      'replaced',
    ],
  ])('%s', (_, each, problem) => {
    expect(problemOf(after(each).last)).toBe(problem);
  });
});

describe('what is in use', () => {
  it('names the mapping and the match that need an activity', () => {
    const { last } = after(
      mapping('lunch', { breakType: 'meal' }),
      command('matches', '', { rules: [{ actual: 'offline', scheduled: 'activity:lunch' }] }),
      command('activity', 'lunch', null),
    );
    expect(problemOf(last)).toBe('conflict');
    expect(messages(last)).toEqual([
      'in use by the mapping of TALKING/meal of integration odigo',
      'in use by the match of offline with activity:lunch',
    ]);
  });

  it('lets an activity go that was mapped in the past only, and keeps its type for history', () => {
    const { last, tables } = after(
      mapping('lunch'),
      mapping('calls', { validFrom: 500 }),
      command('activity', 'lunch', null),
    );
    expect(problemOf(last)).toBe('replaced');
    expect(tables.activities.get('lunch')).toMatchObject({ deleted: true, document: { type: 'Break' } });
    expect(tables.rules.activityTypes.get('lunch')).toBe('Break');
  });

  it('keeps an activity that will be mapped', () => {
    const { last } = after(mapping('lunch', { validFrom: 5000 }), command('activity', 'lunch', null));
    expect(problemOf(last)).toBe('conflict');
  });

  it('names the people of a planning unit and of an integration', () => {
    const ada = command('person', 'ada', { ...person(user('a')), planningUnitId: 'paris' });
    expect(messages(after(ada, command('planningUnit', 'paris', null)).last)).toEqual([
      'planning unit is in use by people: ada',
    ]);
    expect(messages(after(ada, command('integration', 'odigo', null)).last)).toEqual([
      'integration is in use by people: ada',
    ]);
  });

  it('takes mappings and URL tokens away with their integration', () => {
    const token = command('urlToken', 'u1', { integrationId: 'odigo', hash: hash('1') });
    const { state, tables } = after(mapping('calls'), token, command('integration', 'odigo', null));
    expect(state.urlTokens.size).toBe(0);
    expect(tables.urlTokens.size).toBe(0);
    expect(tables.rules.statusMappings.size).toBe(0);
  });
});

describe('person', () => {
  it.each<[string, object, object, string]>([
    ['the same user for ever', user('a'), user('a'), 'conflict'],
    ['overlapping', user('a', 0, 200), user('a', 199), 'conflict'],
    ['one after the other', user('a', null, 200), user('a', 200), 'created'],
    ['before the other', user('a', 200), user('a', null, 200), 'created'],
    ['another spelling', user('a'), user('A'), 'created'],
    ['the same after trimming', user('a'), user(' a '), 'conflict'],
    ['the same after normalising', user('chlo\u00eb'), user('chloe\u0308'), 'conflict'],
  ])('an external user of two people: %s', (_, first, second, problem) => {
    const { last } = after(command('person', 'p1', person(first)), command('person', 'p2', person(second)));
    expect(problemOf(last)).toBe(problem);
    if (problem === 'conflict') expect(messages(last)[0]).toContain('person p1');
  });

  it('refuses unknown units and integrations, turned validity and a user listed twice, all at once', () => {
    const { last } = after(
      command('person', 'p1', {
        name: 'Ada',
        planningUnitId: 'nowhere',
        externalUsers: [{ integrationId: 'none', externalUserId: 'x' }, user('a'), user('a')],
      }),
    );
    expect(problemOf(last)).toBe('invalid');
    expect(paths(last)).toEqual(['planningUnitId', 'externalUsers[0].integrationId', 'externalUsers[2]']);
    expect(problemOf(after(command('person', 'p1', person(user('a', 5, 5)))).last)).toBe('invalid');
  });

  it('is found by external user within its validity, and no longer after it was taken away', () => {
    const first = command('person', 'p1', person(user('a', null, 200), user('b')));
    const { tables } = after(first, command('person', 'p2', person(user('a', 200, 300))));
    expect([199, 200, 299, 300].map((at) => personAt(tables, 'odigo', 'a', at))).toEqual([
      'p1',
      'p2',
      'p2',
      null,
    ]);
    const later = after(first, command('person', 'p1', null));
    expect(later.tables.personsByExternalUser.size).toBe(0);
  });

  it('hands a user over in two steps', () => {
    const { outcomes, tables } = after(
      command('person', 'p1', person(user('a'))),
      command('person', 'p1', person()),
      command('person', 'p2', person(user('a'))),
    );
    expect(outcomes.slice(-3).every(({ ok }) => ok)).toBe(true);
    expect(tables.personsByExternalUser.get(externalUserIndexKey('odigo', 'a'))).toEqual([
      { personId: 'p2', validFrom: null, validTo: null },
    ]);
  });
});

describe('integration', () => {
  it('has a name of its own', () => {
    expect(messages(after(command('integration', 'two', integration('Odigo'))).last)).toEqual([
      'integration odigo has this name already',
    ]);
    expect(problemOf(after(command('integration', 'two', integration('Other'))).last)).toBe('created');
  });

  it.each([
    ['https://odigo.example/tenant-1', true],
    ['http://127.0.0.1:9000/tenant-1', true],
    ['http://odigo.example/', false],
    ['https://user:secret@odigo.example/', false],
    ['ftp://odigo.example/', false],
    ['not a url', false],
  ])('break detail URL %s', (url, ok) => {
    const breakDetail = { url, username: 'u', passwordCiphertext: 'x' };
    expect(after(command('integration', 'odigo', { ...integration('Odigo'), breakDetail })).last.ok).toBe(ok);
  });

  it('has at most two URL tokens at a time', () => {
    const token = (id: string) => command('urlToken', id, { integrationId: 'odigo', hash: hash(id) });
    const { outcomes, state } = after(
      token('1'),
      token('2'),
      token('3'),
      command('urlToken', '1', null),
      token('3'),
    );
    expect(outcomes.slice(-5).map(problemOf)).toEqual([
      'created',
      'created',
      'conflict',
      'replaced',
      'created',
    ]);
    expect([...state.urlTokens.keys()]).toEqual([hash('2'), hash('3')]);
  });
});

describe('versions', () => {
  const versionsOf = ({ tables }: ReturnType<typeof given>) =>
    (tables.rules.statusMappings.get('odigo')?.get('TALKING') ?? []).map(({ validFrom, value }) => [
      validFrom,
      value,
    ]);

  it('the first holds always, a later one from the time of writing, an explicit one from its time', () => {
    const all = after(mapping('calls'), mapping('lunch'), mapping('calls', { validFrom: 300 }));
    expect(versionsOf(all)).toEqual([
      [null, 'calls'],
      [1000, 'lunch'],
      [300, 'calls'],
    ]);
  });

  it('an unchanged one writes nothing; an explicit validFrom of its own does', () => {
    expect(problemOf(after(mapping('calls'), mapping('calls')).last)).toBe('unchanged');
    expect(problemOf(after(mapping('calls'), mapping('calls', { validFrom: 300 })).last)).toBe('replaced');
    const twice = after(mapping('calls', { validFrom: 300 }), mapping('calls', { validFrom: 300 }));
    expect(problemOf(twice.last)).toBe('unchanged');
  });

  it('of equal validFrom the latest written holds', () => {
    const { tables } = after(mapping('calls', { validFrom: 300 }), mapping('lunch', { validFrom: 300 }));
    const versions = tables.rules.statusMappings.get('odigo')!.get('TALKING')!;
    expect(versionAt(versions, 299)).toBeUndefined();
    expect(versionAt(versions, 300)?.value).toBe('lunch');
  });

  it('a deletion removes all of them, and the next is the first again', () => {
    const remove = command(
      'statusMapping',
      '',
      { integrationId: 'odigo', status: 'TALKING' },
      { action: 'delete' },
    );
    const { outcomes, ...rest } = after(
      mapping('calls'),
      mapping('lunch'),
      remove,
      mapping('lunch'),
      remove,
      remove,
    );
    expect(outcomes.slice(-4).map(problemOf)).toEqual(['replaced', 'created', 'replaced', 'missing']);
    expect(versionsOf({ outcomes, ...rest })).toEqual([]);
  });

  it('a first PUT of the default settings is a version and holds always', () => {
    const { outcomes, tables } = after(
      command('settings', '', {}),
      command('settings', '', { targetScore: 0.8 }),
      command('settings', '', { targetScore: 0.8 }),
    );
    expect(outcomes.slice(-3).map(problemOf)).toEqual(['created', 'replaced', 'unchanged']);
    expect(tables.rules.settings.map(({ validFrom }) => validFrom)).toEqual([null, 1000]);
    expect(tables.rules.settings[0]!.value.missingLogout.maxStatusSeconds).toBe(43_200);
  });

  it.each([
    ['target', { targetScore: 1.1 }],
    ['buffer', { bufferSeconds: { notPresent: -1 } }],
    ['grace mode', { graceMode: 'kind' }],
    ['missing logout', { missingLogout: { maxStatusSeconds: 0 } }],
    ['validFrom', { validFrom: 9e15 }],
  ])('settings out of range: %s', (_, document) => {
    expect(problemOf(after(command('settings', '', document)).last)).toBe('invalid');
  });

  it('matches and mappings name known activities only', () => {
    const rules = [
      { actual: 'activity:none', scheduled: 'activity:lunch' },
      { actual: 'type:Lunch', scheduled: 'offline' },
    ];
    expect(paths(after(command('matches', '', { rules: rules.slice(0, 1) })).last)).toEqual([
      'rules[0].actual',
    ]);
    expect(problemOf(after(command('matches', '', { rules })).last)).toBe('invalid');
    expect(problemOf(after(mapping('none')).last)).toBe('invalid');
    expect(problemOf(after(command('activity', 'lunch', null), mapping('lunch')).last)).toBe('invalid');
  });

  it('rules get a new identity with every change in them, and only then', () => {
    const state = emptyState();
    for (const [offset, each] of contactCentre.entries()) fold(state, each, offset);
    const rules = () => state.tenants.get('t1')!.rules;
    const before = rules();
    fold(state, command('person', 'p1', person(user('a'))), 10);
    expect(rules()).toBe(before);
    fold(state, mapping('calls'), 11);
    expect(rules()).not.toBe(before);
    expect(before.statusMappings.size).toBe(0);
  });
});

describe('exceptions and recomputations', () => {
  it.each([
    ['nobody named', { from: 1, to: 2, reason: 'r' }, 'invalid'],
    ['turned', { everyone: true, from: 2, to: 2, reason: 'r' }, 'invalid'],
    ['of a person who is gone', { personIds: ['p9'], from: 1, to: 2, reason: 'r' }, 'created'],
    ['a team', { teams: ['blue'], from: 1, to: 2, reason: 'r' }, 'created'],
  ])('exception: %s', (_, document, problem) => {
    expect(problemOf(after(command('exception', 'x', document)).last)).toBe(problem);
  });
});

describe('any log', () => {
  const ids = fc.constantFrom('a', 'b', 'default', 'present', 'odigo', 'calls', '');
  const documents = fc.oneof(
    fc.record({ name: fc.constantFrom('A', 'B'), type: fc.constantFrom('Presence', 'Break') }),
    fc.record({ name: fc.constantFrom('A', 'B'), timeZone: fc.constantFrom('UTC', 'Asia/Tokyo') }),
    fc.record({
      name: fc.constant('P'),
      externalUsers: fc.array(
        fc.record({
          integrationId: fc.constant('odigo'),
          externalUserId: fc.constantFrom('x', 'y'),
          validFrom: fc.constantFrom(null, 10, 20),
          validTo: fc.constantFrom(null, 20, 30),
        }),
        { maxLength: 3 },
      ),
    }),
    fc.record({
      integrationId: fc.constantFrom('odigo', 'a'),
      hash: fc.constantFrom(hash('1'), hash('2'), hash('3')),
    }),
    fc.record({
      integrationId: fc.constant('odigo'),
      status: fc.constantFrom('S', 'T'),
      activityId: ids,
      validFrom: fc.constantFrom(null, 5, 10),
    }),
    fc.constant(null),
    fc.anything(),
  );
  const commands = fc.record({
    entity: fc.constantFrom(
      'activity',
      'planningUnit',
      'person',
      'urlToken',
      'statusMapping',
      'integration',
      'token',
    ),
    id: ids,
    document: documents,
    action: fc.constantFrom('put', 'delete'),
    ifMatch: fc.constantFrom(null, null, null, -1, 3, 7),
  });
  const logs = fc.array(
    fc.oneof({ weight: 9, arbitrary: commands }, { weight: 1, arbitrary: fc.anything() }),
    {
      maxLength: 40,
    },
  );
  const complete = (each: unknown) =>
    typeof each === 'object' && each !== null && 'entity' in each
      ? command('activity', 'x', {}, each as Partial<Command>)
      : each;

  it('is folded the same way twice, and leaves an index that agrees with the documents', () => {
    fc.assert(
      fc.property(logs, (log) => {
        const json = JSON.stringify([...contactCentre, ...log.map(complete)]);
        const once = given(...JSON.parse(json));
        const again = given(...JSON.parse(json));
        expect(again.outcomes.map(problemOf)).toEqual(once.outcomes.map(problemOf));
        expect(again.state).toEqual(once.state);
        const indexed = [...once.tables.personsByExternalUser.values()].flat().length;
        const listed = [...once.tables.people.values()].flatMap(
          ({ document }) => document.externalUsers,
        ).length;
        expect(indexed).toBe(listed);
        expect(once.state.urlTokens.size).toBe(once.tables.urlTokens.size);
        const perIntegration = Map.groupBy(once.tables.urlTokens.values(), (t) => t.document.integrationId);
        for (const tokens of perIntegration.values()) expect(tokens.length).toBeLessThanOrEqual(2);
      }),
      { numRuns: 300 },
    );
  });

  it('is judged without being changed by `decide`', () => {
    fc.assert(
      fc.property(logs, (log) => {
        const state = given(...contactCentre).state;
        const before = structuredClone(state);
        for (const each of log.map(complete)) decide(state, each, 99);
        expect(state).toEqual(before);
      }),
      { numRuns: 100 },
    );
  });

  it('never throws, whatever it carries', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), (garbage) => {
        expect(fold(emptyState(), garbage, 0).outcome.ok).toBe(false);
      }),
    );
    expect(given(tenant).last.ok).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import type { ActivityType } from '../model.ts';
import {
  compileRules,
  defaultMatches,
  defaultSettings,
  type MatchRule,
  mappingVersionAt,
  matchIn,
  nextStep,
  type RuleTables,
  rulesOf,
  statusKey,
  stepsOf,
  type Version,
  valueAt,
} from './rules.ts';

const always = Number.NEGATIVE_INFINITY;

describe('which version holds', () => {
  const held = (versions: readonly Version<string>[], instants: readonly number[]) => {
    const steps = stepsOf(versions, 'default');
    return instants.map((at) => valueAt(steps, at));
  };

  it.each([
    ['none: the default', [], ['default', 'default', 'default']],
    ['the greatest validFrom <= t, the default before', [at(2, 'a'), at(3, 'b')], ['default', 'a', 'b']],
    ['in whatever order they were written', [at(3, 'b'), at(2, 'a')], ['default', 'a', 'b']],
    ['the latest written among equals', [at(2, 'b'), at(2, 'a')], ['default', 'a', 'a']],
    ['without validFrom: always', [at(null, 'a'), at(3, 'b')], ['a', 'a', 'b']],
    ['the latest of those that hold always', [at(null, 'a'), at(null, 'b')], ['b', 'b', 'b']],
  ])('%s', (_, versions, expected) => {
    expect(held(versions, [1, 2, 3])).toEqual(expected);
  });

  it('holds up to the next, which begins at its validFrom', () => {
    const steps = stepsOf([at(10, 'a'), at(20, 'b')], 'default');
    expect([always, 9, 10, 19, 20, 99].map((t) => nextStep(steps, t))).toEqual([
      ...[10, 10, 20, 20],
      ...[Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    ]);
    for (let t = 0; t < 30; t++) expect(valueAt(steps, t)).toBe(t < 10 ? 'default' : t < 20 ? 'a' : 'b');
  });

  function at(validFrom: number | null, value: string): Version<string> {
    return { validFrom, value };
  }
});

const types = new Map<string, ActivityType>([
  ['calls', 'Presence'],
  ['email', 'Presence'],
  ['lunch', 'Break'],
  ['vacation', 'Vacation'],
  ['ill', 'Illness'],
]);
const version = <T>(value: T, validFrom: number | null = null): Version<T> => ({ validFrom, value });
const tables: RuleTables = {
  activityTypes: types,
  statusMappings: new Map([
    [
      'odigo',
      new Map([
        [statusKey('PAUSE', null), [version('calls'), version('email', 100)]],
        [statusKey('PAUSE', 'lunch'), [version('lunch', 50)]],
        [statusKey('GONE', 'lunch'), [version('lunch', 50)]],
      ]),
    ],
  ]),
  matches: [],
  settings: [],
};

describe('the activity of a status', () => {
  it.each([
    ['odigo', 'PAUSE', null, [0, 99, 100], ['calls', 'calls', 'email']],
    // Of the break type once it is mapped, of (status, *) before.
    ['odigo', 'PAUSE', 'lunch', [0, 49, 50, 100], ['calls', 'calls', 'lunch', 'lunch']],
    ['odigo', 'PAUSE', 'yoga', [0, 99, 100], ['calls', 'calls', 'email']],
    // Of its break type alone, else `present`.
    ['odigo', 'GONE', 'lunch', [0, 49, 50], ['present', 'present', 'lunch']],
    ['odigo', 'GONE', null, [0, 50], ['present', 'present']],
    // Nothing is mapped on an integration.
    ['other', 'PAUSE', 'lunch', [0, 50], ['present', 'present']],
    ['other', 'PAUSE', null, [0, 50], ['present', 'present']],
  ] as const)('%s %s %s', (integrationId, status, breakType, instants, expected) => {
    const steps = compileRules(tables).mapping(integrationId, status, breakType);
    expect(instants.map((at) => valueAt(steps, at))).toEqual(expected);
  });

  it('names the version that says so, and whether it is that of the break type', () => {
    const ofOdigo = tables.statusMappings.get('odigo');
    const said = (status: string, breakType: string | null, at: number) => {
      const found = mappingVersionAt(ofOdigo, status, breakType, at);
      return found && [found.key, found.version.value];
    };
    expect(said('PAUSE', 'lunch', 49)).toEqual(['fallback', 'calls']);
    expect(said('PAUSE', 'lunch', 50)).toEqual(['own', 'lunch']);
    expect(said('PAUSE', null, 100)).toEqual(['own', 'email']);
    expect(said('GONE', 'lunch', 49)).toBeNull();
    expect(mappingVersionAt(undefined, 'PAUSE', 'lunch', 0)).toBeNull();
  });

  it('is looked up once, for so many statuses as come by in a day, and not for ever', () => {
    const rules = compileRules(tables);
    const steps = rules.mapping('odigo', 'PAUSE', 'lunch');
    for (let i = 0; i < 9_999; i++) rules.mapping('other', `S${i}`, null);
    expect(rules.mapping('odigo', 'PAUSE', 'lunch')).toBe(steps);
    expect(rules.mapping('other', 'S0', null)).toBe(rules.mapping('other', 'S0', null));
    rules.mapping('odigo', 'PAUSE', null);
    const again = rules.mapping('odigo', 'PAUSE', 'lunch');
    expect(again).not.toBe(steps);
    expect(again).toEqual(steps);
    expect(rules.mapping('odigo', 'PAUSE', 'lunch')).toBe(again);
  });

  it('tables are compiled once', () => {
    expect(rulesOf(tables)).toBe(rulesOf(tables));
    expect(rulesOf({ ...tables })).not.toBe(rulesOf(tables));
  });
});

describe('matches', () => {
  const matcher = (rules: readonly MatchRule[]) =>
    valueAt(compileRules({ ...tables, matches: [version(rules)] }).matches, 0);

  it('by default each type matches itself, and the three absences one another', () => {
    const matches = valueAt(compileRules(tables).matches, 0);
    const ids = [...types.keys()];
    const pairs = ids.flatMap((actual) => ids.map((scheduled) => [actual, scheduled] as const));
    const matching = pairs.filter(([actual, scheduled]) => matches(actual, scheduled));
    const differing = matching.filter(([actual, scheduled]) => actual !== scheduled);
    expect(differing).toEqual([
      ['calls', 'email'],
      ['email', 'calls'],
      ['vacation', 'ill'],
      ['ill', 'vacation'],
    ]);
    expect(matching).toHaveLength(ids.length + differing.length);
    expect(ids.some((scheduled) => matches(null, scheduled))).toBe(false);
  });

  it('without any rule an activity matches itself, and nothing else', () => {
    const matches = matcher([]);
    expect([matches('calls', 'calls'), matches('calls', 'email'), matches(null, 'calls')]).toEqual([
      ...[true, false, false],
    ]);
  });

  it.each([
    ['activity:lunch', 'activity:calls', [['lunch', 'calls']]],
    [
      'activity:lunch',
      'type:Presence',
      [
        ['lunch', 'calls'],
        ['lunch', 'email'],
      ],
    ],
    [
      'type:Presence',
      'activity:lunch',
      [
        ['calls', 'lunch'],
        ['email', 'lunch'],
      ],
    ],
    ['type:Vacation', 'type:Illness', [['vacation', 'ill']]],
    ['offline', 'activity:lunch', [[null, 'lunch']]],
    [
      'offline',
      'type:Presence',
      [
        [null, 'calls'],
        [null, 'email'],
      ],
    ],
  ])('%s satisfies %s, and only that', (actual, scheduled, expected) => {
    const matches = matcher([{ actual, scheduled }]);
    const ids = [...types.keys()];
    const found = [null, ...ids].flatMap((a) =>
      ids.filter((s) => a !== s && matches(a, s)).map((s) => [a, s] as const),
    );
    expect(found).toEqual(expected);
  });

  it('names the most particular rule that holds', () => {
    const rules = [
      { actual: 'type:Presence', scheduled: 'type:Presence' },
      { actual: 'type:Presence', scheduled: 'activity:email' },
      { actual: 'activity:calls', scheduled: 'type:Presence' },
    ];
    const typeOf = (id: string) => types.get(id)!;
    expect(matchIn(rules, 'calls', 'email', typeOf)).toEqual(rules[2]);
    expect(matchIn(rules.slice(0, 2), 'calls', 'email', typeOf)).toEqual(rules[1]);
    expect(matchIn(rules.slice(0, 1), 'calls', 'email', typeOf)).toEqual(rules[0]);
    expect(matchIn(rules, 'calls', 'calls', typeOf)).toBe('same activity');
    expect(matchIn(rules, 'lunch', 'email', typeOf)).toBeNull();
    expect(matchIn(rules, null, 'email', typeOf)).toBeNull();
  });

  it('an activity that does not exist counts as Presence', () => {
    const rules = compileRules(tables);
    expect(rules.activityType('nobody')).toBe('Presence');
    expect(valueAt(rules.matches, 0)('nobody', 'calls')).toBe(true);
  });
});

it('the defaults are those of the contract', () => {
  expect(defaultSettings).toEqual({
    targetScore: 0.9,
    bufferSeconds: { notPresent: 0, wrongActivity: 0, notScheduled: 0 },
    graceMode: 'forgive',
    missingLogout: { afterShiftEndSeconds: 3600, maxStatusSeconds: 43_200 },
  });
  expect(defaultMatches).toHaveLength(12);
  expect(valueAt(compileRules(tables).settings, 0)).toBe(defaultSettings);
});

import { describe, expect, it } from 'vitest';
import { affected } from './affected.ts';
import { closedPeriodOf, closedRanges, configurationAtClosing } from './closed-periods.ts';
import type { Command, Outcome } from './command.ts';
import { command, contactCentre, given } from './given.testing.ts';

const writtenAt = Date.parse('2026-03-01T00:30:00+01:00');
const february = { planningUnitId: 'paris', from: '2026-02-01', to: '2026-02-28' };
const person = (planningUnitId: string, team: string) => ({ name: 'Ann', team, planningUnitId });
const close = (id: string, document: object | null, over: Partial<Command> = {}) =>
  command('closedPeriod', id, document, { writtenAt, ...over });
const centre = [
  ...contactCentre,
  command('person', 'ann', person('paris', 'blue')),
  command('person', 'bob', person('default', 'blue')),
];
const problem = (outcome: Outcome) => (outcome.ok ? 'ok' : `${outcome.problem} ${outcome.errors[0]!.path}`);

describe('a closed period', () => {
  it.each([
    ['is closed once it is over in the zone of the unit', february, 'ok'],
    ['is not over yet', { ...february, to: '2026-03-01' }, 'invalid to'],
    ['ends before it begins', { ...february, from: '2026-02-28', to: '2026-02-01' }, 'invalid to'],
    ['names a day that there is not', { ...february, to: '2026-02-30' }, 'invalid to'],
    ['is of an unknown unit', { ...february, planningUnitId: 'rome' }, 'invalid planningUnitId'],
  ])('that %j', (_, document, expected) => {
    expect(problem(given(...centre, close('feb', document)).last)).toBe(expected);
  });

  it('overlaps no other one of its unit, and keeps its dates', () => {
    const overlapping = { ...february, from: '2026-02-28', to: '2026-02-28' };
    const shorter = { ...february, to: '2026-02-27' };
    const { outcomes } = given(
      ...centre,
      close('feb', february),
      close('late', overlapping),
      close('other', { ...overlapping, planningUnitId: 'default' }),
      close('feb', shorter),
      close('feb', { ...february, note: 'paid' }),
      close('feb', null),
      close('feb', shorter),
    );
    expect(outcomes.slice(centre.length).map(problem)).toEqual([
      'ok',
      'conflict from',
      'ok',
      'conflict ',
      'ok',
      'ok',
      'ok',
    ]);
  });

  it('holds for the people who were in the unit then, wherever they are now', () => {
    const { tables } = given(
      ...centre,
      close('feb', february),
      command('person', 'ann', person('default', 'red')),
      command('person', 'bob', person('paris', 'red')),
      command('person', 'cleo', person('paris', 'red')),
    );
    const closed = (who: string, day: string) => closedPeriodOf(tables, who, day);
    expect(['2026-01-31', '2026-02-01', '2026-02-28', '2026-03-01'].map((day) => closed('ann', day))).toEqual(
      [null, 'feb', 'feb', null],
    );
    expect([closed('bob', '2026-02-10'), closed('cleo', '2026-02-10')]).toEqual([null, null]);
  });

  it('keeps what its numbers are computed from', () => {
    const settings = (seconds: number) => ({
      bufferSeconds: { notPresent: seconds, wrongActivity: 0, notScheduled: 0 },
      validFrom: null,
    });
    const exception = { teams: ['blue'], from: 1000, to: 2000, reason: 'Outage' };
    const { tables } = given(
      ...centre,
      command('settings', '', settings(60)),
      command('exception', 'x', exception),
      close('feb', february),
      command('settings', '', settings(120)),
      command('exception', 'x', null),
      command('person', 'ann', person('default', 'red')),
      close('feb', { ...february, note: 'paid' }),
    );
    const then = configurationAtClosing(tables, tables.closedPeriods.get('feb')!, 'ann')!;
    expect(then.rules.settings.values.map((value) => value.bufferSeconds.notPresent)).toEqual([60]);
    expect(then.exceptions).toEqual([{ from: 1000, to: 2000 }]);
    expect(then.timeZone).toBe('Europe/Paris');
  });

  it('opened again is open', () => {
    const { tables } = given(...centre, close('feb', february), close('feb', null));
    expect(closedPeriodOf(tables, 'ann', '2026-02-10')).toBeNull();
  });

  it('concerns its people over its time when it is closed and when it is opened, and nobody when it is noted on', () => {
    const commands = [
      close('feb', february),
      close('feb', { ...february, note: 'paid' }),
      close('feb', null),
    ];
    const concerned = commands.map((_, i) => {
      const { last, tables } = given(...centre, ...commands.slice(0, i + 1));
      return last.ok && last.change ? affected(last.change, tables) : null;
    });
    const interval = { from: Date.parse('2026-01-31T23:00:00Z'), to: Date.parse('2026-02-28T23:00:00Z') };
    const ann = { all: false, people: [{ personId: 'ann', ...interval }], externalUsers: [] };
    expect(concerned).toEqual([ann, { all: false, people: [], externalUsers: [] }, ann]);
  });

  it('keeps the zone of its unit, and the unit', () => {
    const zone = { name: 'Paris', timeZone: 'Europe/Helsinki' };
    const { outcomes } = given(
      ...contactCentre,
      close('feb', february),
      command('planningUnit', 'paris', zone),
      command('planningUnit', 'paris', { ...zone, timeZone: 'Europe/Paris', name: 'New name' }),
      command('planningUnit', 'paris', null),
      close('feb', null),
      command('planningUnit', 'paris', zone),
    );
    expect(outcomes.slice(contactCentre.length).map(problem)).toEqual([
      'ok',
      'conflict timeZone',
      'ok',
      'conflict id',
      'ok',
      'ok',
    ]);
  });
});

describe('closedRanges', () => {
  it('is true for ranges that are in closed periods of everybody', () => {
    const { tables } = given(
      ...centre,
      close('early', { ...february, to: '2026-02-10' }),
      close('late', { ...february, from: '2026-02-11' }),
    );
    const at = (text: string) => Date.parse(text);
    const range = (from: string, to: string) => ({ from: at(from), to: at(to) });
    const isClosed = closedRanges(tables);
    const inside = range('2026-02-05T00:00:00Z', '2026-02-20T00:00:00Z');
    expect(isClosed(['ann'], inside)).toBe(true);
    expect(isClosed(['ann', 'bob'], inside)).toBe(false);
    expect(isClosed([], inside)).toBe(false);
    expect(isClosed(['ann'], range('2026-01-31T22:59:59Z', '2026-02-20T00:00:00Z'))).toBe(false);
    expect(isClosed(['ann'], range('2026-01-31T23:00:00Z', '2026-02-28T23:00:00Z'))).toBe(true);
  });
});

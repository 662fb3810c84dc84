import { describe, expect, it } from 'vitest';
import { affected } from './affected.ts';
import {
  calendarOf,
  closedIntervals,
  closedPeriodOf,
  closedRanges,
  closedSince,
  configurationAtClosing,
} from './closed-periods.ts';
import type { Command, Outcome } from './command.ts';
import { command, contactCentre, given } from './given.testing.ts';
import { dateStart } from './person-calendar.ts';

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

  it('that was closed first decides of dates that are closed in two units, also of their borders', () => {
    const late = { planningUnitId: 'york', from: '2026-02-20', to: '2026-03-05' };
    const { tables } = given(
      ...centre,
      command('planningUnit', 'york', { name: 'York', timeZone: 'America/New_York' }),
      close('feb', february),
      command('person', 'ann', person('york', 'red')),
      close('late', late, { writtenAt: Date.parse('2026-03-09T00:00:00Z') }),
      // Noted on later, it is still the first.
      close('feb', { ...february, note: 'paid' }),
    );
    expect(['2026-02-25', '2026-03-01'].map((day) => closedPeriodOf(tables, 'ann', day))).toEqual([
      'feb',
      'late',
    ]);
    const at = (text: string) => Date.parse(text);
    const border = at('2026-02-28T23:00:00Z');
    expect(closedIntervals(tables, 'ann')).toEqual([
      { id: 'feb', from: at('2026-01-31T23:00:00Z'), to: border },
      { id: 'late', from: border, to: at('2026-03-06T05:00:00Z') },
    ]);
    const calendar = calendarOf(tables, 'ann', 'America/New_York');
    expect(dateStart(calendar, '2026-03-01')).toBe(border);
    // She was in York when it was closed, with the dates that were closed in Paris.
    expect(configurationAtClosing(tables, tables.closedPeriods.get('late')!, 'ann')!.calendar).toEqual({
      timeZone: 'America/New_York',
      closed: [expect.objectContaining({ timeZone: 'Europe/Paris', to: border })],
    });
    expect(configurationAtClosing(tables, tables.closedPeriods.get('feb')!, 'ann')!.calendar).toBe(
      'Europe/Paris',
    );
  });

  it('tells what was on its way to it: recorded by its closing, of a person and a time that it has', () => {
    const { tables } = given(...centre, close('feb', february));
    const ids = (who: string, recordedAt: number, from: string, to: string | null) =>
      closedSince(tables, who, recordedAt, {
        from: Date.parse(from),
        to: to === null ? null : Date.parse(to),
      }).length;
    const [inside, end] = ['2026-02-10T10:00:00Z', '2026-02-28T23:00:00Z'];
    expect(ids('ann', writtenAt, inside, inside)).toBe(1);
    expect(ids('ann', writtenAt + 1, inside, inside)).toBe(0);
    expect(ids('bob', writtenAt, inside, inside)).toBe(0);
    expect(ids('ann', writtenAt, end, null)).toBe(0);
    // A status of the days before may run into it.
    expect(ids('ann', writtenAt, '2026-01-26T00:00:00Z', '2026-01-26T00:00:00Z')).toBe(1);
    expect(ids('ann', writtenAt, '2026-01-20T00:00:00Z', '2026-01-20T00:00:00Z')).toBe(0);
    expect(ids('ann', writtenAt, '2026-01-20T00:00:00Z', null)).toBe(1);
    const opened = given(...centre, close('feb', february), close('feb', null)).tables;
    expect(closedSince(opened, 'ann', writtenAt, { from: Date.parse(inside), to: null })).toEqual([]);
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
    // The dates beside it may begin elsewhere once it is open again.
    const beside = 26 * 3_600_000;
    const around = { from: interval.from - beside, to: interval.to + beside };
    const opened = { ...ann, people: [{ personId: 'ann', ...around }] };
    expect(concerned).toEqual([ann, { all: false, people: [], externalUsers: [] }, opened]);
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

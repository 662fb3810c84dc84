import { noAmounts } from '@adherence/domain/compute/cells.ts';
import type { Command } from '@adherence/domain/configuration/command.ts';
import { command, contactCentre, given } from '@adherence/domain/configuration/given.testing.ts';
import type { Interval } from '@adherence/domain/model.ts';
import { describe, expect, it } from 'vitest';
import { closableRows, joinedResult, noUnit, slicesOf, tablesOfDates } from './closed-slices.ts';
import { groupsOf } from './groups.ts';
import { selectPeople } from './selection.ts';

const at = (text: string) => Date.parse(text);
const person = (planningUnitId: string, team: string) => ({ name: 'Somebody', team, planningUnitId });
const february = { planningUnitId: 'paris', from: '2026-02-01', to: '2026-02-28' };
const close = command('closedPeriod', 'feb', february, { writtenAt: at('2026-03-02T00:00:00Z') });
const interval = { from: at('2026-01-31T23:00:00Z'), to: at('2026-02-28T23:00:00Z') };
const year = { from: at('2026-01-01T00:00:00Z'), to: at('2027-01-01T00:00:00Z') };

/** Ann and Bob are in Paris when February is closed; then Ann moves, Bob goes, Cleo comes. */
const commands: readonly Command[] = [
  ...contactCentre,
  command('person', 'ann', person('paris', 'blue')),
  command('person', 'bob', person('paris', 'blue')),
  command('person', 'dan', person('default', 'blue')),
  close,
  command('person', 'ann', person('default', 'red')),
  command('person', 'bob', null),
  command('person', 'cleo', person('paris', 'blue')),
];
const { tables } = given(...commands);

const counting = (from: number, grouping: 'team' | 'planningUnit', addsPeople = true) => {
  const slice = slicesOf(tables, year, addsPeople).find((each) => each.from === from)!;
  const groups = groupsOf(grouping, selectPeople(slice.tables, {}), slice.tables);
  return Object.fromEntries(groups.map(({ key, people }) => [key, people.map(({ personId }) => personId)]));
};

describe('slicesOf', () => {
  it('is one, of today, without closed periods', () => {
    const open = given(...contactCentre).tables;
    expect(slicesOf(open, year, true)).toEqual([{ ...year, tables: open }]);
    expect(
      slicesOf(given(...commands, command('closedPeriod', 'feb', null)).tables, year, true),
    ).toHaveLength(1);
  });

  it('cuts where closed periods begin and end', () => {
    const cuts = (range: { from: number; to: number }) =>
      slicesOf(tables, range, true).map(({ from, to, tables: then }) => [from, to, then !== tables]);
    expect(cuts(year)).toEqual([
      [year.from, interval.from, false],
      [interval.from, interval.to, true],
      [interval.to, year.to, false],
    ]);
    expect(cuts({ from: interval.from + 5, to: interval.to })).toEqual([
      [interval.from + 5, interval.to, true],
    ]);
  });

  it('counts people where they were when it was closed, and today elsewhere', () => {
    expect(counting(interval.from, 'planningUnit')).toEqual({
      [noUnit]: ['cleo'],
      default: ['dan'],
      paris: ['ann', 'bob'],
    });
    expect(counting(interval.from, 'team')).toEqual({ blue: ['ann', 'bob', 'cleo', 'dan'] });
    expect(counting(interval.to, 'planningUnit')).toEqual({ default: ['ann', 'dan'], paris: ['cleo'] });
    expect(counting(interval.to, 'team')).toEqual({ blue: ['cleo', 'dan'], red: ['ann'] });
  });

  it('shows nobody to whom not everybody is shown', () => {
    expect(counting(interval.from, 'planningUnit', false).paris).toEqual(['ann']);
  });
});

describe('tablesOfDates', () => {
  const teamsIn = (from: string, to: string) => {
    const people = selectPeople(tablesOfDates(tables, { from, to }, true), {});
    return Object.fromEntries(people.map(({ personId, person: { team } }) => [personId, team]));
  };
  it('are those of the closing while all of the dates are in it', () => {
    expect(teamsIn('2026-02-01', '2026-02-28')).toEqual({
      ann: 'blue',
      bob: 'blue',
      cleo: 'blue',
      dan: 'blue',
    });
    expect(teamsIn('2026-02-01', '2026-03-01')).toEqual({ ann: 'red', cleo: 'blue', dan: 'blue' });
  });
});

describe('closableRows', () => {
  it('are closed with all of their period, by shift date with all that shifts of its dates reach', () => {
    const slice = slicesOf(tables, interval, true)[0]!;
    const groups = groupsOf('planningUnit', selectPeople(slice.tables, { planningUnitId: 'paris' }), tables);
    const dayOf = (from: string) => ({ from: at(from), to: at(from) + 86_400_000 });
    const days = ['2026-02-14T23:00:00Z', '2026-02-27T23:00:00Z'].map((from) => ({
      ...dayOf(from),
      ...{ key: 'paris', final: true, amounts: noAmounts },
    }));
    const closed = (whole: Interval, shiftDate: boolean) =>
      closableRows(slice, groups, days, whole, shiftDate).map((row) => row.closed);
    expect(closed(year, false)).toEqual([true, true]);
    expect(closed(year, true)).toEqual([true, false]);
    // What is asked for ends with the period: so do the shifts that are in it.
    expect(closed(interval, true)).toEqual([true, true]);
  });
});

describe('joinedResult', () => {
  it('adds up what several slices say of one group and period', () => {
    const amounts = (ms: number) => ({
      ...{ scheduledMs: ms, inMs: ms, notPresentMs: 0, wrongActivityMs: 0, noDataMs: 0, excludedMs: 0 },
      ...{ notScheduledMs: 0, workedMs: ms, rawInMs: ms, rawNotPresentMs: 0, rawWrongActivityMs: 0 },
    });
    const row = (key: string, ms: number, closed: boolean) => ({
      ...{ from: 0, to: 9, key, final: true, closed, amounts: amounts(ms) },
    });
    const parts = [
      { asOf: 7, rows: [row('red', 1, true), row('blue', 2, true)] },
      { asOf: 5, rows: [row('red', 4, false)] },
    ];
    expect(joinedResult(parts)).toEqual({ asOf: 5, rows: [row('blue', 2, true), row('red', 5, false)] });
    expect(joinedResult([])).toEqual({ asOf: null, rows: [] });
  });
});

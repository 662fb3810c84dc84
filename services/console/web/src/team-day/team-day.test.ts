import { describe, expect, it } from 'vitest';
import type { AdherenceRow } from '../api/types.ts';
import { curveData } from './curve-data.ts';
import { groupQuery, peopleQuery, scopeOf, scopeText, zoneOfScope } from './scope.ts';

const row = (from: string, adherence: number | null, changes: Partial<AdherenceRow> = {}): AdherenceRow => ({
  from: `2026-11-18T${from}:00.000Z`,
  to: new Date(Date.parse(`2026-11-18T${from}:00Z`) + 900_000).toISOString(),
  scheduledMs: 0,
  inMs: 0,
  notPresentMs: 0,
  wrongActivityMs: 0,
  noDataMs: 0,
  excludedMs: 0,
  notScheduledMs: 0,
  workedMs: 0,
  raw: { inMs: 0, notPresentMs: 0, wrongActivityMs: 0 },
  adherence,
  coverage: 1,
  conformance: 1,
  final: true,
  ...changes,
});

const later = Date.parse('2026-11-19T00:00:00Z');

describe('curveData', () => {
  it('puts each interval at its middle, and breaks the line where one is missing', () => {
    const { x, adherence, rows } = curveData(
      [row('09:00', 0.9), row('09:15', null), row('10:00', 0.8)],
      0.9,
      later,
    );
    expect(adherence).toEqual([0.9, null, null, 0.8]);
    expect(rows.map((each) => each !== null)).toEqual([true, true, false, true]);
    expect(x[0]).toBe(Date.parse('2026-11-18T09:07:30Z') / 1000);
    expect([...x]).toEqual([...x].sort((a, b) => a - b));
  });

  it('shows average people: time divided by the length of the interval', () => {
    const rows = [row('09:00', 1, { scheduledMs: 4_500_000, workedMs: 2_250_000 })];
    expect(curveData(rows, null, later)).toMatchObject({ scheduledHeads: [5], workedHeads: [2.5] });
    const inTheMiddle = Date.parse('2026-11-18T09:07:30Z');
    expect(curveData(rows, null, inTheMiddle).scheduledHeads).toEqual([10]);
  });

  it('begins the scale below all that is drawn', () => {
    expect(curveData([row('09:00', 0.95)], 0.9, later).floor).toBe(0.8);
    expect(curveData([row('09:00', 0.42)], 0.9, later).floor).toBe(0.3);
    expect(curveData([row('09:00', 0)], 0.9, later).floor).toBe(0);
    expect(curveData([], 0.5, later).floor).toBe(0.4);
  });
});

describe('scope', () => {
  it.each([null, 'unit:paris', 'team:Sales: Americas'])('%j comes back as it was', (text) => {
    expect(scopeText(scopeOf(text))).toBe(text);
  });

  it('asks for the group, or for its people', () => {
    expect(groupQuery(scopeOf(null))).toEqual({ groupBy: 'tenant' });
    expect(groupQuery(scopeOf('unit:paris'))).toEqual({ groupBy: 'planningUnit', planningUnitId: 'paris' });
    expect(peopleQuery(scopeOf('team:Sales'))).toEqual({ groupBy: 'person', team: 'Sales' });
  });

  it('follows the zone that its people share, else the tenant’s', () => {
    const person = (id: string, team: string, planningUnitId: string) => ({
      id,
      name: id,
      team,
      planningUnitId,
      externalUsers: [],
    });
    const people = [
      person('ada', 'Sales', 'new-york'),
      person('bob', 'Mixed', 'new-york'),
      person('cem', 'Mixed', 'paris'),
    ];
    const directory = {
      tenantTimeZone: 'Europe/Paris',
      activities: new Map(),
      units: new Map([
        ['paris', { id: 'paris', name: 'Paris', timeZone: 'Europe/Paris' }],
        ['new-york', { id: 'new-york', name: 'New York', timeZone: 'America/New_York' }],
      ]),
      people: new Map(people.map((each) => [each.id, each])),
      settings: null,
    };
    const zone = (text: string | null) => zoneOfScope(scopeOf(text), directory);
    expect(zone('team:Sales')).toBe('America/New_York');
    expect(zone('team:Mixed')).toBe('Europe/Paris');
    expect(zone('unit:new-york')).toBe('America/New_York');
    expect(zone('unit:gone')).toBe('Europe/Paris');
    expect(zone(null)).toBe('Europe/Paris');
  });
});

import { describe, expect, it } from 'vitest';
import { adherenceSums, type Cut, freshnessOf, wholeDaySums } from './adherence.ts';
import { rejectedPage } from './rejected.ts';
import { reportRows } from './report.ts';
import { schedulesOf } from './schedules.ts';
import { segmentsIn } from './segments.ts';
import { idList, partsOf } from './sql.ts';

const at = (text: string) => Date.parse(text);
const range = { from: at('2026-10-20T00:00:00Z'), to: at('2026-11-03T00:00:00Z') };
const members = [
  { personId: 'ada', group: 0 },
  { personId: 'bob', group: 1 },
];
const sums = (cut: Cut, wholeDays = false, who = members) => adherenceSums('t1', who, range, cut, wholeDays);

describe('what is written into a statement', () => {
  it('is ids only, and nothing that is none', () => {
    expect(idList(['a', 'b.c-d_e'])).toBe("'a', 'b.c-d_e'");
    for (const bad of ["a' OR 1", '', 'a b', '\u0000', 'é', '-a']) {
      expect(() => idList([bad])).toThrow('not an id');
      expect(() => segmentsIn('t1', [bad], range)).toThrow('not an id');
      expect(() => sums({ kind: 'bucket', sizeMs: 1 }, true, [{ personId: bad, group: 0 }])).toThrow(
        'not an id',
      );
    }
  });

  it('is never the tenant, a date or a filter: they are parameters', () => {
    const hostile = "x'; DROP TABLE facts --";
    const statements = [
      adherenceSums(hostile, members, range, { kind: 'own', period: 'day' }, true),
      freshnessOf(hostile, members, range, range),
      wholeDaySums(hostile, members, range, 'week'),
      segmentsIn(hostile, ['ada'], range),
      reportRows(hostile, ['ada'], hostile, hostile),
      schedulesOf(hostile, ['ada'], hostile, hostile, { personId: hostile, shiftDate: hostile }, 5),
      rejectedPage(hostile, { integrationId: hostile, stage: hostile, reason: hostile }, null, 5),
    ];
    for (const { text, parameters } of statements) {
      expect(text).not.toContain('DROP');
      expect(Object.values(parameters)).toContain(hostile);
      for (const [, name] of text.matchAll(/\{(\w+):\w+\}/g)) expect(parameters).toHaveProperty(name!);
    }
  });

  it('has no more than a statement takes', () => {
    const parts = partsOf(
      Array.from({ length: 25_000 }, (_, i) => i),
      () => 10,
    );
    expect(parts.map(({ length }) => length)).toEqual([6000, 6000, 6000, 6000, 1000]);
    expect(partsOf([], () => 1)).toEqual([]);
    expect(partsOf([1], () => 1_000_000)).toEqual([[1]]);
  });
});

describe('adherenceSums', () => {
  const cases: [string, Cut, boolean, string[], string[]][] = [
    [
      'whole days read day totals alone',
      { kind: 'own', period: 'week' },
      true,
      ['toMonday(day)'],
      ['cells', 'UNION'],
    ],
    [
      'cut days read cells of the days at the borders',
      { kind: 'own', period: 'day' },
      false,
      ['UNION ALL', "'2026-10-19', '2026-10-20', '2026-10-21', '2026-11-02'"],
      [],
    ],
    ['months begin on the 1st', { kind: 'own', period: 'month' }, true, ['toStartOfMonth(day)'], []],
    ['the total has one key', { kind: 'own', period: 'total' }, true, ["'' AS key"], []],
    [
      'buckets are multiples of UTC',
      { kind: 'bucket', sizeMs: 900_000 },
      false,
      ['intDiv(cells.bucket, 900000) * 900000'],
      ['UNION'],
    ],
    [
      'another calendar is given by its borders',
      { kind: 'borders', starts: [10, 20] },
      false,
      ['roundDown(cells.bucket, [toInt64(10), toInt64(20)])'],
      [],
    ],
    [
      'shift dates, and own days where there is none',
      { kind: 'shiftDate', starts: null },
      false,
      ["if(cells.shift_date != '', toString(cells.shift_date), toString(day))"],
      [],
    ],
  ];
  it.each(cases)('%s', (_, cut, wholeDays, parts, absent) => {
    const { text, parameters } = sums(cut, wholeDays);
    for (const part of parts) expect(text).toContain(part);
    for (const part of absent) expect(text).not.toContain(part);
    expect(text).toContain('person_days FINAL');
    expect(text).toContain("transform(person, ['ada', 'bob'], [0, 1], -1)");
    expect(parameters).toMatchObject({
      tenant: 't1',
      ...range,
      firstDay: '2026-10-19',
      lastDay: '2026-11-04',
    });
  });

  it('tells of whole days in the same reading how far they are computed', () => {
    const { text } = wholeDaySums('t1', members, range, 'day');
    expect(text.match(/person_days FINAL/g)).toHaveLength(1);
    expect(text).toContain('minOrNullIf(final_until, final_until < day_end) AS final_to');
    // A day with nothing in it may be behind all the same.
    expect(text).not.toContain('HAVING');
  });

  it('asks for no look-up of groups where there is one', () => {
    expect(sums({ kind: 'own', period: 'day' }, true, [{ personId: 'ada', group: 3 }]).text).toContain(
      'toInt32(3) AS person_group',
    );
  });
});

import { command, contactCentre, given } from '@adherence/domain/configuration/given.testing.ts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ReportRow } from '../queries/report.ts';
import { reportColumns, reportLines } from './reports.ts';

const { tables } = given(
  ...contactCentre,
  command('person', 'ann', { name: 'Ann, "A"', team: 'blue', externalUsers: [] }),
);
const row = (over: Partial<ReportRow>): ReportRow => ({
  ...{ person: 'ann', activity: 'calls', scheduled: 0, actual: 0, inside: 0, outside: 0, without_data: 0 },
  ...over,
});
const cellsOf = (line: string) => line.split(',');

it('has the columns of domain.md, of which shares are of all the time of the person', () => {
  const lines = reportLines(
    [
      row({
        scheduled: 3_600_000,
        actual: 3_000_000,
        inside: 2_400_000,
        outside: 600_000,
        without_data: 600_000,
      }),
      row({ activity: 'lunch', scheduled: 1_200_000, actual: 1_000_000 }),
      row({ person: 'gone', activity: 'old', actual: 300 }),
    ],
    tables,
  );
  const [calls, lunch, gone] = lines.trimEnd().split('\r\n');
  expect(calls).toBe(
    'ann,"Ann, ""A""",blue,calls,Calls,60.00,50.00,40.00,10.00,10.00,80.00,-10.00,83.33,75.00,75.00',
  );
  expect(lunch).toBe(
    'ann,"Ann, ""A""",blue,lunch,Lunch,20.00,16.67,0.00,0.00,0.00,0.00,-3.33,83.33,25.00,25.00',
  );
  // Empty where it is undefined; 0.005 minutes are 0.01.
  expect(gone).toBe('gone,,,old,,0.00,0.01,0.00,0.00,0.00,,0.01,,,100.00');
  expect(cellsOf(gone!)).toHaveLength(reportColumns.length);
});

it('keeps the identity of the sums to what rounding takes, whatever the amounts', () => {
  const part = fc.nat(10_000_000);
  fc.assert(
    fc.property(part, part, part, part, (inside, outside, withoutData, actual) => {
      const scheduled = inside + outside + withoutData;
      const [line] = reportLines(
        [row({ scheduled, actual, inside, outside, without_data: withoutData })],
        tables,
      ).split('\r\n');
      const told = new Map(
        cellsOf(line!.replace('"Ann, ""A"""', 'Ann')).map((text, i) => [reportColumns[i]!, text]),
      );
      const hundredths = (name: (typeof reportColumns)[number]) => Math.round(Number(told.get(name)) * 100);
      const sum = (['inAdherenceMinutes', 'outOfAdherenceMinutes', 'noDataMinutes'] as const)
        .map(hundredths)
        .reduce((a, b) => a + b);
      expect(Math.abs(sum - hundredths('scheduledMinutes'))).toBeLessThanOrEqual(1);
      expect(told.get('adherencePercent') === '').toBe(inside + outside === 0);
      expect(told.get('conformancePercent') === '').toBe(scheduled === 0);
    }),
  );
});

import type { Cause, ChangedCell, ResultChange } from '@adherence/store/result-changes.ts';
import type { DayCell } from '@adherence/store/stored-days.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedCells, joinedCauses, joinedChange } from './changed-cells.ts';

const quarter = 15 * 60_000;
const cell = (bucket: number, actualActivityId: string, ...amounts: number[]): DayCell => ({
  bucket: bucket * quarter,
  shiftDate: '2026-02-02',
  scheduledActivityId: 'calls',
  actualActivityId,
  amounts,
});
const told = (cells: readonly ChangedCell[]) =>
  cells.map(({ bucket, actualActivityId, before, after }) => [
    bucket / quarter,
    actualActivityId,
    before,
    after,
  ]);

describe('changedCells', () => {
  it('are all cells of the buckets in which any differs', () => {
    const before = [cell(1, 'calls', 5, 0), cell(1, 'lunch', 1, 1), cell(2, 'calls', 9, 9)];
    const after = [cell(1, 'calls', 4, 1), cell(1, 'lunch', 1, 1), cell(2, 'calls', 9, 9)];
    expect(told(changedCells(before, after, 10 * quarter))).toEqual([
      [1, 'calls', [5, 0], [4, 1]],
      [1, 'lunch', [1, 1], [1, 1]],
    ]);
  });

  it('know cells that only one side has, and time that moved from one activity to another', () => {
    const moved = changedCells([cell(1, 'calls', 5)], [cell(1, 'lunch', 5)], 10 * quarter);
    expect(told(moved)).toEqual([
      [1, 'calls', [5], [0]],
      [1, 'lunch', [0], [5]],
    ]);
  });

  it('end with the last bucket that is over, and begin with the first that is asked for', () => {
    const before = [1, 2, 3].map((bucket) => cell(bucket, 'calls', 1));
    const buckets = (until: number, from?: number) =>
      told(changedCells(before, [], until, from)).map(([bucket]) => bucket);
    expect(buckets(3 * quarter)).toEqual([1, 2]);
    expect(buckets(3 * quarter - 1)).toEqual([1]);
    expect(buckets(4 * quarter, 2 * quarter)).toEqual([2, 3]);
  });
});

const change = (cells: readonly ChangedCell[], version: string, causes: readonly Cause[]): ResultChange => ({
  tenantId: 't',
  personId: 'p',
  day: '2026-02-02',
  beforeVersion: `before ${version}`,
  version,
  recordedAt: 0,
  closedPeriod: '',
  rulesBefore: 1,
  rulesAfter: 1,
  causes,
  cells,
});
const cause = (offset: number): Cause => ({
  reason: 'late event',
  topic: 't',
  offset,
  ref: '',
  actor: '',
  at: 0,
});

const day = fc
  .array(fc.record({ bucket: fc.nat(4), activity: fc.constantFrom('a', 'b'), amount: fc.nat(3) }))
  .map((cells) => [
    ...new Map(
      cells
        .filter(({ amount }) => amount > 0)
        .map(({ bucket, activity, amount }) => [`${bucket}${activity}`, cell(bucket, activity, amount)]),
    ).values(),
  ]);

describe('joinedChange', () => {
  it('says what one change from the first to the last would', () => {
    fc.assert(
      fc.property(day, day, day, (first, second, third) => {
        const joined = joinedChange(
          change(changedCells(first, second, 99 * quarter), '1', [cause(1)]),
          change(changedCells(second, third, 99 * quarter), '2', [cause(2)]),
        );
        const sides = (cells: readonly ChangedCell[]) =>
          told(cells).filter(([, , before, after]) => [before, after].flat().some((amount) => amount !== 0));
        expect(sides(joined.cells)).toEqual(sides(changedCells(first, third, 99 * quarter)));
        expect(joined).toMatchObject({ beforeVersion: 'before 1', version: '2' });
        expect(joined.causes).toEqual([cause(1), cause(2)]);
      }),
    );
  });
});

describe('joinedCauses', () => {
  it('names each once, and not more than explain', () => {
    expect(joinedCauses([cause(1), cause(2)], [cause(2), cause(3)])).toEqual([cause(1), cause(2), cause(3)]);
    const many = Array.from({ length: 100 }, (_, offset) => cause(offset));
    expect(joinedCauses([], many)).toHaveLength(20);
  });
});

import { describe, expect, it } from 'vitest';
import { compareRows, compareSets, differingColumns } from './compare.ts';

describe('compareSets', () => {
  it('tells what was lost and what was invented', () => {
    expect(compareSets(new Set(['a', 'b']), new Set(['b', 'c']))).toEqual({
      missing: ['a'],
      invented: ['c'],
    });
  });
});

describe('compareRows', () => {
  const isEmpty = (row: string) => row === 'empty';

  it('finds rows that differ and rows that only one side has', () => {
    const disturbed = new Map([
      ['same', '1'],
      ['other', '1'],
      ['invented', '1'],
    ]);
    const undisturbed = new Map([
      ['same', '1'],
      ['other', '2'],
      ['lost', '1'],
    ]);
    expect(compareRows(disturbed, undisturbed, isEmpty)).toEqual([
      { key: 'invented', disturbed: '1', undisturbed: null },
      { key: 'lost', disturbed: null, undisturbed: '1' },
      { key: 'other', disturbed: '1', undisturbed: '2' },
    ]);
  });

  it('takes an empty row for none, but not for a full one', () => {
    expect(compareRows(new Map([['a', 'empty']]), new Map(), isEmpty)).toEqual([]);
    expect(compareRows(new Map(), new Map([['a', 'empty']]), isEmpty)).toEqual([]);
    expect(compareRows(new Map([['a', 'empty']]), new Map([['a', '1']]), isEmpty)).toHaveLength(1);
  });
});

describe('differingColumns', () => {
  it('names the columns, or that there is no row', () => {
    const one = JSON.stringify({ a: 1, b: [1] });
    const other = JSON.stringify({ a: 1, b: [2] });
    expect(differingColumns({ key: 'k', disturbed: one, undisturbed: other })).toEqual(['b']);
    expect(differingColumns({ key: 'k', disturbed: null, undisturbed: other })).toEqual(['absent']);
    expect(differingColumns({ key: 'k', disturbed: one, undisturbed: null })).toEqual(['invented']);
  });
});

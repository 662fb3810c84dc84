import { expect, test } from 'vitest';
import type { InMessage } from '../broker/broker.ts';
import { startGeneration } from './generation.ts';

const batch = (partition: number, ...offsets: readonly number[]) => ({
  partition,
  messages: offsets.map((offset) => ({ offset }) as InMessage),
  highWatermark: 100,
});

test('what is kept counts as taken, and what is fetched again of it is passed over', () => {
  const of = startGeneration([{ partition: 0, offset: 5, metadata: null }]);
  of.loaded([{ partition: 0, offset: 8 }]);
  expect([of.isLoaded(), of.unsettled(), of.isClean()]).toEqual([true, 3, false]);
  expect(of.notTaken(batch(0, 5, 6, 7, 8, 9)).map(({ offset }) => offset)).toEqual([8, 9]);
  expect(of.notTaken(batch(0, 5, 6))).toEqual([]);
  of.noteTaken(batch(0, 8));
  of.noteSettled([{ partition: 0, offset: 9 }]);
  expect([of.unsettled(), of.toCommit()]).toEqual([0, [{ partition: 0, offset: 9 }]]);
});

test('taken, settled, committed: each is counted, and each only once', () => {
  const of = startGeneration([
    { partition: 0, offset: 5, metadata: null },
    { partition: 1, offset: null, metadata: 'm' },
  ]);
  expect([of.unsettled(), of.isClean()]).toEqual([0, true]);
  of.noteTaken(batch(0, 5, 6, 9));
  expect([of.unsettled(), of.isClean(), of.lag()]).toEqual([3, false, 90]);
  of.noteSettled([{ partition: 0, offset: 10 }]);
  expect([of.unsettled(), of.isClean(), of.toCommit()]).toEqual([0, false, [{ partition: 0, offset: 10 }]]);
  of.noteCommitted(of.toCommit());
  expect([of.isClean(), of.toCommit()]).toEqual([true, []]);
  of.noteSettled([
    { partition: 0, offset: 10 },
    { partition: 1, offset: 0, metadata: 'm' },
  ]);
  expect(of.isClean()).toBe(true);
  of.noteSettled([{ partition: 1, offset: 0, metadata: 'n' }]);
  expect(of.toCommit()).toEqual([{ partition: 1, offset: 0, metadata: 'n' }]);
});

test('nothing ever goes back, and nothing is settled that was not taken', () => {
  const of = startGeneration([{ partition: 0, offset: 5, metadata: null }]);
  expect(() => of.noteTaken(batch(0, 4))).toThrow(/went back/);
  of.noteTaken(batch(0, 5, 6));
  expect(() => of.noteTaken(batch(0, 6))).toThrow(/went back/);
  expect(() => of.noteSettled([{ partition: 0, offset: 8 }])).toThrow(/settled/);
  expect(() => of.noteSettled([{ partition: 0, offset: 4 }])).toThrow(/settled/);
  expect(of.toCommit()).toEqual([]);
});

test('partitions of others are refused', () => {
  const of = startGeneration([{ partition: 0, offset: 0, metadata: null }]);
  expect(() => of.noteTaken(batch(1, 0))).toThrow(/not of this generation/);
  expect(() => of.noteSettled([{ partition: 1, offset: 0 }])).toThrow(/not of this generation/);
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type FeedLedger, markFeed } from './feed-ledger.ts';

const empty: FeedLedger = { thresholdMs: 10, first: null, last: null, gaps: [] };

it('gives the same gaps for every order and repetition of marks as sorting all of them does', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 40 }), (marks) => {
      let ledger = empty;
      for (const at of [...marks, ...marks.slice(0, 5)]) ledger = markFeed(ledger, at).ledger;
      const sorted = [...new Set(marks)].sort((a, b) => a - b);
      const gaps = sorted
        .slice(1)
        .map((to, i) => ({ from: sorted[i]!, to }))
        .filter(({ from, to }) => to - from > 10);
      expect(ledger).toEqual({ thresholdMs: 10, first: sorted[0], last: sorted.at(-1), gaps });
    }),
  );
});

it('says from when on data differs', () => {
  const ledger = { thresholdMs: 10, first: 0, last: 100, gaps: [{ from: 20, to: 60 }] };
  expect(markFeed(ledger, 40).changedFrom).toBe(20);
  expect(markFeed(ledger, 70).changedFrom).toBe(Number.POSITIVE_INFINITY);
  expect(markFeed(ledger, 105).changedFrom).toBe(Number.POSITIVE_INFINITY);
  expect(markFeed(ledger, 111).changedFrom).toBe(100);
  expect(markFeed(ledger, -11).changedFrom).toBe(-11);
});

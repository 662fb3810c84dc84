import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFairBudget } from './fair-budget.ts';

describe('createFairBudget', () => {
  it('gives one alone half, and leaves the newcomer as much as the others have', () => {
    const budget = createFairBudget(1_200);
    const takeAll = (who: string) => {
      const hold = budget.open(who);
      let bytes = 0;
      while (hold.take(1)) bytes += 1;
      return bytes;
    };
    expect(takeAll('greedy')).toBe(600);
    expect(takeAll('greedy')).toBe(0);
    expect(takeAll('second')).toBe(300);
    expect(takeAll('third')).toBe(150);
    expect(budget.taken()).toBe(1_050);
  });

  it('counts all requests of one sender together and takes everything back at their end', () => {
    const budget = createFairBudget(100);
    const [first, second] = [budget.open('a'), budget.open('a')];
    expect([first.take(30), second.take(30), second.take(20)]).toEqual([true, true, false]);
    first.give(10);
    first.release();
    second.release();
    second.release();
    expect(budget.taken()).toBe(0);
    expect(budget.open('a').take(50)).toBe(true);
  });

  it('never exceeds its bound, and is empty when all is released, whatever happens', () => {
    const step = fc.record({
      request: fc.nat(9),
      bytes: fc.integer({ min: 1, max: 60 }),
      what: fc.constantFrom('take', 'take', 'give', 'release'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const budget = createFairBudget(100);
        const holds = Array.from({ length: 10 }, (_, i) => ({ hold: budget.open(`t${i % 3}`), bytes: 0 }));
        for (const { request, bytes, what } of steps) {
          const each = holds[request]!;
          if (what === 'take' && each.hold.take(bytes)) each.bytes += bytes;
          if (what === 'give') {
            const back = Math.min(bytes, each.bytes);
            each.hold.give(back);
            each.bytes -= back;
          }
          if (what === 'release') {
            each.hold.release();
            each.bytes = 0;
          }
          expect(budget.taken()).toBe(holds.reduce((sum, held) => sum + held.bytes, 0));
          expect(budget.taken()).toBeLessThanOrEqual(100);
        }
        for (const { hold } of holds) hold.release();
        expect(budget.taken()).toBe(0);
      }),
    );
  });
});

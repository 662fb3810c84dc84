import { expect, it } from 'vitest';
import { createEventAges, oldestReceiptOf } from './event-ages.ts';

function ages(now: () => number) {
  const seen: [string, number][] = [];
  const observe = (_: string, { stage }: { readonly stage: string }, value: number) =>
    void seen.push([stage, value]);
  return { seen, ages: createEventAges({ observe } as Parameters<typeof createEventAges>[0], { now }) };
}

it('takes the oldest event of a batch, and nothing else for one', () => {
  const event = (receivedAt: number) => ({ name: 'ActivityEvent', record: { receivedAt } });
  expect(
    oldestReceiptOf([event(5_000), { name: 'FeedMarks', record: { receivedAt: 1 } }, event(3_000)]),
  ).toBe(3_000);
  expect(oldestReceiptOf([])).toBe(Number.POSITIVE_INFINITY);
});

it('observes the age when the board has it, not before, and not when it does not get there', async () => {
  let now = 10_000;
  const { seen, ages: of } = ages(() => now);
  const shown = Promise.withResolvers<void>();
  const lost = Promise.reject(new Error('no broker'));
  of.taken(9_000, shown.promise);
  of.taken(1_000, lost);
  expect(seen).toEqual([]);
  now = 12_000;
  shown.resolve();
  await shown.promise;
  await lost.catch(() => undefined);
  expect(seen).toEqual([['board', 3]]);
});

it('observes what is stored by the oldest of it, also after a settling that failed', () => {
  let now = 10_000;
  const { seen, ages: of } = ages(() => now);
  of.taken(8_000, null);
  of.taken(9_000, null);
  of.settling();
  of.taken(9_500, null);
  now = 20_000;
  of.settling();
  of.stored();
  of.settling();
  of.stored();
  expect(seen).toEqual([['history', 12]]);
});

it('leaves what is taken while it settles to the next settling', () => {
  let now = 10_000;
  const { seen, ages: of } = ages(() => now);
  of.taken(9_000, null);
  of.settling();
  of.taken(9_500, null);
  of.stored();
  now = 11_000;
  of.settling();
  of.stored();
  expect(seen).toEqual([
    ['history', 1],
    ['history', 1.5],
  ]);
});

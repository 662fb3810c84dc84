import { expect, test } from 'vitest';
import { createProgress } from './progress.ts';

test('who waits goes on when so much is done, and not before', async () => {
  const { note, reached } = createProgress(new AbortController().signal);
  const order: string[] = [];
  const half = reached(0.5).then(() => order.push('half'));
  const third = reached(0.3).then(() => order.push('third'));
  note(0.4);
  await third;
  expect(order).toEqual(['third']);
  note(0.5);
  await half;
  await reached(0.1);
  expect(order).toEqual(['third', 'half']);
});

test('who waits for what does not come is told', async () => {
  const limit = new AbortController();
  const { reached } = createProgress(limit.signal);
  const waiting = expect(reached(0.9)).rejects.toThrow('not accepted in time');
  limit.abort();
  await waiting;
});

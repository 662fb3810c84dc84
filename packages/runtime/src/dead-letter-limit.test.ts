import { expect, test } from 'vitest';
import { createDeadLetterLimit, DeadLetterLimitError } from './dead-letter-limit.ts';
import { isOperational } from './errors.ts';

test('so many in so many messages are let through, one more is not', () => {
  const limit = createDeadLetterLimit(3, 1_000);
  limit.note(500, 2);
  limit.note(400, 1);
  expect(() => limit.note(10, 1)).toThrow(DeadLetterLimitError);
});

test('a batch that was refused does not count: it comes again', () => {
  const limit = createDeadLetterLimit(1, 1_000);
  limit.note(10, 1);
  expect(() => limit.note(10, 1)).toThrow();
  limit.note(10, 0);
  expect(() => limit.note(10, 1)).toThrow();
});

test('old ones are forgotten once the window is full without them', () => {
  const limit = createDeadLetterLimit(1, 100);
  limit.note(60, 1);
  limit.note(60, 0);
  limit.note(60, 1);
  expect(() => limit.note(1, 1)).toThrow();
});

test('one great batch alone is judged too', () => {
  expect(() => createDeadLetterLimit(5, 100).note(5_000, 6)).toThrow(DeadLetterLimitError);
  createDeadLetterLimit(5, 100).note(5_000, 5);
});

test('none are allowed when the limit is 0, and good batches always pass', () => {
  const limit = createDeadLetterLimit(0, 100);
  for (let i = 0; i < 1_000; i += 1) limit.note(10, 0);
  expect(() => limit.note(10, 1)).toThrow();
});

test('it is no outage, so that nobody retries it for ever', () => {
  expect(isOperational(new DeadLetterLimitError(1, 1))).toBe(false);
});

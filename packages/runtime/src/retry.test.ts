import { expect, test } from 'vitest';
import { OperationalError } from './errors.ts';
import { createManualClock } from './manual-clock.ts';
import { backoffMs, retryOperational } from './retry.ts';

const policy = { attempts: 4, firstDelayMs: 100, maxDelayMs: 250 };
const failing = (failures: number, error: Error) => {
  let calls = 0;
  return {
    work: async () => {
      calls += 1;
      if (calls <= failures) throw error;
      return calls;
    },
    calls: () => calls,
  };
};
const outage = new OperationalError('AWAY', 'away');

test('an outage is tried again, waiting longer each time, up to a bound', async () => {
  const clock = createManualClock();
  const startedAt = clock.now();
  const { work } = failing(3, outage);
  const result = retryOperational(clock, policy, work);
  await clock.advance(549);
  await clock.advance(1);
  expect(await result).toBe(4);
  expect(clock.now() - startedAt).toBe(100 + 200 + 250);
});

test('the last error is thrown when the tries are used up', async () => {
  const clock = createManualClock();
  const { work, calls } = failing(9, outage);
  const result = retryOperational(clock, policy, work);
  await Promise.all([expect(result).rejects.toBe(outage), clock.advance(10_000)]);
  expect(calls()).toBe(4);
});

test('a bug is not tried again', async () => {
  const { work, calls } = failing(1, new TypeError('bug'));
  await expect(retryOperational(createManualClock(), policy, work)).rejects.toThrow('bug');
  expect(calls()).toBe(1);
});

test('a wait never overflows, however many failures', () => {
  expect(backoffMs(policy, 1)).toBe(100);
  expect(backoffMs(policy, 100_000)).toBe(250);
});

/** Trying again after an OperationalError, with a growing wait between two fixed bounds. */
import { type Clock, sleep } from './clock.ts';
import { isOperational } from './errors.ts';

export interface RetryPolicy {
  /** Tries in all; the last one's error is thrown. */
  readonly attempts: number;
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
}

export async function retryOperational<T>(
  clock: Clock,
  policy: RetryPolicy,
  work: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isOperational(error) || attempt >= policy.attempts) throw error;
      await sleep(clock, backoffMs(policy, attempt));
    }
  }
}

/** Wait after the `attempt`th failure (from 1): doubles from the first delay to the greatest. */
export const backoffMs = (
  { firstDelayMs, maxDelayMs }: Pick<RetryPolicy, 'firstDelayMs' | 'maxDelayMs'>,
  attempt: number,
): number => Math.min(maxDelayMs, firstDelayMs * 2 ** Math.min(attempt - 1, 30));

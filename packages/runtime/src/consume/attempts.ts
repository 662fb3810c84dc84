/** How often one thing failed, and whether to try again: outages for a while, anything else once. */
import type { Clock } from '../clock.ts';
import { isOperational } from '../errors.ts';
import { backoffMs } from '../retry.ts';

export interface AttemptLimits {
  /** How long one thing is tried again while it fails operationally. */
  readonly retryForMs: number;
  readonly firstRetryMs: number;
  readonly maxRetryMs: number;
}

export interface Attempts {
  /** Milliseconds to wait before the next try; null = give up. */
  next(error: Error): number | null;
}

export function startAttempts(clock: Clock, limits: AttemptLimits): Attempts {
  const since = clock.now();
  const delays = { firstDelayMs: limits.firstRetryMs, maxDelayMs: limits.maxRetryMs };
  let outages = 0;
  let bugs = 0;
  return {
    next(error) {
      if (isOperational(error)) {
        outages += 1;
        return clock.now() - since >= limits.retryForMs ? null : backoffMs(delays, outages);
      }
      bugs += 1;
      return bugs > 1 ? null : 0;
    },
  };
}

import { setTimeout } from 'node:timers/promises';
import type { Instant } from '@adherence/domain/model.ts';

export interface Clock {
  now(): Instant;
  /** Rejects with the signal's reason when it is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    await setTimeout(ms, undefined, { signal });
  },
};

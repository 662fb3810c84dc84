/**
 * Token buckets, one for each notification URL token. How many events a request carries is known only once it is
 * read, so it may overdraw: whoever is in debt is refused until that is paid off.
 */
import type { Clock } from '@adherence/runtime/clock.ts';

export interface RateLimit {
  /** Milliseconds until `who` may send again; 0 now. */
  waitMs(who: string): number;
  spend(who: string, events: number): void;
}

export interface RateLimitOptions {
  readonly perSecond: number;
  /** What may come at once after a quiet time. */
  readonly burst: number;
  readonly clock: Clock;
}

interface Bucket {
  credit: number;
  at: number;
}

/** Buckets kept; full ones are forgotten first, which changes nothing. */
const maxBuckets = 10_000;

export function createRateLimit({ perSecond, burst, clock }: RateLimitOptions): RateLimit {
  const buckets = new Map<string, Bucket>();
  const refill = (bucket: Bucket): void => {
    const now = clock.now();
    const elapsedMs = Math.max(0, now - bucket.at);
    bucket.credit = Math.min(burst, bucket.credit + (elapsedMs * perSecond) / 1000);
    bucket.at = now;
  };
  const forgetFull = (): void => {
    for (const [who, bucket] of buckets) {
      refill(bucket);
      if (bucket.credit >= burst) buckets.delete(who);
    }
  };
  return {
    waitMs(who) {
      const bucket = buckets.get(who);
      if (bucket === undefined) return 0;
      refill(bucket);
      return bucket.credit > 0 ? 0 : Math.max(1, Math.ceil((-bucket.credit / perSecond) * 1000));
    },
    spend(who, events) {
      let bucket = buckets.get(who);
      if (bucket === undefined) {
        if (buckets.size >= maxBuckets) forgetFull();
        bucket = { credit: burst, at: clock.now() };
        buckets.set(who, bucket);
      }
      refill(bucket);
      bucket.credit -= events;
    },
  };
}

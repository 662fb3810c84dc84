/**
 * Slows down who tries tokens: failures of an address are counted in a bucket that refills with time. Tokens of
 * tenants are 256 random bits, so a valid one is always let through: somebody's mistakes behind the same address lock
 * nobody out. What people choose themselves, the operator token, waits with the rest.
 */
import type { Instant } from '@adherence/domain/model.ts';

export interface FailureThrottle {
  /** Seconds to wait before the next try counts; 0 = go on. */
  readonly waitSeconds: (client: string, now: Instant) => number;
  readonly failed: (client: string, now: Instant) => void;
}

export interface ThrottleLimits {
  /** Failures in a row. */
  readonly burst: number;
  readonly refillMs: number;
  /** Addresses remembered; the one that failed longest ago is forgotten first. */
  readonly maxClients: number;
}

const defaultLimits: ThrottleLimits = { burst: 50, refillMs: 1_000, maxClients: 20_000 };

export function createFailureThrottle({ burst, refillMs, maxClients } = defaultLimits): FailureThrottle {
  /** Failures that are not refilled yet, as they were at an instant. */
  const buckets = new Map<string, { readonly failures: number; readonly at: Instant }>();
  const failuresOf = (client: string, now: Instant): number => {
    const known = buckets.get(client);
    return known ? Math.max(0, known.failures - Math.max(0, now - known.at) / refillMs) : 0;
  };
  return {
    waitSeconds(client, now) {
      const over = failuresOf(client, now) - (burst - 1);
      return over <= 0 ? 0 : Math.ceil((over * refillMs) / 1000);
    },
    failed(client, now) {
      const failures = Math.min(burst, failuresOf(client, now) + 1);
      buckets.delete(client);
      buckets.set(client, { failures, at: now });
      if (buckets.size > maxClients) buckets.delete(buckets.keys().next().value!);
    },
  };
}

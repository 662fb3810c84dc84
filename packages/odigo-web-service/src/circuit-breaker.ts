/**
 * Gives a web service up for a while when it fails again and again, so that look-ups cost nothing while it is down.
 * After the pause one question is let through; its answer decides. Pure but for its own state: the time is an argument.
 */
import type { Instant } from '@adherence/domain/model.ts';

export interface CircuitBreaker {
  /** May a question be asked now? In a pause that has ended: one only, until it is answered. */
  allows(now: Instant): boolean;
  succeeded(): void;
  /** `atOnce` gives up without waiting for more failures: what was refused will be refused again. */
  failed(now: Instant, atOnce?: boolean): void;
  /** When the next question may be asked; null while the service is not given up. */
  pausedUntil(): Instant | null;
}

export interface BreakerLimits {
  /** Failures in a row after which it is given up. */
  readonly failures: number;
  /** The first pause; doubled after every question that failed in between, up to the greatest. */
  readonly firstPauseMs: number;
  readonly maxPauseMs: number;
}

export const breakerLimits: BreakerLimits = { failures: 5, firstPauseMs: 15_000, maxPauseMs: 300_000 };

export function circuitBreaker({
  failures,
  firstPauseMs,
  maxPauseMs,
}: BreakerLimits = breakerLimits): CircuitBreaker {
  let inARow = 0;
  let pauseMs = firstPauseMs;
  let pausedUntil: Instant | null = null;
  let asking = false;
  return {
    allows(now) {
      if (pausedUntil === null) return true;
      if (now < pausedUntil || asking) return false;
      asking = true;
      return true;
    },
    succeeded() {
      inARow = 0;
      pauseMs = firstPauseMs;
      pausedUntil = null;
      asking = false;
    },
    failed(now, atOnce = false) {
      inARow += 1;
      const wasPaused = pausedUntil !== null;
      // Questions that were under way when it was given up tell nothing new.
      if (wasPaused && !asking) return;
      asking = false;
      if (wasPaused) pauseMs = Math.min(maxPauseMs, pauseMs * 2);
      if (wasPaused || atOnce || inARow >= failures) pausedUntil = now + pauseMs;
    },
    pausedUntil: () => pausedUntil,
  };
}

/** A clock that moves only when a test says so. Timers fire in the order of their times, the clock standing at each. */
import type { Clock } from './clock.ts';

export interface ManualClock extends Clock {
  /** Moves on by `byMs`, firing what falls due and letting promises settle after each timer. */
  advance(byMs: number): Promise<void>;
  /** Moves to the next timer and fires it; false when none is set. */
  fireNext(): Promise<boolean>;
  /** Number of timers set. */
  pending(): number;
}

export function createManualClock(startAt = Date.UTC(2026, 0, 5, 8)): ManualClock {
  let now = startAt;
  let sequence = 0;
  const timers = new Map<number, { at: number; callback: () => void }>();

  const nextDue = (until: number): number | null => {
    let found: number | null = null;
    for (const [id, timer] of timers) {
      if (timer.at > until) continue;
      if (found === null || timer.at < timers.get(found)!.at) found = id;
    }
    return found;
  };
  const fire = async (id: number): Promise<void> => {
    const timer = timers.get(id)!;
    timers.delete(id);
    now = Math.max(now, timer.at);
    timer.callback();
    await turn();
  };

  return {
    now: () => now,
    setTimer(callback, delayMs) {
      const id = sequence++;
      timers.set(id, { at: now + Math.max(0, delayMs), callback });
      return { clear: () => void timers.delete(id) };
    },
    async advance(byMs) {
      const until = now + byMs;
      await turn();
      for (let id = nextDue(until); id !== null; id = nextDue(until)) await fire(id);
      now = until;
      await turn();
    },
    async fireNext() {
      const id = nextDue(Number.POSITIVE_INFINITY);
      if (id === null) return false;
      await fire(id);
      return true;
    },
    pending: () => timers.size,
  };
}

/** Lets everything run that waits for nothing but promises. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

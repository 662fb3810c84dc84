/** When to settle: one settling waits at most, and one that failed decides itself when it is tried again. */
import type { Clock, Timer } from '../clock.ts';
import type { SettleReason } from '../consume.ts';
import type { Lane } from './lane.ts';

export interface SettleSchedule {
  /** Resolves after a settling that began later than this call; at once while a failed one waits for its next try. */
  now(reason: SettleReason): Promise<void>;
  /** The same, and does not wait for the next try. */
  force(reason: SettleReason): Promise<void>;
  /** In `delayMs`, if not sooner. */
  within(delayMs: number): void;
  /** Forgets what was scheduled. */
  cancel(): void;
}

/** `settle` answers in how many milliseconds it must be tried again; null when it need not. */
export function createSettleSchedule(
  clock: Clock,
  lane: Lane,
  settle: (reason: SettleReason) => Promise<number | null>,
): SettleSchedule {
  let timer: { readonly handle: Timer; readonly at: number } | null = null;
  let queued: Promise<void> | null = null;
  let retrying = false;

  const clear = () => {
    timer?.handle.clear();
    timer = null;
    retrying = false;
  };
  const arm = (delayMs: number, reason: SettleReason) => {
    const at = clock.now() + delayMs;
    if (timer && timer.at <= at) return;
    timer?.handle.clear();
    const handle = clock.setTimer(() => {
      timer = null;
      void force(reason);
    }, delayMs);
    timer = { at, handle };
  };
  const force = (reason: SettleReason): Promise<void> => {
    queued ??= lane.run(async () => {
      queued = null;
      clear();
      const againInMs = await settle(reason);
      if (againInMs === null) return;
      clear();
      retrying = true;
      arm(againInMs, reason);
    });
    return queued;
  };

  return {
    force,
    now: async (reason) => {
      if (!retrying) await force(reason);
    },
    within: (delayMs) => {
      if (!retrying) arm(delayMs, 'delay');
    },
    cancel: clear,
  };
}

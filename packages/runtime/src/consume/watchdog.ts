/** Notices when a loop stands still: something runs without an end, or the broker does not answer. */
import type { Clock, Timer } from '../clock.ts';

export interface WatchdogOptions {
  readonly clock: Clock;
  readonly stallMs: number;
  /** Something runs now. */
  readonly busy: () => boolean;
  /** When something last ended. */
  readonly progressAt: () => number;
  readonly answerAt: () => number;
  readonly onStall: (error: Error) => void;
}

export class StalledError extends Error {
  constructor(what: string, stallMs: number) {
    super(`${what} for ${stallMs} ms`);
    this.name = 'StalledError';
  }
}

export function startWatchdog({ clock, stallMs, busy, progressAt, answerAt, onStall }: WatchdogOptions) {
  let timer: Timer | null = null;
  const look = () => {
    const limit = clock.now() - stallMs;
    if (busy() && progressAt() < limit) onStall(new StalledError('no progress', stallMs));
    else if (answerAt() < limit) onStall(new StalledError('no answer of the broker', stallMs));
    else arm();
  };
  const arm = () => {
    timer = clock.setTimer(look, Math.max(1, stallMs / 4));
  };
  arm();
  return {
    lastProgressAt: () => Math.min(clock.now(), answerAt(), busy() ? progressAt() : Number.POSITIVE_INFINITY),
    stop: () => timer?.clear(),
  };
}

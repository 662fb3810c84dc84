/** Time as an argument: everything that waits or stamps takes a Clock, so that tests need no sleeps. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls back once, `delayMs` from now. */
  setTimer(callback: () => void, delayMs: number): Timer;
}

export interface Timer {
  clear(): void;
}

export const systemClock: Clock = {
  now: Date.now,
  setTimer: (callback, delayMs) => {
    const handle = setTimeout(callback, delayMs);
    return { clear: () => clearTimeout(handle) };
  },
};

export const sleep = (clock: Clock, delayMs: number): Promise<void> =>
  new Promise((resolve) => {
    clock.setTimer(resolve, delayMs);
  });

/** Settles as `work` does, or with `onLimit()`'s error after `limitMs`; the work itself is not stopped. */
export function within<T>(clock: Clock, work: Promise<T>, limitMs: number, onLimit: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimer(() => reject(onLimit()), limitMs);
    work.then(
      (value) => {
        timer.clear();
        resolve(value);
      },
      (error: unknown) => {
        timer.clear();
        reject(error);
      },
    );
  });
}

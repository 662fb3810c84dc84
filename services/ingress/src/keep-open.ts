/**
 * What follows a topic ends by itself when the broker is away for long. A service with a spool outlives that: the
 * last one is held on to, and opened anew when the broker is back.
 */
import type { Clock, Timer } from '@adherence/runtime/clock.ts';
import { asError, isOperational } from '@adherence/runtime/errors.ts';
import type { Log } from '@adherence/runtime/log.ts';

export interface Kept<T> {
  /** The newest; it may have ended. */
  current(): T;
  /** Rejects when it ended by a fault of ours. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
}

export interface KeepOpenOptions<T> {
  readonly what: string;
  readonly open: () => Promise<T>;
  readonly close: (opened: T) => Promise<void>;
  /** Held on to while the first one cannot be opened; its `failed` rejects at once, so that it is tried again. */
  readonly meanwhile?: T | null;
  readonly clock: Clock;
  readonly log: Log;
}

const retryMs = 1_000;

/** Rejects when the first one cannot be opened and there is nothing for meanwhile. */
export async function keepOpen<T extends { readonly failed: Promise<never> }>(
  options: KeepOpenOptions<T>,
): Promise<Kept<T>> {
  const { what, open, close, meanwhile = null, clock, log } = options;
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {}); // Known to whoever asks for it; not an unhandled rejection meanwhile.
  meanwhile?.failed.catch(() => {}); // It has failed already, and is looked at once it is needed.
  let current = await open().catch((error: unknown) => {
    if (meanwhile === null || !isOperational(error)) throw error;
    return meanwhile;
  });
  let stopped = false;
  let timer: Timer | null = null;

  const watch = () => {
    current.failed.catch((error: unknown) => ended(asError(error)));
  };
  const ended = (error: Error) => {
    if (stopped) return;
    if (!isOperational(error)) return failed.reject(error);
    log.warn({ what, code: error.code }, 'not followed any more; trying again');
    timer = clock.setTimer(() => void reopen(), retryMs);
  };
  const reopen = async () => {
    try {
      const opened = await open();
      if (stopped) return close(opened);
      current = opened;
      log.info({ what }, 'followed again');
      watch();
    } catch (error) {
      ended(asError(error));
    }
  };
  watch();
  return {
    current: () => current,
    failed: failed.promise,
    async stop() {
      stopped = true;
      timer?.clear();
      await close(current);
    },
  };
}

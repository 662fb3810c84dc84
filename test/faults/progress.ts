/** How far a load has come, for those who act at a certain point of it. */
export interface Progress {
  /** `part`: 0 to 1, never less than before. */
  readonly note: (part: number) => void;
  /** Resolves once so much is done; rejects when the signal fires first. */
  readonly reached: (part: number) => Promise<void>;
}

export function createProgress(signal: AbortSignal): Progress {
  let done = 0;
  let waiting: { readonly part: number; readonly resolve: () => void }[] = [];
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('the load was not accepted in time')));
  });
  aborted.catch(() => {}); // Told to whoever waits; nobody may.
  return {
    note(part) {
      done = Math.max(done, part);
      for (const each of waiting) if (each.part <= done) each.resolve();
      waiting = waiting.filter((each) => each.part > done);
    },
    reached(part) {
      if (part <= done) return Promise.resolve();
      const reached = new Promise<void>((resolve) => {
        waiting.push({ part, resolve });
      });
      return Promise.race([reached, aborted]);
    },
  };
}

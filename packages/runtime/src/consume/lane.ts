/** One thing at a time, in the order of asking; a thing that fails does not stop the next. */
export interface Lane {
  run<T>(work: () => Promise<T> | T): Promise<T>;
  /** Something runs now. */
  busy(): boolean;
}

/** `onStep` is called whenever something begins or ends. */
export function createLane(onStep: () => void): Lane {
  let last: Promise<unknown> = Promise.resolve();
  let running = false;
  return {
    run<T>(work: () => Promise<T> | T): Promise<T> {
      const mine = last.then(async () => {
        running = true;
        onStep();
        try {
          return await work();
        } finally {
          running = false;
          onStep();
        }
      });
      last = mine.catch(() => {}); // Whoever asked for it gets the error.
      return mine;
    },
    busy: () => running,
  };
}

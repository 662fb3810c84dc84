/** Something has changed: whoever waits looks again. */
export interface Signal {
  next(): Promise<void>;
  raise(): void;
}

export function createSignal(): Signal {
  let waiting = Promise.withResolvers<void>();
  return {
    next: () => waiting.promise,
    raise() {
      const raised = waiting;
      waiting = Promise.withResolvers();
      raised.resolve();
    },
  };
}

import { type Child, describeExit } from './child.ts';

export interface Supervised {
  readonly name: string;
  /** Stops it for good: SIGTERM, then SIGKILL after `graceMs`. */
  stop(graceMs: number): Promise<void>;
  /** SIGKILL, for good. */
  kill(): void;
}

export interface SuperviseOptions {
  readonly name: string;
  /** Starts it and resolves when it is ready; called again each time it has ended. */
  readonly start: () => Promise<Child>;
  readonly print: (line: string) => void;
  readonly wait?: (delayMs: number) => Promise<void>;
}

const shortestDelayMs = 250;
const longestDelayMs = 30_000;
/** After this long in good health the next end counts as the first. */
const healthyMs = 60_000;

/** Keeps a child running: says so when it ends, and starts it again, waiting longer each time it fails in a row. */
export async function supervise(options: SuperviseOptions): Promise<Supervised> {
  const { name, print } = options;
  const wait = options.wait ?? ((delayMs) => new Promise<void>((resolve) => setTimeout(resolve, delayMs)));
  let stopped = false;
  let child = await options.start();
  let startedAt = performance.now();
  let delayMs = shortestDelayMs;

  const watch = async (): Promise<void> => {
    while (true) {
      const exit = await child.exited;
      if (stopped) return;
      if (performance.now() - startedAt > healthyMs) delayMs = shortestDelayMs;
      print(`${name} ended (${describeExit(exit)}); it is started again; its log is ${child.logFile}`);
      const next = await again();
      if (next === undefined) return;
      child = next;
    }
  };

  const again = async (): Promise<Child | undefined> => {
    while (!stopped) {
      await wait(delayMs);
      delayMs = Math.min(delayMs * 2, longestDelayMs);
      if (stopped) return undefined;
      startedAt = performance.now();
      try {
        const next = await options.start();
        print(`${name} is up again after ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
        if (!stopped) return next;
        next.kill();
      } catch (error) {
        if (!stopped) print(error instanceof Error ? error.message : String(error));
      }
    }
    return undefined;
  };

  watch().catch((error: unknown) => print(`${name} is no longer watched: ${error}`));
  return {
    name,
    async stop(graceMs) {
      stopped = true;
      await child.stop(graceMs);
    },
    kill() {
      stopped = true;
      child.kill();
    },
  };
}

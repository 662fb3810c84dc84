/** One process of the stack under test: killed, started again, started again by itself when it ends, as in a cluster. */
import type { Child } from '@adherence/stack/child.ts';
import { describeExit } from '@adherence/stack/child.ts';

export interface Part {
  readonly name: string;
  /** Resolves when it is ready for the first time. */
  readonly started: Promise<void>;
  /** SIGKILL; it starts again after `downMs`. Resolves once it is ready again. */
  kill(downMs: number): Promise<void>;
  /** SIGTERM, for good; resolves when the process has ended. */
  leave(): Promise<void>;
  /** SIGKILL, for good. */
  end(): void;
}

const restartMs = 500;
const leaveMs = 15_000;

/** `note` is told every end that nobody asked for. */
export function keepRunning(name: string, start: () => Promise<Child>, note: (what: string) => void): Part {
  let child: Child | null = null;
  let over = false;
  let downMs = restartMs;
  let asked = false;
  let ready = Promise.withResolvers<void>();

  const run = async () => {
    while (!over) {
      try {
        const started = await start();
        child = started;
        if (over) started.kill();
        ready.resolve();
        const exit = await started.exited;
        if (!over && !asked) note(`${name} ended by itself (${describeExit(exit)})`);
      } catch (error) {
        if (!over && !asked) note(error instanceof Error ? error.message : String(error));
      }
      child = null;
      const wait = asked ? downMs : restartMs;
      asked = false;
      if (!over) await new Promise((resolve) => setTimeout(resolve, wait));
    }
  };
  const started = ready.promise;
  const ended = run();

  return {
    name,
    started,
    async kill(waitMs) {
      await ready.promise;
      ready = Promise.withResolvers();
      asked = true;
      downMs = waitMs;
      child?.kill();
      await ready.promise;
    },
    async leave() {
      await ready.promise;
      over = true;
      await child?.stop(leaveMs);
      await ended;
    },
    end() {
      over = true;
      child?.kill();
    },
  };
}

import { expect, test } from 'vitest';
import type { Child, Exit } from './child.ts';
import { type SuperviseOptions, supervise } from './supervise.ts';

/** A child that ends when it is told to, and remembers what was done to it. */
function fakeChild(): Child & { end(): void; readonly done: string[] } {
  const exit = Promise.withResolvers<Exit>();
  const done: string[] = [];
  return {
    name: 'part',
    pid: 1,
    logFile: '/logs/part.log',
    exited: exit.promise,
    done,
    end: () => exit.resolve({ code: null, signal: 'SIGKILL' }),
    kill: () => void done.push('kill'),
    stop: async (graceMs) => void done.push(`stop ${graceMs}`),
  };
}

function scene(outcomes: readonly ('up' | 'fails')[]) {
  const children: ReturnType<typeof fakeChild>[] = [];
  const lines: string[] = [];
  const delays: number[] = [];
  const started = outcomes.map(() => Promise.withResolvers<void>());
  let next = 0;
  const options: SuperviseOptions = {
    name: 'part',
    print: (line) => lines.push(line),
    wait: async (delayMs) => void delays.push(delayMs),
    start: async () => {
      const index = next++;
      started[index]?.resolve();
      if (outcomes[index] !== 'up') throw new Error(`start ${index} failed; see its log`);
      children.push(fakeChild());
      return children.at(-1)!;
    },
  };
  return { options, children, lines, delays, started };
}

test('a part that is killed is started again, and it is said with its log', async () => {
  const { options, children, lines, started } = scene(['up', 'up']);
  await supervise(options);
  children[0]!.end();
  await started[1]!.promise;
  expect(lines[0]).toBe('part ended (signal SIGKILL); it is started again; its log is /logs/part.log');
});

test('each failure in a row waits twice as long', async () => {
  const { options, children, lines, delays, started } = scene(['up', 'fails', 'fails', 'up']);
  await supervise(options);
  children[0]!.end();
  await started[3]!.promise;
  expect(delays).toEqual([250, 500, 1000]);
  expect(lines.slice(1, 3)).toEqual(['start 1 failed; see its log', 'start 2 failed; see its log']);
});

test('what was stopped stays down', async () => {
  const { options, children, lines, delays } = scene(['up', 'up']);
  const part = await supervise(options);
  await part.stop(500);
  children[0]!.end();
  await children[0]!.exited;
  expect(children[0]!.done).toEqual(['stop 500']);
  expect([children.length, lines, delays]).toEqual([1, [], []]);
});

test('a first start that fails is for the caller to tell', async () => {
  const { options, lines } = scene(['fails']);
  await expect(supervise(options)).rejects.toThrow('start 0 failed');
  expect(lines).toEqual([]);
});

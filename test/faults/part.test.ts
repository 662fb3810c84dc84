import type { Child, Exit } from '@adherence/stack/child.ts';
import { expect, test } from 'vitest';
import { keepRunning } from './part.ts';

/** Starts children that end only when they are told to. */
function fakeProcess() {
  const children: { readonly child: Child; readonly end: (exit: Exit) => void; stopped: boolean }[] = [];
  const start = async () => {
    const exited = Promise.withResolvers<Exit>();
    const entry = {
      stopped: false,
      end: exited.resolve,
      child: {
        name: 'fake',
        pid: children.length,
        logFile: '',
        exited: exited.promise,
        kill: () => exited.resolve({ code: null, signal: 'SIGKILL' }),
        async stop() {
          entry.stopped = true;
          exited.resolve({ code: 0, signal: null });
        },
      } satisfies Child,
    };
    children.push(entry);
    return entry.child;
  };
  return { children, start };
}

test('a part that is killed is started again, which nobody is told of', async () => {
  const { children, start } = fakeProcess();
  const notes: string[] = [];
  const part = keepRunning('fake', start, (what) => notes.push(what));
  await part.started;
  await part.kill(0);
  expect(children).toHaveLength(2);
  expect(notes).toEqual([]);
  part.end();
});

test('a part that ends by itself is told of', async () => {
  const { children, start } = fakeProcess();
  const told = Promise.withResolvers<string>();
  const part = keepRunning('fake', start, told.resolve);
  await part.started;
  children[0]!.end({ code: 1, signal: null });
  expect(await told.promise).toBe('fake ended by itself (exit code 1)');
  part.end();
});

test('a part that leaves stays away', async () => {
  const { children, start } = fakeProcess();
  const part = keepRunning('fake', start, () => {});
  await part.started;
  await part.leave();
  expect(children).toHaveLength(1);
  expect(children[0]!.stopped).toBe(true);
});

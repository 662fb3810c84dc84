/** A thread that computes: tasks come and answers go as messages, with connections of its own to ClickHouse. */
import { parentPort, workerData } from 'node:worker_threads';
import { type ClickHouseConnection, openClickHouse } from '@adherence/runtime/clickhouse.ts';
import { asError, isOperational } from '@adherence/runtime/errors.ts';
import { runTask, type Task } from './task.ts';

export type ToWorker =
  | { readonly kind: 'run'; readonly id: number; readonly task: Task }
  | { readonly kind: 'cancel'; readonly id: number };

export type FromWorker =
  | { readonly id: number; readonly ok: true; readonly answer: unknown }
  | {
      readonly id: number;
      readonly ok: false;
      readonly message: string;
      /** Of an OperationalError: what was asked for may be asked again. */
      readonly code: string | null;
    };

const port = parentPort!;
const db = openClickHouse({ ...(workerData as ClickHouseConnection), maxConnections: 4 });
let current: { readonly id: number; cancelled: boolean } | null = null;

/** One task at a time: the pool waits for the answer. */
port.on('message', async (message: ToWorker) => {
  if (message.kind === 'cancel') {
    if (current?.id === message.id) current.cancelled = true;
    return;
  }
  const run = { id: message.id, cancelled: false };
  current = run;
  const reply = await answerTo(message.task, () => run.cancelled);
  port.postMessage({ id: message.id, ...reply } satisfies FromWorker);
});

async function answerTo(
  task: Task,
  isCancelled: () => boolean,
): Promise<{ ok: true; answer: unknown } | { ok: false; message: string; code: string | null }> {
  try {
    return { ok: true, answer: await runTask(db, task, isCancelled) };
  } catch (thrown) {
    const error = asError(thrown);
    return { ok: false, message: error.message, code: isOperational(error) ? error.code : null };
  }
}

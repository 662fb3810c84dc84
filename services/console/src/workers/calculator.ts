/**
 * Questions that are computed and not read: a bounded number of threads, of questions at once and of time for each, so
 * that the board and everything that is only read go on beside them.
 */
import { Worker } from 'node:worker_threads';
import type { ClickHouseConnection } from '@adherence/runtime/clickhouse.ts';
import type { Clock } from '@adherence/runtime/clock.ts';
import { OperationalError } from '@adherence/runtime/errors.ts';
import type { ReadDatabase } from '@adherence/store/load.ts';
import { HttpProblem } from '../http/problem.ts';
import { runTask, type Task, type TaskAnswer } from './task.ts';
import type { FromWorker, ToWorker } from './worker.ts';

export interface Calculator {
  /**
   * Answers one question by any number of tasks; rejects with a 503 problem when too many are being answered, or when
   * it takes too long, and with a 499 problem once `signal` says that nobody waits any more.
   */
  readonly ask: <A>(
    tenantId: string,
    signal: AbortSignal,
    answer: (run: RunTask) => Promise<A>,
  ) => Promise<A>;
  readonly close: () => Promise<void>;
}

export type RunTask = <T extends Task>(task: T) => Promise<TaskAnswer<T>>;

export interface CalculatorOptions {
  /** How threads reach the database; null where they cannot, as in tests: then it is computed in this one. */
  readonly connection: ClickHouseConnection | null;
  readonly database: ReadDatabase;
  readonly threads: number;
  /** Answered at once; more are refused. A single tenant gets half of them. */
  readonly questions: number;
  /** For one question. */
  readonly limitMs: number;
  readonly clock: Clock;
}

interface Job {
  readonly id: number;
  readonly task: Task;
  readonly signal: AbortSignal;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface Thread {
  readonly worker: Worker;
  job: Job | null;
}

export function createCalculator(options: CalculatorOptions): Calculator {
  const { connection, database, threads: maxThreads, questions: maxQuestions, limitMs, clock } = options;
  const threads = new Set<Thread>();
  const waiting: Job[] = [];
  const open = new Map<string, number>();
  let questions = 0;
  let nextId = 0;

  const startThread = (): Thread => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: connection,
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: threadMemoryMb },
    });
    const thread: Thread = { worker, job: null };
    // A thread that waits for work does not keep the process.
    worker.unref();
    worker.on('message', (reply: FromWorker) => {
      const { job } = thread;
      thread.job = null;
      if (job) settle(job, reply);
      next();
    });
    const lose = (error: Error | null) => {
      threads.delete(thread);
      thread.job?.reject(new OperationalError('THREAD', 'a computing thread ended', error ?? undefined));
      thread.job = null;
      next();
    };
    worker.on('error', lose);
    worker.on('exit', () => threads.has(thread) && lose(null));
    threads.add(thread);
    return thread;
  };

  const next = (): void => {
    while (waiting.length > 0) {
      let thread = [...threads].find(({ job }) => job === null);
      if (!thread && threads.size < maxThreads) thread = startThread();
      if (!thread) return;
      const job = waiting.shift()!;
      if (job.signal.aborted) continue;
      thread.job = job;
      thread.worker.postMessage({ kind: 'run', id: job.id, task: job.task } satisfies ToWorker);
    }
  };

  const run = <T extends Task>(task: T, signal: AbortSignal): Promise<TaskAnswer<T>> =>
    new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      if (!connection) {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        runTask(database, task, () => signal.aborted).then(resolve, reject);
        return;
      }
      const job: Job = {
        id: nextId++,
        task,
        signal,
        resolve: resolve as (answer: unknown) => void,
        reject,
      };
      signal.addEventListener(
        'abort',
        () => {
          reject(signal.reason);
          for (const { worker, job: running } of threads) {
            if (running === job) worker.postMessage({ kind: 'cancel', id: job.id } satisfies ToWorker);
          }
        },
        { once: true },
      );
      waiting.push(job);
      next();
    });

  return {
    async ask(tenantId, signal, answer) {
      const ofTenant = open.get(tenantId) ?? 0;
      if (questions >= maxQuestions || ofTenant >= Math.ceil(maxQuestions / 2)) throw tooMany();
      const ending = new AbortController();
      const drop = () => ending.abort(dropped());
      if (signal.aborted) drop();
      signal.addEventListener('abort', drop, { once: true });
      const timer = clock.setTimer(() => ending.abort(tooLong()), limitMs);
      questions++;
      open.set(tenantId, ofTenant + 1);
      try {
        return await answer((task) => run(task, ending.signal));
      } finally {
        timer.clear();
        signal.removeEventListener('abort', drop);
        // What is left of it, when one of its tasks failed, is not computed for nothing.
        ending.abort(dropped());
        questions--;
        if (open.get(tenantId) === 1) open.delete(tenantId);
        else open.set(tenantId, open.get(tenantId)! - 1);
      }
    },
    async close() {
      const ended = [...threads];
      threads.clear();
      for (const { job } of ended) job?.reject(new OperationalError('STOPPED', 'the console stops'));
      await Promise.all(ended.map(({ worker }) => worker.terminate()));
    },
  };
}

/** For what a thread holds: the events of one person over 13 months take a tenth of it. */
const threadMemoryMb = 512;

function settle(job: Job, reply: FromWorker): void {
  if (reply.ok) job.resolve(reply.answer);
  else
    job.reject(
      reply.code === null ? new Error(reply.message) : new OperationalError(reply.code, reply.message),
    );
}

const tooMany = (): HttpProblem =>
  new HttpProblem(503, 'Too much is being computed at the moment; try again.', [], { 'retry-after': '10' });

const dropped = (): HttpProblem => new HttpProblem(499, 'The client has gone.');

const tooLong = (): HttpProblem =>
  new HttpProblem(503, 'This takes too long to compute; ask for fewer people or days.', [], {
    'retry-after': '30',
  });

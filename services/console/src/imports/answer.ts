/**
 * What an import answers: one document at its end or, for `Accept: application/x-ndjson`, a line of progress after
 * each part, and the same document as the last line.
 */
import { setImmediate as othersTurn } from 'node:timers/promises';
import { z } from 'zod';
import { HttpProblem, problemOf } from '../http/problem.ts';
import { json } from '../http/route.ts';
import { collected, type RejectedLine } from './lines.ts';

export const importView = z.object({
  /** Lines that were taken. */
  accepted: z.int(),
  /** Every other line, with what is wrong with it. */
  rejected: z.array(
    z.object({
      line: z.int(),
      errors: z.array(z.object({ path: z.string(), message: z.string() })).readonly(),
    }),
  ),
});

/** An import that is read and judged as far as it can be without the others' word. */
export interface ReadImport<T> {
  /** Lines of the body. */
  readonly lines: number;
  readonly rejected: readonly RejectedLine[];
  /** What is to be written, in order. */
  readonly work: readonly T[];
  /** Lines that an item of the work stands for. */
  readonly linesOf: (item: T) => number;
  /** Writes a part of the work, may tell of items that are done; answers the lines that are refused after all. */
  readonly write: (part: readonly T[], done: (item: T) => void) => Promise<readonly RejectedLine[]>;
  /** Items written at once. */
  readonly atOnce: number;
}

export function answerImport<T>(
  headers: Headers,
  read: ReadImport<T>,
  onError: (error: unknown) => unknown,
): Response | Promise<Response> {
  if (!headers.get('accept')?.includes('application/x-ndjson')) {
    return runImport(read, () => {}).then((result) => json(200, result));
  }
  const encoder = new TextEncoder();
  const stream = new ReadableStream<Uint8Array>({
    async start(controller) {
      const say = (line: object) => controller.enqueue(encoder.encode(`${JSON.stringify(line)}\n`));
      try {
        say(await runImport(read, (done) => say({ progress: { lines: read.lines, done } })));
      } catch (error) {
        const problem = onError(error);
        if (!(problem instanceof HttpProblem)) {
          controller.error(problem);
          return;
        }
        say({ problem: problemOf(problem) });
      }
      controller.close();
    },
  });
  return new Response(stream, {
    headers: { 'content-type': 'application/x-ndjson', 'x-accel-buffering': 'no' },
  });
}

async function runImport<T>(
  { lines, rejected, work, linesOf, write, atOnce }: ReadImport<T>,
  progress: (done: number) => void,
): Promise<z.output<typeof importView>> {
  const refused: RejectedLine[] = [];
  let done = lines - work.reduce((sum, item) => sum + linesOf(item), 0);
  let told = done;
  progress(done);
  for (let i = 0; i < work.length; i += atOnce) {
    const part = work.slice(i, i + atOnce);
    const after = part.reduce((sum, item) => sum + linesOf(item), done);
    const tell = (item: T) => {
      done += linesOf(item);
      if (done - told < toldEvery || done >= after) return;
      told = done;
      progress(done);
    };
    refused.push(...(await write(part, tell)));
    [done, told] = [after, after];
    progress(done);
    await othersTurn();
  }
  const bad = collected([...rejected, ...refused]);
  return { accepted: lines - bad.length, rejected: bad };
}

/** Lines between two tellings of the progress. */
const toldEvery = 5_000;

/**
 * Reads a request's body off the Node stream, counting as it comes. Too much of it is read to its end and thrown
 * away, within a bound, so that the sender finishes writing and sees the answer instead of a reset.
 */
import type { IncomingMessage } from 'node:http';
import type { Hold } from './fair-budget.ts';

export type ReadBody =
  | { readonly kind: 'body'; readonly bytes: Buffer }
  | { readonly kind: 'too-large' }
  /** All requests together, or those of this sender, hold too much. */
  | { readonly kind: 'overload' }
  /** The sender went away, or was too slow and cut off. */
  | { readonly kind: 'aborted' };

/** What is thrown away of one request before its connection is given up. */
const maxDiscardedBytes = 8 * 1024 * 1024;

/** What a chunk costs beside its bytes: a body in a million parts must not hide behind its length. */
const chunkOverheadBytes = 200;

/** The body's length stays taken until the hold is released. */
export function readBody(request: IncomingMessage, limit: number, hold: Hold): Promise<ReadBody> {
  if (request.destroyed) return Promise.resolve({ kind: 'aborted' });
  return new Promise((resolve) => {
    let chunks: Buffer[] = [];
    let length = 0;
    let charged = 0;
    let discarded = 0;
    let refused: 'too-large' | 'overload' | null =
      Number(request.headers['content-length'] ?? 0) > limit ? 'too-large' : null;

    const settle = (result: ReadBody) => {
      request.off('data', take).off('end', end).off('error', abort).off('close', abort);
      hold.give(result.kind === 'body' ? charged - length : charged);
      charged = 0;
      resolve(result);
    };
    const keep = (chunk: Buffer): 'too-large' | 'overload' | null => {
      if (length + chunk.length > limit) return 'too-large';
      if (!hold.take(chunk.length + chunkOverheadBytes)) return 'overload';
      charged += chunk.length + chunkOverheadBytes;
      length += chunk.length;
      chunks.push(chunk);
      return null;
    };
    const take = (chunk: Buffer) => {
      if (refused === null) {
        refused = keep(chunk);
        if (refused !== null) {
          chunks = [];
          hold.give(charged);
          charged = 0;
        }
      }
      if (refused === null) return;
      discarded += chunk.length;
      if (discarded > maxDiscardedBytes) settle({ kind: refused });
    };
    const end = () => {
      if (refused !== null) settle({ kind: refused });
      else settle({ kind: 'body', bytes: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, length) });
    };
    const abort = () => settle({ kind: 'aborted' });
    request.on('data', take).on('end', end).on('error', abort).on('close', abort);
  });
}

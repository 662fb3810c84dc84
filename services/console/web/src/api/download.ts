/** Downloads of CSV: read as they come, so that progress is seen and a cut is told from an end. */
import { type ApiError, getStream, type Query } from './client.ts';

/** The connection ended before the file did: what had come by then is not kept. */
export class Interrupted extends Error {
  readonly lines: number;

  constructor(lines: number) {
    super('interrupted');
    this.name = 'Interrupted';
    this.lines = lines;
  }
}

export interface Downloaded {
  readonly content: Blob;
  /** Without the head. */
  readonly lines: number;
}

/** Rejects with an ApiError when it is refused, with Interrupted when it is cut, with an AbortError when it is given up. */
export async function downloadCsv(
  path: string,
  query: Query,
  onProgress: (lines: number) => void,
  signal: AbortSignal,
): Promise<Downloaded> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let lines = -1;
  await readParts(path, query, signal, (part) => {
    parts.push(part);
    for (const byte of part) if (byte === lineFeed) lines++;
    onProgress(Math.max(0, lines));
    return true;
  });
  return { content: new Blob(parts, { type: 'text/csv;charset=utf-8' }), lines: Math.max(0, lines) };
}

export interface Beginning {
  readonly text: string;
  /** It ended before the wanted number of lines was reached. */
  readonly whole: boolean;
}

/** The first lines and the head, no more than is needed of the rest. */
export async function readBeginning(
  path: string,
  query: Query,
  wantedLines: number,
  signal: AbortSignal,
): Promise<Beginning> {
  const decoder = new TextDecoder();
  let text = '';
  let lines = -1;
  const ended = await readParts(path, query, signal, (part) => {
    for (const byte of part) if (byte === lineFeed) lines++;
    text += decoder.decode(part, { stream: true });
    return lines < wantedLines;
  });
  return { text, whole: ended && lines <= wantedLines };
}

const lineFeed = 10;

/** True when it was read to its end; false when `take` wanted no more. */
async function readParts(
  path: string,
  query: Query,
  signal: AbortSignal,
  take: (part: Uint8Array<ArrayBuffer>) => boolean,
): Promise<boolean> {
  const response = await getStream(path, query, 'text/csv', signal);
  const reader = response.body!.getReader();
  let lines = -1;
  for (;;) {
    let next: ReadableStreamReadResult<Uint8Array<ArrayBuffer>>;
    try {
      next = await reader.read();
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') throw error;
      throw new Interrupted(Math.max(0, lines));
    }
    if (next.done) return true;
    for (const byte of next.value) if (byte === lineFeed) lines++;
    if (!take(next.value)) {
      await reader.cancel();
      return false;
    }
  }
}

export type DownloadFault = ApiError | Interrupted;

/** Bodies of requests, within a limit on their bytes. */
import { HttpProblem } from './problem.ts';

/** Throws 413 as soon as the limit is passed; what follows is not read. */
export async function readBody(request: Request, limitBytes: number): Promise<Buffer> {
  const tooLarge = () => new HttpProblem(413, `A body may have at most ${limitBytes} bytes here.`);
  if (Number(request.headers.get('content-length') ?? 0) > limitBytes) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > limitBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export async function readJson(request: Request, limitBytes: number): Promise<unknown> {
  const type = mediaType(request.headers);
  if (type !== '' && type !== 'application/json' && !type.endsWith('+json')) {
    throw new HttpProblem(415, 'The body must be application/json.', [], { accept: 'application/json' });
  }
  return parseJson(decodeText(await readBody(request, limitBytes)));
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof RangeError)) throw error;
    throw new HttpProblem(400, `The body is not JSON: ${error.message}`);
  }
}

/** UTF-8, with or without a byte order mark. */
export function decodeText(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new HttpProblem(400, 'The body is not UTF-8.');
  }
}

export const mediaType = (headers: Headers): string =>
  (headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase();

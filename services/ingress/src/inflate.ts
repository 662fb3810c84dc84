/** Compressed bodies, with a bound on what they inflate to. What a body is shows in its bytes, not in its header. */
import { gunzip, inflate as inflateZlib } from 'node:zlib';

export type Inflated =
  | { readonly kind: 'body'; readonly bytes: Buffer }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'corrupt' };

/** A body that is not compressed, whatever its header says, comes back as it is. */
export function inflateBody(
  bytes: Buffer,
  encoding: string | undefined,
  maxBytes: number,
): Promise<Inflated> | Inflated {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return decompress(gunzip, bytes, maxBytes);
  if (encoding === 'deflate' && bytes[0] === 0x78) return decompress(inflateZlib, bytes, maxBytes);
  return { kind: 'body', bytes };
}

function decompress(method: typeof gunzip, bytes: Buffer, maxBytes: number): Promise<Inflated> {
  return new Promise((resolve) => {
    method(bytes, { maxOutputLength: maxBytes }, (error, inflated) => {
      if (!error) resolve({ kind: 'body', bytes: inflated });
      else if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
        resolve({ kind: 'too-large' });
      else resolve({ kind: 'corrupt' });
    });
  });
}

/** Compressed bodies, with a bound on what they inflate to. What a body is shows in its bytes, not in its header. */
import { gunzip, inflate as inflateZlib } from 'node:zlib';
import type { Hold } from './fair-budget.ts';

export type Inflated =
  | { readonly kind: 'body'; readonly bytes: Buffer }
  | { readonly kind: 'too-large' }
  /** There is no memory for it now. */
  | { readonly kind: 'overload' }
  | { readonly kind: 'corrupt' };

/** A body that is not compressed, whatever its header says, comes back as it is. Its inflated size is taken first. */
export function inflateBody(
  bytes: Buffer,
  encoding: string | undefined,
  maxBytes: number,
  hold: Hold,
): Promise<Inflated> | Inflated {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b)
    return decompress(gunzip, bytes, sizeSaid(bytes), maxBytes, hold);
  if (encoding === 'deflate' && bytes[0] === 0x78) {
    return decompress(inflateZlib, bytes, usualRatio * bytes.length, maxBytes, hold);
  }
  return { kind: 'body', bytes };
}

/** JSON of many like items shrinks so much, or less. */
const usualRatio = 20;

/** gzip ends with the size of what it holds, unless it lies or holds several. */
const sizeSaid = (bytes: Buffer): number => (bytes.length >= 18 ? bytes.readUInt32LE(bytes.length - 4) : 0);

/** Within the size that is likely; only then, and only for those who said less, within all that is allowed. */
async function decompress(
  method: typeof gunzip,
  bytes: Buffer,
  likelyBytes: number,
  maxBytes: number,
  hold: Hold,
): Promise<Inflated> {
  const reserved = Math.min(maxBytes, Math.max(likelyBytes, bytes.length, 1_024));
  if (!hold.take(reserved)) return { kind: 'overload' };
  const first = await inflateWithin(method, bytes, reserved);
  if (first.kind !== 'too-large' || reserved === maxBytes) return first;
  if (!hold.take(maxBytes - reserved)) return { kind: 'overload' };
  return inflateWithin(method, bytes, maxBytes);
}

function inflateWithin(method: typeof gunzip, bytes: Buffer, maxOutputLength: number): Promise<Inflated> {
  return new Promise((resolve) => {
    method(bytes, { maxOutputLength }, (error, inflated) => {
      if (!error) resolve({ kind: 'body', bytes: inflated });
      else if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
        resolve({ kind: 'too-large' });
      else resolve({ kind: 'corrupt' });
    });
  });
}

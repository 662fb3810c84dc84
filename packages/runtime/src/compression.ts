/** Compressed bodies. What one is shows in its bytes, not in its header: another compression is another line here. */
import { gunzip, inflate as inflateZlib } from 'node:zlib';

export type Inflated =
  | { readonly kind: 'body'; readonly bytes: Buffer }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'corrupt' };

export interface Compression {
  /** The inflated size that it says or is likely to have, bytes. */
  readonly likelyBytes: (bytes: Buffer) => number;
  readonly inflate: (bytes: Buffer, maxBytes: number) => Promise<Inflated>;
}

/** null = not compressed, whatever a header says. */
export function compressionOf(bytes: Buffer): Compression | null {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return gzip;
  return bytes[0] === 0x78 && levelsOfZlib.has(bytes[1]!) ? zlib : null;
}

/** JSON of many like items shrinks so much, or less. */
const usualRatio = 20;
/** What follows `x`; none of them is in a body that can be read as it is. */
const levelsOfZlib: ReadonlySet<number> = new Set([0x01, 0x5e, 0x9c, 0xda]);

/** It ends with the size of what it holds, unless it lies or holds several. */
const gzip: Compression = {
  likelyBytes: (bytes) => (bytes.length >= 18 ? bytes.readUInt32LE(bytes.length - 4) : 0),
  inflate: (bytes, maxBytes) => inflateWithin(gunzip, bytes, maxBytes),
};
/** The `deflate` of HTTP. */
const zlib: Compression = {
  likelyBytes: (bytes) => usualRatio * bytes.length,
  inflate: (bytes, maxBytes) => inflateWithin(inflateZlib, bytes, maxBytes),
};

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

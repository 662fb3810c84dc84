/** Bytes to text for bodies of senders that do not always say, or know, which charset they write. */
import { isUtf8 } from 'node:buffer';

/** UTF-8 where the bytes are valid UTF-8, else Windows-1252 (a superset of Latin-1): no two byte strings become one. */
export function decodeText(bytes: Buffer): string {
  return isUtf8(bytes) ? bytes.toString('utf8') : westernEuropean.decode(bytes);
}

/**
 * The body without byte order mark, in a charset whose structural characters are ASCII. UTF-8, ASCII and undeclared
 * bodies keep their bytes; UTF-16 and other declared charsets are transcoded; unknown charsets count as undeclared.
 */
export function toAsciiSuperset(body: Buffer, contentType: string | undefined): Buffer {
  if (body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf) return body.subarray(3);
  const charset = unicode16(body) ?? declaredCharset(contentType);
  // UTF-16 shows itself: declared but not seen, it is not there.
  if (charset === null || (charset.startsWith('utf-16') && unicode16(body) === null)) return body;
  const decoder = decoderOf(charset);
  if (decoder === null || decoder.encoding === 'utf-8') return body;
  return Buffer.from(decoder.decode(body));
}

const westernEuropean = new TextDecoder('windows-1252');

/** UTF-16 by its mark, or by the zero byte beside the first, always ASCII, character. */
function unicode16(body: Buffer): string | null {
  const [first, second] = body;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if (second === 0 && first !== undefined && first !== 0) return 'utf-16le';
  if (first === 0 && second !== undefined && second !== 0) return 'utf-16be';
  return null;
}

function declaredCharset(contentType: string | undefined): string | null {
  if (contentType === undefined) return null;
  return /;\s*charset\s*=\s*"?([\w.:-]+)/i.exec(contentType)?.[1]?.toLowerCase() ?? null;
}

function decoderOf(charset: string): InstanceType<typeof TextDecoder> | null {
  try {
    return new TextDecoder(charset);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

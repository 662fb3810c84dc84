/**
 * Where JSON values begin and end in bytes, without reading them: only strings and brackets are understood, so an
 * item that is wrong inside can still be told from its neighbours. Linear, not recursive.
 */
export interface ValueRange {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  /** Nesting of the value: 0 for a scalar, 1 for a flat object. */
  readonly depth: number;
  /** False where a string or bracket was left open or closed by the wrong one; then `end` is where that showed. */
  readonly whole: boolean;
}

/** The value that starts at `start` (not white space), looking no further than `limit`. */
export function valueRange(bytes: Buffer, start: number, limit: number): ValueRange {
  const first = bytes[start];
  if (first === quote) {
    const end = stringEnd(bytes, start, limit);
    return { start, end: Math.abs(end), depth: 0, whole: end > 0 };
  }
  if (first !== openBrace && first !== openBracket) {
    const end = scalarEnd(bytes, start, limit);
    return { start, end: Math.max(end, start + 1), depth: 0, whole: end > start };
  }
  let depth = 0;
  let deepest = 0;
  for (let i = start; i < limit; i++) {
    const byte = bytes[i]!;
    if (byte === quote) {
      const end = stringEnd(bytes, i, limit);
      if (end < 0) return { start, end: -end, depth: deepest, whole: false };
      i = end - 1;
    } else if (byte === openBrace || byte === openBracket) {
      if (depth < trackedDepth) opened[depth] = byte;
      depth++;
      if (depth > deepest) deepest = depth;
    } else if (byte === closeBrace || byte === closeBracket) {
      depth--;
      // `{` and `}`, `[` and `]` are two apart in ASCII.
      if (depth < trackedDepth && opened[depth] !== byte - 2) {
        return { start, end: i, depth: deepest, whole: false };
      }
      if (depth === 0) return { start, end: i + 1, depth: deepest, whole: true };
    }
  }
  return { start, end: limit, depth: deepest, whole: false };
}

/** First position from `at` that is not JSON white space. */
export function skipBlanks(bytes: Buffer, at: number, limit: number): number {
  while (at < limit && isBlank(bytes[at]!)) at++;
  return at;
}

export const isBlank = (byte: number): boolean =>
  byte === 32 || byte === newline || byte === 13 || byte === 9;

export const openBrace = 0x7b;
export const closeBrace = 0x7d;
export const openBracket = 0x5b;
export const closeBracket = 0x5d;
export const comma = 0x2c;
export const colon = 0x3a;
export const quote = 0x22;
export const newline = 0x0a;
const backslash = 0x5c;

/** Brackets deeper than this are counted, not matched: such an item is refused for its depth anyway. */
const trackedDepth = 1024;
const opened = new Uint8Array(trackedDepth);

/** Position after the closing quote, or the negated position of the control character or limit that came first. */
export function stringEnd(bytes: Buffer, start: number, limit: number): number {
  for (let i = start + 1; i < limit; i++) {
    const byte = bytes[i]!;
    if (byte === quote) return i + 1;
    if (byte < 32) return -i;
    if (byte === backslash && bytes[i + 1]! >= 32) i++;
  }
  return -limit;
}

/** A bare word reaches to the next separator; on one line, so that rubbish does not swallow the lines after it. */
function scalarEnd(bytes: Buffer, start: number, limit: number): number {
  let i = start;
  while (i < limit) {
    const byte = bytes[i]!;
    if (byte === comma || byte === newline || byte === closeBrace || byte === closeBracket) break;
    if (byte === openBrace || byte === openBracket || byte === quote) break;
    i++;
  }
  while (i > start && isBlank(bytes[i - 1]!)) i--;
  return i;
}

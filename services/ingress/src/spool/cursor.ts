/** How far the oldest segment is drained. Without it, or when it is damaged, the segment is read from its start. */
import { crc32 } from 'node:zlib';

export interface Cursor {
  /** Of the segment. */
  readonly sequence: number;
  /** Next byte to read. */
  readonly offset: number;
}

export const cursorFile = 'drained';

export function cursorText({ sequence, offset }: Cursor): string {
  const content = `${sequence} ${offset}`;
  return `${content} ${crc32(content)}\n`;
}

/** null for what was not written as a whole. */
export function readCursor(text: string | null): Cursor | null {
  const match = /^(\d{1,15}) (\d{1,15}) (\d{1,10})\n$/.exec(text ?? '');
  if (match === null || crc32(`${match[1]} ${match[2]}`) !== Number(match[3])) return null;
  return { sequence: Number(match[1]), offset: Number(match[2]) };
}

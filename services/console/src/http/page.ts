/** Lists: `?limit=&cursor=` -> `{items, nextCursor}`. A cursor is the sort key of the last item that was seen. */
import { z } from 'zod';

const defaultLimit = 100;
const maxLimit = 1000;

export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(maxLimit).default(defaultLimit),
  cursor: z.string().max(400).optional(),
};

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** Items whose keys come after the cursor. Keys must ascend. */
export function pageOf<T, V>(
  entries: readonly (readonly [key: string, value: T])[],
  { limit, cursor }: PageRequest,
  view: (key: string, value: T) => V,
): Page<V> {
  const after = cursor === undefined ? null : decodeCursor(cursor);
  const start = after === null ? 0 : firstAfter(entries, after);
  const part = entries.slice(start, start + limit);
  const last = start + limit < entries.length ? part.at(-1) : undefined;
  return {
    items: part.map(([key, value]) => view(key, value)),
    nextCursor: last ? encodeCursor(last[0]) : null,
  };
}

/** Entries of a map, in order of their keys. */
export function sorted<T>(entries: Iterable<readonly [string, T]>): (readonly [string, T])[] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

export const pageSchema = (item: z.ZodType) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

export const encodeCursor = (key: string): string => Buffer.from(key).toString('base64url');
export const decodeCursor = (cursor: string): string => Buffer.from(cursor, 'base64url').toString('utf8');

function firstAfter(entries: readonly (readonly [string, unknown])[], key: string): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (entries[middle]![0] <= key) low = middle + 1;
    else high = middle;
  }
  return low;
}

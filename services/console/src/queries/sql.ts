/** SQL as a value: text with `{name:Type}` places, and the parameters that fill them. */
import { idPattern } from '@adherence/domain/configuration/entities.ts';

export interface Sql {
  readonly text: string;
  readonly parameters: Readonly<Record<string, string | number | readonly string[]>>;
}

/**
 * A list of ids as literals: parameters travel in the address, which thousands of them would overflow. Only what
 * matches the pattern of ids is ever written into a statement.
 */
export function idList(ids: readonly string[]): string {
  return ids.map(idLiteral).join(', ');
}

export function idLiteral(id: string): string {
  if (!idPattern.test(id)) throw new Error('not an id');
  return `'${id}'`;
}

/** Cuts ids into parts that fit a statement (ClickHouse reads 256 KiB of it), however long each id is. */
export function partsOf<T>(items: readonly T[], bytesOf: (item: T) => number): T[][] {
  const parts: T[][] = [];
  let size = maxListBytes + 1;
  for (const item of items) {
    size += bytesOf(item);
    if (size > maxListBytes) {
      parts.push([]);
      size = bytesOf(item);
    }
    parts.at(-1)!.push(item);
  }
  return parts;
}

const maxListBytes = 60_000;

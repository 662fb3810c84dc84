/** Rows of a table as they are asked for: searched, sorted, paged. Pure. */
import type { ComponentChildren } from 'preact';

export interface Column<T> {
  readonly key: string;
  readonly header: string;
  /** What is searched, sorted by and exported. */
  readonly text: (row: T) => string;
  /** What is shown; the text unless given. */
  readonly cell?: (row: T) => ComponentChildren;
  /** Sorts by this instead of the text. */
  readonly order?: (row: T) => number | string;
  readonly kind?: 'number' | 'raw' | 'time';
  /** Exported, and searched, but not shown. */
  readonly hidden?: boolean;
}

export interface Sorting {
  readonly key: string;
  readonly descending: boolean;
}

/** `name`, `-name` in the address bar. */
export function sortingOf(text: string | null): Sorting | null {
  if (!text) return null;
  return text.startsWith('-') ? { key: text.slice(1), descending: true } : { key: text, descending: false };
}

/** Rows in which every word of the search occurs somewhere, whatever its case and accents. */
export function searched<T>(rows: readonly T[], columns: readonly Column<T>[], search: string): readonly T[] {
  const words = plain(search).split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  return rows.filter((row) => {
    const text = plain(columns.map((column) => column.text(row)).join('\n'));
    return words.every((word) => text.includes(word));
  });
}

/** Stable; a column that is not there any more sorts nothing. */
export function sortedRows<T>(
  rows: readonly T[],
  columns: readonly Column<T>[],
  sorting: Sorting | null,
  language: string,
): readonly T[] {
  const column = columns.find(({ key }) => key === sorting?.key);
  if (!column || !sorting) return rows;
  const { compare } = new Intl.Collator(language, { numeric: true, sensitivity: 'base' });
  const order = column.order ?? column.text;
  const sign = sorting.descending ? -1 : 1;
  return rows
    .map((row) => [order(row), row] as const)
    .sort(([a], [b]) =>
      typeof a === 'number' && typeof b === 'number' ? sign * (a - b) : sign * compare(String(a), String(b)),
    )
    .map(([, row]) => row);
}

const plain = (text: string): string =>
  text
    .normalize('NFD')
    .replaceAll(/\p{Mn}/gu, '')
    .toLowerCase();

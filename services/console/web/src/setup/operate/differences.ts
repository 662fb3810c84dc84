/** What differs between a document before and after, field by field. Pure. */
import type { Change } from '../../api/setup-types.ts';

export interface Difference {
  readonly path: string;
  /** `timeZone: Europe/Paris → Europe/London` */
  readonly text: string;
}

export function differences({ before, after }: Pick<Change, 'before' | 'after'>): readonly Difference[] {
  const old = leaves(before);
  const now = leaves(after);
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((path) => old.get(path) !== now.get(path))
    .map((path) => ({ path, text: `${path}: ${textOf(old.get(path), now.get(path))}` }));
}

function textOf(old: string | undefined, now: string | undefined): string {
  if (old === undefined) return now ?? '';
  return `${old} → ${now ?? '–'}`;
}

/** Values by their paths; what is absent and what is null are the same: nothing. */
function leaves(value: unknown, path = '', found = new Map<string, string>()): Map<string, string> {
  if (value === null || value === undefined) return found;
  if (typeof value !== 'object') return found.set(path, String(value));
  for (const [key, each] of Object.entries(value)) {
    leaves(each, Array.isArray(value) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`, found);
  }
  return found;
}

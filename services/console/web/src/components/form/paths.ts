/** Fields of a draft by the paths in which the API tells faults: `contact.email`, `externalUsers[0].validTo`. Pure. */

export function valueAt(draft: unknown, path: string): unknown {
  let value = draft;
  for (const step of stepsOf(path)) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}

/** A copy with another value at the path; what the path does not touch is the same object as before. */
export function withValueAt<D>(draft: D, path: string, value: unknown): D {
  return replaced(draft, stepsOf(path), value) as D;
}

/** True when a fault of `path` is shown at `field`: its own, or one inside of it. */
export const isWithin = (path: string, field: string): boolean =>
  path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`);

function replaced(current: unknown, [step, ...rest]: readonly (string | number)[], value: unknown): unknown {
  if (step === undefined) return value;
  if (typeof step === 'number') {
    const list = [...((current as readonly unknown[] | undefined) ?? [])];
    list[step] = replaced(list[step], rest, value);
    return list;
  }
  const object = (current ?? {}) as Record<string, unknown>;
  return { ...object, [step]: replaced(object[step], rest, value) };
}

function stepsOf(path: string): (string | number)[] {
  if (path === '') return [];
  return path
    .replaceAll(/\[(\d+)\]/g, '.$1')
    .replace(/^\./, '')
    .split('.')
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}

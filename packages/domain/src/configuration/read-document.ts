/**
 * Reads what another version of this program may have written: fields that are not known here are kept beside those
 * that are, so that both versions see the same documents change. Schemas are strict for people; the log is not.
 */
import type { z } from 'zod';
import { type Fault, faultsOf, type Outcome, refusal } from './command.ts';

/** The outcome tells whether there was something in it that is not known here, or cannot be read at all. */
export function judgeDocument<S extends z.ZodType>(
  schema: S,
  written: unknown,
  judge: (document: z.output<S>) => Outcome,
): Outcome {
  const read = readDocument(schema, written);
  if (!read.ok) return { ...refusal('invalid', ...read.faults), unknown: true };
  const outcome = judge(read.document);
  return read.isKnown ? outcome : { ...outcome, unknown: true };
}

type ReadDocument<T> =
  | { readonly ok: true; readonly document: T; readonly isKnown: boolean }
  | { readonly ok: false; readonly faults: readonly Fault[] };

type Path = readonly PropertyKey[];

/** As `schema` reads it; unknown fields of objects in it, however deep, are in the document as they were written. */
function readDocument<S extends z.ZodType>(schema: S, written: unknown): ReadDocument<z.output<S>> {
  const first = schema.safeParse(written);
  if (first.success) return { ok: true, document: first.data, isKnown: true };
  const unknown = first.error.issues.flatMap((issue): Path[] =>
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [],
  );
  if (unknown.length === 0) return { ok: false, faults: faultsOf(first.error) };
  const rest = structuredClone(written);
  for (const path of unknown) delete parentAt(rest, path)[path.at(-1)!];
  const second = schema.safeParse(rest);
  if (!second.success) return { ok: false, faults: faultsOf(first.error) };
  for (const path of unknown) {
    const value = parentAt(written, path)[path.at(-1)!];
    const field = { value, enumerable: true, configurable: true, writable: true };
    Object.defineProperty(parentAt(second.data, path), path.at(-1)!, field);
  }
  return { ok: true, document: second.data, isKnown: false };
}

/** Arrays keep their order when they are read, so that a path leads to the same object before and after. */
function parentAt(document: unknown, path: Path): Record<PropertyKey, unknown> {
  let parent = document as Record<PropertyKey, unknown>;
  for (const part of path.slice(0, -1)) parent = parent[part] as Record<PropertyKey, unknown>;
  return parent;
}

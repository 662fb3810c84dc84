import { useState } from 'preact/hooks';
import type { z } from 'zod';
import { ApiError, getJson, getVersioned, putVersioned, type Versioned } from '../../api/client.ts';
import type { Page } from '../../api/types.ts';
import type { MessageKey } from '../../i18n/translate.ts';
import { faultsOfSchema } from './faults-of-schema.ts';
import { type Form, useForm } from './use-form.ts';

/** One field of a draft, as two versions of it are compared. */
export interface ComparedField<D> {
  readonly key: keyof D & string;
  readonly label: MessageKey;
  readonly show: (draft: D) => string;
}

/** What another person saved while this form was open. */
export interface Conflict<D> {
  /** null: it was deleted. */
  readonly theirs: D | null;
  readonly etag: string | null;
  readonly by: string | null;
  readonly at: string | null;
  /** As this form was typed when it met the other version. */
  readonly mine: D;
}

export interface DocumentFormOptions<V, D> {
  /** Address of a document, from the draft where its id is still chosen. */
  readonly pathOf: (draft: D) => string;
  /** The version that is edited; null for a new one. */
  readonly base: Versioned<V> | null;
  readonly initial: D;
  readonly toDraft: (view: V) => D;
  readonly toBody: (draft: D) => unknown;
  readonly schema: z.ZodType;
  readonly compared: readonly ComparedField<D>[];
  /** What `/changes` calls it, to tell who was first; null when it does not tell of such documents. */
  readonly entity: string | null;
  /** The API creates such documents without a condition. */
  readonly createsInAnyCase?: boolean;
  readonly onSaved: (saved: Versioned<V>, draft: D) => void | Promise<void>;
  /** Where a fault of the API is shown, when it is not under its own name. */
  readonly faultPath?: (path: string) => string;
  /** Rules that the schema cannot say, such as the id of something new. */
  readonly validateMore?: (draft: D) => readonly { path: string; message: string }[];
}

export interface DocumentForm<D> extends Form<D> {
  readonly conflict: Conflict<D> | null;
  readonly compared: readonly ComparedField<D>[];
}

/** A form of one document under an ETag. Who saves second sees both versions, and loses nothing that was typed. */
export function useDocumentForm<V, D>(options: DocumentFormOptions<V, D>): DocumentForm<D> {
  const { pathOf, base, initial, toDraft, toBody, schema, compared, entity, onSaved, faultPath } = options;
  const [conflict, setConflict] = useState<Conflict<D> | null>(null);
  const form = useForm<D>({
    initial,
    validate: (draft) =>
      [...(options.validateMore?.(draft) ?? []), ...faultsOfSchema(schema, toBody(draft))].map((fault) => ({
        ...fault,
        path: faultPath?.(fault.path) ?? fault.path,
      })),
    ...(faultPath ? { pathOf: faultPath } : {}),
    async save(draft) {
      const created = options.createsInAnyCase ? undefined : null;
      const etag = (conflict ? conflict.etag : base?.etag) ?? created;
      try {
        const saved = await putVersioned<V>(pathOf(draft), toBody(draft), etag);
        setConflict(null);
        await onSaved(saved, draft);
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 412) throw error;
        if (base === null && conflict === null) {
          throw new ApiError(422, error.message, [{ path: 'id', message: 'is taken' }]);
        }
        const met = await conflictOf(draft);
        setConflict(met);
        if (met.theirs) form.replace(merged(draft, met.theirs, initial, compared));
      }
    },
  });

  const conflictOf = async (draft: D): Promise<Conflict<D>> => {
    const theirs = await orGone(getVersioned<V>(pathOf(draft)));
    const id = decodeURIComponent(pathOf(draft).split('/').at(-1)!);
    const isOnlyOne = entity === 'matches' || entity === 'settings';
    const last = entity === null ? undefined : await lastChange(entity, isOnlyOne ? undefined : id);
    return {
      theirs: theirs && toDraft(theirs.value),
      etag: theirs?.etag ?? null,
      by: last?.writtenByName ?? last?.writtenBy ?? null,
      at: last?.writtenAt ?? null,
      mine: draft,
    };
  };

  return { ...form, conflict, compared };
}

/** What only they changed is theirs; everything that was typed here stays. */
function merged<D>(mine: D, theirs: D, start: D, compared: readonly ComparedField<D>[]): D {
  const result = { ...mine };
  for (const { key, show } of compared) if (show(mine) === show(start)) result[key] = theirs[key];
  return result;
}

interface ShownChange {
  readonly writtenBy: string;
  readonly writtenByName: string | null;
  readonly writtenAt: string;
}

async function lastChange(entity: string, id: string | undefined): Promise<ShownChange | undefined> {
  const page = await getJson<Page<ShownChange>>('/changes', { entity, id, limit: 1 });
  return page.items[0];
}

async function orGone<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

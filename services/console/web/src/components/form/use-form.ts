import { useId, useRef, useState } from 'preact/hooks';
import { ApiError } from '../../api/client.ts';
import { isWithin, valueAt, withValueAt } from './paths.ts';

export interface FormFault {
  readonly path: string;
  readonly message: string;
}

export interface Form<D> {
  readonly draft: D;
  readonly isDirty: boolean;
  readonly busy: boolean;
  /** All faults that are shown now. */
  readonly faults: readonly FormFault[];
  /** What is wrong with all of it: not reachable, not allowed, changed meanwhile. */
  readonly error: ApiError | null;
  readonly value: (path: string) => unknown;
  readonly set: (path: string, value: unknown) => void;
  readonly replace: (draft: D) => void;
  readonly faultsAt: (path: string) => readonly string[];
  /** Labels of the fields that are shown, by path; each field enters its own. */
  readonly labels: Map<string, string>;
  /** Id of the element of a field: faults lead there. */
  readonly fieldId: (path: string) => string;
  readonly submit: () => Promise<void>;
}

/** What a field needs of its form. */
export type FormOfField = Pick<Form<unknown>, 'value' | 'set' | 'faultsAt' | 'fieldId' | 'labels'>;

interface FormOptions<D> {
  readonly initial: D;
  /** The rules of the API, by its own schema. Every fault at once. */
  readonly validate: (draft: D) => readonly FormFault[];
  /** Rejects with an ApiError, whose faults are shown at their fields. */
  readonly save: (draft: D) => Promise<void>;
  /** Faults of the API are about its documents; this says at which field they are shown. */
  readonly pathOf?: (path: string) => string;
}

/** What somebody types, what is wrong with it, and sending it. Nothing that was typed is lost by a refusal. */
export function useForm<D>({ initial, validate, save, pathOf = (path) => path }: FormOptions<D>): Form<D> {
  const prefix = useId();
  const [draft, setDraft] = useState(initial);
  const [start] = useState(initial);
  const [busy, setBusy] = useState(false);
  const [tried, setTried] = useState(false);
  const [refused, setRefused] = useState<readonly FormFault[]>([]);
  const [error, setError] = useState<ApiError | null>(null);
  const sending = useRef(false);
  const labels = useRef(new Map<string, string>());

  const own = tried ? validate(draft) : [];
  const faults = [...own, ...refused.filter((fault) => !own.some(({ path }) => path === fault.path))];
  const fieldId = (path: string) => `${prefix}-${path.replaceAll(/[^A-Za-z0-9]/g, '-')}`;

  const submit = async () => {
    if (sending.current) return;
    setTried(true);
    setRefused([]);
    setError(null);
    const found = validate(draft);
    if (found.length > 0) return focusFirst(found.map(({ path }) => fieldId(path)));
    sending.current = true;
    setBusy(true);
    try {
      await save(draft);
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      const told = failure.faults.map(({ path, message }) => ({ path: pathOf(path), message }));
      setRefused(told);
      setError(failure);
      focusFirst(told.map(({ path }) => fieldId(path)));
    } finally {
      sending.current = false;
      setBusy(false);
    }
  };

  return {
    draft,
    isDirty: JSON.stringify(draft) !== JSON.stringify(start),
    busy,
    faults,
    error,
    value: (path) => valueAt(draft, path),
    set(path, value) {
      setDraft((before) => withValueAt(before, path, value));
      setRefused((before) => before.filter((fault) => !isWithin(fault.path, path)));
    },
    replace(next) {
      setDraft(next);
      setRefused([]);
      setError(null);
    },
    faultsAt: (path) => faults.filter((fault) => fault.path === path).map(({ message }) => message),
    labels: labels.current,
    fieldId,
    submit,
  };
}

/** After the faults are drawn: the first field that has one. */
function focusFirst(ids: readonly string[]): void {
  requestAnimationFrame(() => {
    const fields = ids.flatMap((id) => document.getElementById(id) ?? []);
    fields.sort((a, b) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
    fields[0]?.focus();
  });
}

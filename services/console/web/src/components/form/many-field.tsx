import { useId, useMemo, useState } from 'preact/hooks';
import { directory } from '../../directory.ts';
import { t } from '../../i18n/translate.ts';
import { faultText } from './fault-text.ts';
import type { FormOfField } from './use-form.ts';

interface ManyFieldProps {
  readonly form: FormOfField;
  /** Of a list of texts in the draft. */
  readonly path: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly options: readonly { readonly value: string; readonly text: string }[];
}

const maxOffered = 200;

/** Several of many: found by typing, taken by Enter or a choice from the list, given back one by one. */
export function ManyField({ form, path, label, hint, options }: ManyFieldProps) {
  const [typed, setTyped] = useState('');
  const [unknown, setUnknown] = useState(false);
  const listId = useId();
  form.labels.set(path, label);
  const id = form.fieldId(path);
  const chosen = (form.value(path) as readonly string[] | undefined) ?? [];
  const textOf = (value: string) => options.find((option) => option.value === value)?.text ?? value;
  const faults = form.faultsAt(path);
  const offered = useMemo(() => {
    const lower = typed.toLowerCase();
    return options
      .filter(({ value, text }) => !chosen.includes(value) && text.toLowerCase().includes(lower))
      .slice(0, maxOffered);
  }, [options, typed, chosen]);
  const add = (text: string, isFinal: boolean) => {
    const exact = options.find((option) => option.text === text || option.value === text);
    const found = exact ?? (isFinal && offered.length === 1 ? offered[0] : undefined);
    setUnknown(isFinal && !found && text !== '');
    if (!found) return setTyped(text);
    if (!chosen.includes(found.value)) form.set(path, [...chosen, found.value]);
    setTyped('');
  };
  const described = [faults.length > 0 && `${id}-fault`, hint && `${id}-hint`].filter(Boolean).join(' ');
  return (
    <div class="field many">
      <label for={id}>
        <span>{label}</span>
      </label>
      {chosen.length > 0 && (
        <ul class="chips" aria-label={label}>
          {chosen.map((value) => (
            <li key={value}>
              <span>{textOf(value)}</span>
              <button
                type="button"
                aria-label={t('action.removeRow', { name: textOf(value) })}
                onClick={() => {
                  form.set(
                    path,
                    chosen.filter((each) => each !== value),
                  );
                  document.getElementById(id)?.focus();
                }}
              >
                ×
              </button>
            </li>
          ))}
        </ul>
      )}
      <input
        id={id}
        list={listId}
        autocomplete="off"
        value={typed}
        aria-describedby={described || undefined}
        aria-invalid={faults.length > 0 || unknown || undefined}
        placeholder={t('form.typeToFind')}
        onInput={(event) => add(event.currentTarget.value, false)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return;
          // Here it takes what is typed; it never sends the form.
          event.preventDefault();
          add(typed, true);
        }}
      />
      <datalist id={listId}>
        {offered.map(({ value, text }) => (
          <option key={value} value={text} />
        ))}
      </datalist>
      {(faults.length > 0 || unknown) && (
        <p id={`${id}-fault`} class="problem">
          {unknown ? t('form.notFound', { name: typed }) : faults.map(faultText).join(' ')}
        </p>
      )}
      {hint && (
        <p id={`${id}-hint`} class="hint">
          {hint}
        </p>
      )}
    </div>
  );
}

/** Everybody, as options: the id tells people of one name apart. */
export function personOptions(): { value: string; text: string }[] {
  const people = [...(directory.value.people?.values() ?? [])];
  return people
    .map(({ id, name, team }) => ({
      value: id,
      text: team ? `${name} · ${team} · ${id}` : `${name} · ${id}`,
    }))
    .sort((a, b) => a.text.localeCompare(b.text));
}

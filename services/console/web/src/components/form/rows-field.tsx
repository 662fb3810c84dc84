import type { ComponentChildren } from 'preact';
import { t } from '../../i18n/translate.ts';
import { faultText } from './fault-text.ts';
import type { FormOfField } from './use-form.ts';

interface RowsFieldProps {
  readonly form: FormOfField;
  /** Of a list in the draft. */
  readonly path: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly addText: string;
  readonly blank: () => unknown;
  /** The fields of one row, by its path. */
  readonly row: (path: string, index: number) => ComponentChildren;
}

/** A list of small things: rows of fields, added and taken away. */
export function RowsField({ form, path, label, hint, addText, blank, row }: RowsFieldProps) {
  const rows = (form.value(path) as readonly unknown[] | undefined) ?? [];
  form.labels.set(path, label);
  const id = form.fieldId(path);
  const remove = (index: number) => {
    form.set(
      path,
      rows.filter((_, other) => other !== index),
    );
    document.getElementById(id)?.focus();
  };
  return (
    <fieldset class="field-group rows">
      <legend>{label}</legend>
      {hint && <p class="hint">{hint}</p>}
      {form.faultsAt(path).map((fault) => (
        <p key={fault} class="problem">
          {faultText(fault)}
        </p>
      ))}
      {rows.map((_, index) => {
        const each = `${path}[${index}]`;
        return (
          // Rows have no identity of their own; their fields are controlled by the draft.
          <fieldset class="row" key={each}>
            <legend class="visually-hidden">{`${label} ${index + 1}`}</legend>
            {row(each, index)}
            {form.faultsAt(each).map((fault) => (
              <p key={fault} class="problem">
                {faultText(fault)}
              </p>
            ))}
            <button
              type="button"
              class="quiet"
              aria-label={t('action.removeRow', { name: `${label} ${index + 1}` })}
              onClick={() => remove(index)}
            >
              {t('action.remove')}
            </button>
          </fieldset>
        );
      })}
      <button type="button" id={id} onClick={() => form.set(path, [...rows, blank()])}>
        {addText}
      </button>
    </fieldset>
  );
}

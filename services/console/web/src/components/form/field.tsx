import type { ComponentChildren, JSX } from 'preact';
import { t } from '../../i18n/translate.ts';
import { faultText } from './fault-text.ts';
import type { FormOfField } from './use-form.ts';

export interface FieldProps {
  readonly form: FormOfField;
  /** As the API names it: `contact.email`. */
  readonly path: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly optional?: boolean;
  readonly readOnly?: boolean;
}

/** What every control of a field gets, so that label, hint and faults belong to it. */
export interface ControlProps {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': boolean | undefined;
}

/** A label, a control, a hint, and what is wrong with it. */
export function Field({
  form,
  path,
  label,
  hint,
  optional = false,
  control,
}: FieldProps & { readonly control: (props: ControlProps) => ComponentChildren }) {
  form.labels.set(path, label);
  const id = form.fieldId(path);
  const faults = form.faultsAt(path);
  const hintId = hint ? `${id}-hint` : '';
  const faultId = faults.length > 0 ? `${id}-fault` : '';
  const described = [faultId, hintId].filter(Boolean).join(' ');
  return (
    <div class="field">
      <label for={id}>
        <span>
          {label}
          {optional && <span class="optional"> {t('form.optional')}</span>}
        </span>
      </label>
      {control({
        id,
        'aria-describedby': described || undefined,
        'aria-invalid': faults.length > 0 || undefined,
      })}
      {faults.length > 0 && (
        <p id={faultId} class="problem">
          {faults.map(faultText).join(' ')}
        </p>
      )}
      {hint && (
        <p id={hintId} class="hint">
          {hint}
        </p>
      )}
    </div>
  );
}

interface TextFieldProps extends FieldProps {
  readonly type?: 'text' | 'email' | 'url' | 'tel' | 'password';
  readonly autocomplete?: string;
  readonly list?: readonly string[];
  readonly raw?: boolean;
}

export function TextField(props: TextFieldProps) {
  const { form, path, type = 'text', autocomplete = 'off', list, readOnly = false, raw = false } = props;
  const listId = `${form.fieldId(path)}-list`;
  return (
    <Field
      {...props}
      control={(control) => (
        <>
          <input
            {...control}
            // The types of these kinds of field differ; what is used here is the same.
            type={type as 'text'}
            class={raw ? 'raw' : undefined}
            autocomplete={autocomplete as 'off'}
            spellcheck={false}
            readOnly={readOnly}
            list={list ? listId : undefined}
            value={String(form.value(path) ?? '')}
            onInput={(event) => form.set(path, event.currentTarget.value)}
          />
          {list && (
            <datalist id={listId}>
              {list.map((option) => (
                <option key={option} value={option} />
              ))}
            </datalist>
          )}
        </>
      )}
    />
  );
}

/** A whole number that is kept as it is typed; `numberOf` reads it. */
export function NumberField(
  props: FieldProps & { readonly unit?: string; readonly min?: number; readonly max?: number },
) {
  const { form, path, unit, min, max } = props;
  return (
    <Field
      {...props}
      control={(control) => (
        <span class="with-unit">
          <input
            {...control}
            type="number"
            step="any"
            inputMode="decimal"
            min={min}
            max={max}
            value={String(form.value(path) ?? '')}
            onInput={(event) => form.set(path, event.currentTarget.value)}
          />
          {unit && <span class="unit">{unit}</span>}
        </span>
      )}
    />
  );
}

export interface SelectOption {
  readonly value: string;
  readonly text: string;
}

export function SelectField(props: FieldProps & { readonly options: readonly SelectOption[] }) {
  const { form, path, options } = props;
  const value = String(form.value(path) ?? '');
  return (
    <Field
      {...props}
      control={(control) => (
        <select {...control} value={value} onChange={(event) => form.set(path, event.currentTarget.value)}>
          {!options.some((option) => option.value === value) && <option value={value}>{value || '–'}</option>}
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.text}
            </option>
          ))}
        </select>
      )}
    />
  );
}

export function CheckField({ form, path, label, hint }: FieldProps) {
  form.labels.set(path, label);
  const id = form.fieldId(path);
  return (
    <div class="field check">
      <label for={id}>
        <input
          id={id}
          type="checkbox"
          checked={form.value(path) === true}
          aria-describedby={hint ? `${id}-hint` : undefined}
          onChange={(event) => form.set(path, event.currentTarget.checked)}
        />
        <span>{label}</span>
      </label>
      {hint && (
        <p id={`${id}-hint`} class="hint">
          {hint}
        </p>
      )}
    </div>
  );
}

/** A colour, or none: the one that goes with the type. */
export function ColourField(props: FieldProps) {
  const { form, path } = props;
  const value = String(form.value(path) ?? '');
  return (
    <Field
      {...props}
      control={(control) => (
        <span class="colour-field">
          <input
            type="color"
            aria-label={`${props.label}: ${t('form.pick')}`}
            value={/^#[0-9a-f]{6}$/i.test(value) ? value : '#808080'}
            onInput={(event) => form.set(path, event.currentTarget.value)}
          />
          <input
            {...control}
            type="text"
            class="raw"
            placeholder="#rrggbb"
            value={value}
            onInput={(event) => form.set(path, event.currentTarget.value)}
          />
        </span>
      )}
    />
  );
}

type Child = JSX.Element | string | number | null | false | undefined;

/** Fields that belong together, under a heading. */
export function FieldGroup({
  legend,
  children,
}: {
  readonly legend: string;
  readonly children: Child | Child[];
}) {
  return (
    <fieldset class="field-group">
      <legend>{legend}</legend>
      {children}
    </fieldset>
  );
}

import { Field, type FieldProps } from './field.tsx';

/** A calendar date, `2026-11-18` in the draft. */
export function DateField(props: FieldProps) {
  const { form, path, readOnly = false } = props;
  return (
    <Field
      {...props}
      control={(control) => (
        <input
          {...control}
          type="date"
          readOnly={readOnly}
          value={String(form.value(path) ?? '')}
          onInput={(event) => form.set(path, event.currentTarget.value)}
        />
      )}
    />
  );
}

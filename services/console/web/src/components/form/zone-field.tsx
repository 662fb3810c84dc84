import { type FieldProps, TextField } from './field.tsx';

/** Every zone that this browser knows; computed once, when the first such field is shown. */
let zones: readonly string[] | null = null;

/** An IANA time zone, found by typing a part of it. */
export function ZoneField(props: FieldProps) {
  zones ??= ['UTC', ...Intl.supportedValuesOf('timeZone')];
  return <TextField {...props} list={zones} raw />;
}

import { instantOf, offsetAt } from '@adherence/domain/calendar.ts';
import { zoneText } from '../../format/time.ts';
import { Field, type FieldProps } from './field.tsx';

/** A time of a zone, which is named; the draft keeps the wall clock as it is typed, `2026-11-18T10:42`. */
export function InstantField(props: FieldProps & { readonly timeZone: string }) {
  const { form, path, timeZone, hint } = props;
  const text = String(form.value(path) ?? '');
  const at = instantText(text, timeZone);
  const zone = zoneText(timeZone, at === null ? Date.now() : Date.parse(at));
  return (
    <Field
      {...props}
      hint={hint ? `${zone}. ${hint}` : zone}
      control={(control) => (
        <input
          {...control}
          type="datetime-local"
          value={text}
          onInput={(event) => form.set(path, event.currentTarget.value)}
        />
      )}
    />
  );
}

/** Wall clock -> ISO 8601 in UTC, as the API takes it; null for what is no time. The earlier one of two. */
export function instantText(wallClock: string, timeZone: string): string | null {
  if (!/^\d{4,6}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?$/.test(wallClock)) return null;
  const at = Date.parse(`${wallClock}Z`);
  if (Number.isNaN(at)) return null;
  return new Date(instantOf(timeZone, at).instant).toISOString();
}

/** ISO 8601 -> wall clock of the zone; seconds only where there are some. */
export function wallClockText(iso: string | null | undefined, timeZone: string): string {
  if (!iso) return '';
  const at = Date.parse(iso);
  const text = new Date(at + offsetAt(timeZone, at)).toISOString().slice(0, -1);
  return text.replace(/\.000$/, '').replace(/:00$/, '');
}

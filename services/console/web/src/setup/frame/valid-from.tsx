import { SelectField } from '../../components/form/field.tsx';
import { InstantField, instantText } from '../../components/form/instant-field.tsx';
import type { FormFault, FormOfField } from '../../components/form/use-form.ts';
import { directory } from '../../directory.ts';
import { t } from '../../i18n/translate.ts';

/** From when a version holds, as it is chosen in a form. */
export interface ValidFromDraft {
  /** `usual`: always for the first version, from now on for a later one. */
  readonly from: 'usual' | 'always' | 'time';
  readonly validFrom: string;
}

export const usualValidFrom: ValidFromDraft = { from: 'usual', validFrom: '' };

/** The part of the body that says it; a time that nobody can read is an empty text, which the schema refuses. */
export function validFromBody({ from, validFrom }: ValidFromDraft): { validFrom?: string | null } {
  if (from === 'usual') return {};
  return {
    validFrom: from === 'always' ? null : (instantText(validFrom, directory.value.tenantTimeZone) ?? ''),
  };
}

export function validFromFaults({ from, validFrom }: ValidFromDraft): readonly FormFault[] {
  const unreadable = from === 'time' && instantText(validFrom, directory.value.tenantTimeZone) === null;
  return unreadable ? [{ path: 'validFrom', message: 'must be a time of ISO 8601' }] : [];
}

interface ValidFromFieldsProps {
  readonly form: FormOfField;
  readonly isFirst: boolean;
}

export function ValidFromFields({ form, isFirst }: ValidFromFieldsProps) {
  return (
    <>
      <SelectField
        form={form}
        path="from"
        label={t('validFrom.label')}
        hint={t('validFrom.hint')}
        options={[
          { value: 'usual', text: t(isFirst ? 'validFrom.first' : 'validFrom.now') },
          ...(isFirst ? [] : [{ value: 'always', text: t('validFrom.always') }]),
          { value: 'time', text: t('validFrom.time') },
        ]}
      />
      {form.value('from') === 'time' && (
        <InstantField
          form={form}
          path="validFrom"
          label={t('validFrom.at')}
          timeZone={directory.value.tenantTimeZone}
        />
      )}
    </>
  );
}

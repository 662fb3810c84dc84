import { TextField } from '../../components/form/field.tsx';
import type { FormOfField } from '../../components/form/use-form.ts';
import { t } from '../../i18n/translate.ts';
import { slugOf } from './slug.ts';

interface NameAndIdProps {
  readonly form: FormOfField;
  readonly isNew: boolean;
  readonly nameLabel?: string;
  readonly nameHint?: string | undefined;
}

/** The name, and the id that follows it until somebody writes another. The id of what is there never changes. */
export function NameAndId({ form, isNew, nameLabel = t('field.name'), nameHint }: NameAndIdProps) {
  const name = String(form.value('name') ?? '');
  const id = String(form.value('id') ?? '');
  const follows = isNew && id === slugOf(name);
  const following: FormOfField = {
    ...form,
    set(path, value) {
      form.set(path, value);
      if (path === 'name' && follows) form.set('id', slugOf(String(value)));
    },
  };
  return (
    <>
      <TextField form={following} path="name" label={nameLabel} hint={nameHint} />
      <TextField
        form={form}
        path="id"
        label={t('field.id')}
        hint={t(isNew ? 'field.idHint' : 'field.idFixed')}
        readOnly={!isNew}
        raw
      />
    </>
  );
}

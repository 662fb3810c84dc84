import { Dialog } from '../../components/dialog/dialog.tsx';
import { Field, SelectField } from '../../components/form/field.tsx';
import { FormFrame } from '../../components/form/form-frame.tsx';
import { useForm } from '../../components/form/use-form.ts';
import { directory } from '../../directory.ts';
import { t } from '../../i18n/translate.ts';

interface Shift {
  readonly personId: string;
  readonly shiftDate: string;
}

interface ChooseShiftProps {
  readonly date: string;
  readonly onClose: () => void;
  readonly onChosen: (shift: Shift) => void;
}

/** Whose schedule, and of which shift date. */
export function ChooseShift({ date, onClose, onChosen }: ChooseShiftProps) {
  const people = [...(directory.value.people?.values() ?? [])].toSorted((a, b) =>
    a.name.localeCompare(b.name),
  );
  const form = useForm<Shift>({
    initial: { personId: '', shiftDate: date },
    validate: ({ personId, shiftDate }) => [
      ...(personId === '' ? [{ path: 'personId', message: 'must not be empty' }] : []),
      ...(shiftDate === '' ? [{ path: 'shiftDate', message: 'must not be empty' }] : []),
    ],
    save: async (shift) => onChosen(shift),
  });
  return (
    <Dialog title={t('schedules.add')} onClose={onClose}>
      <FormFrame form={form} submitText={t('schedules.next')} onCancel={onClose}>
        <SelectField
          form={form}
          path="personId"
          label={t('board.person')}
          options={[
            { value: '', text: '–' },
            ...people.map(({ id, name, team }) => ({ value: id, text: team ? `${name} · ${team}` : name })),
          ]}
        />
        <Field
          form={form}
          path="shiftDate"
          label={t('schedules.date')}
          hint={t('schedules.dateHint')}
          control={(control) => (
            <input
              {...control}
              type="date"
              value={form.draft.shiftDate}
              onInput={(event) => form.set('shiftDate', event.currentTarget.value)}
            />
          )}
        />
      </FormFrame>
    </Dialog>
  );
}

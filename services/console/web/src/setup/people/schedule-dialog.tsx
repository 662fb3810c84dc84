import { z } from 'zod';
import { ApiError, getVersioned, type Versioned } from '../../api/client.ts';
import type { Schedule } from '../../api/types.ts';
import { useRequest } from '../../api/use-request.ts';
import { activityName } from '../../components/activity-name.tsx';
import { Dialog } from '../../components/dialog/dialog.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { ConflictPanel } from '../../components/form/conflict-panel.tsx';
import { instantOfForm } from '../../components/form/faults-of-schema.ts';
import { SelectField } from '../../components/form/field.tsx';
import { FormFrame } from '../../components/form/form-frame.tsx';
import { InstantField, instantText, wallClockText } from '../../components/form/instant-field.tsx';
import { RowsField } from '../../components/form/rows-field.tsx';
import { useDocumentForm } from '../../components/form/use-document-form.ts';
import { directory, zoneOfPerson } from '../../directory.ts';
import { t } from '../../i18n/translate.ts';

interface ScheduleDialogProps {
  readonly personId: string;
  readonly shiftDate: string;
  readonly onClose: () => void;
  readonly onSaved: (schedule: Schedule) => void;
}

interface ScheduleDraft {
  readonly activities: readonly {
    readonly activityId: string;
    readonly start: string;
    readonly end: string;
  }[];
}

/** What can be judged here; overlaps with neighbouring shifts are for the person's owner to know. */
const schema = z.object({
  activities: z.array(
    z
      .object({
        activityId: z.string().min(1, 'must not be empty'),
        start: instantOfForm,
        end: instantOfForm,
      })
      .refine(({ start, end }) => start < end, { path: ['end'], message: 'must be after from' }),
  ),
});

/** The schedule of one shift date, there already or new; replaced as a whole. */
export function ScheduleDialog({ personId, shiftDate, onClose, onSaved }: ScheduleDialogProps) {
  const path = `/schedules/${encodeURIComponent(personId)}/${shiftDate}`;
  const { data, error, reload } = useRequest(path, async (signal) => ({ found: await found(path, signal) }));
  const name = directory.value.people?.get(personId)?.name ?? personId;
  return (
    <Dialog title={t('schedules.title', { name, date: shiftDate })} onClose={onClose} wide>
      {error && <ErrorNotice error={error} retry={reload} />}
      {!data && !error && <p class="splash">{t('app.loading')}</p>}
      {data && (
        <ScheduleForm
          path={path}
          base={data.found}
          personId={personId}
          shiftDate={shiftDate}
          onClose={onClose}
          onSaved={onSaved}
        />
      )}
    </Dialog>
  );
}

interface ScheduleFormProps extends ScheduleDialogProps {
  readonly path: string;
  readonly base: Versioned<Schedule> | null;
}

function ScheduleForm({ path, base, personId, shiftDate, onClose, onSaved }: ScheduleFormProps) {
  const zone = zoneOfPerson(personId);
  const toDraft = ({ activities }: Schedule): ScheduleDraft => ({
    activities: activities.map(({ activityId, start, end }) => ({
      activityId,
      start: wallClockText(start, zone),
      end: wallClockText(end, zone),
    })),
  });
  const form = useDocumentForm<Schedule, ScheduleDraft>({
    pathOf: () => path,
    base,
    initial: base ? toDraft(base.value) : { activities: [] },
    toDraft,
    toBody: ({ activities }) => ({
      activities: activities.map(({ activityId, start, end }) => ({
        activityId,
        start: instantText(start, zone),
        end: instantText(end, zone),
      })),
    }),
    schema,
    compared: [
      {
        key: 'activities',
        label: 'setup.activities',
        show: ({ activities }) =>
          activities
            .map(
              ({ activityId, start, end }) =>
                `${start.slice(11)}–${end.slice(11)} ${activityName(activityId)}`,
            )
            .join(', ') || t('schedules.dayOff'),
      },
    ],
    entity: null,
    createsInAnyCase: true,
    onSaved: ({ value }) => onSaved(value),
  });
  const { activities } = form.draft;
  const last = activities.at(-1);
  return (
    <FormFrame
      form={form}
      submitText={t('form.save')}
      onCancel={onClose}
      above={<ConflictPanel form={form} />}
    >
      <RowsField
        form={form}
        path="activities"
        label={t('setup.activities')}
        hint={activities.length === 0 ? t('schedules.none') : undefined}
        addText={t('schedules.addActivity')}
        blank={() => ({
          activityId: '',
          start: last?.end ?? `${shiftDate}T09:00`,
          end: last ? last.end : `${shiftDate}T12:00`,
        })}
        row={(row) => (
          <>
            <SelectField
              form={form}
              path={`${row}.activityId`}
              label={t('setup.activity')}
              options={[
                { value: '', text: '–' },
                ...[...directory.value.activities.values()].map((each) => ({
                  value: each.id,
                  text: each.name,
                })),
              ]}
            />
            <InstantField form={form} path={`${row}.start`} label={t('field.from')} timeZone={zone} />
            <InstantField form={form} path={`${row}.end`} label={t('field.to')} timeZone={zone} />
          </>
        )}
      />
    </FormFrame>
  );
}

async function found(path: string, signal: AbortSignal): Promise<Versioned<Schedule> | null> {
  try {
    return await getVersioned<Schedule>(path, signal);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

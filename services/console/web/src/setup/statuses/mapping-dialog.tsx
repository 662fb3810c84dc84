import { statusMappingSchemaWith } from '@adherence/domain/configuration/entities.ts';
import { useState } from 'preact/hooks';
import { ApiError } from '../../api/client.ts';
import type { MappedStatus } from '../../api/setup-types.ts';
import { activityName } from '../../components/activity-name.tsx';
import { Dialog } from '../../components/dialog/dialog.tsx';
import { faultsOfSchema, instantOfForm } from '../../components/form/faults-of-schema.ts';
import { SelectField, TextField } from '../../components/form/field.tsx';
import { FormFrame } from '../../components/form/form-frame.tsx';
import { textOrUndefined } from '../../components/form/number-of.ts';
import { useForm } from '../../components/form/use-form.ts';
import { directory } from '../../directory.ts';
import { longDateTimeText } from '../../format/time.ts';
import { t } from '../../i18n/translate.ts';
import {
  usualValidFrom,
  type ValidFromDraft,
  ValidFromFields,
  validFromBody,
  validFromFaults,
} from '../frame/valid-from.tsx';
import { loadStatuses } from '../guide/load-guide.ts';
import { mapStatus, statusKeyOf, statusName } from './map-statuses.ts';

interface MappingDialogProps {
  readonly integrationId: string;
  /** null for one that was not seen yet. */
  readonly status: MappedStatus | null;
  readonly onClose: () => void;
  readonly onSaved: (text: string) => void;
}

interface Draft extends ValidFromDraft {
  readonly status: string;
  readonly breakType: string;
  readonly activityId: string;
}

const schema = statusMappingSchemaWith(instantOfForm).omit({ integrationId: true });

const bodyOf = ({ status, breakType, activityId, from, validFrom }: Draft) => ({
  status,
  breakType: textOrUndefined(breakType) ?? null,
  activityId,
  ...validFromBody({ from, validFrom }),
});

/** One mapping, with the time from which it holds, and the versions that there are. */
export function MappingDialog({ integrationId, status, onClose, onSaved }: MappingDialogProps) {
  const zone = directory.value.tenantTimeZone;
  const [current, setCurrent] = useState(status);
  const [overtaken, setOvertaken] = useState(false);
  const form = useForm<Draft>({
    initial: {
      status: status?.status ?? '',
      breakType: status?.breakType ?? '',
      activityId: status?.byFallback ? '' : (status?.activityId ?? ''),
      ...usualValidFrom,
    },
    validate: (draft) => {
      const faults = faultsOfSchema(schema, bodyOf(draft));
      const chosen = draft.activityId === '' ? [{ path: 'activityId', message: 'must not be empty' }] : [];
      return [
        ...faults.filter(({ path }) => path !== 'activityId' && path !== 'validFrom'),
        ...chosen,
        ...validFromFaults(draft),
      ];
    },
    async save(draft) {
      const body = bodyOf(draft);
      try {
        await mapStatus(integrationId, body, current?.etag ?? null);
        onSaved(
          t('statuses.mappedOne', { status: statusName(body), activity: activityName(body.activityId) }),
        );
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 412) throw error;
        const all = await loadStatuses(integrationId);
        setCurrent(all.find((each) => statusKeyOf(each) === statusKeyOf(body)) ?? null);
        setOvertaken(true);
      }
    },
  });
  const { versions = [] } = current ?? {};
  return (
    <Dialog title={status ? statusName(status) : t('statuses.add')} onClose={onClose}>
      <FormFrame
        form={form}
        submitText={t('statuses.map')}
        onCancel={onClose}
        above={
          overtaken && (
            <p class="notice warning" role="alert">
              {current?.activityId
                ? t('statuses.overtakenBy', { activity: activityName(current.activityId) })
                : t('statuses.overtaken')}
            </p>
          )
        }
      >
        {!status && (
          <>
            <TextField
              form={form}
              path="status"
              label={t('setup.status')}
              hint={t('statuses.statusHint')}
              raw
            />
            <TextField
              form={form}
              path="breakType"
              label={t('setup.breakType')}
              hint={t('statuses.breakHint')}
              optional
              raw
            />
          </>
        )}
        <SelectField
          form={form}
          path="activityId"
          label={t('statuses.activity')}
          options={[
            { value: '', text: t('statuses.chooseActivity') },
            ...[...directory.value.activities.values()].map(({ id, name }) => ({ value: id, text: name })),
          ]}
        />
        <ValidFromFields form={form} isFirst={versions.length === 0} />
        {versions.length > 0 && (
          <div class="field">
            <h3 class="small">{t('statuses.history')}</h3>
            <ul class="plain">
              {versions.map(({ activityId, validFrom, writtenAt }) => (
                <li key={writtenAt + validFrom}>
                  {t('statuses.version', {
                    activity: activityName(activityId),
                    from:
                      validFrom === null
                        ? t('statuses.always')
                        : longDateTimeText(Date.parse(validFrom), zone),
                    written: longDateTimeText(Date.parse(writtenAt), zone),
                  })}
                </li>
              ))}
            </ul>
          </div>
        )}
      </FormFrame>
    </Dialog>
  );
}

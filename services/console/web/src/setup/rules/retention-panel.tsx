import { retentionDaysSchema } from '@adherence/domain/configuration/entities.ts';
import { useState } from 'preact/hooks';
import { z } from 'zod';
import { getVersioned, type Versioned } from '../../api/client.ts';
import type { Retention } from '../../api/setup-types.ts';
import { useRequest } from '../../api/use-request.ts';
import { ConfirmDialog } from '../../components/dialog/confirm-dialog.tsx';
import { tell } from '../../components/dialog/toasts.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { ConflictPanel } from '../../components/form/conflict-panel.tsx';
import { NumberField } from '../../components/form/field.tsx';
import { FormFrame } from '../../components/form/form-frame.tsx';
import { numberOf } from '../../components/form/number-of.ts';
import { useDocumentForm } from '../../components/form/use-document-form.ts';
import { t } from '../../i18n/translate.ts';
import { isAdmin } from '../sections.ts';

interface RetentionDraft {
  readonly days: string;
}

const schema = z.strictObject({ days: retentionDaysSchema.nullable() });
const toBody = ({ days }: RetentionDraft) => ({ days: numberOf(days) ?? null });
const toDraft = ({ days }: Retention): RetentionDraft => ({ days: days === null ? '' : String(days) });

/** For how long the tenant's data is kept. */
export function RetentionPanel() {
  const [round, setRound] = useState(0);
  const { data, error, reload } = useRequest(`retention|${round}`, (signal) =>
    getVersioned<Retention>('/retention', signal),
  );
  return (
    <section class="section" aria-labelledby="retention-title">
      <h2 id="retention-title">{t('retention.title')}</h2>
      {error && <ErrorNotice error={error} retry={reload} />}
      {data && <RetentionForm key={data.etag} base={data} onSaved={() => setRound(round + 1)} />}
    </section>
  );
}

function RetentionForm({
  base,
  onSaved,
}: {
  readonly base: Versioned<Retention>;
  readonly onSaved: () => void;
}) {
  const [asking, setAsking] = useState(false);
  const form = useDocumentForm<Retention, RetentionDraft>({
    pathOf: () => '/retention',
    base,
    initial: toDraft(base.value),
    toDraft,
    toBody,
    schema,
    compared: [{ key: 'days', label: 'retention.days', show: ({ days }) => days }],
    entity: null,
    onSaved() {
      tell(t('retention.saved'));
      onSaved();
    },
  });
  const { mostDays } = base.value;
  const { days } = toBody(form.draft);
  const isLess = days !== null && days < (base.value.days ?? mostDays ?? Number.POSITIVE_INFINITY);
  const deletes = isLess && schema.safeParse({ days }).success;
  return (
    <div class="panel form-panel">
      <fieldset class="plain" disabled={!isAdmin()}>
        <FormFrame
          form={deletes ? { ...form, submit: async () => setAsking(true) } : form}
          submitText={t('retention.save')}
          above={<ConflictPanel form={form} />}
        >
          <NumberField
            form={form}
            path="days"
            label={t('retention.days')}
            unit={t('retention.unit')}
            optional
            hint={mostDays === null ? t('retention.hint') : t('retention.hintMost', { n: mostDays })}
          />
        </FormFrame>
      </fieldset>
      {!isAdmin() && <p class="hint">{t('setup.readOnly')}</p>}
      {asking && (
        <ConfirmDialog
          title={t('retention.confirmTitle')}
          action={t('retention.confirm')}
          onClose={() => setAsking(false)}
          onConfirm={form.submit}
        >
          <p>{t('retention.confirmHelp', { n: days ?? 0 })}</p>
        </ConfirmDialog>
      )}
    </div>
  );
}

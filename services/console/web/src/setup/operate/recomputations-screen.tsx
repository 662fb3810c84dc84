import { recomputationSchemaWith } from '@adherence/domain/configuration/entities.ts';
import { useMemo, useState } from 'preact/hooks';
import { getAll, postJson } from '../../api/client.ts';
import type { Recomputation } from '../../api/setup-types.ts';
import { useRequest } from '../../api/use-request.ts';
import { Dialog } from '../../components/dialog/dialog.tsx';
import { tell } from '../../components/dialog/toasts.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { faultsOfSchema, instantOfForm } from '../../components/form/faults-of-schema.ts';
import { FormFrame } from '../../components/form/form-frame.tsx';
import { InstantField, instantText } from '../../components/form/instant-field.tsx';
import { ManyField, personOptions } from '../../components/form/many-field.tsx';
import { useForm } from '../../components/form/use-form.ts';
import { LocalTable } from '../../components/table/local-table.tsx';
import { directory } from '../../directory.ts';
import { numberText } from '../../format/amount.ts';
import { longDateTimeText } from '../../format/time.ts';
import { t } from '../../i18n/translate.ts';
import { ScreenHead } from '../frame/screen-head.tsx';
import { mayPlan } from '../sections.ts';

/** Computing again what is stored, with its progress. Changes of set-up ask for it by themselves. */
export function RecomputationsScreen() {
  const [asking, setAsking] = useState(false);
  const { data, error, reload } = useRequest(
    'recomputations',
    (signal) => getAll<Recomputation>('/recomputations', {}, signal),
    3_000,
  );
  const rows = useMemo(
    () => (data ?? []).toSorted((a, b) => Date.parse(b.askedAt) - Date.parse(a.askedAt)),
    [data],
  );
  const zone = directory.value.tenantTimeZone;
  const time = (at: string) => longDateTimeText(Date.parse(at), zone);
  const whom = ({ personIds }: Recomputation) =>
    personIds === null
      ? t('exceptions.everyone')
      : personIds.length > 3
        ? t('board.teamCount', { n: personIds.length })
        : personIds.map((id) => directory.value.people?.get(id)?.name ?? id).join(', ');
  return (
    <>
      <ScreenHead title={t('setup.recomputations')} lead={t('recomputations.lead')} />
      {error && <ErrorNotice error={error} retry={reload} />}
      {!data && !error && <p class="splash">{t('app.loading')}</p>}
      {data && (
        <LocalTable
          name="recomputations"
          rows={rows}
          label={t('setup.recomputations')}
          rowKey={({ id }) => id}
          rowName={({ id }) => id}
          columns={[
            {
              key: 'asked',
              header: t('recomputations.asked'),
              kind: 'time',
              text: ({ askedAt }) => time(askedAt),
              order: ({ askedAt }) => Date.parse(askedAt),
            },
            { key: 'whom', header: t('exceptions.whom'), text: whom },
            {
              key: 'from',
              header: t('field.from'),
              kind: 'time',
              text: ({ from }) => time(from),
              order: ({ from }) => Date.parse(from),
            },
            {
              key: 'to',
              header: t('field.to'),
              kind: 'time',
              text: ({ to }) => time(to),
              order: ({ to }) => Date.parse(to),
            },
            {
              key: 'state',
              header: t('recomputations.state'),
              text: ({ state }) => t(`recomputations.state.${state}`),
              cell: (row) => <Progress row={row} />,
            },
            {
              key: 'by',
              header: t('changes.who'),
              text: ({ askedBy, askedByName }) => askedByName ?? askedBy,
            },
            { key: 'id', header: t('field.id'), text: ({ id }) => id, hidden: true },
          ]}
          buttons={
            mayPlan() && (
              <button type="button" class="primary" onClick={() => setAsking(true)}>
                {t('recomputations.add')}
              </button>
            )
          }
          empty={<p>{t('recomputations.empty')}</p>}
        />
      )}
      {asking && (
        <Dialog title={t('recomputations.add')} onClose={() => setAsking(false)}>
          <RecomputationForm
            onCancel={() => setAsking(false)}
            onAsked={() => {
              setAsking(false);
              reload();
              tell(t('recomputations.started'));
            }}
          />
        </Dialog>
      )}
    </>
  );
}

function Progress({ row: { id, state, people, peopleDone } }: { readonly row: Recomputation }) {
  const text = t('recomputations.progress', {
    state: t(`recomputations.state.${state}`),
    done: numberText(peopleDone),
    n: people,
  });
  return (
    <span class="progress">
      <progress
        max={Math.max(1, people)}
        value={state === 'done' ? Math.max(1, people) : peopleDone}
        aria-label={id}
      />
      <span>{text}</span>
    </span>
  );
}

interface RecomputationFormProps {
  readonly onAsked: () => void;
  readonly onCancel: () => void;
}

interface Draft {
  readonly personIds: readonly string[];
  readonly from: string;
  readonly to: string;
}

const schema = recomputationSchemaWith(instantOfForm);

function RecomputationForm({ onAsked, onCancel }: RecomputationFormProps) {
  const zone = directory.value.tenantTimeZone;
  const bodyOf = ({ personIds, from, to }: Draft) => ({
    ...(personIds.length > 0 ? { personIds } : {}),
    from: instantText(from, zone),
    to: instantText(to, zone),
  });
  const form = useForm<Draft>({
    initial: { personIds: [], from: '', to: '' },
    validate: (draft) => faultsOfSchema(schema, bodyOf(draft)),
    async save(draft) {
      await postJson('/recomputations', bodyOf(draft));
      onAsked();
    },
  });
  return (
    <FormFrame form={form} submitText={t('recomputations.add')} onCancel={onCancel}>
      <InstantField form={form} path="from" label={t('field.from')} timeZone={zone} />
      <InstantField form={form} path="to" label={t('field.to')} timeZone={zone} />
      <ManyField
        form={form}
        path="personIds"
        label={t('setup.people')}
        hint={t('recomputations.peopleHint')}
        options={personOptions()}
      />
    </FormFrame>
  );
}

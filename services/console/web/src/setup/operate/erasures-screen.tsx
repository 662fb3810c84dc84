import { useMemo, useState } from 'preact/hooks';
import { getAll, postJson } from '../../api/client.ts';
import type { Erasure } from '../../api/setup-types.ts';
import { useRequest } from '../../api/use-request.ts';
import { ConfirmDialog } from '../../components/dialog/confirm-dialog.tsx';
import { Dialog } from '../../components/dialog/dialog.tsx';
import { tell } from '../../components/dialog/toasts.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { SelectField } from '../../components/form/field.tsx';
import { FormFrame } from '../../components/form/form-frame.tsx';
import { useForm } from '../../components/form/use-form.ts';
import { LocalTable } from '../../components/table/local-table.tsx';
import { directory, reloadDirectory } from '../../directory.ts';
import { longDateTimeText } from '../../format/time.ts';
import { t } from '../../i18n/translate.ts';
import { ScreenHead } from '../frame/screen-head.tsx';

/** Deleting everything that is stored of a person, on their request, and how far that is. */
export function ErasuresScreen() {
  const [choosing, setChoosing] = useState(false);
  const [erasing, setErasing] = useState<string | null>(null);
  const { data, error, reload } = useRequest(
    'erasures',
    (signal) => getAll<Erasure>('/erasures', {}, signal),
    5_000,
  );
  const rows = useMemo(
    () => (data ?? []).toSorted((a, b) => Date.parse(b.askedAt) - Date.parse(a.askedAt)),
    [data],
  );
  const zone = directory.value.tenantTimeZone;
  const nameOf = (id: string) => directory.value.people?.get(id)?.name ?? id;
  return (
    <>
      <ScreenHead title={t('setup.erasures')} lead={t('erasures.lead')} />
      {error && <ErrorNotice error={error} retry={reload} />}
      {!data && !error && <p class="splash">{t('app.loading')}</p>}
      {data && (
        <LocalTable
          name="erasures"
          rows={rows}
          label={t('setup.erasures')}
          rowKey={({ id }) => id}
          rowName={({ personId }) => personId}
          columns={[
            { key: 'person', header: t('erasures.person'), text: ({ personId }) => personId, kind: 'raw' },
            {
              key: 'asked',
              header: t('recomputations.asked'),
              kind: 'time',
              text: ({ askedAt }) => longDateTimeText(Date.parse(askedAt), zone),
              order: ({ askedAt }) => Date.parse(askedAt),
            },
            {
              key: 'by',
              header: t('changes.who'),
              text: ({ askedBy, askedByName }) => askedByName ?? askedBy,
            },
            {
              key: 'state',
              header: t('recomputations.state'),
              text: ({ state }) => t(`recomputations.state.${state}`),
            },
            { key: 'id', header: t('field.id'), text: ({ id }) => id, hidden: true },
          ]}
          buttons={
            <button type="button" class="primary" onClick={() => setChoosing(true)}>
              {t('erasures.add')}
            </button>
          }
          empty={<p>{t('erasures.empty')}</p>}
        />
      )}
      {choosing && (
        <Dialog title={t('erasures.add')} onClose={() => setChoosing(false)}>
          <ChoosePerson
            onCancel={() => setChoosing(false)}
            onChosen={(personId) => {
              setChoosing(false);
              setErasing(personId);
            }}
          />
        </Dialog>
      )}
      {erasing !== null && (
        <ConfirmDialog
          title={t('erasures.title', { name: nameOf(erasing) })}
          action={t('erasures.confirm')}
          typed={erasing}
          onClose={() => setErasing(null)}
          onConfirm={async () => {
            const path = `/people/${encodeURIComponent(erasing)}/erasure`;
            const { more } = (await postJson(path, {})) as { readonly more: boolean };
            tell(t(more ? 'erasures.more' : 'erasures.asked'));
            reload();
            await reloadDirectory();
          }}
        >
          <p>{t('erasures.help')}</p>
        </ConfirmDialog>
      )}
    </>
  );
}

interface ChoosePersonProps {
  readonly onCancel: () => void;
  readonly onChosen: (personId: string) => void;
}

function ChoosePerson({ onCancel, onChosen }: ChoosePersonProps) {
  const people = [...(directory.value.people?.values() ?? [])].toSorted((a, b) =>
    a.name.localeCompare(b.name),
  );
  const form = useForm<{ readonly personId: string }>({
    initial: { personId: '' },
    validate: ({ personId }) => (personId === '' ? [{ path: 'personId', message: 'must not be empty' }] : []),
    save: async ({ personId }) => onChosen(personId),
  });
  return (
    <FormFrame form={form} submitText={t('schedules.next')} onCancel={onCancel}>
      <SelectField
        form={form}
        path="personId"
        label={t('board.person')}
        options={[
          { value: '', text: '–' },
          ...people.map(({ id, name, team }) => ({
            value: id,
            text: [name, team, id].filter(Boolean).join(' · '),
          })),
        ]}
      />
    </FormFrame>
  );
}

import { entityKinds } from '@adherence/domain/configuration/command.ts';
import type { Change } from '../../api/setup-types.ts';
import { RemoteTable } from '../../components/table/remote-table.tsx';
import { directory } from '../../directory.ts';
import { longDateTimeText } from '../../format/time.ts';
import { type MessageKey, t } from '../../i18n/translate.ts';
import { place, setQuery } from '../../router.ts';
import { ScreenHead } from '../frame/screen-head.tsx';
import { differences } from './differences.ts';

/** Who changed what, when, before and after. */
export function ChangesScreen() {
  const { query } = place.value;
  const entity = query.get('entity') ?? undefined;
  const id = query.get('id') ?? undefined;
  const zone = directory.value.tenantTimeZone;
  const entityName = (kind: string) => t(`entity.${kind}` as MessageKey);
  return (
    <>
      <ScreenHead title={t('setup.changes')} lead={t('changes.lead')} />
      <RemoteTable<Change>
        name="changes"
        path="/changes"
        query={{ entity, id }}
        searchable
        label={t('setup.changes')}
        rowKey={({ entity: kind, id: key, writtenAt }) => `${kind}|${key}|${writtenAt}`}
        rowName={({ id: key }) => key}
        columns={[
          {
            key: 'when',
            header: t('changes.when'),
            kind: 'time',
            text: ({ writtenAt }) => longDateTimeText(Date.parse(writtenAt), zone),
          },
          {
            key: 'who',
            header: t('changes.who'),
            text: ({ writtenBy, writtenByName }) => writtenByName ?? writtenBy,
          },
          { key: 'entity', header: t('changes.what'), text: ({ entity: kind }) => entityName(kind) },
          { key: 'id', header: t('field.id'), text: ({ id: key }) => key, kind: 'raw' },
          { key: 'change', header: t('changes.how'), text: ({ change }) => t(`changes.${change}`) },
          {
            key: 'fields',
            header: t('changes.fields'),
            text: (change) =>
              differences(change)
                .map((each) => each.text)
                .join('; '),
            cell: (change) => <Differences change={change} />,
          },
        ]}
        filters={
          <>
            <label>
              <span>{t('changes.what')}</span>
              <select
                value={entity ?? ''}
                onChange={({ currentTarget: { value } }) => setQuery({ entity: value || null })}
              >
                <option value="">{t('changes.everything')}</option>
                {[...entityKinds, 'schedule'].map((kind) => (
                  <option key={kind} value={kind}>
                    {entityName(kind)}
                  </option>
                ))}
              </select>
            </label>
            {id !== undefined && (
              <button type="button" onClick={() => setQuery({ id: null })}>
                {t('changes.onlyId', { id })}
                <span aria-hidden="true"> ×</span>
              </button>
            )}
          </>
        }
        empty={<p>{t('changes.empty')}</p>}
      />
    </>
  );
}

const shownAtOnce = 4;

function Differences({ change }: { readonly change: Change }) {
  const all = differences(change);
  const list = (part: typeof all) => (
    <ul class="plain differences">
      {part.map(({ path, text }) => (
        <li key={path}>{text}</li>
      ))}
    </ul>
  );
  if (all.length <= shownAtOnce) return all.length === 0 ? '–' : list(all);
  return (
    <details>
      <summary>{t('changes.count', { n: all.length })}</summary>
      {list(all)}
    </details>
  );
}

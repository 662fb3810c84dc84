import type { ComponentChildren } from 'preact';
import { getAll } from '../../api/client.ts';
import type { FullIntegration } from '../../api/setup-types.ts';
import { useRequest } from '../../api/use-request.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { t } from '../../i18n/translate.ts';
import { place, setQuery } from '../../router.ts';
import { isAdmin } from '../sections.ts';

/** A screen about one integration: which one is in the address bar, the first one when none is. */
export function IntegrationChoice({
  children,
}: {
  readonly children: (integration: FullIntegration) => ComponentChildren;
}) {
  const { data, error, reload } = useRequest('integrations', (signal) =>
    getAll<FullIntegration>('/integrations', {}, signal),
  );
  if (error && !data) return <ErrorNotice error={error} retry={reload} />;
  if (!data) return <p class="splash">{t('app.loading')}</p>;
  const wanted = place.value.query.get('integration');
  const chosen = data.find(({ id }) => id === wanted) ?? (wanted === null ? data[0] : undefined);
  if (data.length === 0) {
    return (
      <div class="empty">
        <p>{t('setup.noIntegration')}</p>
        {isAdmin() && (
          <a class="button primary" href="/setup/integrations/new">
            {t('integrations.add')}
          </a>
        )}
      </div>
    );
  }
  return (
    <>
      {(data.length > 1 || !chosen) && (
        <label class="integration-choice">
          <span>{t('setup.integration')}</span>
          <select
            value={chosen?.id ?? ''}
            onChange={({ currentTarget: { value } }) => setQuery({ integration: value })}
          >
            {!chosen && <option value="">{t('board.unknownOption', { name: wanted ?? '' })}</option>}
            {data.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      {chosen ? children(chosen) : <p class="notice warning">{t('error.notFound')}</p>}
    </>
  );
}

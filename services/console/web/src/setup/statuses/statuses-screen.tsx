import { useRequest } from '../../api/use-request.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { t } from '../../i18n/translate.ts';
import { IntegrationChoice } from '../frame/integration-choice.tsx';
import { ScreenHead } from '../frame/screen-head.tsx';
import { loadStatuses } from '../guide/load-guide.ts';
import { StatusTable } from './status-table.tsx';

/** What Odigo says, and what it means here. */
export function StatusesScreen() {
  return (
    <>
      <ScreenHead title={t('setup.statuses')} lead={t('statuses.help')} />
      <IntegrationChoice>{({ id }) => <Statuses key={id} id={id} />}</IntegrationChoice>
    </>
  );
}

function Statuses({ id }: { readonly id: string }) {
  const { data, error, reload } = useRequest(`statuses|${id}`, (signal) => loadStatuses(id, signal), 15_000);
  if (error && !data) return <ErrorNotice error={error} retry={reload} />;
  if (!data) return <p class="splash">{t('app.loading')}</p>;
  return <StatusTable integrationId={id} statuses={data} onChanged={reload} />;
}

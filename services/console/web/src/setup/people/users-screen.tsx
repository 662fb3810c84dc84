import { getJson } from '../../api/client.ts';
import type { FullIntegration, UnknownUser } from '../../api/setup-types.ts';
import type { Page } from '../../api/types.ts';
import { useRequest } from '../../api/use-request.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { t } from '../../i18n/translate.ts';
import { IntegrationChoice } from '../frame/integration-choice.tsx';
import { ScreenHead } from '../frame/screen-head.tsx';
import { integrationPath } from '../guide/load-guide.ts';
import { UnmappedUsers } from './unmapped-users.tsx';

/** External users whom nobody knows. Those of people are listed with the people. */
export function UsersScreen() {
  return (
    <>
      <ScreenHead
        title={t('setup.users')}
        lead={
          <>
            {t('users.help')} <a href="/setup/people">{t('users.toPeople')}</a>
          </>
        }
      />
      <IntegrationChoice>
        {(integration) => <Users key={integration.id} integration={integration} />}
      </IntegrationChoice>
    </>
  );
}

function Users({ integration }: { readonly integration: FullIntegration }) {
  const { data, error, reload } = useRequest(
    `users|${integration.id}`,
    (signal) => getJson<Page<UnknownUser>>(`${integrationPath(integration.id)}/unmapped-users`, {}, signal),
    15_000,
  );
  if (error && !data) return <ErrorNotice error={error} retry={reload} />;
  if (!data) return <p class="splash">{t('app.loading')}</p>;
  return <UnmappedUsers integration={integration} users={data.items} onChanged={reload} />;
}

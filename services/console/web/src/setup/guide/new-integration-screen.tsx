import { tell } from '../../components/dialog/toasts.tsx';
import { t } from '../../i18n/translate.ts';
import { navigate } from '../../router.ts';
import { EntityForm } from '../entity/entity-form.tsx';
import { integrationSpec } from '../entity/integration-spec.tsx';
import { ScreenHead } from '../frame/screen-head.tsx';

/** The first step of the guide; the others follow on the integration's own address. */
export function NewIntegrationScreen() {
  return (
    <>
      <ScreenHead
        title={t('integrations.add')}
        lead={t('integrations.addLead')}
        crumbs={<a href="/setup/integrations">{t('setup.integrations')}</a>}
      />
      <div class="panel form-panel">
        <EntityForm
          spec={integrationSpec}
          base={null}
          onCancel={() => navigate('/setup/integrations')}
          onSaved={({ id, name }) => {
            tell(t('action.saved', { name }));
            navigate(`/setup/integrations/${encodeURIComponent(id)}`);
          }}
        />
      </div>
    </>
  );
}

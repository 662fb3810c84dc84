import type { FullIntegration } from '../../api/setup-types.ts';
import { t } from '../../i18n/translate.ts';
import { isAdmin } from '../sections.ts';
import { EntityScreen } from './entity-screen.tsx';
import { integrationSpec } from './integration-spec.tsx';

const hrefOf = ({ id }: FullIntegration) => `/setup/integrations/${encodeURIComponent(id)}`;

/** Connections to Odigo; each has a guide of its own. */
export function IntegrationsScreen() {
  return (
    <EntityScreen
      spec={integrationSpec}
      title="setup.integrations"
      lead="integrations.lead"
      addText="integrations.add"
      editTitle="integrations.edit"
      emptyText="setup.noIntegration"
      deleteText="integrations.delete"
      mayWrite={isAdmin()}
      nameOf={({ name }) => name}
      hrefOf={hrefOf}
      addHref="/setup/integrations/new"
      columns={[
        {
          key: 'name',
          header: t('field.name'),
          text: ({ name }) => name,
          cell: (integration) => <a href={hrefOf(integration)}>{integration.name}</a>,
        },
        { key: 'id', header: t('field.id'), text: ({ id }) => id, kind: 'raw' },
        { key: 'zone', header: t('setup.zone'), text: ({ timeZone }) => timeZone },
        {
          key: 'contact',
          header: t('integration.contact'),
          text: ({ contact }) => `${contact.name}, ${contact.email}`,
        },
        {
          key: 'breaks',
          header: t('integration.breaksShort'),
          text: ({ breakDetail }) => t(breakDetail ? 'yes' : 'no'),
        },
        {
          key: 'feedGap',
          header: t('integration.feedGap'),
          kind: 'number',
          text: ({ feedGapSeconds }) => (feedGapSeconds === null ? '' : `${feedGapSeconds} s`),
          order: ({ feedGapSeconds }) => feedGapSeconds ?? 0,
        },
      ]}
    />
  );
}

import { getAll, getJson } from '../api/client.ts';
import type {
  Integration,
  IntegrationHealth,
  Person,
  Pipeline,
  StatusMapping,
  UnmappedUser,
} from '../api/types.ts';
import { useRequest } from '../api/use-request.ts';
import { ActivityName } from '../components/activity-name.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { TableScroll } from '../components/table-scroll.tsx';
import { directory } from '../directory.ts';
import { numberText } from '../format/amount.ts';
import { dateTimeText, zoneText } from '../format/time.ts';
import { t } from '../i18n/translate.ts';
import { now } from '../time/clock.ts';
import { IntegrationPanel } from './integration-panel.tsx';
import { type IntegrationState, type Missing, missingOf } from './missing.ts';

/** What is connected and what is missing. It only shows; the screens that change things come with the set-up guide. */
export function SetupScreen() {
  const { data, error, reload } = useRequest('setup', load, 15_000);
  const zone = directory.value.tenantTimeZone;
  const textOf = (at: string) => dateTimeText(Date.parse(at), zone);
  return (
    <section class="page">
      <div class="page-head">
        <div>
          <h1 tabIndex={-1}>{t('setup.title')}</h1>
          <p class="muted">{t('setup.lead')}</p>
        </div>
        <p class="muted">{t('day.timesIn', { zone: zoneText(zone, now.value) })}</p>
      </div>
      {error && <ErrorNotice error={error} retry={reload} />}
      {!data && !error && <p class="splash">{t('app.loading')}</p>}
      {data && (
        <>
          <MissingList missing={missingOf(data.integrations, data.people, data.pipeline, textOf)} />
          <PipelinePanel pipeline={data.pipeline} />
          <section class="section" aria-labelledby="integrations-title">
            <h2 id="integrations-title">{t('setup.integrations')}</h2>
            {data.integrations.length === 0 && <p class="muted">{t('setup.noIntegration')}</p>}
            <div class="panels">
              {data.integrations.map((state) => (
                <IntegrationPanel key={state.integration.id} state={state} timeText={textOf} />
              ))}
            </div>
          </section>
          <PlanningPanel />
        </>
      )}
    </section>
  );
}

interface SetupData {
  readonly integrations: readonly IntegrationState[];
  readonly people: readonly Person[];
  readonly pipeline: Pipeline;
}

async function load(signal: AbortSignal): Promise<SetupData> {
  const [integrations, people, pipeline] = await Promise.all([
    getAll<Integration>('/integrations', {}, signal),
    getAll<Person>('/people', {}, signal),
    getJson<Pipeline>('/pipeline', {}, signal),
  ]);
  const states = await Promise.all(integrations.map((integration) => loadIntegration(integration, signal)));
  return { integrations: states, people, pipeline };
}

async function loadIntegration(integration: Integration, signal: AbortSignal): Promise<IntegrationState> {
  const path = `/integrations/${encodeURIComponent(integration.id)}`;
  const [health, users, mappings] = await Promise.all([
    getJson<IntegrationHealth>(`${path}/health`, {}, signal),
    getJson<{ items: UnmappedUser[] }>(`${path}/unmapped-users`, {}, signal),
    getJson<{ items: StatusMapping[] }>(`${path}/status-mappings`, {}, signal),
  ]);
  const statuses = mappings.items.filter(({ activityId }) => activityId === null);
  return { integration, health, users: users.items, statuses };
}

function MissingList({ missing }: { readonly missing: readonly Missing[] }) {
  if (missing.length === 0) return <p class="notice good">{t('setup.complete')}</p>;
  return (
    <section class="missing" aria-labelledby="missing-title">
      <h2 id="missing-title">{t('setup.missing', { n: missing.length })}</h2>
      <ul>
        {missing.map(({ key, values, weight }) => (
          <li key={key + JSON.stringify(values)} class={weight}>
            {t(key, values)}
          </li>
        ))}
      </ul>
    </section>
  );
}

const counters = [
  'accepted',
  'stored',
  'duplicates',
  'quarantined',
  'pending',
  'recomputationsPending',
  'gaps',
] as const;

function PipelinePanel({ pipeline }: { readonly pipeline: Pipeline }) {
  const isUpToDate = pipeline.pending === 0 && pipeline.recomputationsPending === 0;
  return (
    <section class="section" aria-labelledby="pipeline-title">
      <h2 id="pipeline-title">{t('setup.pipeline')}</h2>
      <dl class="counters">
        {counters.map((name) => (
          <div key={name} class={name === 'gaps' && pipeline.gaps > 0 ? 'alarm' : undefined}>
            <dt>{t(`setup.pipeline.${name}`)}</dt>
            <dd>{numberText(pipeline[name])}</dd>
          </div>
        ))}
      </dl>
      <p class="hint">{t(isUpToDate ? 'setup.upToDate' : 'setup.catchingUp')}</p>
    </section>
  );
}

function PlanningPanel() {
  const { units, activities } = directory.value;
  return (
    <section class="section" aria-labelledby="planning-title">
      <h2 id="planning-title">{t('setup.planning')}</h2>
      <div class="columns">
        <TableScroll label={t('setup.unit')}>
          <table class="data-table">
            <thead>
              <tr>
                <th scope="col">{t('setup.unit')}</th>
                <th scope="col">{t('setup.zone')}</th>
              </tr>
            </thead>
            <tbody>
              {[...units.values()].map(({ id, name, timeZone }) => (
                <tr key={id}>
                  <th scope="row">{name}</th>
                  <td>{zoneText(timeZone, now.value)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableScroll>
        <TableScroll label={t('setup.activity')}>
          <table class="data-table">
            <thead>
              <tr>
                <th scope="col">{t('setup.activity')}</th>
                <th scope="col">{t('setup.type')}</th>
              </tr>
            </thead>
            <tbody>
              {[...activities.values()].map(({ id, type }) => (
                <tr key={id}>
                  <th scope="row">
                    <ActivityName activityId={id} />
                  </th>
                  <td>{t(`type.${type}`)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableScroll>
      </div>
    </section>
  );
}

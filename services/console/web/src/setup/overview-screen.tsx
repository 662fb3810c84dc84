import { getAll, getJson } from '../api/client.ts';
import type { FullIntegration } from '../api/setup-types.ts';
import type { Person, Pipeline } from '../api/types.ts';
import { useRequest } from '../api/use-request.ts';
import { ErrorNotice } from '../components/error-notice.tsx';
import { Fact, Facts } from '../components/facts.tsx';
import { directory } from '../directory.ts';
import { numberText } from '../format/amount.ts';
import { longDateTimeText } from '../format/time.ts';
import { t } from '../i18n/translate.ts';
import { NotificationFacts } from './frame/notification-facts.tsx';
import { ScreenHead } from './frame/screen-head.tsx';
import { guideSteps, stepStates } from './guide/guide-steps.ts';
import { boardOnce, loadGuideState } from './guide/load-guide.ts';
import { type IntegrationState, type Missing, missingOf } from './missing.ts';
import { isAdmin } from './sections.ts';

/** What is connected, what is missing, and where to mend it. */
export function OverviewScreen() {
  const { data, error, reload } = useRequest('setup', load, 15_000);
  const zone = directory.value.tenantTimeZone;
  const textOf = (at: string) => longDateTimeText(Date.parse(at), zone);
  return (
    <>
      <ScreenHead title={t('setup.title')} lead={t('setup.lead')} />
      {error && <ErrorNotice error={error} retry={reload} />}
      {!data && !error && <p class="splash">{t('app.loading')}</p>}
      {data && (
        <>
          <MissingList missing={missingOf(data.integrations, data.people, data.pipeline, textOf)} />
          <section class="section" aria-labelledby="integrations-title">
            <h2 id="integrations-title">{t('setup.integrations')}</h2>
            {data.integrations.length === 0 ? (
              <FirstIntegration />
            ) : (
              <div class="panels">
                {data.integrations.map((state) => (
                  <IntegrationCard key={state.integration.id} state={state} textOf={textOf} />
                ))}
              </div>
            )}
          </section>
          <PipelinePanel pipeline={data.pipeline} />
        </>
      )}
    </>
  );
}

interface SetupData {
  readonly integrations: readonly IntegrationState[];
  readonly people: readonly Person[];
  readonly pipeline: Pipeline;
}

async function load(signal: AbortSignal): Promise<SetupData> {
  const [integrations, people, pipeline] = await Promise.all([
    getAll<FullIntegration>('/integrations', {}, signal),
    getAll<Person>('/people', {}, signal),
    getJson<Pipeline>('/pipeline', {}, signal),
  ]);
  const board = boardOnce(signal);
  const states = await Promise.all(
    integrations.map(async (integration) => ({
      integration,
      ...(await loadGuideState(integration.id, board, signal)),
    })),
  );
  return { integrations: states, people, pipeline };
}

function MissingList({ missing }: { readonly missing: readonly Missing[] }) {
  if (missing.length === 0) return <p class="notice good">{t('setup.complete')}</p>;
  return (
    <section class="missing" aria-labelledby="missing-title">
      <h2 id="missing-title">{t('setup.missing', { n: missing.length })}</h2>
      <ul>
        {missing.map(({ key, values, weight, href, action }) => (
          <li key={key + JSON.stringify(values)} class={weight}>
            <span>{t(key, values)}</span>
            {href && action && <a href={href}>{t(action)}</a>}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Nothing is there yet: the way ahead, and its first step. */
function FirstIntegration() {
  return (
    <div class="panel first-steps">
      <p>{t('guide.ahead')}</p>
      <ol>
        {guideSteps.map((step) => (
          <li key={step}>{t(`guide.${step}`)}</li>
        ))}
      </ol>
      {isAdmin() && (
        <a class="button primary" href="/setup/integrations/new">
          {t('integrations.add')}
        </a>
      )}
    </div>
  );
}

interface IntegrationCardProps {
  readonly state: IntegrationState;
  readonly textOf: (at: string) => string;
}

function IntegrationCard({ state, textOf }: IntegrationCardProps) {
  const { integration, health } = state;
  const { feed } = health;
  const steps = stepStates(state);
  const titleId = `integration-${integration.id}`;
  return (
    <article class="panel" aria-labelledby={titleId}>
      <header>
        <h3 id={titleId}>
          <a href={`/setup/integrations/${encodeURIComponent(integration.id)}`}>{integration.name}</a>
        </h3>
        <span class={`feed ${feed.state}`}>
          {t(`setup.feed.${feed.state}`, { time: feed.gapSince ? textOf(feed.gapSince) : '' })}
        </span>
      </header>
      <ol class="mini-guide">
        {guideSteps.map((step) => (
          <li key={step} class={steps[step]}>
            {t(`guide.${step}`)}
            <span class="visually-hidden">, {t(`guide.state.${steps[step]}`)}</span>
          </li>
        ))}
      </ol>
      <Facts>
        <NotificationFacts health={health} timeZone={directory.value.tenantTimeZone} />
        <Fact name={t('setup.zone')} value={integration.timeZone.replaceAll('_', ' ')} />
      </Facts>
    </article>
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

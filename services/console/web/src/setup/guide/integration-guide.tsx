import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { FullIntegration } from '../../api/setup-types.ts';
import { useRequest } from '../../api/use-request.ts';
import { tell } from '../../components/dialog/toasts.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Fact, Facts } from '../../components/facts.tsx';
import { directory } from '../../directory.ts';
import { t } from '../../i18n/translate.ts';
import { EntityDialog } from '../entity/entity-screen.tsx';
import { integrationSpec } from '../entity/integration-spec.tsx';
import { ScreenHead } from '../frame/screen-head.tsx';
import { UnmappedUsers } from '../people/unmapped-users.tsx';
import { isAdmin } from '../sections.ts';
import { StatusTable } from '../statuses/status-table.tsx';
import { BreakDetailState } from './break-detail-state.tsx';
import { type GuideStep, guideSteps, type StepState, stepStates, toRevisit } from './guide-steps.ts';
import { type Guide, loadGuide } from './load-guide.ts';
import { NotificationStep } from './notification-step.tsx';
import { TokenStep } from './token-step.tsx';

/** Until the first notification it looks often, then until somebody is on the board; the steps turn by themselves. */
const silentMs = 2_000;
const mappingMs = 4_000;
const calmMs = 15_000;

/** One integration from its first line to the board, as a checklist that stays true afterwards. */
export function IntegrationGuide({ id }: { readonly id: string }) {
  const [everyMs, setEveryMs] = useState(silentMs);
  const { data, error, reload } = useRequest(`guide|${id}`, (signal) => loadGuide(id, signal), everyMs);
  const [editing, setEditing] = useState(false);
  const nextMs = data ? refreshMsOf(data) : silentMs;
  useEffect(() => setEveryMs(nextMs), [nextMs]);
  const crumbs = <a href="/setup/integrations">{t('setup.integrations')}</a>;
  if (!data) {
    return (
      <>
        <ScreenHead title={id} crumbs={crumbs} />
        {error ? <ErrorNotice error={error} retry={reload} /> : <p class="splash">{t('app.loading')}</p>}
      </>
    );
  }
  const states = stepStates(data);
  const done = guideSteps.filter((step) => states[step] === 'done').length;
  return (
    <>
      <ScreenHead
        title={data.integration.value.name}
        lead={t('guide.progress', { done, total: guideSteps.length })}
        crumbs={crumbs}
      />
      {error && <ErrorNotice error={error} retry={reload} />}
      <ol class="guide">
        {guideSteps.map((step, index) => (
          <Step
            key={step}
            step={step}
            number={index + 1}
            state={states[step]}
            summary={summaryOf(step, data)}
          >
            <StepBody step={step} guide={data} reload={reload} edit={() => setEditing(true)} />
          </Step>
        ))}
      </ol>
      {editing && (
        <EntityDialog
          spec={integrationSpec}
          id={id}
          title={t('integrations.edit')}
          onClose={() => setEditing(false)}
          onSaved={({ name, breakDetail }) => {
            tell(
              breakDetail && !data.integration.value.breakDetail
                ? t('integration.breaksOn', { name })
                : t('action.saved', { name }),
            );
            setEditing(false);
            reload();
          }}
        />
      )}
    </>
  );
}

function refreshMsOf({ health, onBoard }: Guide): number {
  if (health.lastNotificationAt === null || health.accepted === 0) return silentMs;
  return onBoard === 0 ? mappingMs : calmMs;
}

interface StepProps {
  readonly step: GuideStep;
  readonly number: number;
  readonly state: StepState;
  readonly summary: string;
  readonly children: ComponentChildren;
}

/**
 * A step that is its turn opens; it stays open when it is done, and what it shows stays there when it is closed: a token
 * that is shown once must not go because the next step's turn has come.
 */
function Step({ step, number, state, summary, children }: StepProps) {
  const [chosen, setChosen] = useState<boolean | null>(null);
  const [wasOpen, setWasOpen] = useState(state === 'now');
  const open = chosen ?? wasOpen;
  useEffect(() => {
    if (state === 'now') setWasOpen(true);
  }, [state]);
  const panelId = `step-${step}`;
  return (
    <li class={`step ${state}`} aria-current={state === 'now' ? 'step' : undefined}>
      <h2>
        <button
          type="button"
          class="step-head"
          aria-expanded={open}
          aria-controls={open || chosen !== null ? panelId : undefined}
          onClick={() => setChosen(!open)}
        >
          <StepSign state={state} number={number} />
          <span class="step-title">
            {t(`guide.${step}`)}
            <span class="visually-hidden">, {t(`guide.state.${state}`)}</span>
            <span class="under">{summary}</span>
          </span>
          <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" class="stroke fold">
            <path d="M4 6l4 4 4-4" />
          </svg>
        </button>
      </h2>
      {(open || chosen !== null) && (
        <div class="step-body" id={panelId} hidden={!open}>
          {children}
        </div>
      )}
    </li>
  );
}

function StepSign({ state, number }: { readonly state: StepState; readonly number: number }) {
  if (state !== 'done') {
    return (
      <span class="step-sign" aria-hidden="true">
        {number}
      </span>
    );
  }
  return (
    <span class="step-sign">
      <svg viewBox="0 0 16 16" width="16" height="16" class="stroke" aria-hidden="true">
        <path d="M3.5 8.5l3 3 6-7" />
      </svg>
    </span>
  );
}

function summaryOf(step: GuideStep, guide: Guide): string {
  const { integration, tokens, health, users, statuses, mappedPeople, onBoard } = guide;
  switch (step) {
    case 'connection':
      return contactText(integration.value);
    case 'token':
      return tokens === null ? t('guide.adminOnly') : t('token.valid', { n: tokens.length });
    case 'notification':
      return health.lastNotificationAt === null
        ? t('setup.never')
        : t('notification.count', { n: health.accepted });
    case 'users':
      return t('guide.usersCount', { mapped: mappedPeople, n: users.length });
    case 'statuses': {
      const unmapped = statuses.filter(({ activityId }) => activityId === null).length;
      return t('guide.statusesCount', { n: unmapped });
    }
    case 'board':
      return t('guide.onBoard', { n: onBoard });
  }
}

const contactText = ({ contact, timeZone }: FullIntegration): string =>
  `${contact.name}, ${contact.email} · ${timeZone.replaceAll('_', ' ')}`;

interface StepBodyProps {
  readonly step: GuideStep;
  readonly guide: Guide;
  readonly reload: () => void;
  readonly edit: () => void;
}

function StepBody({ step, guide, reload, edit }: StepBodyProps) {
  const { integration, tokens, health, users, statuses } = guide;
  const { id, breakDetail } = integration.value;
  const zone = directory.value.tenantTimeZone;
  switch (step) {
    case 'connection':
      return (
        <>
          <Facts>
            <Fact
              name={t('integration.breaks')}
              value={breakDetail ? `${breakDetail.username} @ ${breakDetail.url}` : t('no')}
            />
            <Fact
              name={t('integration.feedGap')}
              value={
                integration.value.feedGapSeconds === null
                  ? t('setup.feed.unwatched')
                  : `${integration.value.feedGapSeconds} s`
              }
            />
          </Facts>
          {breakDetail && <BreakDetailState state={health.breakDetail?.state ?? null} timeZone={zone} />}
          {isAdmin() && (
            <div class="step-actions">
              <button type="button" onClick={edit}>
                {t('integrations.edit')}
              </button>
            </div>
          )}
        </>
      );
    case 'token':
      return tokens === null ? (
        <p class="muted">{t('guide.adminOnly')}</p>
      ) : (
        <TokenStep integration={integration.value} tokens={tokens} timeZone={zone} onChanged={reload} />
      );
    case 'notification':
      return <NotificationStep id={id} health={health} timeZone={zone} />;
    case 'users':
      return (
        <>
          <p>{t('users.help')}</p>
          <UnmappedUsers integration={integration.value} users={users} onChanged={reload} />
        </>
      );
    case 'statuses':
      return (
        <>
          <p>{t('statuses.help')}</p>
          {breakDetail && toRevisit(statuses).length > 0 && (
            <p class="notice warning">{t('statuses.revisitHelp', { n: toRevisit(statuses).length })}</p>
          )}
          <StatusTable integrationId={id} statuses={statuses} onChanged={reload} prefix="s-" />
        </>
      );
    case 'board':
      return (
        <>
          <p>{t(guide.onBoard > 0 ? 'guide.boardDone' : 'guide.boardWait')}</p>
          <div class="step-actions">
            <a class="button" href="/board">
              {t('app.toBoard')}
            </a>
          </div>
        </>
      );
  }
}

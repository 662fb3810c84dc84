import { getJson } from '../../api/client.ts';
import type { IntegrationHealth } from '../../api/types.ts';
import { useRequest } from '../../api/use-request.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { RawText } from '../../components/raw-text.tsx';
import { numberText } from '../../format/amount.ts';
import { longDateTimeText } from '../../format/time.ts';
import { t } from '../../i18n/translate.ts';
import { isAdmin } from '../sections.ts';
import { integrationPath } from './load-guide.ts';

interface NotificationStepProps {
  readonly id: string;
  readonly health: IntegrationHealth;
  readonly timeZone: string;
}

/** Waits for the first notification, then shows what it was. */
export function NotificationStep({ id, health, timeZone }: NotificationStepProps) {
  const heard = health.lastNotificationAt !== null;
  const time = (at: string) => longDateTimeText(Date.parse(at), timeZone);
  return (
    <>
      {heard ? (
        <dl class="facts">
          <div>
            <dt>{t('setup.lastNotification')}</dt>
            <dd>{time(health.lastNotificationAt!)}</dd>
          </div>
          <div>
            <dt>{t('setup.accepted')}</dt>
            <dd>{numberText(health.accepted)}</dd>
          </div>
          <div>
            <dt>{t('setup.rejectedCount')}</dt>
            <dd>{numberText(health.rejected)}</dd>
          </div>
        </dl>
      ) : (
        <div class="waiting">
          <span class="waiting-sign" aria-hidden="true" />
          <div>
            <p>
              <strong>{t('notification.waiting')}</strong>
            </p>
            <p class="hint">{t('notification.waitingHelp')}</p>
          </div>
        </div>
      )}
      {health.rejected > 0 && isAdmin() && (
        <p>
          {t('notification.rejected', { n: health.rejected })}{' '}
          <a href={`/setup/rejected?integration=${encodeURIComponent(id)}`}>
            {t('notification.seeRejected')}
          </a>
        </p>
      )}
      {health.accepted > 0 && isAdmin() && <FirstPayload id={id} timeZone={timeZone} />}
    </>
  );
}

interface FirstNotification {
  readonly receivedAt: string;
  readonly externalUserId: string;
  readonly status: string | null;
  readonly breakType: string | null;
  readonly eventType: string;
  readonly occurredAt: string;
  readonly flags: readonly string[];
  /** The item as Odigo sent it; null once the log has dropped it. */
  readonly payload: string | null;
}

/** What came first, and how it was read: here one sees whether the sender says what was expected. */
function FirstPayload({ id, timeZone }: { readonly id: string; readonly timeZone: string }) {
  const { data, error, reload } = useRequest(`first|${id}`, (signal) =>
    getJson<FirstNotification>(`${integrationPath(id)}/first-notification`, {}, signal),
  );
  if (error) return <ErrorNotice error={error} retry={reload} />;
  if (!data) return <p class="muted">{t('app.loading')}</p>;
  const time = (at: string) => longDateTimeText(Date.parse(at), timeZone);
  return (
    <details class="payload">
      <summary>{t('notification.first')}</summary>
      <dl class="facts">
        <div>
          <dt>{t('setup.user')}</dt>
          <dd class="raw">{data.externalUserId}</dd>
        </div>
        <div>
          <dt>{t('setup.status')}</dt>
          <dd class="raw">{[data.status ?? data.eventType, data.breakType].filter(Boolean).join(' / ')}</dd>
        </div>
        <div>
          <dt>{t('notification.occurred')}</dt>
          <dd>{time(data.occurredAt)}</dd>
        </div>
        <div>
          <dt>{t('notification.received')}</dt>
          <dd>{time(data.receivedAt)}</dd>
        </div>
        {data.flags.length > 0 && (
          <div>
            <dt>{t('notification.flags')}</dt>
            <dd class="raw">{data.flags.join(', ')}</dd>
          </div>
        )}
      </dl>
      {data.payload === null ? (
        <p class="hint">{t('notification.gone')}</p>
      ) : (
        <RawText label={t('notification.first')} text={indented(data.payload)} />
      )}
    </details>
  );
}

/** JSON is laid out; anything else stays as it came. */
function indented(payload: string): string {
  try {
    return JSON.stringify(JSON.parse(payload), null, 2);
  } catch (error) {
    if (error instanceof SyntaxError) return payload;
    throw error;
  }
}

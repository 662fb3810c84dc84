import { getJson } from '../../api/client.ts';
import type { IntegrationHealth } from '../../api/types.ts';
import { useRequest } from '../../api/use-request.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Fact, Facts } from '../../components/facts.tsx';
import { RawText } from '../../components/raw-text.tsx';
import { longDateTimeText } from '../../format/time.ts';
import { t } from '../../i18n/translate.ts';
import { NotificationFacts } from '../frame/notification-facts.tsx';
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
  return (
    <>
      {heard ? (
        <Facts>
          <NotificationFacts health={health} timeZone={timeZone} />
        </Facts>
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
      <Facts>
        <Fact name={t('setup.user')} value={data.externalUserId} raw />
        <Fact
          name={t('setup.status')}
          value={[data.status ?? data.eventType, data.breakType].filter(Boolean).join(' / ')}
          raw
        />
        <Fact name={t('notification.occurred')} value={time(data.occurredAt)} />
        <Fact name={t('notification.received')} value={time(data.receivedAt)} />
        {data.flags.length > 0 && <Fact name={t('notification.flags')} value={data.flags.join(', ')} raw />}
      </Facts>
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

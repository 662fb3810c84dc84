import type { StatusMapping, UnmappedUser } from '../api/types.ts';
import { TableScroll } from '../components/table-scroll.tsx';
import { numberText } from '../format/amount.ts';
import { t } from '../i18n/translate.ts';
import type { IntegrationState } from './missing.ts';

interface IntegrationPanelProps {
  readonly state: IntegrationState;
  readonly timeText: (at: string) => string;
}

/** One connection to Odigo: does anything arrive, and whom and what does it speak of that nobody knows. */
export function IntegrationPanel({ state, timeText }: IntegrationPanelProps) {
  const { integration, health, users, statuses } = state;
  const { feed, lastNotificationAt } = health;
  return (
    <article class="panel" aria-labelledby={`integration-${integration.id}`}>
      <header>
        <h3 id={`integration-${integration.id}`}>{integration.name}</h3>
        <span class={`feed ${feed.state}`}>
          {t(`setup.feed.${feed.state}`, { time: feed.gapSince ? timeText(feed.gapSince) : '' })}
        </span>
      </header>
      <dl class="facts">
        <div>
          <dt>{t('setup.lastNotification')}</dt>
          <dd>{lastNotificationAt === null ? t('setup.never') : timeText(lastNotificationAt)}</dd>
        </div>
        <div>
          <dt>{t('setup.accepted')}</dt>
          <dd>{numberText(health.accepted)}</dd>
        </div>
        <div>
          <dt>{t('setup.rejectedCount')}</dt>
          <dd>{numberText(health.rejected)}</dd>
        </div>
        <div>
          <dt>{t('setup.zone')}</dt>
          <dd>{integration.timeZone.replaceAll('_', ' ')}</dd>
        </div>
      </dl>
      <h4>{t('setup.users')}</h4>
      {users.length === 0 ? (
        <p class="muted">{t('setup.none')}</p>
      ) : (
        <Users users={users} timeText={timeText} />
      )}
      <h4>{t('setup.statuses')}</h4>
      {statuses.length === 0 ? (
        <p class="muted">{t('setup.none')}</p>
      ) : (
        <Statuses statuses={statuses} timeText={timeText} />
      )}
    </article>
  );
}

type TimeText = IntegrationPanelProps['timeText'];

function Users({
  users,
  timeText,
}: {
  readonly users: readonly UnmappedUser[];
  readonly timeText: TimeText;
}) {
  return (
    <TableScroll label={t('setup.users')}>
      <table class="data-table">
        <thead>
          <tr>
            <th scope="col">{t('setup.user')}</th>
            <th scope="col" class="number">
              {t('setup.count')}
            </th>
            <th scope="col">{t('setup.lastSeen')}</th>
            <th scope="col">{t('setup.suggestion')}</th>
          </tr>
        </thead>
        <tbody>
          {users.map(({ externalUserId, count, lastSeen, suggestions }) => (
            <tr key={externalUserId}>
              <th scope="row" class="raw">
                {externalUserId}
              </th>
              <td class="number">{numberText(count)}</td>
              <td class="time">{timeText(lastSeen)}</td>
              <td>{suggestions?.[0]?.name ?? <span class="muted">{t('setup.none')}</span>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}

interface StatusesProps {
  readonly statuses: readonly StatusMapping[];
  readonly timeText: TimeText;
}

function Statuses({ statuses, timeText }: StatusesProps) {
  return (
    <TableScroll label={t('setup.statuses')}>
      <table class="data-table">
        <thead>
          <tr>
            <th scope="col">{t('setup.status')}</th>
            <th scope="col">{t('setup.breakType')}</th>
            <th scope="col" class="number">
              {t('setup.count')}
            </th>
            <th scope="col">{t('setup.lastSeen')}</th>
          </tr>
        </thead>
        <tbody>
          {statuses.map(({ status, breakType, count, lastSeen }) => (
            <tr key={`${status}|${breakType}`}>
              <th scope="row" class="raw">
                {status}
              </th>
              <td class="raw">{breakType ?? '–'}</td>
              <td class="number">{numberText(count)}</td>
              <td class="time">{lastSeen === null ? '–' : timeText(lastSeen)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}

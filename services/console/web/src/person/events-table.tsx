import type { Interval } from '@adherence/domain/model.ts';
import { useState } from 'preact/hooks';
import { getJson } from '../api/client.ts';
import type { PersonEvents } from '../api/explanation.ts';
import { useRequest } from '../api/use-request.ts';
import { ErrorNotice } from '../components/error-notice.tsx';
import { TableScroll } from '../components/table-scroll.tsx';
import { amountText } from '../format/amount.ts';
import { timeText } from '../format/time.ts';
import { t } from '../i18n/translate.ts';
import { rangeText, statusOf } from './why.ts';

interface EventsTableProps {
  readonly personId: string;
  readonly range: Interval;
  readonly timeZone: string;
}

/** What Odigo sent, as it was read; loaded when it is opened. */
export function EventsTable(props: EventsTableProps) {
  const [open, setOpen] = useState(false);
  return (
    <details class="intervals" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t('events.show')}</summary>
      {open && <Events {...props} />}
    </details>
  );
}

function Events({ personId, range, timeZone }: EventsTableProps) {
  const { data, error, reload } = useRequest(`events|${personId}|${range.from}|${range.to}`, (signal) =>
    getJson<PersonEvents>(`/people/${encodeURIComponent(personId)}/events`, rangeText(range), signal),
  );
  if (error) return <ErrorNotice error={error} retry={reload} />;
  if (!data) return <p class="splash">{t('app.loading')}</p>;
  if (data.items.length === 0) return <p class="muted">{t('events.none')}</p>;
  return (
    <>
      <p class="hint">{t('events.help')}</p>
      {data.truncated && <p class="notice warning">{t('events.truncated')}</p>}
      <TableScroll label={t('events.show')}>
        <table class="data-table">
          <thead>
            <tr>
              <th scope="col">{t('events.occurred')}</th>
              <th scope="col">{t('events.status')}</th>
              <th scope="col">{t('events.type')}</th>
              <th scope="col">{t('events.user')}</th>
              <th scope="col" class="number">
                {t('events.delay')}
              </th>
              <th scope="col">{t('events.flags')}</th>
              <th scope="col" class="number">
                {t('events.source')}
              </th>
            </tr>
          </thead>
          <tbody>
            {data.items.map((event) => (
              <tr key={`${event.source.partition}-${event.source.offset}-${event.occurredAt}`}>
                <th scope="row" class="time">
                  {timeText(Date.parse(event.occurredAt), timeZone, true)}
                </th>
                <td class="raw">{event.status === null ? '–' : statusOf(event)}</td>
                <td>{event.eventType}</td>
                <td class="raw">
                  {event.externalUserId}
                  <span class="under">{event.integrationId}</span>
                </td>
                <td class="number">
                  {amountText(Math.max(0, Date.parse(event.receivedAt) - Date.parse(event.occurredAt)))}
                </td>
                <td>{event.flags.join(', ')}</td>
                <td class="number muted">{`${event.source.partition}:${event.source.offset}`}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
    </>
  );
}

import { ActivityName, ActualName } from '../components/activity-name.tsx';
import { TableScroll } from '../components/table-scroll.tsx';
import { clockText } from '../format/amount.ts';
import { timeText } from '../format/time.ts';
import { t } from '../i18n/translate.ts';
import type { DayRow } from './day-rows.ts';
import { RowState } from './readout.tsx';

/** The chart as a table. */
export function SegmentTable({
  rows,
  timeZone,
}: {
  readonly rows: readonly DayRow[];
  readonly timeZone: string;
}) {
  return (
    <section class="section" aria-labelledby="segments-title">
      <h2 id="segments-title">{t('person.segments')}</h2>
      <p class="hint">{t('person.segmentsHelp')}</p>
      <TableScroll label={t('person.segments')}>
        <table class="data-table">
          <thead>
            <tr>
              <th scope="col">{t('person.from')}</th>
              <th scope="col">{t('person.to')}</th>
              <th scope="col" class="number">
                {t('person.length')}
              </th>
              <th scope="col">{t('person.lane.scheduled')}</th>
              <th scope="col">{t('person.lane.actual')}</th>
              <th scope="col">{t('person.lane.state')}</th>
              <th scope="col">{t('person.counted')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.from} class={row.actual ? undefined : 'ahead'}>
                <th scope="row" class="time">
                  {timeText(row.from, timeZone, true)}
                </th>
                <td class="time">{timeText(row.to, timeZone, true)}</td>
                <td class="number">{clockText(row.to - row.from)}</td>
                <td>
                  {row.scheduledActivityId === null ? (
                    <span class="muted">{t('activity.none')}</span>
                  ) : (
                    <ActivityName activityId={row.scheduledActivityId} />
                  )}
                </td>
                <td>
                  {row.actual ? (
                    <ActualName actual={row.actual} />
                  ) : (
                    <span class="muted">{t('person.future')}</span>
                  )}
                  {row.actual?.estimated ? (
                    <span class="under">{t('activity.estimated')}</span>
                  ) : (
                    row.statuses.length > 0 && <span class="under">{row.statuses.join(', ')}</span>
                  )}
                </td>
                <td>
                  <RowState row={row} />
                </td>
                <td>{row.actual ? t(`person.counted.${row.countedAs ?? 'none'}`) : '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
    </section>
  );
}

import { useState } from 'preact/hooks';
import type { ClosedPeriod } from '../api/types.ts';
import { TableScroll } from '../components/table-scroll.tsx';
import { amountText, percentText } from '../format/amount.ts';
import { weekdayDateText } from '../format/time.ts';
import { t } from '../i18n/translate.ts';
import { personDayHref } from '../person/person-day-href.ts';
import { cellOf, type HeatData, type HeatRow, ratioOf, statusOf } from './heat-data.ts';

interface HeatDaysTableProps {
  readonly data: HeatData;
  /** The person under the cursor, else the first. */
  readonly row: HeatRow;
  readonly closed: readonly ClosedPeriod[];
}

/** One row of the heat map as a table, for those who do not see it. */
export function HeatDaysTable({ data, row, closed }: HeatDaysTableProps) {
  const [open, setOpen] = useState(false);
  const title = t('heat.days', { name: row.name });
  return (
    <details class="intervals" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{title}</summary>
      {open && (
        <TableScroll label={title}>
          <table class="data-table">
            <thead>
              <tr>
                <th scope="col">{t('day.date')}</th>
                <th scope="col" class="number">
                  {t('metric.adherence')}
                </th>
                <th scope="col" class="number">
                  {t('metric.coverage')}
                </th>
                <th scope="col" class="number">
                  {t('metric.scheduled')}
                </th>
                <th scope="col" class="number">
                  {t('metric.out')}
                </th>
                <th scope="col" class="number">
                  {t('metric.conformance')}
                </th>
                <th scope="col">{t('history.status')}</th>
              </tr>
            </thead>
            <tbody>
              {data.dates.map((date, day) => {
                const cell = cellOf(row, day);
                if (!cell) return null;
                return (
                  <tr key={date}>
                    <th scope="row">
                      <a href={personDayHref(row.personId, date)}>{weekdayDateText(date)}</a>
                    </th>
                    <td class="number">{percentText(ratioOf(cell, 'adherence'))}</td>
                    <td class="number">{percentText(ratioOf(cell, 'coverage'))}</td>
                    <td class="number">{amountText(cell.scheduledMs)}</td>
                    <td class="number">{amountText(cell.scheduledMs - cell.inMs - cell.noDataMs)}</td>
                    <td class="number">{percentText(ratioOf(cell, 'conformance'))}</td>
                    <td>{t(`history.status.${statusOf(row, date, closed)}`)}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </TableScroll>
      )}
    </details>
  );
}

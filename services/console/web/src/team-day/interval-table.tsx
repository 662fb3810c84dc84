import type { Instant } from '@adherence/domain/model.ts';
import type { AdherenceRow } from '../api/types.ts';
import { AgainstTarget } from '../components/against-target.tsx';
import { TableScroll } from '../components/table-scroll.tsx';
import { numberText, percentText } from '../format/amount.ts';
import { timeText } from '../format/time.ts';
import { t } from '../i18n/translate.ts';
import { headsOf } from './curve-data.ts';

interface IntervalTableProps {
  readonly rows: readonly AdherenceRow[];
  readonly timeZone: string;
  readonly target: number | null;
  readonly asOf: Instant;
}

/** The curve as a table; closed at first, since the curve above says the same. */
export function IntervalTable({ rows, timeZone, target, asOf }: IntervalTableProps) {
  return (
    <details class="intervals">
      <summary>{t('teamDay.intervalsShow')}</summary>
      <TableScroll label={t('teamDay.intervals')}>
        <table class="data-table">
          <caption class="visually-hidden">{t('teamDay.intervals')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('teamDay.intervals')}</th>
              <th scope="col" class="number">
                {t('metric.adherence')}
              </th>
              <th scope="col" class="number">
                {t('teamDay.scheduledHeads')}
              </th>
              <th scope="col" class="number">
                {t('teamDay.workedHeads')}
              </th>
              <th scope="col" class="number">
                {t('metric.coverage')}
              </th>
              <th scope="col">{t('day.final')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.from}>
                <th scope="row" class="time">
                  {`${timeText(Date.parse(row.from), timeZone)}–${timeText(Date.parse(row.to), timeZone)}`}
                </th>
                <td class="number">
                  <AgainstTarget ratio={row.adherence} target={target} />
                </td>
                <td class="number">{numberText(headsOf(row, row.scheduledMs, asOf), 1)}</td>
                <td class="number">{numberText(headsOf(row, row.workedMs, asOf), 1)}</td>
                <td class="number">{percentText(row.coverage)}</td>
                <td>{t(row.final ? 'day.final' : 'day.provisional')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
    </details>
  );
}

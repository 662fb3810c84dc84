import type { AdherenceRow } from '../api/types.ts';
import { AgainstTarget } from '../components/against-target.tsx';
import { TableScroll } from '../components/table-scroll.tsx';
import { amountText, percentText } from '../format/amount.ts';
import { t } from '../i18n/translate.ts';
import { hrefOf } from '../router.ts';

interface TeamsTableProps {
  readonly rows: readonly AdherenceRow[];
  readonly date: string;
  readonly target: number | null;
}

/** The teams of the day, lowest first; each leads to its own curve. */
export function TeamsTable({ rows, date, target }: TeamsTableProps) {
  const ranked = [...rows].sort((a, b) => (a.adherence ?? 2) - (b.adherence ?? 2));
  return (
    <section class="section" aria-labelledby="teams-title">
      <h2 id="teams-title">{t('teamDay.teamsOfDay')}</h2>
      <TableScroll label={t('teamDay.teamsOfDay')}>
        <table class="data-table">
          <thead>
            <tr>
              <th scope="col">{t('board.team')}</th>
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
                {t('metric.worked')}
              </th>
              <th scope="col" class="number">
                {t('metric.notPresent')}
              </th>
              <th scope="col" class="number">
                {t('metric.wrongActivity')}
              </th>
            </tr>
          </thead>
          <tbody>
            {ranked.map((row) => (
              <tr key={row.team ?? ''}>
                <th scope="row">
                  {row.team ? (
                    <a href={hrefOf('/team-day', { who: `team:${row.team}`, date })}>{row.team}</a>
                  ) : (
                    t('board.noTeam')
                  )}
                </th>
                <td class="number">
                  <AgainstTarget ratio={row.adherence} target={target} />
                </td>
                <td class="number">{percentText(row.coverage)}</td>
                <td class="number">{amountText(row.scheduledMs)}</td>
                <td class="number">{amountText(row.workedMs)}</td>
                <td class="number">{amountText(row.notPresentMs)}</td>
                <td class="number">{amountText(row.wrongActivityMs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
    </section>
  );
}

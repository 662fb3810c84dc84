import type { AdherenceRow } from '../api/types.ts';
import { AgainstTarget } from '../components/against-target.tsx';
import { TableScroll } from '../components/table-scroll.tsx';
import { directory } from '../directory.ts';
import { amountText, percentText } from '../format/amount.ts';
import { t } from '../i18n/translate.ts';
import { personDayHref } from '../person/person-day-href.ts';

interface PeopleTableProps {
  readonly rows: readonly AdherenceRow[];
  readonly date: string;
  readonly target: number | null;
}

/** The people of the day, lowest adherence first; coverage beside it, so that nobody is judged by missing data. */
export function PeopleTable({ rows, date, target }: PeopleTableProps) {
  const { people } = directory.value;
  const ranked = [...rows].sort((a, b) => rankOf(a) - rankOf(b) || nameOf(a).localeCompare(nameOf(b)));
  function nameOf(row: AdherenceRow): string {
    return people?.get(row.personId ?? '')?.name ?? row.personId ?? '';
  }
  return (
    <section class="section" aria-labelledby="people-title">
      <h2 id="people-title">{t('teamDay.people')}</h2>
      <p class="hint">{t('teamDay.peopleHelp')}</p>
      <TableScroll label={t('teamDay.people')}>
        <table class="data-table">
          <thead>
            <tr>
              <th scope="col">{t('board.person')}</th>
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
                {t('metric.notPresent')}
              </th>
              <th scope="col" class="number">
                {t('metric.wrongActivity')}
              </th>
              <th scope="col" class="number">
                {t('metric.notScheduled')}
              </th>
              <th scope="col" class="number">
                {t('metric.conformance')}
              </th>
            </tr>
          </thead>
          <tbody>
            {ranked.map((row) => (
              <tr key={row.personId}>
                <th scope="row">
                  <a href={personDayHref(row.personId ?? '', date)}>{nameOf(row)}</a>
                </th>
                <td class="muted">{people?.get(row.personId ?? '')?.team ?? t('person.noTeam')}</td>
                <td class="number">
                  <AgainstTarget ratio={row.adherence} target={target} />
                </td>
                <td class={row.coverage !== null && row.coverage < 1 ? 'number partial' : 'number'}>
                  {percentText(row.coverage)}
                </td>
                <td class="number">{amountText(row.scheduledMs)}</td>
                <td class="number">{amountText(row.notPresentMs)}</td>
                <td class="number">{amountText(row.wrongActivityMs)}</td>
                <td class="number">{amountText(row.notScheduledMs)}</td>
                <td class="number">{percentText(row.conformance)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
    </section>
  );
}

/** Undefined ones come last. */
const rankOf = ({ adherence }: AdherenceRow): number => adherence ?? 2;

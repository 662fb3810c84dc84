import { useEffect, useRef } from 'preact/hooks';
import { getJson } from '../api/client.ts';
import type { Adherence, AdherenceRow } from '../api/types.ts';
import { useRequest } from '../api/use-request.ts';
import { ErrorNotice } from '../components/error-notice.tsx';
import { TableScroll } from '../components/table-scroll.tsx';
import { directory } from '../directory.ts';
import { amountText, percentText } from '../format/amount.ts';
import { timeText } from '../format/time.ts';
import { t } from '../i18n/translate.ts';
import { personDayHref } from '../person/person-day-href.ts';
import { setQuery } from '../router.ts';
import { peopleQuery, type Scope, scopeText } from './scope.ts';
import { outMsOf } from './worst-intervals.ts';

interface IntervalPeopleProps {
  readonly row: AdherenceRow;
  readonly scope: Scope;
  readonly date: string;
  readonly timeZone: string;
}

/** Who made one interval what it was: those with most time out first. */
export function IntervalPeople({ row, scope, date, timeZone }: IntervalPeopleProps) {
  const { from, to } = row;
  const heading = useRef<HTMLHeadingElement>(null);
  const { data, error, reload } = useRequest(`interval|${scopeText(scope)}|${from}|${to}`, (signal) =>
    getJson<Adherence>('/adherence', { ...peopleQuery(scope), granularity: 'total', from, to }, signal),
  );
  useEffect(() => heading.current?.scrollIntoView({ block: 'nearest' }), [from]);
  const nameOf = ({ personId = '' }: AdherenceRow) => directory.value.people?.get(personId)?.name ?? personId;
  const rows = [...(data?.items ?? [])].sort(
    (a, b) => outMsOf(b) - outMsOf(a) || nameOf(a).localeCompare(nameOf(b)),
  );
  const title = t('teamDay.peopleOf', {
    from: timeText(Date.parse(from), timeZone),
    to: timeText(Date.parse(to), timeZone),
  });
  return (
    <section class="section" aria-labelledby="interval-people">
      <div class="toolbar">
        <h2 id="interval-people" ref={heading} class="toolbar-title">
          {title}
        </h2>
        <button type="button" class="quiet" onClick={() => setQuery({ at: null })}>
          {t('teamDay.closeInterval')}
        </button>
      </div>
      {error && <ErrorNotice error={error} retry={reload} />}
      {!data && !error && <p class="splash">{t('app.loading')}</p>}
      {data && (
        <TableScroll label={title}>
          <table class="data-table">
            <thead>
              <tr>
                <th scope="col">{t('board.person')}</th>
                <th scope="col" class="number">
                  {t('metric.out')}
                </th>
                <th scope="col" class="number">
                  {t('metric.notPresent')}
                </th>
                <th scope="col" class="number">
                  {t('metric.wrongActivity')}
                </th>
                <th scope="col" class="number">
                  {t('metric.scheduled')}
                </th>
                <th scope="col" class="number">
                  {t('metric.coverage')}
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((each) => (
                <tr key={each.personId}>
                  <th scope="row">
                    <a href={personDayHref(each.personId ?? '', date)}>{nameOf(each)}</a>
                  </th>
                  <td class="number">{amountText(outMsOf(each))}</td>
                  <td class="number">{amountText(each.notPresentMs)}</td>
                  <td class="number">{amountText(each.wrongActivityMs)}</td>
                  <td class="number">{amountText(each.scheduledMs)}</td>
                  <td class="number">{percentText(each.coverage)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableScroll>
      )}
    </section>
  );
}

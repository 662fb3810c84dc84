import { useMemo } from 'preact/hooks';
import type { ClosedPeriod } from '../api/types.ts';
import { useRequest } from '../api/use-request.ts';
import { Choice } from '../components/choice.tsx';
import { DayTotals } from '../components/day-totals.tsx';
import { DownloadButton } from '../components/download-button.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { ScopeSelect } from '../components/scope-select.tsx';
import { directory, teams } from '../directory.ts';
import { dateRangeText, dateTimeText, zoneText } from '../format/time.ts';
import { t } from '../i18n/translate.ts';
import { place, setQuery } from '../router.ts';
import {
  hasSeveralZones,
  isKnown,
  scopeName,
  scopeOf,
  scopeText,
  selectionQuery,
  unitsOfScope,
  zoneOfScope,
} from '../team-day/scope.ts';
import { now } from '../time/clock.ts';
import { localDateOf } from '../time/zone-axis.ts';
import { ComparePicker } from './compare-picker.tsx';
import { Comparison } from './comparison.tsx';
import { Distribution } from './distribution.tsx';
import { closedIn } from './heat-data.ts';
import { HeatMapPanel } from './heat-map-panel.tsx';
import { type HistoryQuery, historyQueryOf, type View, views } from './history-query.ts';
import { loadClosed, loadOverview } from './load-history.ts';
import { RangePicker } from './range-picker.tsx';
import { RankingPanel } from './ranking-panel.tsx';
import { Trend } from './trend.tsx';
import { WhatIfPanel } from './what-if-panel.tsx';

/** Any range that is kept: totals, trend, and who made it, day by day. */
export function HistoryScreen() {
  const { query: address } = place.value;
  const known = directory.value;
  const timeZone = zoneOfScope(scopeOf(address.get('who')), known);
  const today = localDateOf(timeZone, now.value);
  const query = useMemo(() => historyQueryOf(address, today), [address, today]);
  const { scope, range, other } = query;
  const target = known.settings?.targetScore ?? null;
  const isThere = isKnown(scope, known, teams.value);
  const key = [scopeText(scope), range.from, range.to, other?.from, other?.to].join('|');
  const { data, error, loading, reload } = useRequest(
    `overview|${key}|${query.period}|${isThere}`,
    (signal) => (isThere ? loadOverview(query, signal) : Promise.resolve(null)),
  );
  const closedPeriods = useRequest('closed-periods', loadClosed);
  const closed = useMemo(() => {
    const units = unitsOfScope(scope, known);
    return closedIn(closedPeriods.data ?? [], range, units);
  }, [closedPeriods.data, range, scope, known]);
  const total = data?.total.items[0];
  const before = data?.before?.total.items[0];
  const name = scopeName(scope, known, t('teamDay.everyone'));

  return (
    <section class="page history">
      <div class="page-head">
        <h1 tabIndex={-1}>{t('history.title')}</h1>
        <DownloadButton
          label={t('history.csv')}
          path="/adherence"
          query={{ ...selectionQuery(scope), groupBy: 'person', granularity: 'day', ...range }}
          fileName={`adherence-by-day-${range.from}-${range.to}.csv`}
        />
      </div>
      <div class="toolbar">
        <RangePicker range={range} today={today} />
        <ScopeSelect scope={scope} />
        <ComparePicker query={query} />
      </div>
      <ul class="notes">
        <li>{dateRangeText(range.from, range.to)}</li>
        <li>{t('day.timesIn', { zone: zoneText(timeZone, now.peek()) })}</li>
        {hasSeveralZones(scope, known) && <li>{t('history.ownZones')}</li>}
        {data?.total.asOf && (
          <li>{t('day.until', { time: dateTimeText(Date.parse(data.total.asOf), timeZone) })}</li>
        )}
        {closed.map((period) => (
          <li key={period.id}>
            <span class="tag closed">
              {t('history.closedRange', { range: dateRangeText(period.from, period.to) })}
            </span>
          </li>
        ))}
        {total && (
          <li title={total.final ? undefined : t('day.provisionalHelp')}>
            <span class={total.final ? 'tag' : 'tag dashed'}>
              {t(total.final ? 'day.final' : 'day.provisional')}
            </span>
          </li>
        )}
      </ul>
      {query.fault && <p class="notice warning">{t(`history.${query.fault}`)}</p>}
      {!isThere && (
        <p class="notice warning">
          {t(scope.kind === 'person' ? 'history.personGone' : 'history.scopeGone', { name })}{' '}
          <button type="button" class="quiet" onClick={() => setQuery({ who: null })}>
            {t('history.showEveryone')}
          </button>
        </p>
      )}
      {isThere && error && <ErrorNotice error={error} retry={reload} />}
      {isThere && !data && !error && <p class="splash overview">{t('app.loading')}</p>}
      {isThere && data && (
        <div class={loading ? 'stack stale' : 'stack'} aria-busy={loading}>
          {total ? (
            <>
              <DayTotals row={total} target={target} />
              {other && <Comparison now={total} before={before} other={other} />}
              <Trend data={data} query={query} timeZone={timeZone} target={target} />
            </>
          ) : (
            <div class="empty">
              <h2>{t('history.emptyTitle')}</h2>
              <p>{t('history.empty')}</p>
            </div>
          )}
        </div>
      )}
      {isThere && !error && (total || !data) && (
        <People query={query} scopeKey={key} target={target} closed={closed} />
      )}
    </section>
  );
}

/** The three ways to look at the people; only the one in sight is loaded. */
function People(props: {
  readonly query: HistoryQuery;
  readonly scopeKey: string;
  readonly target: number | null;
  readonly closed: readonly ClosedPeriod[];
}) {
  const { query } = props;
  return (
    <section class="people" aria-labelledby="history-people">
      <div class="toolbar">
        <h2 id="history-people" class="toolbar-title">
          {t('history.people')}
        </h2>
        <Choice<View>
          label={t('history.view')}
          name="history-view"
          value={query.view}
          options={views.map((value) => ({ value, text: t(`history.view.${value}`) }))}
          onChoose={(value) => setQuery({ view: value === 'heat' ? null : value })}
        />
      </div>
      {query.view === 'heat' && <HeatMapPanel {...props} />}
      {query.view === 'ranking' && <RankingPanel {...props} />}
      {query.view === 'distribution' && <Distribution {...props} />}
      {query.view === 'whatIf' && <WhatIfPanel query={query} />}
    </section>
  );
}

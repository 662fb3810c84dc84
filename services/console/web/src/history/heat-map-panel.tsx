import { useMemo } from 'preact/hooks';
import type { ClosedPeriod } from '../api/types.ts';
import { useRequest } from '../api/use-request.ts';
import { ErrorNotice } from '../components/error-notice.tsx';
import { directory } from '../directory.ts';
import { percentText } from '../format/amount.ts';
import { shortDateText } from '../format/time.ts';
import { locale, t } from '../i18n/translate.ts';
import { place, setQuery } from '../router.ts';
import { CoverageSelect } from './coverage-select.tsx';
import { heatData, heatSorts, provisionalFrom, steps } from './heat-data.ts';
import { HeatMap } from './heat-map.tsx';
import type { HistoryQuery } from './history-query.ts';
import { loadDays } from './load-history.ts';
import { MetricSelect } from './metric-select.tsx';
import { nameOfPerson } from './names.ts';

interface HeatMapPanelProps {
  readonly query: HistoryQuery;
  readonly scopeKey: string;
  readonly target: number | null;
  readonly closed: readonly ClosedPeriod[];
}

/** Target of a ratio when the tenant's is not to be seen, and of conformance and coverage. */
const fullTarget = 1;

export function HeatMapPanel({ query, scopeKey, target, closed }: HeatMapPanelProps) {
  const { metric, minCoverage } = query;
  const sort = heatSorts.find((each) => each === place.value.query.get('order')) ?? 'ratio';
  const { data, error, reload } = useRequest(`days|${scopeKey}`, (signal) => loadDays(query, signal));
  const { people } = directory.value;
  const language = locale.value;
  const heat = useMemo(
    () => data && heatData(data, metric, sort, nameOfPerson),
    [data, metric, sort, people, language],
  );
  const goal = metric === 'adherence' ? (target ?? 0.9) : fullTarget;
  const openFrom = heat && provisionalFrom(heat);
  return (
    <>
      <div class="toolbar">
        <MetricSelect metric={metric} />
        <label>
          <span>{t('board.sortBy')}</span>
          <select value={sort} onChange={(event) => setQuery({ order: event.currentTarget.value })}>
            {heatSorts.map((each) => (
              <option key={each} value={each}>
                {t(`heat.sort.${each}`)}
              </option>
            ))}
          </select>
        </label>
        <CoverageSelect minCoverage={minCoverage} />
        <HeatLegend target={goal} />
      </div>
      {openFrom && <p class="hint">{t('heat.provisionalFrom', { date: shortDateText(openFrom, true) })}</p>}
      {closed.length > 0 && <p class="hint">{t('heat.closed')}</p>}
      {error && <ErrorNotice error={error} retry={reload} />}
      {!heat && !error && <p class="splash">{t('app.loading')}</p>}
      {heat && heat.rows.length === 0 && <p class="empty">{t('history.empty')}</p>}
      {heat && heat.rows.length > 0 && (
        <HeatMap data={heat} metric={metric} target={goal} minCoverage={minCoverage} closed={closed} />
      )}
    </>
  );
}

function HeatLegend({ target }: { readonly target: number }) {
  return (
    <div class="heat-legend">
      <span class="hint">{t('heat.legend')}</span>
      <ol aria-label={t('heat.legend')}>
        {Array.from({ length: steps }, (_, i) => (
          <li key={i} class={`heat-${i}`}>
            {i === 0 ? `≥ ${percentText(target, 0)}` : t(`heat.step.${i as 1 | 2 | 3 | 4 | 5}`)}
          </li>
        ))}
        <li class="heat-hatched">{t('heat.thin')}</li>
      </ol>
    </div>
  );
}

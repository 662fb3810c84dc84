import { useMemo } from 'preact/hooks';
import { useRequest } from '../api/use-request.ts';
import { Choice } from '../components/choice.tsx';
import { DownloadButton } from '../components/download-button.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { directory } from '../directory.ts';
import { locale, t } from '../i18n/translate.ts';
import { place, setQuery } from '../router.ts';
import { selectionQuery } from '../team-day/scope.ts';
import { CoverageSelect } from './coverage-select.tsx';
import { type Grouping, groupings, type HistoryQuery } from './history-query.ts';
import { loadRows } from './load-history.ts';
import { nameOfGroup } from './names.ts';
import { RankingTable } from './ranking-table.tsx';
import { type RankingSort, rankingOf, rankingSorts } from './ranking-view.ts';

interface RankingPanelProps {
  readonly query: HistoryQuery;
  readonly scopeKey: string;
  readonly target: number | null;
}

export function RankingPanel({ query, scopeKey, target }: RankingPanelProps) {
  const { scope, range, grouping, minCoverage, other } = query;
  const { data, error, reload } = useRequest(`rows|${grouping}|${scopeKey}`, (signal) =>
    loadRows(query, grouping, signal),
  );
  const asked = place.value.query.get('sort') ?? 'adherence';
  const descending = asked.startsWith('-');
  const sort = rankingSorts.find((each) => each === asked.replace('-', '')) ?? 'adherence';
  const search = (place.value.query.get('q') ?? '').trim().toLowerCase();
  const known = directory.value;
  const language = locale.value;
  const ranking = useMemo(() => {
    if (!data) return null;
    const before = data.before?.items ?? null;
    const names = nameOfGroup(grouping);
    return rankingOf(data.rows.items, before, grouping, minCoverage, sort, descending, names);
  }, [data, grouping, minCoverage, sort, descending, known, language]);
  const onSort = (to: RankingSort) =>
    setQuery({ sort: sort === to && !descending ? `-${to}` : to === 'adherence' ? null : to }, true);

  return (
    <>
      <div class="toolbar">
        <Choice<Grouping>
          label={t('ranking.by')}
          name="ranking-by"
          value={grouping}
          options={groupings.map((value) => ({ value, text: t(`ranking.by.${value}`) }))}
          onChoose={(value) => setQuery({ by: value === 'person' ? null : value })}
        />
        <label>
          <span>{t('board.search')}</span>
          <input
            type="search"
            value={place.value.query.get('q') ?? ''}
            onInput={(event) => setQuery({ q: event.currentTarget.value }, true)}
          />
        </label>
        <CoverageSelect minCoverage={minCoverage} />
        <DownloadButton
          label={t('ranking.csv')}
          path="/adherence"
          query={{ ...selectionQuery(scope), groupBy: grouping, granularity: 'total', ...range }}
          fileName={`adherence-${grouping}-${range.from}-${range.to}.csv`}
        />
      </div>
      <p class="hint">{t('ranking.help')}</p>
      {error && <ErrorNotice error={error} retry={reload} />}
      {!ranking && !error && <p class="splash">{t('app.loading')}</p>}
      {ranking && (
        <RankingTable
          ranking={ranking}
          grouping={grouping}
          range={range}
          search={search}
          compared={other !== null}
          target={target}
          sort={sort}
          descending={descending}
          onSort={onSort}
        />
      )}
    </>
  );
}

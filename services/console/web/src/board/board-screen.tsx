import { useMemo, useRef } from 'preact/hooks';
import { activityName, actualName, statusText } from '../components/activity-name.tsx';
import { directory, teams } from '../directory.ts';
import { t } from '../i18n/translate.ts';
import { place, setQuery } from '../router.ts';
import { BoardFilters, clearFilters } from './board-filters.tsx';
import { BoardStatus, StaleBanner } from './board-status.tsx';
import { BoardTable } from './board-table.tsx';
import { boardRows, filterOf, inScope, isFiltered } from './board-view.ts';
import type { LiveItem } from './live-state.ts';
import { SavedViews } from './saved-views-menu.tsx';
import { summaryOf } from './summary.ts';
import { SummaryBar } from './summary-bar.tsx';
import { type TeamNames, teamNamesOf } from './team-names.ts';
import { useLive } from './use-live.ts';
import { enterWall, isWall, Wall } from './wall.tsx';

/** Who is in which state, now. */
export function BoardScreen() {
  const live = useLive();
  const { query } = place.value;
  const { activities, settings } = directory.value;
  const filter = useMemo(() => filterOf(query), [query]);
  const scoped = useMemo(
    () => [...(live.items?.values() ?? [])].filter((item) => inScope(item, filter)),
    [live.items, filter],
  );
  const rows = useMemo(
    () => boardRows(scoped, filter, textOf, (id) => directory.peek().units.get(id)?.name ?? id),
    [scoped, filter],
  );
  const summary = useMemo(() => summaryOf(scoped, (id) => activities.get(id)?.type), [scoped, activities]);
  const shown = rows.reduce((n, row) => n + (row.kind === 'person' ? 1 : 0), 0);

  const teamNames = useRef<TeamNames>({ names: [], withoutTeam: false });
  teamNames.current = teamNamesOf(teams.value, live.items?.values() ?? [], teamNames.current);
  const target = settings?.targetScore ?? null;
  if (isWall(query)) {
    return <Wall live={live} items={scoped} rows={rows} filter={filter} summary={summary} target={target} />;
  }
  return (
    <section class="page board">
      <div class="page-head">
        <h1 tabIndex={-1}>{t('board.title')}</h1>
        <BoardStatus live={live} />
        <div class="board-tools">
          <SavedViews />
          <button type="button" onClick={enterWall}>
            {t('wall.enter')}
          </button>
        </div>
      </div>
      <StaleBanner live={live} isEmpty={live.items?.size === 0} />
      <GonePeople people={filter.people} />
      <SummaryBar summary={summary} states={filter.states} target={target} />
      <BoardFilters
        filter={filter}
        teams={teamNames.current}
        shown={shown}
        total={live.items?.size ?? 0}
        shownIds={() => rows.flatMap((row) => (row.kind === 'person' ? row.item.personId : []))}
      />
      {live.items === null ? (
        <p class="splash">{t('app.loading')}</p>
      ) : shown > 0 ? (
        <BoardTable rows={rows} filter={filter} />
      ) : (
        <Empty filtered={isFiltered(filter) && live.items.size > 0} />
      )}
    </section>
  );
}

/** What a search looks into. */
function textOf({ name, team, scheduledActivityId, actual }: LiveItem): string {
  const scheduled = scheduledActivityId === null ? '' : activityName(scheduledActivityId);
  return [name, team ?? '', scheduled, actualName(actual), statusText(actual) ?? ''].join('\n').toLowerCase();
}

/** Those of a saved view who are no longer there. */
function GonePeople({ people }: { readonly people: ReadonlySet<string> | null }) {
  const known = directory.value.people;
  const gone = [...(people ?? [])].filter((id) => known !== null && !known.has(id));
  if (gone.length === 0) return null;
  const left = [...people!].filter((id) => !gone.includes(id)).join(',');
  return (
    <p class="notice warning">
      {t('board.gonePeople', { n: gone.length, names: gone.join(', ') })}{' '}
      <button type="button" class="quiet" onClick={() => setQuery({ people: left }, true)}>
        {t('board.dropGone')}
      </button>
    </p>
  );
}

function Empty({ filtered }: { readonly filtered: boolean }) {
  return (
    <div class="empty">
      <h2>{t(filtered ? 'board.noMatchTitle' : 'board.emptyTitle')}</h2>
      <p>{t(filtered ? 'board.noMatch' : 'board.empty')}</p>
      {filtered ? (
        <button type="button" onClick={clearFilters}>
          {t('board.clear')}
        </button>
      ) : (
        directory.value.people && <a href="/setup">{t('board.emptySetup')}</a>
      )}
    </div>
  );
}

import { useEffect, useState } from 'preact/hooks';
import { directory } from '../directory.ts';
import { t } from '../i18n/translate.ts';
import { hrefOf, navigate, place, setQuery } from '../router.ts';
import { type BoardFilter, groupings, isFiltered, sorts } from './board-view.ts';
import { memo } from './memo.ts';
import type { TeamNames } from './team-names.ts';

interface BoardFiltersProps {
  readonly filter: BoardFilter;
  readonly teams: TeamNames;
  readonly shown: number;
  readonly total: number;
  /** Whom the filters left, to keep them as a list. */
  readonly shownIds: () => readonly string[];
}

/** Every choice is in the address, so that a link shows what its sender saw. */
export function BoardFilters({ filter, teams, shown, total, shownIds }: BoardFiltersProps) {
  const text = shown === total ? t('board.shown', { n: shown }) : t('board.shownOf', { n: shown, total });
  return (
    <search class="filters">
      <label class="grow">
        <span>{t('board.search')}</span>
        <input
          type="search"
          value={filter.search}
          placeholder={t('board.searchHint')}
          onInput={(event) => setQuery({ q: event.currentTarget.value }, true)}
        />
      </label>
      <TeamSelect team={filter.team} teams={teams} isLoaded={total > 0} />
      <UnitSelect unit={filter.unit} />
      <ActivitySelect activity={filter.activity} />
      <label>
        <span>{t('board.groupBy')}</span>
        <select
          value={filter.grouping}
          onChange={({ currentTarget: { value } }) => setQuery({ group: value === 'team' ? null : value })}
        >
          {groupings.map((grouping) => (
            <option key={grouping} value={grouping}>
              {t(`board.groupBy.${grouping}`)}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{t('board.sortBy')}</span>
        <select value={filter.sort} onChange={(event) => setQuery({ sort: event.currentTarget.value })}>
          {sorts.map((sort) => (
            <option key={sort} value={sort}>
              {t(`board.sort.${sort}`)}
            </option>
          ))}
        </select>
      </label>
      <div class="switches">
        <Switch name="out" on={filter.onlyOut} text={t('board.onlyOut')} value="1" />
      </div>
      <div class="filters-end">
        <span class="muted">{text}</span>
        {isFiltered(filter) && filter.people === null && shown > 0 && shown <= maxChosen && (
          <button
            type="button"
            class="quiet"
            title={t('board.keepPeopleHelp')}
            onClick={() => navigate(hrefOf('/board', { people: shownIds().join(',') }))}
          >
            {t('board.keepPeople')}
          </button>
        )}
        {isFiltered(filter) && (
          <button type="button" class="quiet" onClick={clearFilters}>
            {t('board.clear')}
          </button>
        )}
      </div>
      <Announcement text={text} occasion={place.value.query.toString()} />
    </search>
  );
}

function Switch(props: {
  readonly name: string;
  readonly on: boolean;
  readonly text: string;
  readonly value: string;
}) {
  return (
    <label class="switch">
      <input
        type="checkbox"
        checked={props.on}
        onChange={(event) => setQuery({ [props.name]: event.currentTarget.checked ? props.value : null })}
      />
      {props.text}
    </label>
  );
}

/** Takes away what hides people; order and grouping stay. */
export const clearFilters = (): void =>
  setQuery({ q: null, team: null, unit: null, activity: null, people: null, state: null, out: null });

/** People of a list in the address, which is to stay short enough to be sent. */
const maxChosen = 60;

/** Value of the option for people without a team, whose name in the address is the empty text. */
const all = '*';

interface TeamSelectProps {
  readonly team: string | null;
  readonly teams: TeamNames;
  readonly isLoaded: boolean;
}

/** Hundreds of options, which are looked at again only when they change. */
const TeamSelect = memo(({ team, teams: { names, withoutTeam }, isLoaded }: TeamSelectProps) => {
  const isGone = team !== null && team !== '' && isLoaded && !names.includes(team);
  const choose = (value: string) => {
    const query = new URLSearchParams(place.peek().query);
    if (value === all) query.delete('team');
    else query.set('team', value);
    const parameters = query.toString();
    navigate(parameters ? `/board?${parameters}` : '/board');
  };
  return (
    <label>
      <span>{t('board.team')}</span>
      <select value={team ?? all} onChange={(event) => choose(event.currentTarget.value)}>
        <option value={all}>{t('board.allTeams')}</option>
        {names.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
        {(withoutTeam || team === '') && <option value="">{t('board.noTeam')}</option>}
        {isGone && <option value={team}>{t('board.unknownOption', { name: team })}</option>}
      </select>
    </label>
  );
});

function UnitSelect({ unit }: { readonly unit: string | null }) {
  const { units } = directory.value;
  if (units.size < 2 && unit === null) return null;
  return (
    <label>
      <span>{t('board.unit')}</span>
      <select value={unit ?? ''} onChange={(event) => setQuery({ unit: event.currentTarget.value })}>
        <option value="">{t('board.allUnits')}</option>
        {[...units.values()].map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
        {unit !== null && !units.has(unit) && (
          <option value={unit}>{t('board.unknownOption', { name: unit })}</option>
        )}
      </select>
    </label>
  );
}

function ActivitySelect({ activity }: { readonly activity: string | null }) {
  const { activities } = directory.value;
  const isKnown =
    activity === null || activities.has(activity) || withoutActivity.some((id) => id === activity);
  return (
    <label>
      <span>{t('board.activity')}</span>
      <select
        value={activity ?? ''}
        title={t('board.activityHelp')}
        onChange={(event) => setQuery({ activity: event.currentTarget.value })}
      >
        <option value="">{t('board.allActivities')}</option>
        {[...activities.values()].map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
        {withoutActivity.map((id) => (
          <option key={id} value={id}>
            {t(`activity.${id}`)}
          </option>
        ))}
        {!isKnown && <option value={activity}>{t('board.unknownOption', { name: activity })}</option>}
      </select>
    </label>
  );
}

const withoutActivity = ['offline', 'unknown'] as const;

/**
 * Tells a screen reader how many people a filter left, once its user has finished choosing; what changes by itself
 * afterwards is not read out.
 */
function Announcement({ text, occasion }: { readonly text: string; readonly occasion: string }) {
  const [said, setSaid] = useState('');
  // The text as it is when the timer ends would do too; the occasion alone starts it.
  useEffect(() => {
    if (occasion === '') return;
    const timer = setTimeout(() => setSaid(text), 800);
    return () => clearTimeout(timer);
  }, [occasion]);
  return (
    <p class="visually-hidden" role="status">
      {said}
    </p>
  );
}

import { useEffect, useState } from 'preact/hooks';
import { directory, teams } from '../directory.ts';
import { t } from '../i18n/translate.ts';
import { navigate, place, setQuery } from '../router.ts';
import { type BoardFilter, isFiltered, sorts } from './board-view.ts';
import type { LiveItem } from './live-state.ts';

interface BoardFiltersProps {
  readonly filter: BoardFilter;
  readonly items: ReadonlyMap<string, LiveItem> | null;
  readonly shown: number;
  readonly total: number;
}

/** Every choice is in the address, so that a link shows what its sender saw. */
export function BoardFilters({ filter, items, shown, total }: BoardFiltersProps) {
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
      <TeamSelect team={filter.team} items={items} />
      <UnitSelect unit={filter.unit} />
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
        <label class="switch">
          <input
            type="checkbox"
            checked={filter.grouped}
            onChange={(event) => setQuery({ group: event.currentTarget.checked ? null : 'none' })}
          />
          {t('board.group')}
        </label>
      </div>
      <div class="filters-end">
        <span class="muted">{text}</span>
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
export const clearFilters = (): void => setQuery({ q: null, team: null, unit: null, state: null, out: null });

/** Value of the option for people without a team, whose name in the address is the empty text. */
const all = '*';

function TeamSelect({ team, items }: Pick<BoardFiltersProps, 'items'> & { readonly team: string | null }) {
  const names = new Set(teams.value);
  let withoutTeam = team === '';
  for (const item of items?.values() ?? []) {
    if (item.team === null) withoutTeam = true;
    else names.add(item.team);
  }
  const isGone = team !== null && team !== '' && items !== null && !names.has(team);
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
        {[...names]
          .sort((a, b) => a.localeCompare(b))
          .map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        {withoutTeam && <option value="">{t('board.noTeam')}</option>}
        {isGone && <option value={team}>{t('board.unknownOption', { name: team })}</option>}
      </select>
    </label>
  );
}

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

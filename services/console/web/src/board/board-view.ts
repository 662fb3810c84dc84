/** What the board shows and in which order: the filters of the address bar applied to the live rows. Pure. */
import type { LiveItem } from './live-state.ts';
import { type Category, categories, categoryOf } from './summary.ts';

export const sorts = ['urgency', 'name', 'since', 'scheduled'] as const;
export type Sort = (typeof sorts)[number];

export interface BoardFilter {
  readonly search: string;
  /** null = all; '' = people without a team. */
  readonly team: string | null;
  readonly unit: string | null;
  /** Empty = all. */
  readonly states: ReadonlySet<Category>;
  /** Out of adherence, and past the buffer. */
  readonly onlyOut: boolean;
  readonly sort: Sort;
  readonly grouped: boolean;
}

/** What an old link says and we do not know any more is left out rather than refused. */
export function filterOf(query: URLSearchParams): BoardFilter {
  const states = (query.get('state') ?? '').split(',');
  return {
    search: query.get('q') ?? '',
    team: query.get('team'),
    unit: query.get('unit'),
    states: new Set(categories.filter((category) => states.includes(category))),
    onlyOut: query.get('out') === '1',
    sort: sorts.find((sort) => sort === query.get('sort')) ?? 'urgency',
    grouped: query.get('group') !== 'none',
  };
}

export const isFiltered = (filter: BoardFilter): boolean =>
  filter.search !== '' ||
  filter.team !== null ||
  filter.unit !== null ||
  filter.states.size > 0 ||
  filter.onlyOut;

/** The value of `state` in the query after one category was switched; null = none. */
export function toggledStates(states: ReadonlySet<Category>, category: Category): string | null {
  const next = new Set(states);
  if (!next.delete(category)) next.add(category);
  return [...next].join(',') || null;
}

/** Whom the counts above the board speak of: team and unit narrow them, the other filters do not. */
export function inScope(item: LiveItem, { team, unit }: BoardFilter): boolean {
  return (team === null || (item.team ?? '') === team) && (unit === null || item.planningUnitId === unit);
}

export type BoardRow =
  | { readonly kind: 'team'; readonly team: string | null; readonly items: readonly LiveItem[] }
  | { readonly kind: 'person'; readonly item: LiveItem };

/**
 * Rows in order. `textOf` gives what a search looks into, in small letters. Items are those in scope; a team's head
 * row carries all of its items in scope, so that its counts do not change with the other filters.
 */
export function boardRows(
  items: readonly LiveItem[],
  filter: BoardFilter,
  textOf: (item: LiveItem) => string,
): BoardRow[] {
  const needle = filter.search.trim().toLowerCase();
  const compare = comparators[filter.sort];
  const shown = items
    .filter((item) => isShown(item, filter) && (needle === '' || textOf(item).includes(needle)))
    .sort((a, b) => compare(a, b) || byName(a, b));
  if (!filter.grouped) return shown.map(personRow);
  const members = Map.groupBy(items, ({ team }) => team);
  const groups = [...Map.groupBy(shown, ({ team }) => team)].sort(([a], [b]) => byTeam(a, b));
  return groups.flatMap(([team, people]): BoardRow[] => [
    { kind: 'team', team, items: members.get(team) ?? [] },
    ...people.map(personRow),
  ]);
}

const personRow = (item: LiveItem): BoardRow => ({ kind: 'person', item });

function isShown(item: LiveItem, { states, onlyOut }: BoardFilter): boolean {
  const category = categoryOf(item);
  if (states.size > 0 && !states.has(category)) return false;
  return !onlyOut || (isOutCategory(category) && !item.inBuffer);
}

export const isOutCategory = (category: Category): boolean =>
  category === 'notPresent' || category === 'wrongActivity' || category === 'notScheduled';

/** What needs a lead's eye comes first. */
const urgency: Readonly<Record<Category, number>> = {
  notPresent: 0,
  wrongActivity: 1,
  notScheduled: 2,
  noData: 3,
  inBuffer: 4,
  excluded: 5,
  inAdherence: 6,
};

/** One collator for all comparisons: thousands of rows are sorted several times a second. */
const alphabet = new Intl.Collator();

type Comparator = (a: LiveItem, b: LiveItem) => number;

const byName: Comparator = (a, b) => alphabet.compare(a.name, b.name) || (a.personId < b.personId ? -1 : 1);

const comparators: Readonly<Record<Sort, Comparator>> = {
  urgency: (a, b) => {
    const [categoryA, categoryB] = [categoryOf(a), categoryOf(b)];
    const difference = urgency[categoryA] - urgency[categoryB];
    if (difference !== 0) return difference;
    // Among those in adherence the longest in it is no news: they stay in the order of names.
    return categoryA === 'inAdherence' ? 0 : a.since - b.since;
  },
  name: () => 0,
  since: (a, b) => a.since - b.since,
  scheduled: (a, b) => (a.scheduledUntil ?? never) - (b.scheduledUntil ?? never),
};

const never = Number.MAX_SAFE_INTEGER;

/** People without a team come last. */
function byTeam(a: string | null, b: string | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  return alphabet.compare(a, b);
}

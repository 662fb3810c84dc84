/** What the board shows and in which order: the filters of the address bar applied to the live rows. Pure. */
import type { LiveItem } from './live-state.ts';
import { createNamePlaces } from './name-places.ts';
import { type Category, categories, categoryOf } from './summary.ts';

export const sorts = ['urgency', 'name', 'since', 'scheduled'] as const;
export type Sort = (typeof sorts)[number];
export const groupings = ['team', 'unit', 'none'] as const;
export type Grouping = (typeof groupings)[number];

export interface BoardFilter {
  readonly search: string;
  /** null = all; '' = people without a team. */
  readonly team: string | null;
  readonly unit: string | null;
  /** Scheduled for it or doing it; null = all. `offline` and `unknown` are what no activity is. */
  readonly activity: string | null;
  /** Only these; null = all. */
  readonly people: ReadonlySet<string> | null;
  /** Empty = all. */
  readonly states: ReadonlySet<Category>;
  /** Out of adherence, and past the buffer. */
  readonly onlyOut: boolean;
  readonly sort: Sort;
  readonly grouping: Grouping;
}

/** What an old link says and we do not know any more is left out rather than refused. */
export function filterOf(query: URLSearchParams): BoardFilter {
  const states = (query.get('state') ?? '').split(',');
  return {
    search: query.get('q') ?? '',
    team: query.get('team'),
    unit: query.get('unit'),
    activity: query.get('activity') || null,
    people: query.get('people') ? new Set(query.get('people')!.split(',')) : null,
    states: new Set(categories.filter((category) => states.includes(category))),
    onlyOut: query.get('out') === '1',
    sort: sorts.find((sort) => sort === query.get('sort')) ?? 'urgency',
    grouping: groupings.find((grouping) => grouping === query.get('group')) ?? 'team',
  };
}

export const isFiltered = (filter: BoardFilter): boolean =>
  filter.search !== '' ||
  filter.team !== null ||
  filter.unit !== null ||
  filter.activity !== null ||
  filter.people !== null ||
  filter.states.size > 0 ||
  filter.onlyOut;

/** The value of `state` in the query after one category was switched; null = none. */
export function toggledStates(states: ReadonlySet<Category>, category: Category): string | null {
  const next = new Set(states);
  if (!next.delete(category)) next.add(category);
  return [...next].join(',') || null;
}

/** Whom the counts above the board speak of: team, unit and chosen people narrow them, the other filters do not. */
export function inScope(item: LiveItem, { team, unit, people }: BoardFilter): boolean {
  return (
    (team === null || (item.team ?? '') === team) &&
    (unit === null || item.planningUnitId === unit) &&
    (people === null || people.has(item.personId))
  );
}

export type BoardRow =
  /** `key` is a team's name, null = without one, or a planning unit's id. */
  | {
      readonly kind: 'group';
      readonly by: 'team' | 'unit';
      readonly key: string | null;
      readonly items: readonly LiveItem[];
    }
  | { readonly kind: 'person'; readonly item: LiveItem };

/**
 * Rows in order. `textOf` gives what a search looks into, in small letters. Items are those in scope; a group's head
 * row carries all of its items in scope, so that its counts do not change with the other filters. `groupName` says how
 * a planning unit is called.
 */
export function boardRows(
  items: readonly LiveItem[],
  filter: BoardFilter,
  textOf: (item: LiveItem) => string,
  groupName: (key: string) => string = (key) => key,
): BoardRow[] {
  const needle = filter.search.trim().toLowerCase();
  const shown: Keyed[] = [];
  for (const item of items) {
    if (isShown(item, filter) && (needle === '' || textOf(item).includes(needle))) {
      shown.push(keyedOf(item, filter.sort));
    }
  }
  const by = filter.grouping;
  if (by === 'none') return shown.sort(byKeys).map(({ row }) => row);
  const keyOf = ({ team, planningUnitId }: LiveItem) => (by === 'team' ? team : (planningUnitId ?? null));
  const nameOf = (key: string | null) => (key === null ? null : by === 'team' ? key : groupName(key));
  const members = Map.groupBy(items, keyOf);
  const groups = [...Map.groupBy(shown, ({ item }) => keyOf(item))]
    .map(([key, people]) => ({ key, name: nameOf(key), people }))
    .sort((a, b) => byGroup(a.name, b.name));
  const rows: BoardRow[] = [];
  for (const { key, people } of groups) {
    rows.push({ kind: 'group', by, key, items: members.get(key) ?? [] });
    // Groups are short, so sorting each costs less than sorting all.
    for (const { row } of people.sort(byKeys)) rows.push(row);
  }
  return rows;
}

function isShown(item: LiveItem, { states, onlyOut, activity }: BoardFilter): boolean {
  const category = categoryOf(item);
  if (activity !== null && item.scheduledActivityId !== activity && doneBy(item) !== activity) return false;
  if (states.size > 0 && !states.has(category)) return false;
  return !onlyOut || (isOutCategory(category) && !item.inBuffer);
}

/** The activity that somebody does, or that none is known. */
const doneBy = ({ actual }: LiveItem): string => actual.activityId ?? actual.kind;

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

const alphabet = new Intl.Collator();
const placeOfName = createNamePlaces(alphabet.compare);

/** A row with the numbers that it is sorted by: names by their place in the alphabet. */
interface Keyed {
  readonly item: LiveItem;
  readonly row: BoardRow;
  readonly first: number;
  readonly second: number;
  readonly place: number;
}

const byKeys = (a: Keyed, b: Keyed): number =>
  a.first - b.first ||
  a.second - b.second ||
  a.place - b.place ||
  (a.item.personId < b.item.personId ? -1 : 1);

/** Thousands of rows are sorted several times a second, and few of them are new: the others' keys are remembered. */
const keyed: Readonly<Record<Sort, WeakMap<LiveItem, Keyed>>> = {
  urgency: new WeakMap(),
  name: new WeakMap(),
  since: new WeakMap(),
  scheduled: new WeakMap(),
};

function keyedOf(item: LiveItem, sort: Sort): Keyed {
  const known = keyed[sort].get(item);
  if (known) return known;
  const [first, second] = sortKeys[sort](item);
  const made = { item, row: { kind: 'person', item } as const, first, second, place: placeOfName(item.name) };
  keyed[sort].set(item, made);
  return made;
}

const sortKeys: Readonly<Record<Sort, (item: LiveItem) => readonly [first: number, second: number]>> = {
  urgency: (item) => {
    const category = categoryOf(item);
    // Among those in adherence the longest in it is no news: they stay in the order of names.
    return [urgency[category], category === 'inAdherence' ? 0 : item.since];
  },
  name: () => [0, 0],
  since: (item) => [item.since, 0],
  scheduled: (item) => [nextChangeOf(item), 0],
};

const never = Number.MAX_SAFE_INTEGER;
export const nextChangeOf = ({ nextScheduled, scheduledUntil }: LiveItem): number =>
  nextScheduled?.at ?? scheduledUntil ?? never;

/** People without a team come last. */
function byGroup(a: string | null, b: string | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  return placeOfName(a) - placeOfName(b);
}

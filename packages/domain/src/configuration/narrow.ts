/**
 * The tables of a tenant as a token that is limited to teams sees them: people of other teams, and people without a
 * team, are unknown to it. Views over the tables, so that narrowing costs nothing until something is read.
 */
import type { Exception, Person, Recomputation } from './entities.ts';
import type { Stored, TenantTables } from './tables.ts';

export function narrowedTo(tables: TenantTables, teams: readonly string[]): TenantTables {
  const people = viewOf(tables.people, (stored) => (isOfTeams(stored.document, teams) ? stored : undefined));
  return {
    ...tables,
    people,
    exceptions: viewOf(tables.exceptions, (stored) => narrowedException(stored, people, teams)),
    recomputations: viewOf(tables.recomputations, (stored) =>
      isOfPeople(stored.document, people) ? stored : undefined,
    ),
    erasures: new Map(),
    tokens: new Map(),
    urlTokens: new Map(),
  };
}

export const isOfTeams = ({ team }: Pick<Person, 'team'>, teams: readonly string[]): boolean =>
  team !== null && teams.includes(team);

/** Does an exception concern these teams and their people only, so that such a token may write it? */
export const isOnlyOfTeams = (
  { everyone, personIds = [], teams: named = [] }: Exception,
  people: ReadonlyMap<string, unknown>,
  teams: readonly string[],
): boolean =>
  !everyone && personIds.every((id) => people.has(id)) && named.every((team) => teams.includes(team));

/** What an exception says of these teams; those for everyone are seen as they are. */
function narrowedException(
  stored: Stored<Exception>,
  people: ReadonlyMap<string, unknown>,
  teams: readonly string[],
): Stored<Exception> | undefined {
  const { personIds, teams: named, ...rest } = stored.document;
  if (rest.everyone) return { ...stored, document: rest };
  const ownIds = personIds?.filter((id) => people.has(id)) ?? [];
  const ownTeams = named?.filter((team) => teams.includes(team)) ?? [];
  if (ownIds.length + ownTeams.length === 0) return undefined;
  const document = {
    ...rest,
    ...(ownIds.length > 0 ? { personIds: ownIds } : {}),
    ...(ownTeams.length > 0 ? { teams: ownTeams } : {}),
  };
  return { ...stored, document };
}

const isOfPeople = ({ personIds }: Recomputation, people: ReadonlyMap<string, unknown>): boolean =>
  personIds?.every((id) => people.has(id)) === true;

/** A map whose entries are seen through `see`; what it answers undefined for is not there. */
function viewOf<V>(all: ReadonlyMap<string, V>, see: (value: V) => V | undefined): ReadonlyMap<string, V> {
  const get = (key: string): V | undefined => {
    const value = all.get(key);
    return value === undefined ? undefined : see(value);
  };
  function* entries(): Generator<[string, V], undefined> {
    for (const [key, value] of all) {
      const seen = see(value);
      if (seen !== undefined) yield [key, seen];
    }
  }
  function* keys(): Generator<string, undefined> {
    for (const [key] of entries()) yield key;
  }
  function* values(): Generator<V, undefined> {
    for (const [, value] of entries()) yield value;
  }
  const view: ReadonlyMap<string, V> = {
    get,
    has: (key) => get(key) !== undefined,
    get size() {
      let size = 0;
      for (const _ of keys()) size++;
      return size;
    },
    forEach(callback) {
      for (const [key, value] of entries()) callback(value, key, view);
    },
    entries,
    keys,
    values,
    [Symbol.iterator]: entries,
  };
  return view;
}

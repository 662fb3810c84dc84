/** Names, colours and zones that every screen needs: loaded once after signing in, and again on demand. */
import { computed, signal } from '@preact/signals';
import { ApiError, getAll, getJson } from './api/client.ts';
import type { Activity, Person, PlanningUnit, Session, Settings } from './api/types.ts';
import { session } from './session.ts';

export interface Directory {
  readonly tenantTimeZone: string;
  readonly activities: ReadonlyMap<string, Activity>;
  readonly units: ReadonlyMap<string, PlanningUnit>;
  /** null when this role may not read them: then the board's own rows are all that is known. */
  readonly people: ReadonlyMap<string, Person> | null;
  readonly settings: Settings | null;
}

export const directory = signal<Directory>({
  tenantTimeZone: 'UTC',
  activities: new Map(),
  units: new Map(),
  people: null,
  settings: null,
});

/** Teams by name, in the order of the alphabet. */
export const teams = computed(() => {
  const names = new Set<string>();
  for (const { team } of directory.value.people?.values() ?? []) if (team !== null) names.add(team);
  return [...names].sort((a, b) => a.localeCompare(b));
});

export async function loadDirectory(session: Session): Promise<void> {
  const [activities, units, people, settings] = await Promise.all([
    getAll<Activity>('/activities'),
    getAll<PlanningUnit>('/planning-units'),
    unlessForbidden(getAll<Person>('/people')),
    unlessForbidden(getJson<Settings>('/settings')),
  ]);
  directory.value = {
    tenantTimeZone: session.tenant?.timeZone ?? 'UTC',
    activities: byId(activities),
    units: byId(units),
    people: people && byId(people),
    settings,
  };
}

/** After a change of people, activities, units or settings. */
export async function reloadDirectory(): Promise<void> {
  const state = session.peek();
  if (state.kind === 'signedIn') await loadDirectory(state.session);
}

/** The zone of a person's planning unit, else the tenant's. */
export function zoneOfUnit(planningUnitId: string | undefined, known: Directory = directory.value): string {
  return known.units.get(planningUnitId ?? '')?.timeZone ?? known.tenantTimeZone;
}

export function zoneOfPerson(personId: string, known: Directory = directory.value): string {
  return zoneOfUnit(known.people?.get(personId)?.planningUnitId, known);
}

/** The zone of a team: that of its people where they share one, else the tenant's. */
export function zoneOfTeam(team: string, known: Directory = directory.value): string {
  const zones = new Set<string>();
  for (const person of known.people?.values() ?? []) {
    if (person.team === team) zones.add(zoneOfUnit(person.planningUnitId, known));
  }
  return zones.size === 1 ? [...zones][0]! : known.tenantTimeZone;
}

async function unlessForbidden<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return null;
    throw error;
  }
}

const byId = <T extends { readonly id: string }>(items: readonly T[]): Map<string, T> =>
  new Map(items.map((item) => [item.id, item]));

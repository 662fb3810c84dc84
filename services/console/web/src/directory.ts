/** Names, colours and zones that every screen needs: loaded after signing in, and again on demand. */
import { computed, signal } from '@preact/signals';
import { ApiError, getAll, getJson } from './api/client.ts';
import type { Activity, Person, PlanningUnit, Session, Settings } from './api/types.ts';
import { session } from './session.ts';

export interface Directory {
  readonly tenantTimeZone: string;
  readonly activities: ReadonlyMap<string, Activity>;
  readonly units: ReadonlyMap<string, PlanningUnit>;
  /** null when this role may not read them, or they are on their way: the board's own rows are all that is known. */
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

/** All but the people: little, and enough for the board. */
export async function loadNames(session: Session): Promise<void> {
  const [activities, units, settings] = await Promise.all([
    getAll<Activity>('/activities'),
    getAll<PlanningUnit>('/planning-units'),
    unlessForbidden(getJson<Settings>('/settings')),
  ]);
  directory.value = {
    ...directory.peek(),
    tenantTimeZone: session.tenant?.timeZone ?? 'UTC',
    activities: byId(activities),
    units: byId(units),
    settings,
  };
}

/** Thousands may be there, page by page. An answer that nobody waits for any more is dropped. */
export async function loadPeople(signal?: AbortSignal): Promise<void> {
  const people = await unlessForbidden(getAll<Person>('/people', {}, signal));
  if (signal?.aborted) return;
  directory.value = { ...directory.peek(), people: people && byId(people) };
}

/** After a change of people, activities, units or settings. */
export async function reloadDirectory(): Promise<void> {
  const state = session.peek();
  if (state.kind === 'signedIn') await Promise.all([loadNames(state.session), loadPeople()]);
}

/** Who signs in next may be of another tenant. */
export function forgetPeople(): void {
  directory.value = { ...directory.peek(), people: null };
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

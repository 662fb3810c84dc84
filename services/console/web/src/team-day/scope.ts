/** Whom a screen speaks of: everyone, a planning unit, a team or a person, as the address says it. Pure. */
import type { Query } from '../api/client.ts';
import { type Directory, zoneOfPerson, zoneOfTeam, zoneOfUnit } from '../directory.ts';

export type Scope =
  | { readonly kind: 'everyone' }
  | { readonly kind: 'unit'; readonly id: string }
  | { readonly kind: 'team'; readonly name: string }
  | { readonly kind: 'person'; readonly id: string };

/** What is no scope is everyone. */
export function scopeOf(text: string | null): Scope {
  if (text?.startsWith('unit:')) return { kind: 'unit', id: text.slice('unit:'.length) };
  if (text?.startsWith('team:')) return { kind: 'team', name: text.slice('team:'.length) };
  if (text?.startsWith('person:')) return { kind: 'person', id: text.slice('person:'.length) };
  return { kind: 'everyone' };
}

/** null for everyone, which needs no word in the address. */
export function scopeText(scope: Scope): string | null {
  switch (scope.kind) {
    case 'everyone':
      return null;
    case 'unit':
      return `unit:${scope.id}`;
    case 'team':
      return `team:${scope.name}`;
    case 'person':
      return `person:${scope.id}`;
  }
}

/** Parameters of GET /adherence for the scope as one group. */
export function groupQuery(scope: Scope): Query {
  switch (scope.kind) {
    case 'everyone':
      return { groupBy: 'tenant' };
    case 'unit':
      return { groupBy: 'planningUnit', planningUnitId: scope.id };
    case 'team':
      return { groupBy: 'team', team: scope.name };
    case 'person':
      return { groupBy: 'person', personId: scope.id };
  }
}

/** The same people one by one. */
export const peopleQuery = (scope: Scope): Query => ({ ...groupQuery(scope), groupBy: 'person' });

/** Parameters that choose the people, and no more. */
export function selectionQuery(scope: Scope): Query {
  const { groupBy: _, ...selection } = groupQuery(scope);
  return selection;
}

export function zoneOfScope(scope: Scope, directory: Directory): string {
  switch (scope.kind) {
    case 'everyone':
      return directory.tenantTimeZone;
    case 'unit':
      return zoneOfUnit(scope.id, directory);
    case 'team':
      return zoneOfTeam(scope.name, directory);
    case 'person':
      return zoneOfPerson(scope.id, directory);
  }
}

/** Do its people live in more than one zone? */
export function hasSeveralZones(scope: Scope, { people, units, tenantTimeZone }: Directory): boolean {
  if (scope.kind === 'unit' || scope.kind === 'person') return false;
  const zones = new Set<string>();
  for (const person of people?.values() ?? []) {
    if (scope.kind === 'team' && person.team !== scope.name) continue;
    zones.add(units.get(person.planningUnitId)?.timeZone ?? tenantTimeZone);
  }
  return zones.size > 1;
}

/** Planning units of its people. */
export function unitsOfScope(scope: Scope, { people, units }: Directory): ReadonlySet<string> {
  if (scope.kind === 'everyone') return new Set(units.keys());
  if (scope.kind === 'unit') return new Set([scope.id]);
  const ids = new Set<string>();
  for (const person of people?.values() ?? []) {
    const isOfScope = scope.kind === 'team' ? person.team === scope.name : person.id === scope.id;
    if (isOfScope) ids.add(person.planningUnitId);
  }
  return ids;
}

/** How the scope is called. */
export function scopeName(scope: Scope, { people, units }: Directory, everyone: string): string {
  switch (scope.kind) {
    case 'everyone':
      return everyone;
    case 'unit':
      return units.get(scope.id)?.name ?? scope.id;
    case 'team':
      return scope.name;
    case 'person':
      return people?.get(scope.id)?.name ?? scope.id;
  }
}

/** Is there such a team, unit or person? A link may be older than the directory. */
export function isKnown(scope: Scope, { people, units }: Directory, teams: readonly string[]): boolean {
  switch (scope.kind) {
    case 'everyone':
      return true;
    case 'unit':
      return units.has(scope.id);
    case 'team':
      return teams.includes(scope.name);
    case 'person':
      return people === null || people.has(scope.id);
  }
}

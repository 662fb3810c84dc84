/** Whom the team's day speaks of: everyone, a planning unit or a team, as the address says it. Pure. */
import type { Query } from '../api/client.ts';
import { type Directory, zoneOfTeam, zoneOfUnit } from '../directory.ts';

export type Scope =
  | { readonly kind: 'everyone' }
  | { readonly kind: 'unit'; readonly id: string }
  | { readonly kind: 'team'; readonly name: string };

/** What is no scope is everyone. */
export function scopeOf(text: string | null): Scope {
  if (text?.startsWith('unit:')) return { kind: 'unit', id: text.slice('unit:'.length) };
  if (text?.startsWith('team:')) return { kind: 'team', name: text.slice('team:'.length) };
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
  }
}

/** The same people one by one. */
export const peopleQuery = (scope: Scope): Query => ({ ...groupQuery(scope), groupBy: 'person' });

export function zoneOfScope(scope: Scope, directory: Directory): string {
  switch (scope.kind) {
    case 'everyone':
      return directory.tenantTimeZone;
    case 'unit':
      return zoneOfUnit(scope.id, directory);
    case 'team':
      return zoneOfTeam(scope.name, directory);
  }
}

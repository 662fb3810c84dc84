/** People -> groups of a result, each with the calendar that it follows. */
import type { TenantTables } from '@adherence/domain/configuration/tables.ts';
import type { SelectedPerson } from './selection.ts';

export const groupings = ['person', 'team', 'planningUnit', 'tenant'] as const;
export type Grouping = (typeof groupings)[number];

export interface Group {
  /** Person, team or planning unit; null for people without a team and for the tenant. */
  readonly key: string | null;
  readonly people: readonly SelectedPerson[];
  /** Zone of the calendar: that of the people where they share one, the tenant's otherwise. */
  readonly timeZone: string;
  /** All people's own days are days of that zone. */
  readonly ownDays: boolean;
}

/** In order of keys, so that results are too. */
export function groupsOf(
  grouping: Grouping,
  people: readonly SelectedPerson[],
  tables: TenantTables,
): Group[] {
  const byKey = Map.groupBy(people, (selected) => keyOf(grouping, selected));
  return [...byKey].map(([key, members]) => groupOf(key, members, tables)).sort(byGroupKey);
}

export const byGroupKey = (a: Pick<Group, 'key'>, b: Pick<Group, 'key'>): number => {
  const [left, right] = [a.key ?? '', b.key ?? ''];
  return left < right ? -1 : left > right ? 1 : 0;
};

function groupOf(key: string | null, people: readonly SelectedPerson[], tables: TenantTables): Group {
  const zones = new Set(people.map(({ timeZone }) => timeZone));
  const ownDays = zones.size === 1;
  return { key, people, ownDays, timeZone: ownDays ? [...zones][0]! : tables.tenant.document.timeZone };
}

function keyOf(grouping: Grouping, { personId, person }: SelectedPerson): string | null {
  switch (grouping) {
    case 'person':
      return personId;
    case 'team':
      return person.team;
    case 'planningUnit':
      return person.planningUnitId;
    case 'tenant':
      return null;
  }
}

/** Whom a result is asked for: filters of the query -> people of the configuration. */
import { idSchema, type Person } from '@adherence/domain/configuration/entities.ts';
import { type TenantTables, timeZoneOf } from '@adherence/domain/configuration/tables.ts';
import { z } from 'zod';
import { notFound } from '../http/problem.ts';

export const selectionQuery = {
  personId: z
    .union([idSchema, z.array(idSchema).max(1000)])
    .optional()
    .meta({ description: 'May be repeated' }),
  team: z.string().max(100).optional(),
  planningUnitId: idSchema.optional(),
};
export type Selection = z.output<z.ZodObject<typeof selectionQuery>>;

export interface SelectedPerson {
  readonly personId: string;
  readonly person: Person;
  /** The zone whose calendar the person's days follow. */
  readonly timeZone: string;
}

/** In order of ids. An id that is not known is a 404; a team is only a name, and an unknown one has nobody. */
export function selectPeople(
  tables: TenantTables,
  { personId, team, planningUnitId }: Selection,
): SelectedPerson[] {
  if (planningUnitId !== undefined && !tables.planningUnits.has(planningUnitId)) throw notFound();
  const ids = personId === undefined ? tables.people.keys() : new Set([personId].flat());
  const selected: SelectedPerson[] = [];
  for (const id of ids) {
    const person = tables.people.get(id)?.document;
    if (!person) throw notFound();
    if (team !== undefined && person.team !== team) continue;
    if (planningUnitId !== undefined && person.planningUnitId !== planningUnitId) continue;
    selected.push({ personId: id, person, timeZone: timeZoneOf(tables, person) });
  }
  return selected.sort((a, b) => (a.personId < b.personId ? -1 : a.personId > b.personId ? 1 : 0));
}

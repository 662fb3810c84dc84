/**
 * People that a document names and that are not there. Checked before it is written and not when the log is folded:
 * who is erased later is gone from the log, and what named the person must fold as it did.
 */
import type { Fault } from '@adherence/domain/configuration/command.ts';
import type { TenantTables } from '@adherence/domain/configuration/tables.ts';

export const unknownPeople = (
  { people }: Pick<TenantTables, 'people'>,
  personIds: readonly string[] = [],
): Fault[] =>
  personIds.flatMap((id, index) =>
    people.has(id) ? [] : [{ path: `personIds[${index}]`, message: `unknown person ${id}` }],
  );

/** Given-when-then for tests of the configuration: commands in, outcomes and tables out. */
import type { Command, Outcome } from './command.ts';
import { fold } from './decide.ts';
import type { EntityKind } from './entities.ts';
import { type ConfigurationState, emptyState, type TenantTables } from './tables.ts';

export const hash = (letter: string): string => letter.repeat(64);

export function command(
  entity: EntityKind,
  id: string,
  document: unknown,
  over: Partial<Command> = {},
): Command {
  return {
    commandId: 'c',
    tenantId: 't1',
    entity,
    id,
    action: document === null ? 'delete' : 'put',
    document,
    ifMatch: null,
    writtenBy: 'token:admin',
    writtenAt: 1000,
    ...over,
  };
}

export const tenant = command('tenant', 't1', { name: 'One', timeZone: 'Europe/Paris' });

export const integration = (name: string) => ({
  name,
  timeZone: 'Europe/Paris',
  contact: { name: 'Operations', email: 'operations@centre.example' },
  breakDetail: null,
  feedGapSeconds: null,
});

/** A tenant with an integration `odigo`, activities `calls` and `lunch`, and a planning unit `paris`. */
export const contactCentre: readonly Command[] = [
  tenant,
  command('integration', 'odigo', integration('Odigo')),
  command('activity', 'calls', { name: 'Calls', type: 'Presence' }),
  command('activity', 'lunch', { name: 'Lunch', type: 'Break' }),
  command('planningUnit', 'paris', { name: 'Paris', timeZone: 'Europe/Paris' }),
];

export interface Given {
  readonly state: ConfigurationState;
  readonly outcomes: readonly Outcome[];
  readonly last: Outcome;
  readonly tables: TenantTables;
}

/** Folds commands at the offsets 0, 1, 2 ... */
export function given(...commands: readonly unknown[]): Given {
  const state = emptyState();
  const outcomes = commands.map((each, offset) => fold(state, each, offset).outcome);
  return { state, outcomes, last: outcomes.at(-1)!, tables: state.tenants.get('t1')! };
}

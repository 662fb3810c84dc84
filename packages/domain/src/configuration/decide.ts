/**
 * The fold of the configuration log. `decide` judges a command against the state that all commands before it made;
 * `evolve` applies the change. The same log gives the same state and outcomes everywhere: no clock, no randomness,
 * and no command, however broken, throws.
 */
import { type Command, commandSchema, type Outcome, refusal } from './command.ts';
import { decideDocument } from './decide-document.ts';
import { decideTenant } from './decide-tenant.ts';
import { decideMatches, decideSettings, decideStatusMapping } from './decide-versions.ts';
import { evolve } from './evolve.ts';
import { judgeDocument } from './read-document.ts';
import type { ConfigurationState } from './tables.ts';

/** Applies a command in place (see tables.ts on ownership) and tells what became of it. */
export function fold(
  state: ConfigurationState,
  command: unknown,
  offset: number,
): { readonly state: ConfigurationState; readonly outcome: Outcome } {
  const outcome = decide(state, command, offset);
  if (outcome.ok && outcome.change) {
    evolve(state, outcome.change);
    if (outcome.firstToken) evolve(state, outcome.firstToken);
  }
  return { state, outcome };
}

/** What the command would do at this offset; changes nothing. */
export function decide(state: ConfigurationState, command: unknown, offset: number): Outcome {
  return judgeDocument(commandSchema, command, (read) => decideRead(state, read, offset));
}

function decideRead(state: ConfigurationState, command: Command, offset: number): Outcome {
  if (command.entity === 'tenant') return decideTenant(state, command, offset);
  const tables = state.tenants.get(command.tenantId);
  if (!tables) return refusal('missing', { path: 'tenantId', message: 'unknown tenant' });
  switch (command.entity) {
    case 'statusMapping':
      return decideStatusMapping(tables, command, offset);
    case 'matches':
      return decideMatches(tables, command, offset);
    case 'settings':
      return decideSettings(tables, command, offset);
    default:
      return decideDocument(state, tables, command, offset);
  }
}

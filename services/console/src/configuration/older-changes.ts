/** Changes that the journal does not keep any more: read from the log itself, which keeps all. */
import { setImmediate as othersTurn } from 'node:timers/promises';
import type { Change } from '@adherence/domain/configuration/command.ts';
import { fold } from '@adherence/domain/configuration/decide.ts';
import { emptyState } from '@adherence/domain/configuration/tables.ts';
import type { Environment } from '../environment.ts';

const recordsPerTurn = 1_000;

/** Changes with an offset below `before`, newest first. Costs folding the log of the tenant. */
export async function olderChanges(
  { configuration }: Pick<Environment, 'configuration'>,
  tenantId: string,
  before: number,
  limit: number,
  keeps: (change: Change) => boolean,
): Promise<Change[]> {
  let state = emptyState();
  let found: Change[] = [];
  for (const [index, { command, offset }] of (await configuration.readLog()).entries()) {
    if (offset >= before) break;
    if (index % recordsPerTurn === 0) await othersTurn();
    if ((command as { tenantId?: unknown } | null)?.tenantId !== tenantId) continue;
    const folded = fold(state, command, offset);
    state = folded.state;
    if (!folded.outcome.ok || !folded.outcome.change || !keeps(folded.outcome.change)) continue;
    found.push(folded.outcome.change);
    if (found.length >= 2 * limit) found = found.slice(-limit);
  }
  return found.slice(-limit).reverse();
}

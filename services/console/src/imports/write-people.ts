/** Writes a part of an import of people to the configuration log, in one go. */
import { isSame } from '@adherence/domain/configuration/same.ts';
import { commandWith, submitAll, withoutNames } from '../configuration/write.ts';
import type { Environment } from '../environment.ts';
import { teamsOf } from '../http/principal-tables.ts';
import type { Principal } from '../http/route.ts';
import { newId } from '../http/tokens.ts';
import type { RejectedLine } from './lines.ts';
import { everyLine, type ImportedPerson } from './people-import.ts';

/**
 * In the order of the lines. Only what changes nothing is judged here: a line may need what the one before it does,
 * such as an external user that another person gives up.
 */
export async function writePeople(
  env: Environment,
  tenantId: string,
  part: readonly ImportedPerson[],
  principal: Principal | null,
  now: number,
): Promise<RejectedLine[]> {
  const stored = env.configuration.state().tenants.get(tenantId)?.people;
  const changed = part.filter(({ personId, document }) => {
    const known = stored?.get(personId);
    return !known || !isSame(known.document, document);
  });
  const importId = newId('c', env.random);
  const commands = changed.map(({ personId: id, document, ifMatch }, index) => {
    const write = { tenantId, entity: 'person' as const, id, action: 'put' as const, document };
    return commandWith(`${importId}-${index}`, write, principal, now, ifMatch);
  });
  const outcomes = await submitAll(env, commands);
  const limited = teamsOf(principal) !== null;
  return changed.flatMap(({ lines }, index) => {
    const outcome = outcomes[index]!;
    if (outcome.ok) return [];
    return everyLine(lines, limited ? withoutNames(outcome.errors) : outcome.errors);
  });
}

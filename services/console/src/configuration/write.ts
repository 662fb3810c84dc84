/** Writing configuration: a command to the log, and the answer from what became of it. */
import {
  type Command,
  type Fault,
  noVersion,
  type Outcome,
  type Problem,
} from '@adherence/domain/configuration/command.ts';
import { decide } from '@adherence/domain/configuration/decide.ts';
import type { EntityKind } from '@adherence/domain/configuration/entities.ts';
import type { Environment } from '../environment.ts';
import { ifMatchOf } from '../http/etag.ts';
import { teamsOf } from '../http/principal-tables.ts';
import { HttpProblem } from '../http/problem.ts';
import type { Principal, RouteRequest } from '../http/route.ts';
import { newId } from '../http/tokens.ts';

export interface Write {
  readonly tenantId: string;
  readonly entity: EntityKind;
  readonly id: string;
  readonly action: 'put' | 'delete';
  readonly document: unknown;
}

/** Conflicts name people, who may be of other teams. */
export const withoutNames = (errors: readonly Fault[]): Fault[] =>
  errors.map(({ path }) => ({ path, message: 'is in use by somebody else at that time' }));

export type Accepted = Extract<Outcome, { ok: true }>;

/** Writes what a request asks for, under its If-Match. `current` is the offset of what is there now. */
export async function writeFor(
  env: Environment,
  request: Pick<RouteRequest<unknown, unknown, unknown>, 'headers' | 'principal' | 'now'>,
  write: Write,
  current = noVersion,
): Promise<Accepted> {
  const limited = teamsOf(request.principal) !== null;
  // What a limited token may write was judged by what is there now: it must still be there.
  const ifMatch = ifMatchOf(request.headers, current) ?? (limited ? current : null);
  const command = commandOf(env, write, request.principal, request.now, ifMatch);
  const outcome = await submit(env, command);
  if (outcome.ok) return outcome;
  if (limited && outcome.problem === 'conflict') {
    throw new HttpProblem(409, detailOf.conflict, withoutNames(outcome.errors));
  }
  throw new HttpProblem(statusOf[outcome.problem], detailOf[outcome.problem], outcome.errors);
}

/**
 * Sends a command that will change something. One that would change nothing, or be refused, is answered from the
 * state, after everything that the log holds by now has been taken into account.
 */
export async function submit(env: Pick<Environment, 'configuration'>, command: Command): Promise<Outcome> {
  const { configuration } = env;
  if (changes(decide(configuration.state(), command, 0))) return configuration.append(command);
  await configuration.catchUp();
  const outcome = decide(configuration.state(), command, 0);
  return changes(outcome) ? configuration.append(command) : outcome;
}

const changes = (outcome: Outcome): boolean => outcome.ok && outcome.change !== null;

export function commandOf(
  env: Pick<Environment, 'random'>,
  write: Write,
  principal: Principal | null,
  writtenAt: number,
  ifMatch: number | null = null,
): Command {
  return commandWith(newId('c', env.random), write, principal, writtenAt, ifMatch);
}

/** The same under an id that the caller has made. */
export function commandWith(
  commandId: string,
  { tenantId, entity, id, action, document }: Write,
  principal: Principal | null,
  writtenAt: number,
  ifMatch: number | null,
): Command {
  const writtenBy = writerOf(principal);
  return { commandId, tenantId, entity, id, action, document, ifMatch, writtenBy, writtenAt };
}

export function writerOf(principal: Principal | null): string {
  return principal?.kind === 'tenant' ? `token:${principal.tokenId}` : 'operator';
}

const statusOf: Readonly<Record<Problem, number>> = { stale: 412, conflict: 409, invalid: 422, missing: 404 };
const detailOf: Readonly<Record<Problem, string>> = {
  stale: 'It was changed since it was read; nothing is overwritten.',
  conflict: 'This contradicts something else; see errors.',
  invalid: 'The request has faults; see errors.',
  missing: 'There is nothing under this address.',
};

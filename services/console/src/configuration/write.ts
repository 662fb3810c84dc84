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
import type { TenantTables } from '@adherence/domain/configuration/tables.ts';
import { versionOf } from '@adherence/domain/configuration/version-of.ts';
import { OperationalError } from '@adherence/runtime/errors.ts';
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
  /** Parts of the document are those of the version that is there now, so that one must still be there. */
  readonly isPart?: true;
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
  const ifMatch = ifMatchOf(request.headers, current) ?? (limited || write.isPart ? current : null);
  const command = commandOf(env, write, request.principal, request.now, ifMatch);
  const outcome = await submit(env, command);
  if (outcome.ok) return outcome;
  if (limited && outcome.problem === 'conflict') {
    throw new HttpProblem(409, detailOf.conflict, withoutNames(outcome.errors));
  }
  throw new HttpProblem(statusOf[outcome.problem], detailOf[outcome.problem], outcome.errors);
}

/**
 * Writes a part of a document, of which the rest is what is there now: made anew where the rest changed meanwhile, unless
 * the request names the version that it is for.
 */
export async function writePart(
  env: Environment,
  request: Pick<RouteRequest<unknown, unknown, unknown>, 'headers' | 'principal' | 'now'>,
  make: () => { readonly write: Write; readonly current: number },
): Promise<Accepted> {
  const isConditional = request.headers.has('if-match') || request.headers.has('if-none-match');
  for (let attempt = 1; ; attempt += 1) {
    const { write, current } = make();
    try {
      return await writeFor(env, request, { ...write, isPart: true }, current);
    } catch (error) {
      const isStale = error instanceof HttpProblem && error.status === 412;
      if (!isStale || isConditional || attempt === maxAttempts) throw error;
    }
  }
}

/**
 * Sends a command that will change something, with the version that it replaces: one that lands late, after its send
 * was given up, is stale and overwrites nothing. An unconditional one that meets a newer version replaces that one.
 * What would change nothing, or be refused, is answered from the state, after all that the log holds by now.
 */
export async function submit(env: Pick<Environment, 'configuration'>, command: Command): Promise<Outcome> {
  const { configuration } = env;
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const judged = await judge(configuration, command);
    if (!changes(judged)) return judged;
    const ifMatch = command.ifMatch ?? versionOf(configuration.state(), command);
    const commandId = attempt === 1 ? command.commandId : `${command.commandId}-${attempt}`;
    const outcome = await configuration.append({ ...command, commandId, ifMatch });
    if (command.ifMatch !== null || !isStale(outcome)) return outcome;
  }
  throw new OperationalError('CONTENDED', `the ${command.entity} is being changed by others all the time`);
}

/** As `submit`, in few requests, for commands of different entities that each change something, in their order. */
export async function submitAll(
  env: Pick<Environment, 'configuration'>,
  commands: readonly Command[],
): Promise<Outcome[]> {
  const state = env.configuration.state();
  const outcomes = await env.configuration.appendAll(
    commands.map((command) => ({ ...command, ifMatch: command.ifMatch ?? versionOf(state, command) })),
  );
  for (const [index, command] of commands.entries()) {
    if (command.ifMatch !== null || !isStale(outcomes[index]!)) continue;
    outcomes[index] = await submit(env, { ...command, commandId: `${command.commandId}-again` });
  }
  return outcomes;
}

/** Each attempt fails only because another writer's has succeeded. */
const maxAttempts = 50;

async function judge(configuration: Environment['configuration'], command: Command): Promise<Outcome> {
  const outcome = decide(configuration.state(), command, 0);
  if (changes(outcome)) return outcome;
  await configuration.catchUp();
  return decide(configuration.state(), command, 0);
}

const isStale = (outcome: Outcome): boolean => !outcome.ok && outcome.problem === 'stale';

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

/** Null where the token is gone, and for what no token did. */
export const writerName = ({ tokens }: Pick<TenantTables, 'tokens'>, writtenBy: string): string | null =>
  tokens.get(writtenBy.replace(/^token:/, ''))?.document.name ?? null;

const statusOf: Readonly<Record<Problem, number>> = { stale: 412, conflict: 409, invalid: 422, missing: 404 };
const detailOf: Readonly<Record<Problem, string>> = {
  stale: 'It was changed since it was read; nothing is overwritten.',
  conflict: 'This contradicts something else; see errors.',
  invalid: 'The request has faults; see errors.',
  missing: 'There is nothing under this address.',
};

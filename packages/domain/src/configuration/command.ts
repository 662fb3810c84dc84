/** Commands on the configuration log, and what becomes of them. */
import { z } from 'zod';
import type { Instant } from '../model.ts';
import { type Documents, type EntityKind, idSchema } from './entities.ts';

export const entityKinds = [
  'tenant',
  'token',
  'planningUnit',
  'activity',
  'person',
  'integration',
  'urlToken',
  'statusMapping',
  'matches',
  'settings',
  'exception',
  'recomputation',
  'closedPeriod',
  'erasure',
] as const satisfies readonly EntityKind[];

/** ifMatch of an entity that its writer saw without a version: not there, or a built-in default. */
export const noVersion = -1;

/**
 * `id` is the entity's; '' for matches and settings, and for status mappings, whose document tells which one it is.
 * `document` is that of entities.ts with instants in epoch milliseconds; null in a deletion (a status mapping's key).
 */
export const commandSchema = z.strictObject({
  commandId: z.string().min(1).max(100),
  tenantId: idSchema,
  entity: z.enum(entityKinds),
  id: z.union([idSchema, z.literal('')]),
  action: z.enum(['put', 'delete']),
  document: z.unknown(),
  /** Offset of the version that the writer saw, `noVersion` for none; null = unconditional. */
  ifMatch: z.int().min(noVersion).nullable(),
  /** `operator` or `token:ID`. */
  writtenBy: z.string().max(100),
  writtenAt: z.int(),
});
export type Command = z.output<typeof commandSchema>;

export interface Fault {
  /** Path of the field within the document, '' for the whole. */
  readonly path: string;
  readonly message: string;
}

interface ChangeOf<K extends EntityKind> {
  readonly entity: K;
  readonly id: string;
  readonly tenantId: string;
  /** Document replaced; null when there was none. Of versions: the one that held at the new one's validFrom. */
  readonly before: Documents[K] | null;
  /** null = deleted. */
  readonly after: Documents[K] | null;
  /** Last document of an activity that had been deleted and is written again. */
  readonly revived: Documents[K] | null;
  readonly offset: number;
  readonly writtenBy: string;
  readonly writtenAt: Instant;
}
export type Change = { [K in EntityKind]: ChangeOf<K> }[EntityKind];

/** stale = 412, conflict = 409, invalid = 422, missing = 404. */
export type Problem = 'stale' | 'conflict' | 'invalid' | 'missing';

export interface Refusal {
  readonly ok: false;
  readonly problem: Problem;
  readonly errors: readonly Fault[];
}

/** `unknown`: there was something in the command that this version does not know; a later one may make more of it. */
export type Outcome = { readonly unknown?: true } & (
  | {
      readonly ok: true;
      readonly change: Change;
      readonly created: boolean;
      /** With the creation of a tenant: its first admin token. */
      readonly firstToken: Extract<Change, { entity: 'token' }> | null;
    }
  /** The document is what it was: nothing is written. `offset` is that of the version in force. */
  | { readonly ok: true; readonly change: null; readonly offset: number }
  | Refusal
);

export const refusal = (problem: Problem, ...errors: Fault[]): Refusal => ({ ok: false, problem, errors });

/** Faults of a zod error, paths written `externalUsers[0].integrationId`. */
export function faultsOf(error: z.ZodError): Fault[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ path: pathText([...issue.path, key]), message: 'unknown field' }));
    }
    return [{ path: pathText(issue.path), message: issue.message }];
  });
}

const pathText = (path: readonly PropertyKey[]): string =>
  path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');

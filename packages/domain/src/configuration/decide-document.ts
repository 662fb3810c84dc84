/** Entities of which the last document holds for all time: written and deleted as a whole under their id. */
import type { z } from 'zod';
import type { Instant } from '../model.ts';
import { checks } from './checks.ts';
import { type Change, type Command, type Fault, noVersion, type Outcome, refusal } from './command.ts';
import {
  activitySchema,
  closedPeriodSchema,
  erasureSchema,
  exceptionSchema,
  integrationSchema,
  personSchema,
  planningUnitSchema,
  recomputationSchema,
  tokenSchema,
  urlTokenSchema,
} from './entities.ts';
import { judgeDocument } from './read-document.ts';
import { isSame } from './same.ts';
import type { ConfigurationState, Stored, TenantTables } from './tables.ts';

export type DocumentKind = keyof typeof schemas;

const schemas = {
  token: tokenSchema,
  planningUnit: planningUnitSchema,
  activity: activitySchema,
  person: personSchema,
  integration: integrationSchema,
  urlToken: urlTokenSchema,
  exception: exceptionSchema,
  recomputation: recomputationSchema,
  closedPeriod: closedPeriodSchema,
  erasure: erasureSchema,
} as const;

export type DocumentOf<K extends DocumentKind> = z.output<(typeof schemas)[K]>;

/** The map of the tables that holds the documents of a kind. */
export function storedOf(tables: TenantTables, kind: DocumentKind): ReadonlyMap<string, Stored<object>> {
  switch (kind) {
    case 'token':
      return tables.tokens;
    case 'planningUnit':
      return tables.planningUnits;
    case 'activity':
      return tables.activities;
    case 'person':
      return tables.people;
    case 'integration':
      return tables.integrations;
    case 'urlToken':
      return tables.urlTokens;
    case 'exception':
      return tables.exceptions;
    case 'recomputation':
      return tables.recomputations;
    case 'closedPeriod':
      return tables.closedPeriods;
    case 'erasure':
      return tables.erasures;
  }
}

export function decideDocument(
  state: ConfigurationState,
  tables: TenantTables,
  command: Command,
  offset: number,
): Outcome {
  const kind = command.entity as DocumentKind;
  const { id, tenantId, writtenBy, writtenAt } = command;
  if (id === '') return refusal('invalid', { path: 'id', message: 'must not be empty' });
  const known = storedOf(tables, kind).get(id);
  const stored = known?.deleted ? undefined : known;
  if (command.ifMatch !== null && command.ifMatch !== (stored?.offset ?? noVersion)) {
    return refusal('stale', { path: '', message: `${kind} ${id} was changed meanwhile` });
  }
  const written = { entity: kind, id, tenantId, offset, writtenBy, writtenAt };
  const before = stored?.document ?? null;
  if (command.action === 'delete') {
    if (!before) return refusal('missing', { path: 'id', message: `unknown ${kind} ${id}` });
    const faults = checks[kind].remove(tables, id, writtenAt);
    if (faults.length > 0) return refusal('conflict', ...faults);
    const change = { ...written, before, after: null, revived: null } as Change;
    return { ok: true, change, created: false, firstToken: null };
  }
  return judgeDocument<z.ZodType>(schemas[kind], command.document, (document) => {
    const put = { state, tables, id, document: document as never, at: writtenAt };
    const { invalid, conflict } = checks[kind].put(put);
    if (invalid.length > 0) return refusal('invalid', ...invalid, ...conflict);
    if (conflict.length > 0) return refusal('conflict', ...conflict);
    if (stored && isSame(stored.document, document)) {
      return { ok: true, change: null, offset: stored.offset };
    }
    const revived = known?.deleted ? known.document : null;
    const change = { ...written, before, after: document, revived } as Change;
    return { ok: true, change, created: !stored, firstToken: null };
  });
}

export interface PutCheck<K extends DocumentKind> {
  readonly state: ConfigurationState;
  readonly tables: TenantTables;
  readonly id: string;
  readonly document: DocumentOf<K>;
  /** When it was written. */
  readonly at: Instant;
}

export interface Faults {
  readonly invalid: readonly Fault[];
  readonly conflict: readonly Fault[];
}

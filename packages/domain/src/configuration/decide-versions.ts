/**
 * What has versions by validFrom (domain.md, "What has versions"): status mappings, matches and settings. A version
 * without validFrom holds always when it is the entity's first, from the time of writing on when it is a later one.
 */
import type { z } from 'zod';
import { statusKey } from '../compute/rules.ts';
import type { Instant } from '../model.ts';
import {
  type Change,
  type Command,
  type Fault,
  faultsOf,
  noVersion,
  type Outcome,
  refusal,
} from './command.ts';
import {
  type EntityKind,
  matchesSchema,
  settingsSchema,
  statusMappingKeySchema,
  statusMappingSchema,
} from './entities.ts';
import { isSame } from './same.ts';
import { statusMappingId, type TenantTables, versionAt, type WrittenVersion } from './tables.ts';

export function decideStatusMapping(tables: TenantTables, command: Command, offset: number): Outcome {
  const schema = command.action === 'delete' ? statusMappingKeySchema : statusMappingSchema;
  const parsed = schema.safeParse(command.document);
  if (!parsed.success) return refusal('invalid', ...faultsOf(parsed.error));
  const { integrationId, status, breakType } = parsed.data;
  const key = { integrationId, status, breakType };
  const id = statusMappingId(integrationId, status, breakType);
  const versions = tables.rules.statusMappings.get(integrationId)?.get(statusKey(status, breakType)) ?? [];
  const document = (version: WrittenVersion<string>) => ({
    ...key,
    activityId: version.value,
    validFrom: version.validFrom,
  });
  const stale = staleOf(command, versions);
  if (stale) return stale;
  if (command.action === 'delete') {
    const last = versions.at(-1);
    if (!last) return refusal('missing', { path: 'status', message: 'this status is not mapped' });
    return changed({ ...written('statusMapping', id, command, offset), before: document(last), after: null });
  }
  const { activityId, validFrom } = parsed.data as z.output<typeof statusMappingSchema>;
  const faults: Fault[] = [];
  if (!tables.integrations.has(integrationId)) {
    faults.push({ path: 'integrationId', message: `unknown integration ${integrationId}` });
  }
  if (!isActivity(tables, activityId)) {
    faults.push({ path: 'activityId', message: `unknown activity ${activityId}` });
  }
  if (faults.length > 0) return refusal('invalid', ...faults);
  const decision = decideVersion(versions, activityId, validFrom, command.writtenAt);
  if (!decision.changes) return unchanged(versions);
  const before = decision.replaced ? document(decision.replaced) : null;
  const after = { ...key, activityId, validFrom: decision.validFrom };
  const change: Change = { ...written('statusMapping', id, command, offset), before, after };
  return changed(change, versions.length === 0);
}

export function decideMatches(tables: TenantTables, command: Command, offset: number): Outcome {
  const parsed = matchesSchema.safeParse(command.document);
  if (!parsed.success) return refusal('invalid', ...faultsOf(parsed.error));
  const { rules, validFrom } = parsed.data;
  const faults = rules.flatMap((rule, index) =>
    (['actual', 'scheduled'] as const)
      .filter((side) => rule[side].startsWith('activity:'))
      .filter((side) => !isActivity(tables, rule[side].slice('activity:'.length)))
      .map((side) => ({ path: `rules[${index}].${side}`, message: `unknown activity in ${rule[side]}` })),
  );
  const versions = tables.rules.matches;
  return decideSingle('matches', versions, rules, validFrom, faults, command, offset, (value, from) => ({
    rules: value,
    validFrom: from,
  }));
}

export function decideSettings(tables: TenantTables, command: Command, offset: number): Outcome {
  const parsed = settingsSchema.safeParse(command.document);
  if (!parsed.success) return refusal('invalid', ...faultsOf(parsed.error));
  const { validFrom, ...value } = parsed.data;
  const versions = tables.rules.settings;
  return decideSingle('settings', versions, value, validFrom, [], command, offset, (held, from) => ({
    ...held,
    validFrom: from,
  }));
}

/** Matches and settings: one entity a tenant, never deleted. */
function decideSingle<T, D>(
  entity: 'matches' | 'settings',
  versions: readonly WrittenVersion<T>[],
  value: T,
  validFrom: Instant | null | undefined,
  faults: readonly Fault[],
  command: Command,
  offset: number,
  document: (value: T, validFrom: Instant | null) => D,
): Outcome {
  if (command.action === 'delete') {
    return refusal('invalid', { path: '', message: `${entity} cannot be deleted` });
  }
  const stale = staleOf(command, versions);
  if (stale) return stale;
  if (faults.length > 0) return refusal('invalid', ...faults);
  const decision = decideVersion(versions, value, validFrom, command.writtenAt);
  if (!decision.changes) return unchanged(versions);
  const { replaced } = decision;
  const before = replaced ? document(replaced.value, replaced.validFrom) : null;
  const after = document(value, decision.validFrom);
  return changed(
    { ...written(entity, entity, command, offset), before, after } as Change,
    versions.length === 0,
  );
}

interface Decision<T> {
  readonly changes: boolean;
  readonly validFrom: Instant | null;
  /** The version that held from validFrom on so far. */
  readonly replaced: WrittenVersion<T> | undefined;
}

function decideVersion<T>(
  versions: readonly WrittenVersion<T>[],
  value: T,
  given: Instant | null | undefined,
  writtenAt: Instant,
): Decision<T> {
  const validFrom = given === undefined ? (versions.length === 0 ? null : writtenAt) : given;
  const replaced = versionAt<T, WrittenVersion<T>>(versions, validFrom ?? Number.NEGATIVE_INFINITY);
  // With an explicit validFrom only a version of that very instant is the same document: an earlier one with the
  // same value may be changed later on its own.
  const isIt = replaced !== undefined && (given === undefined || replaced.validFrom === validFrom);
  return { changes: !(isIt && isSame(replaced.value, value)), validFrom, replaced };
}

function staleOf(command: Command, versions: readonly WrittenVersion<unknown>[]): Outcome | null {
  const offset = versions.at(-1)?.offset ?? noVersion;
  if (command.ifMatch === null || command.ifMatch === offset) return null;
  return refusal('stale', { path: '', message: 'the document was changed meanwhile' });
}

const isActivity = (tables: TenantTables, id: string): boolean =>
  tables.activities.get(id)?.deleted === false;

const unchanged = (versions: readonly WrittenVersion<unknown>[]): Outcome => ({
  ok: true,
  change: null,
  offset: versions.at(-1)!.offset,
});

const changed = (change: Change, created = false): Outcome => ({
  ok: true,
  change,
  created,
  firstToken: null,
});

function written<K extends EntityKind>(entity: K, id: string, command: Command, offset: number) {
  const { tenantId, writtenBy, writtenAt } = command;
  return { entity, id, tenantId, offset, writtenBy, writtenAt, revived: null };
}

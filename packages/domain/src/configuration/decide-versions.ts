/**
 * What has versions by validFrom (domain.md, "What has versions"): status mappings, matches and settings. A version
 * without validFrom holds always when it is the entity's first, from the time of writing on when it is a later one.
 */
import type { z } from 'zod';
import { statusKey } from '../compute/rules.ts';
import type { Instant } from '../model.ts';
import { type Change, type Command, type Fault, noVersion, type Outcome, refusal } from './command.ts';
import {
  type EntityKind,
  matchesSchema,
  settingsSchema,
  statusMappingKeySchema,
  statusMappingSchema,
} from './entities.ts';
import { judgeDocument } from './read-document.ts';
import { isSame } from './same.ts';
import { statusMappingId, type TenantTables, versionAt, type WrittenVersion } from './tables.ts';

export function decideStatusMapping(tables: TenantTables, command: Command, offset: number): Outcome {
  return command.action === 'delete'
    ? judgeDocument(statusMappingKeySchema, command.document, (key) => {
        const { id, versions, document } = mappingOf(tables, key);
        const last = versions.at(-1);
        const stale = staleOf(command, versions);
        if (stale) return stale;
        if (!last) return refusal('missing', { path: 'status', message: 'this status is not mapped' });
        const change = {
          ...written('statusMapping', id, command, offset),
          before: document(last),
          after: null,
        };
        return changed(change);
      })
    : judgeDocument(statusMappingSchema, command.document, (mapping) =>
        putStatusMapping(tables, command, offset, mapping),
      );
}

type MappingKey = z.output<typeof statusMappingKeySchema>;

function mappingOf(tables: TenantTables, { integrationId, status, breakType }: MappingKey) {
  return {
    id: statusMappingId(integrationId, status, breakType),
    versions: tables.rules.statusMappings.get(integrationId)?.get(statusKey(status, breakType)) ?? [],
    document: (version: WrittenVersion<string>) => ({
      ...version.more,
      integrationId,
      status,
      breakType,
      activityId: version.value,
      validFrom: version.validFrom,
    }),
  };
}

function putStatusMapping(
  tables: TenantTables,
  command: Command,
  offset: number,
  mapping: z.output<typeof statusMappingSchema>,
): Outcome {
  const { id, versions, document } = mappingOf(tables, mapping);
  const stale = staleOf(command, versions);
  if (stale) return stale;
  const { integrationId, status: _status, breakType: _breakType, activityId, validFrom, ...more } = mapping;
  const faults: Fault[] = [];
  if (!tables.integrations.has(integrationId)) {
    faults.push({ path: 'integrationId', message: `unknown integration ${integrationId}` });
  }
  if (!isActivity(tables, activityId)) {
    faults.push({ path: 'activityId', message: `unknown activity ${activityId}` });
  }
  if (faults.length > 0) return refusal('invalid', ...faults);
  const decision = decideVersion(versions, activityId, more, validFrom, command.writtenAt);
  if (!decision.changes) return unchanged(versions);
  const before = decision.replaced ? document(decision.replaced) : null;
  const after = { ...mapping, validFrom: decision.validFrom };
  const change: Change = { ...written('statusMapping', id, command, offset), before, after };
  return changed(change, versions.length === 0);
}

export function decideMatches(tables: TenantTables, command: Command, offset: number): Outcome {
  return judgeDocument(matchesSchema, command.document, ({ rules, validFrom, ...more }) => {
    const faults = rules.flatMap((rule, index) =>
      (['actual', 'scheduled'] as const)
        .filter((side) => rule[side].startsWith('activity:'))
        .filter((side) => !isActivity(tables, rule[side].slice('activity:'.length)))
        .map((side) => ({ path: `rules[${index}].${side}`, message: `unknown activity in ${rule[side]}` })),
    );
    const put = { value: rules, more, validFrom, faults };
    return decideSingle('matches', tables.rules.matches, put, command, offset, (value) => ({ rules: value }));
  });
}

export function decideSettings(tables: TenantTables, command: Command, offset: number): Outcome {
  return judgeDocument(settingsSchema, command.document, ({ validFrom, ...value }) => {
    const put = { value, more: {}, validFrom, faults: [] };
    return decideSingle('settings', tables.rules.settings, put, command, offset, (held) => held);
  });
}

interface Put<T> {
  readonly value: T;
  /** Fields that are not known here. */
  readonly more: object;
  readonly validFrom: Instant | null | undefined;
  readonly faults: readonly Fault[];
}

/** Matches and settings: one entity a tenant, never deleted. */
function decideSingle<T>(
  entity: 'matches' | 'settings',
  versions: readonly WrittenVersion<T>[],
  { value, more, validFrom, faults }: Put<T>,
  command: Command,
  offset: number,
  document: (value: T) => object,
): Outcome {
  if (command.action === 'delete') {
    return refusal('invalid', { path: '', message: `${entity} cannot be deleted` });
  }
  const stale = staleOf(command, versions);
  if (stale) return stale;
  if (faults.length > 0) return refusal('invalid', ...faults);
  const decision = decideVersion(versions, value, more, validFrom, command.writtenAt);
  if (!decision.changes) return unchanged(versions);
  const { replaced } = decision;
  const before = replaced && {
    ...replaced.more,
    ...document(replaced.value),
    validFrom: replaced.validFrom,
  };
  const after = { ...more, ...document(value), validFrom: decision.validFrom };
  return changed(
    { ...written(entity, entity, command, offset), before: before ?? null, after } as Change,
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
  more: object,
  given: Instant | null | undefined,
  writtenAt: Instant,
): Decision<T> {
  const validFrom = given === undefined ? (versions.length === 0 ? null : writtenAt) : given;
  const replaced = versionAt<T, WrittenVersion<T>>(versions, validFrom ?? Number.NEGATIVE_INFINITY);
  // With an explicit validFrom only a version of that very instant is the same document: an earlier one with the
  // same value may be changed later on its own.
  const isIt = replaced !== undefined && (given === undefined || replaced.validFrom === validFrom);
  const isUnchanged = isIt && isSame(replaced.value, value) && isSame(replaced.more ?? {}, more);
  return { changes: !isUnchanged, validFrom, replaced };
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

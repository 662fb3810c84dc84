/** Applies a change that `decide` allowed, in place. Only this file writes to a ConfigurationState. */
import { defaultActivityId, statusKey } from '../compute/rules.ts';
import type { ActivityType } from '../model.ts';
import { closingOf } from './closed-periods.ts';
import type { Change } from './command.ts';
import { type DocumentKind, storedOf } from './decide-document.ts';
import type { Activity, Person, PlanningUnit, Tenant } from './entities.ts';
import {
  type ConfigurationState,
  defaultPlanningUnitId,
  externalUserIndexKey,
  type PersonAssignment,
  type Stored,
  type TenantRules,
  type TenantTables,
  type WrittenVersion,
} from './tables.ts';

export function evolve(state: ConfigurationState, change: Change): void {
  if (change.entity === 'tenant') {
    putTenant(state, change);
    return;
  }
  const tables = state.tenants.get(change.tenantId);
  if (!tables) throw new Error(`change of tenant ${change.tenantId}, which does not exist`);
  switch (change.entity) {
    case 'statusMapping':
      putStatusMapping(tables, change);
      return;
    case 'matches':
      if (change.after) {
        const { rules, validFrom, ...more } = change.after;
        const version = versionOf(change, rules, validFrom, more);
        setRules(tables, { matches: [...tables.rules.matches, version] });
      }
      return;
    case 'settings':
      if (change.after) {
        const { validFrom, ...value } = change.after;
        const version = versionOf(change, value, validFrom);
        setRules(tables, { settings: [...tables.rules.settings, version] });
      }
      return;
    default:
      putDocument(tables, change);
      putIndexes(state, tables, change);
  }
}

type ChangeTo<K extends Change['entity']> = Extract<Change, { entity: K }>;
type Origin = Pick<Change, 'offset' | 'writtenBy' | 'writtenAt'>;

function putTenant(state: ConfigurationState, change: ChangeTo<'tenant'>): void {
  if (!change.after) {
    removeTenant(state, change);
    return;
  }
  const tenant = storedBy(change, change.after);
  const known = state.tenants.get(change.tenantId);
  mutable(state.tenants).set(change.tenantId, known ? { ...known, tenant } : newTenant(change, tenant));
}

function removeTenant(state: ConfigurationState, { tenantId, writtenAt }: ChangeTo<'tenant'>): void {
  const { tokens, urlTokens } = state.tenants.get(tenantId) ?? {};
  for (const { document } of tokens?.values() ?? []) mutable(state.tokens).delete(document.hash);
  for (const { document } of urlTokens?.values() ?? []) mutable(state.urlTokens).delete(document.hash);
  mutable(state.tenants).delete(tenantId);
  mutable(state.deletedTenants).set(tenantId, writtenAt);
}

function newTenant(change: ChangeTo<'tenant'>, tenant: Stored<Tenant>): TenantTables {
  const unit: PlanningUnit = { name: 'Default', timeZone: tenant.document.timeZone };
  const present: Activity = { name: 'Present', type: 'Presence' };
  return {
    tenantId: change.tenantId,
    tenant,
    rules: {
      activityTypes: new Map([[defaultActivityId, present.type]]),
      statusMappings: new Map(),
      matches: [],
      settings: [],
    },
    planningUnits: new Map([[defaultPlanningUnitId, storedBy(change, unit)]]),
    activities: new Map([[defaultActivityId, storedBy(change, present)]]),
    people: new Map(),
    integrations: new Map(),
    exceptions: new Map(),
    recomputations: new Map(),
    closedPeriods: new Map(),
    erasures: new Map(),
    erasedUsers: new Map(),
    tokens: new Map(),
    urlTokens: new Map(),
    personsByExternalUser: new Map(),
  };
}

function putStatusMapping(tables: TenantTables, change: ChangeTo<'statusMapping'>): void {
  const { integrationId, status, breakType, activityId, validFrom, ...more } = (change.after ??
    change.before)!;
  const key = statusKey(status, breakType);
  const byKey = new Map(tables.rules.statusMappings.get(integrationId));
  if (change.after) {
    byKey.set(key, [...(byKey.get(key) ?? []), versionOf(change, activityId, validFrom, more)]);
  } else {
    byKey.delete(key);
  }
  setRules(tables, { statusMappings: new Map(tables.rules.statusMappings).set(integrationId, byKey) });
}

function putDocument(tables: TenantTables, change: Change): void {
  const documents = mutable(storedOf(tables, change.entity as DocumentKind));
  if (change.entity === 'closedPeriod') {
    putClosedPeriod(tables, change);
  } else if (change.after) {
    documents.set(change.id, storedBy(change, change.after));
  } else if (change.entity === 'activity') {
    documents.set(change.id, { ...storedBy(change, change.before!), deleted: true });
  } else {
    documents.delete(change.id);
  }
}

/** What held when a period was closed stays with it, whatever is noted on it later. */
function putClosedPeriod({ closedPeriods, ...tables }: TenantTables, change: ChangeTo<'closedPeriod'>): void {
  const { id, before, after } = change;
  const known = closedPeriods.get(id);
  const closing = before && known ? known.closing : closingOf({ closedPeriods, ...tables }, after!, change);
  const stored = storedBy(change, after ?? before!);
  mutable(closedPeriods).set(id, { ...stored, deleted: after === null, closing });
}

function putIndexes(state: ConfigurationState, tables: TenantTables, change: Change): void {
  const { tenantId, id } = change;
  switch (change.entity) {
    case 'activity':
      if (change.after) setActivityType(tables, id, change.after.type);
      return;
    case 'person':
      moveExternalUsers(tables, id, change.before, change.after);
      return;
    case 'token':
      if (change.before) mutable(state.tokens).delete(change.before.hash);
      if (change.after) {
        const { hash, role, teams = null } = change.after;
        mutable(state.tokens).set(hash, { tenantId, tokenId: id, role, teams });
      }
      return;
    case 'urlToken':
      if (change.before) mutable(state.urlTokens).delete(change.before.hash);
      if (change.after) {
        const { integrationId, hash } = change.after;
        mutable(state.urlTokens).set(hash, { tenantId, integrationId, tokenId: id });
      }
      return;
    case 'erasure':
      for (const { hash, from, to } of change.after?.users ?? []) {
        const known = tables.erasedUsers.get(hash) ?? [];
        mutable(tables.erasedUsers).set(hash, [...known, { from, to, erasedAt: change.writtenAt }]);
      }
      return;
    case 'integration':
      if (!change.after) removeIntegrationParts(state, tables, id);
      return;
    default:
  }
}

function setActivityType(tables: TenantTables, id: string, type: ActivityType): void {
  if (tables.rules.activityTypes.get(id) === type) return;
  setRules(tables, { activityTypes: new Map(tables.rules.activityTypes).set(id, type) });
}

function moveExternalUsers(
  tables: TenantTables,
  personId: string,
  before: Person | null,
  after: Person | null,
): void {
  const index = mutable(tables.personsByExternalUser);
  for (const { integrationId, externalUserId } of before?.externalUsers ?? []) {
    const key = externalUserIndexKey(integrationId, externalUserId);
    const rest = index.get(key)?.filter((assignment) => assignment.personId !== personId) ?? [];
    if (rest.length > 0) index.set(key, rest);
    else index.delete(key);
  }
  for (const { integrationId, externalUserId, validFrom, validTo } of after?.externalUsers ?? []) {
    const key = externalUserIndexKey(integrationId, externalUserId);
    const assignment: PersonAssignment = { personId, validFrom, validTo };
    index.set(key, [...(index.get(key) ?? []), assignment]);
  }
}

/** With an integration go its mappings and its URL tokens, which must stop to be accepted. */
function removeIntegrationParts(state: ConfigurationState, tables: TenantTables, id: string): void {
  for (const [tokenId, { document }] of [...tables.urlTokens]) {
    if (document.integrationId !== id) continue;
    mutable(tables.urlTokens).delete(tokenId);
    mutable(state.urlTokens).delete(document.hash);
  }
  const statusMappings = new Map(tables.rules.statusMappings);
  if (statusMappings.delete(id)) setRules(tables, { statusMappings });
}

const storedBy = <T>({ offset, writtenBy, writtenAt }: Origin, document: T): Stored<T> => ({
  document,
  offset,
  writtenBy,
  writtenAt,
  deleted: false,
});

const versionOf = <T>(
  { offset, writtenBy, writtenAt }: Origin,
  value: T,
  validFrom: number | null,
  more: object = {},
): WrittenVersion<T> => ({
  value,
  validFrom,
  offset,
  writtenBy,
  writtenAt,
  ...(Object.keys(more).length > 0 ? { more } : {}),
});

function setRules(tables: TenantTables, changed: Partial<TenantRules>): void {
  (tables as { rules: TenantRules }).rules = { ...tables.rules, ...changed };
}

const mutable = <K, V>(map: ReadonlyMap<K, V>): Map<K, V> => map as Map<K, V>;

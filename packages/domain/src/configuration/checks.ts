/** What must hold between documents: references, uniqueness, and what may not be taken away. */
import { localDateOf } from '../calendar.ts';
import { defaultActivityId } from '../compute/rules.ts';
import type { Instant } from '../model.ts';
import type { Fault } from './command.ts';
import type { DocumentKind, Faults, PutCheck } from './decide-document.ts';
import type { Person } from './entities.ts';
import {
  defaultPlanningUnitId,
  externalUserIndexKey,
  type PersonAssignment,
  statusOfKey,
  type TenantTables,
  type WrittenVersion,
} from './tables.ts';

export interface Checks<K extends DocumentKind> {
  readonly put: (check: PutCheck<K>) => Faults;
  /** Conflicts that stand against a deletion. */
  readonly remove: (tables: TenantTables, id: string, at: Instant) => readonly Fault[];
}

/** URL tokens of one integration that may be valid at once, so that one can be rotated (odigo-notifications.md). */
const maxUrlTokens = 2;

const none: Faults = { invalid: [], conflict: [] };
const anything = { put: () => none, remove: () => [] };

export const checks: { readonly [K in DocumentKind]: Checks<K> } = {
  token: { put: checkToken, remove: () => [] },
  planningUnit: { put: checkPlanningUnit, remove: removePlanningUnit },
  activity: { put: checkActivity, remove: removeActivity },
  person: { put: checkPerson, remove: () => [] },
  integration: { put: checkIntegration, remove: removeIntegration },
  urlToken: { put: checkUrlToken, remove: () => [] },
  // Whether people exist is checked before these are written: the log must fold the same once one is erased from it.
  exception: anything,
  recomputation: anything,
  erasure: { ...anything, put: checkErasure, remove: removeErasure },
  closedPeriod: { ...anything, put: checkClosedPeriod },
};

function checkToken({ state, tables, id, document }: PutCheck<'token'>): Faults {
  const used = state.tokens.get(document.hash);
  const isOther = used && !(used.tenantId === tables.tenantId && used.tokenId === id);
  return isOther ? conflict({ path: 'hash', message: 'token is in use already' }) : none;
}

function checkActivity({ id, document }: PutCheck<'activity'>): Faults {
  if (id !== defaultActivityId || document.type === 'Presence') return none;
  return invalid({ path: 'type', message: 'the activity of unmapped statuses must be of type Presence' });
}

function removeActivity(tables: TenantTables, id: string, at: Instant): Fault[] {
  if (id === defaultActivityId) return [{ path: 'id', message: `activity ${id} cannot be deleted` }];
  const faults: Fault[] = [];
  for (const [integrationId, byKey] of tables.rules.statusMappings) {
    for (const [key, versions] of byKey) {
      if (!heldFrom(versions, at).some(({ value }) => value === id)) continue;
      const { status, breakType } = statusOfKey(key);
      const name = breakType === null ? status : `${status}/${breakType}`;
      faults.push({
        path: 'id',
        message: `in use by the mapping of ${name} of integration ${integrationId}`,
      });
    }
  }
  const operand = `activity:${id}`;
  for (const { value } of heldFrom(tables.rules.matches, at)) {
    for (const { actual, scheduled } of value) {
      if (actual !== operand && scheduled !== operand) continue;
      faults.push({ path: 'id', message: `in use by the match of ${actual} with ${scheduled}` });
    }
  }
  return faults;
}

/** Versions that hold at an instant or will hold later. What held before only is history and is kept with it. */
function heldFrom<T>(versions: readonly WrittenVersion<T>[], at: Instant): WrittenVersion<T>[] {
  const byStart = new Map<number, WrittenVersion<T>>();
  for (const version of versions) byStart.set(version.validFrom ?? Number.NEGATIVE_INFINITY, version);
  const starts = [...byStart.keys()].sort((a, b) => a - b);
  return starts
    .filter((_, i) => (starts[i + 1] ?? Number.POSITIVE_INFINITY) > at)
    .map((s) => byStart.get(s)!);
}

/** Days are cut by the zone, so those of a closed period would no longer join those around it. */
function checkPlanningUnit({ tables, id, document }: PutCheck<'planningUnit'>): Faults {
  const zone = tables.planningUnits.get(id)?.document.timeZone;
  if (zone === undefined || zone === document.timeZone) return none;
  const closed = closedOf(tables, id);
  if (closed.length === 0) return none;
  return conflict({
    path: 'timeZone',
    message: `cannot change while periods are closed: ${closed.map(([period]) => period).join(', ')}`,
  });
}

const closedOf = (tables: TenantTables, planningUnitId: string) =>
  [...tables.closedPeriods].filter(
    ([, { document, deleted }]) => !deleted && document.planningUnitId === planningUnitId,
  );

function checkClosedPeriod({ tables, id, document, at }: PutCheck<'closedPeriod'>): Faults {
  const { planningUnitId, from, to } = document;
  const unit = tables.planningUnits.get(planningUnitId)?.document;
  if (!unit) {
    return invalid({ path: 'planningUnitId', message: `unknown planning unit ${planningUnitId}` });
  }
  const today = localDateOf(unit.timeZone, at);
  if (to >= today) return invalid({ path: 'to', message: `must be over: it is ${today} there` });
  const known = tables.closedPeriods.get(id);
  if (known && !known.deleted) {
    const { document: closed } = known;
    const isIt = closed.planningUnitId === planningUnitId && closed.from === from && closed.to === to;
    return isIt ? none : conflict({ path: '', message: 'is closed already: open it again first' });
  }
  const overlapping = closedOf(tables, planningUnitId).filter(
    ([, { document: other }]) => other.from <= to && from <= other.to,
  );
  if (overlapping.length === 0) return none;
  return conflict({ path: 'from', message: `overlaps the closed period ${overlapping[0]![0]}` });
}

function removePlanningUnit(tables: TenantTables, id: string): Fault[] {
  if (id === defaultPlanningUnitId) return [{ path: 'id', message: `planning unit ${id} cannot be deleted` }];
  const closed = closedOf(tables, id).map(([period]) => ({
    path: 'id',
    message: `planning unit has the closed period ${period}`,
  }));
  return [...closed, ...usersOf(tables, 'planning unit', (person) => person.planningUnitId === id)];
}

function removeIntegration(tables: TenantTables, id: string): Fault[] {
  return usersOf(tables, 'integration', ({ externalUsers }) =>
    externalUsers.some(({ integrationId }) => integrationId === id),
  );
}

/** Names the first few of the people that stand against a deletion, and their number. */
function usersOf(tables: TenantTables, noun: string, uses: (person: Person) => boolean): Fault[] {
  const found: string[] = [];
  for (const [id, { document }] of tables.people) if (uses(document)) found.push(id);
  if (found.length === 0) return [];
  const shown = found.slice(0, 10).join(', ');
  const more = found.length > 10 ? ` and ${found.length - 10} more` : '';
  return [{ path: 'id', message: `${noun} is in use by people: ${shown}${more}` }];
}

function checkPerson({ tables, id, document }: PutCheck<'person'>): Faults {
  const invalids: Fault[] = [];
  const conflicts: Fault[] = [];
  if (!tables.planningUnits.has(document.planningUnitId)) {
    invalids.push({ path: 'planningUnitId', message: `unknown planning unit ${document.planningUnitId}` });
  }
  document.externalUsers.forEach((user, index) => {
    const path = `externalUsers[${index}]`;
    if (!tables.integrations.has(user.integrationId)) {
      invalids.push({ path: `${path}.integrationId`, message: `unknown integration ${user.integrationId}` });
    }
    const twin = document.externalUsers
      .slice(0, index)
      .some(
        (other) =>
          other.integrationId === user.integrationId &&
          other.externalUserId === user.externalUserId &&
          overlaps(other, user),
      );
    if (twin) {
      invalids.push({ path, message: 'the same external user is listed twice for overlapping times' });
    }
    const key = externalUserIndexKey(user.integrationId, user.externalUserId);
    for (const other of tables.personsByExternalUser.get(key) ?? []) {
      if (other.personId === id || !overlaps(other, user)) continue;
      const message = `this external user belongs to person ${other.personId} at that time`;
      conflicts.push({ path, message });
    }
  });
  return { invalid: invalids, conflict: conflicts };
}

type Validity = Pick<PersonAssignment, 'validFrom' | 'validTo'>;

const overlaps = (a: Validity, b: Validity): boolean =>
  (a.validFrom === null || b.validTo === null || a.validFrom < b.validTo) &&
  (b.validFrom === null || a.validTo === null || b.validFrom < a.validTo);

function checkIntegration({ tables, id, document }: PutCheck<'integration'>): Faults {
  for (const [otherId, other] of tables.integrations) {
    if (otherId !== id && other.document.name === document.name) {
      return conflict({ path: 'name', message: `integration ${otherId} has this name already` });
    }
  }
  return none;
}

function checkUrlToken({ state, tables, id, document }: PutCheck<'urlToken'>): Faults {
  const { integrationId, hash } = document;
  if (!tables.integrations.has(integrationId)) {
    return invalid({ path: 'integrationId', message: `unknown integration ${integrationId}` });
  }
  // A token says for good whose notifications it brings, so it is never written again with another document.
  const known = tables.urlTokens.get(id)?.document;
  if (known && (known.hash !== hash || known.integrationId !== integrationId)) {
    return conflict({ path: 'id', message: `URL token ${id} exists already` });
  }
  const used = state.urlTokens.get(hash);
  if (used && !(used.tenantId === tables.tenantId && used.tokenId === id)) {
    return conflict({ path: 'hash', message: 'URL token is in use already' });
  }
  let others = 0;
  for (const [otherId, other] of tables.urlTokens) {
    if (otherId !== id && other.document.integrationId === integrationId) others++;
  }
  if (others < maxUrlTokens) return none;
  return conflict({
    path: '',
    message: `at most ${maxUrlTokens} URL tokens may be valid at once: revoke one first`,
  });
}

function checkErasure({ tables, id, document }: PutCheck<'erasure'>): Faults {
  const faults: Fault[] = [];
  if (tables.erasures.has(id)) faults.push({ path: 'id', message: `erasure ${id} exists already` });
  // Whoever obeys it must not meet the person again.
  if (tables.people.has(document.personId)) faults.push({ path: 'personId', message: 'is not deleted' });
  return conflict(...faults);
}

function removeErasure(): Fault[] {
  return [{ path: 'id', message: 'an erasure stays' }];
}

const invalid = (...faults: Fault[]): Faults => ({ invalid: faults, conflict: [] });
const conflict = (...faults: Fault[]): Faults => ({ invalid: [], conflict: faults });

/** Whose numbers a change of the configuration touches, and over which time. */
import type { Instant } from '../model.ts';
import { intervalOf } from './closed-periods.ts';
import type { Change } from './command.ts';
import type { Exception, Person } from './entities.ts';
import { concerns, externalUserIndexKey, type TenantTables } from './tables.ts';

/** Half-open; null = open in that direction. */
export interface OpenInterval {
  readonly from: Instant | null;
  readonly to: Instant | null;
}

export interface ExternalUserRef {
  readonly integrationId: string;
  readonly externalUserId: string;
}

export type Affected =
  | (OpenInterval & { readonly all: true })
  | {
      readonly all: false;
      readonly people: readonly (OpenInterval & { readonly personId: string })[];
      /** External users that were given, taken or moved: who keeps facts of theirs must look for their people. */
      readonly externalUsers: readonly ExternalUserRef[];
    };

const always: OpenInterval = { from: null, to: null };
const nobody: Affected = { all: false, people: [], externalUsers: [] };

/** `tables` are those after the change. */
export function affected(change: Change, tables: TenantTables): Affected {
  switch (change.entity) {
    case 'statusMapping': {
      const { integrationId } = (change.after ?? change.before)!;
      // A deletion removes all versions, the one that holds always among them.
      const from = change.after ? change.after.validFrom : null;
      return everyUserOf(tables, integrationId, { from, to: null });
    }
    case 'matches':
    case 'settings':
      // Open at the end, even where a later version takes over: an episode or a status that began under this
      // version goes on beyond it.
      return { all: true, from: change.after?.validFrom ?? null, to: null };
    case 'activity': {
      const previous = change.before ?? change.revived;
      const changesType = previous !== null && change.after !== null && previous.type !== change.after.type;
      return changesType ? { all: true, ...always } : nobody;
    }
    case 'planningUnit': {
      if (!change.before || !change.after || change.before.timeZone === change.after.timeZone) return nobody;
      return peopleWhere(tables, ({ planningUnitId }) => planningUnitId === change.id, always);
    }
    case 'integration': {
      const { before, after } = change;
      const changes =
        before?.feedGapSeconds !== after?.feedGapSeconds || before?.timeZone !== after?.timeZone;
      return before && changes ? everyUserOf(tables, change.id, always) : nobody;
    }
    case 'person':
      return affectedByPerson(change.id, change.before, change.after, tables);
    case 'exception':
      return affectedByException(change.before, change.after, tables);
    case 'recomputation':
      return affectedByRecomputation(change);
    case 'closedPeriod':
      return affectedByClosing(change, tables);
    case 'tenant':
    case 'erasure':
    case 'token':
    case 'urlToken':
      return nobody;
  }
}

function affectedByPerson(
  personId: string,
  before: Person | null,
  after: Person | null,
  tables: TenantTables,
): Affected {
  const users = movedUsers(before, after);
  // The team decides which exceptions concern a person, the unit in which zone its days are cut.
  const isItself =
    users.length > 0 ||
    !before ||
    !after ||
    before.team !== after.team ||
    before.planningUnitId !== after.planningUnitId;
  const personIds = new Set<string>(isItself ? [personId] : []);
  for (const { integrationId, externalUserId } of users) {
    const key = externalUserIndexKey(integrationId, externalUserId);
    for (const other of tables.personsByExternalUser.get(key) ?? []) personIds.add(other.personId);
  }
  const people = [...personIds].map((id) => ({ personId: id, ...always }));
  return { all: false, people, externalUsers: users };
}

/** External users that are not in both documents with the same validity. */
function movedUsers(before: Person | null, after: Person | null): ExternalUserRef[] {
  const text = (user: Person['externalUsers'][number]) =>
    JSON.stringify([user.integrationId, user.externalUserId, user.validFrom, user.validTo]);
  const old = new Set(before?.externalUsers.map(text));
  const now = new Set(after?.externalUsers.map(text));
  const moved = new Map<string, ExternalUserRef>();
  for (const user of [...(before?.externalUsers ?? []), ...(after?.externalUsers ?? [])]) {
    if (old.has(text(user)) && now.has(text(user))) continue;
    const { integrationId, externalUserId } = user;
    moved.set(externalUserIndexKey(integrationId, externalUserId), { integrationId, externalUserId });
  }
  return [...moved.values()];
}

function affectedByException(
  before: Exception | null,
  after: Exception | null,
  tables: TenantTables,
): Affected {
  const documents = [before, after].filter((document) => document !== null);
  const from = Math.min(...documents.map((document) => document.from));
  const to = Math.max(...documents.map((document) => document.to));
  if (documents.some(({ everyone }) => everyone)) return { all: true, from, to };
  return peopleWhere(
    tables,
    ({ team }, personId) => documents.some((document) => concerns(document, personId, team)),
    { from, to },
  );
}

function affectedByRecomputation({ after }: Extract<Change, { entity: 'recomputation' }>): Affected {
  if (!after) return nobody;
  const { personIds, from, to } = after;
  if (!personIds) return { all: true, from, to };
  return { all: false, people: personIds.map((personId) => ({ personId, from, to })), externalUsers: [] };
}

/** Closing freezes what is known; opening again computes it anew. A note changes nothing. */
function affectedByClosing(
  { id, before, after }: Extract<Change, { entity: 'closedPeriod' }>,
  tables: TenantTables,
): Affected {
  const period = tables.closedPeriods.get(id);
  if (!period || (before && after)) return nobody;
  const { from, to } = intervalOf(period);
  // The dates beside it begin and end with it, of who has another zone by now.
  const beside = after ? 0 : zonesApartMs;
  const interval = { from: from - beside, to: to + beside };
  const people = [...period.closing.people.keys()].map((personId) => ({ personId, ...interval }));
  return { all: false, people, externalUsers: [] };
}

const zonesApartMs = 26 * 60 * 60_000;

function everyUserOf(tables: TenantTables, integrationId: string, interval: OpenInterval): Affected {
  return peopleWhere(
    tables,
    ({ externalUsers }) => externalUsers.some((user) => user.integrationId === integrationId),
    interval,
  );
}

function peopleWhere(
  tables: TenantTables,
  isMeant: (person: Person, personId: string) => boolean,
  interval: OpenInterval,
): Affected {
  const people: (OpenInterval & { personId: string })[] = [];
  for (const [personId, { document }] of tables.people) {
    if (isMeant(document, personId)) people.push({ personId, ...interval });
  }
  return { all: false, people, externalUsers: [] };
}

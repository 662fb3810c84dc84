/**
 * The configuration as it stands at an offset of its log.
 *
 * Ownership: `evolve` (decide.ts) alone changes a state, in place, so that a command costs the same with 100,000
 * people as with ten. Documents and version lists are never changed, only replaced: keep those across commands, not
 * the maps. `TenantTables.rules` is replaced as a whole whenever something in it changes, so caches may hang on its
 * identity.
 */
import { type RuleTables, statusKey, type Version } from '../compute/rules.ts';
import type { ExternalUserAssignment, Instant } from '../model.ts';
import type { StoredClosedPeriod } from './closed-periods.ts';
import type {
  Activity,
  Erasure,
  Exception,
  Integration,
  Person,
  PlanningUnit,
  Recomputation,
  Role,
  SettingsDocument,
  Tenant,
  Token,
  UrlToken,
} from './entities.ts';

/** A document as it was last written. */
export interface Stored<T> {
  readonly document: T;
  /** Offset of the command on the log; the version that a writer saw. */
  readonly offset: number;
  readonly writtenBy: string;
  readonly writtenAt: Instant;
  /** Activities are kept after their deletion, so that history keeps their names and types; closed periods too. */
  readonly deleted: boolean;
}

/** A version by validFrom (null = always); lists are in the order in which they were written. */
export interface WrittenVersion<T> extends Version<T> {
  readonly offset: number;
  readonly writtenBy: string;
  readonly writtenAt: Instant;
  /** Fields of its document that are not known here. */
  readonly more?: object;
}

export type SettingsValue = Omit<SettingsDocument, 'validFrom'>;
export type MatchRules = readonly { readonly actual: string; readonly scheduled: string }[];

/** What `compileRules` reads. Replaced as a whole on every change. */
export interface TenantRules extends RuleTables {
  /** integrationId -> `statusKey(status, breakType)` -> versions of the activity id. */
  readonly statusMappings: ReadonlyMap<string, ReadonlyMap<string, readonly WrittenVersion<string>[]>>;
  readonly matches: readonly WrittenVersion<MatchRules>[];
  readonly settings: readonly WrittenVersion<SettingsValue>[];
}

/** Who an external user belongs to, within validFrom..validTo (null = open). */
export interface PersonAssignment {
  readonly personId: string;
  readonly validFrom: Instant | null;
  readonly validTo: Instant | null;
}

export interface TenantTables {
  readonly tenantId: string;
  readonly tenant: Stored<Tenant>;
  readonly rules: TenantRules;
  readonly planningUnits: ReadonlyMap<string, Stored<PlanningUnit>>;
  readonly activities: ReadonlyMap<string, Stored<Activity>>;
  readonly people: ReadonlyMap<string, Stored<Person>>;
  readonly integrations: ReadonlyMap<string, Stored<Integration>>;
  readonly exceptions: ReadonlyMap<string, Stored<Exception>>;
  readonly recomputations: ReadonlyMap<string, Stored<Recomputation>>;
  /** Those that were opened again are kept as deleted. */
  readonly closedPeriods: ReadonlyMap<string, StoredClosedPeriod>;
  readonly erasures: ReadonlyMap<string, Stored<Erasure>>;
  /** `erasedUserHash` -> what was erased of an external user, and when. */
  readonly erasedUsers: ReadonlyMap<string, readonly ErasedUser[]>;
  readonly tokens: ReadonlyMap<string, Stored<Token>>;
  readonly urlTokens: ReadonlyMap<string, Stored<UrlToken>>;
  /** `externalUserIndexKey` -> assignments, none of which overlap. */
  readonly personsByExternalUser: ReadonlyMap<string, readonly PersonAssignment[]>;
}

/** A feed whose silences count: longer ones than the threshold are no data (domain.md, "Feed gap"). */
export interface FeedThreshold {
  readonly integrationId: string;
  readonly thresholdMs: number;
}

export const feedThresholds = ({ integrations }: Pick<TenantTables, 'integrations'>): FeedThreshold[] =>
  [...integrations].flatMap(([integrationId, { document, deleted }]) =>
    deleted || document.feedGapSeconds === null
      ? []
      : [{ integrationId, thresholdMs: document.feedGapSeconds * 1000 }],
  );

export interface ErasedUser {
  readonly from: Instant | null;
  readonly to: Instant | null;
  readonly erasedAt: Instant;
}

export interface ConfigurationState {
  readonly tenants: ReadonlyMap<string, TenantTables>;
  /** SHA-256 of a notification URL token, in hexadecimal. */
  readonly urlTokens: ReadonlyMap<string, { tenantId: string; integrationId: string; tokenId: string }>;
  /** SHA-256 of an API token, in hexadecimal. */
  readonly tokens: ReadonlyMap<string, KnownToken>;
  /** Tenants that were deleted, and when: what is on its way for one is nobody's, and its id is not given again. */
  readonly deletedTenants: ReadonlyMap<string, Instant>;
}

export interface KnownToken {
  readonly tenantId: string;
  readonly tokenId: string;
  readonly role: Role;
  /** Teams that it is limited to; null = the whole tenant. */
  readonly teams: readonly string[] | null;
}

export const emptyState = (): ConfigurationState => ({
  tenants: new Map(),
  urlTokens: new Map(),
  tokens: new Map(),
  deletedTenants: new Map(),
});

export const defaultPlanningUnitId = 'default';

export const externalUserIndexKey = (integrationId: string, externalUserId: string): string =>
  `${integrationId}\u0000${externalUserId}`;

/** The person an external user belongs to at an instant, null while unmapped. */
export function personAt(
  tables: TenantTables,
  integrationId: string,
  externalUserId: string,
  at: Instant,
): string | null {
  const assignments = tables.personsByExternalUser.get(externalUserIndexKey(integrationId, externalUserId));
  return assignments?.find((assignment) => holdsAt(assignment, at))?.personId ?? null;
}

export const holdsAt = (
  { validFrom, validTo }: Pick<ExternalUserAssignment, 'validFrom' | 'validTo'>,
  at: Instant,
): boolean => (validFrom === null || validFrom <= at) && (validTo === null || at < validTo);

/** The version with the greatest validFrom <= at, the latest written among equals; undefined before the first. */
export function versionAt<T, V extends Version<T>>(versions: readonly V[], at: Instant): V | undefined {
  let held: V | undefined;
  for (const version of versions) {
    const from = version.validFrom ?? Number.NEGATIVE_INFINITY;
    if (from > at) continue;
    if (!held || from >= (held.validFrom ?? Number.NEGATIVE_INFINITY)) held = version;
  }
  return held;
}

/** Id of a status mapping on the log: integration, status and break type (null = the fallback `(status, *)`). */
export const statusMappingId = (integrationId: string, status: string, breakType: string | null): string =>
  `${integrationId}\u0000${statusKey(status, breakType)}`;

/** Status and break type of a `statusKey`. */
export function statusOfKey(key: string): { readonly status: string; readonly breakType: string | null } {
  const at = key.indexOf('\u0000');
  return at < 0
    ? { status: key, breakType: null }
    : { status: key.slice(0, at), breakType: key.slice(at + 1) };
}

/** The zone whose calendar a person's days follow: that of the planning unit. */
export function timeZoneOf(tables: TenantTables, person: Person): string {
  return (
    tables.planningUnits.get(person.planningUnitId)?.document.timeZone ?? tables.tenant.document.timeZone
  );
}

/** Exceptions that concern a person, by its last document. */
export const exceptionsOf = (tables: TenantTables, personId: string): { from: Instant; to: Instant }[] =>
  exceptionsConcerning(tables, personId).map(({ stored: { document } }) => ({
    from: document.from,
    to: document.to,
  }));

export interface ConcerningException {
  readonly id: string;
  readonly stored: Stored<Exception>;
}

export function exceptionsConcerning(tables: TenantTables, personId: string): ConcerningException[] {
  const team = tables.people.get(personId)?.document.team ?? null;
  const found: ConcerningException[] = [];
  for (const [id, stored] of tables.exceptions) {
    if (concerns(stored.document, personId, team)) found.push({ id, stored });
  }
  return found;
}

export function concerns(exception: Exception, personId: string, team: string | null): boolean {
  if (exception.everyone || exception.personIds?.includes(personId)) return true;
  return team !== null && exception.teams?.includes(team) === true;
}

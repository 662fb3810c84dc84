/**
 * A golden vector as scenarios: folds the calls to the console's API into the configuration of a tenant and takes the
 * events as facts. It knows only the calls that vectors make; any other one is an error.
 */
import type { ActivityType, Instant, Interval, LineFact, ScheduleDocument } from '@adherence/domain/model.ts';
import { instantOfLocal } from './naive-calendar.ts';
import type { SettingsVersion } from './scenario.ts';
import { type MappingVersion, type MatchesVersion, presentActivityId, type Scenario } from './scenario.ts';
import type { VectorCall, VectorEvent, VectorPhase } from './vector-files.ts';

export interface VectorTenant {
  readonly planningUnitZones: Map<string, string>;
  readonly activityTypes: Map<string, ActivityType>;
  readonly feedGapSeconds: Map<string, number | null>;
  readonly people: Map<string, VectorPerson>;
  readonly exceptions: Map<string, VectorException>;
  /** By person, then by shift date. */
  readonly schedules: Map<string, Map<string, ScheduleDocument>>;
  readonly mappings: MappingVersion[];
  readonly matches: MatchesVersion[];
  readonly settings: SettingsVersion[];
  readonly facts: LineFact[];
}

export interface VectorPerson {
  readonly name: string;
  readonly team: string;
  readonly planningUnitId: string;
  readonly externalUsers: readonly {
    integrationId: string;
    externalUserId: string;
    validFrom?: string;
    validTo?: string;
  }[];
}

interface VectorException {
  readonly personIds?: readonly string[];
  readonly teams?: readonly string[];
  readonly everyone?: boolean;
  readonly from: string;
  readonly to: string;
}

/** The zone of a new tenant, which is that of its planning unit `default`: the vectors' README. */
export const vectorTimeZone = 'Europe/Paris';

/** The configuration and facts after the given phases, the earlier ones first. */
export function vectorTenant(phases: readonly VectorPhase[]): VectorTenant {
  const tenant: VectorTenant = {
    planningUnitZones: new Map([['default', vectorTimeZone]]),
    activityTypes: new Map([[presentActivityId, 'Presence']]),
    feedGapSeconds: new Map(),
    people: new Map(),
    exceptions: new Map(),
    schedules: new Map(),
    mappings: [],
    matches: [],
    settings: [],
    facts: [],
  };
  for (const phase of phases) {
    for (const call of phase.calls) apply(tenant, call);
    for (const event of phase.events) tenant.facts.push(factOf(event));
  }
  return tenant;
}

export function scenarioOf(tenant: VectorTenant, personId: string, asOf: Instant): Scenario {
  const person = tenant.people.get(personId)!;
  return {
    externalUsers: person.externalUsers.map((user) => ({
      integrationId: user.integrationId,
      externalUserId: user.externalUserId,
      validFrom: user.validFrom === undefined ? null : Date.parse(user.validFrom),
      validTo: user.validTo === undefined ? null : Date.parse(user.validTo),
    })),
    facts: tenant.facts,
    feeds: [...tenant.feedGapSeconds].map(([integrationId, feedGapSeconds]) => ({
      integrationId,
      feedGapSeconds,
      notifiedAt: tenant.facts
        .filter((fact) => fact.integrationId === integrationId)
        .map((fact) => fact.occurredAt),
    })),
    scheduleDocuments: [...(tenant.schedules.get(personId)?.values() ?? [])],
    exceptions: [...tenant.exceptions.values()]
      .filter((exception) => concerns(exception, personId, person))
      .map(({ from, to }): Interval => ({ from: Date.parse(from), to: Date.parse(to) })),
    activityTypes: tenant.activityTypes,
    mappings: tenant.mappings,
    matches: tenant.matches,
    settings: tenant.settings,
    asOf,
  };
}

function concerns(exception: VectorException, personId: string, person: VectorPerson): boolean {
  if (exception.everyone === true) return true;
  return exception.personIds?.includes(personId) || exception.teams?.includes(person.team) || false;
}

/** The vectors' events have no repeats, so the id and its instant are the key and nothing competes with it. */
function factOf(event: VectorEvent): LineFact {
  const occurredAt = Date.parse(event.occurredAt);
  const content = JSON.stringify(Object.values({ ...event, occurredAt }));
  return {
    ...event,
    occurredAt,
    dedupKey: event.eventId === null ? content : `${event.eventId}|${occurredAt}`,
    contentHash: content,
    receivedAt: occurredAt,
  };
}

function apply(tenant: VectorTenant, call: VectorCall): void {
  const [collection, ...ids] = call.path.replace('/api/v1/', '').split('/').map(decodeURIComponent);
  const body = call.body as never;
  const name = `${call.method} ${[collection, ...ids.map((id) => (isWord(id) ? id : '*'))].join('/')}`;
  const handle = handlers[name];
  if (handle === undefined) throw new Error(`A vector makes a call that the model does not know: ${name}`);
  handle(tenant, body, ids, call);
}

const isWord = (part: string): boolean => part === 'status-mappings' || part === 'import';

type Handler = (tenant: VectorTenant, body: never, ids: readonly string[], call: VectorCall) => void;

const handlers: Readonly<Record<string, Handler>> = {
  'PUT planning-units/*': (tenant, body: { timeZone: string }, [id]) => {
    tenant.planningUnitZones.set(id!, body.timeZone);
  },
  'PUT activities/*': (tenant, body: { type: ActivityType }, [id]) => {
    tenant.activityTypes.set(id!, body.type);
  },
  'PUT integrations/*': (tenant, body: { feedGapSeconds: number | null }, [id]) => {
    tenant.feedGapSeconds.set(id!, body.feedGapSeconds);
  },
  'PUT people/*': (tenant, body: VectorPerson, [id]) => {
    tenant.people.set(id!, { ...body, planningUnitId: body.planningUnitId ?? 'default' });
  },
  'PUT exceptions/*': (tenant, body: VectorException, [id]) => {
    tenant.exceptions.set(id!, body);
  },
  'POST integrations/*/status-mappings': (tenant, body: Dated<MappingVersion>, [integrationId]) => {
    const siblings = tenant.mappings.filter(
      (mapping) =>
        mapping.integrationId === integrationId &&
        mapping.status === body.status &&
        mapping.breakType === body.breakType,
    );
    tenant.mappings.push({ ...body, integrationId: integrationId!, validFrom: validFromOf(body, siblings) });
  },
  'PUT matches': (tenant, body: Dated<MatchesVersion>) => {
    tenant.matches.push({ ...body, validFrom: validFromOf(body, tenant.matches) });
  },
  'PUT settings': (tenant, body: Dated<SettingsVersion>) => {
    tenant.settings.push({ ...body, validFrom: validFromOf(body, tenant.settings) });
  },
  'PUT schedules/*/*': (tenant, body: { activities: CsvActivity[] }, [personId, shiftDate]) => {
    setSchedule(tenant, personId!, shiftDate!, body.activities);
  },
  'POST schedules/import': (tenant, _body, _ids, call) => importSchedules(tenant, call.text!),
};

type Dated<Version> = Omit<Version, 'validFrom'> & { readonly validFrom?: string };
interface CsvActivity {
  readonly activityId: string;
  readonly start: string;
  readonly end: string;
}

/** The time of writing of a vector: any time after all of its dates. */
const writtenAt: Instant = Date.parse('2100-01-01T00:00:00Z');

/** Without validFrom the first version of an entity holds always, a later one from the time of writing. */
function validFromOf(body: { readonly validFrom?: string }, before: readonly unknown[]): Instant | null {
  if (body.validFrom !== undefined) return Date.parse(body.validFrom);
  return before.length === 0 ? null : writtenAt;
}

function importSchedules(tenant: VectorTenant, csv: string): void {
  const [header, ...lines] = csv.split('\r\n').filter((line) => line !== '');
  if (header !== 'personId,shiftDate,activityId,start,end') throw new Error(`Unknown columns: ${header}`);
  const documents = Map.groupBy(
    lines.map((line) => line.split(',') as [string, string, string, string, string]),
    ([personId, shiftDate]) => `${personId} ${shiftDate}`,
  );
  for (const rows of documents.values()) {
    const activities = rows.map(([, , activityId, start, end]) => ({ activityId, start, end }));
    setSchedule(tenant, rows[0]![0], rows[0]![1], activities);
  }
}

function setSchedule(
  tenant: VectorTenant,
  personId: string,
  shiftDate: string,
  activities: CsvActivity[],
): void {
  const zone = tenant.planningUnitZones.get(tenant.people.get(personId)!.planningUnitId)!;
  const instant = (time: string) => (time.endsWith('Z') ? Date.parse(time) : instantOfLocal(zone, time));
  const document: ScheduleDocument = {
    shiftDate,
    activities: activities.map(({ activityId, start, end }) => ({
      activityId,
      start: instant(start),
      end: instant(end),
    })),
  };
  const documents = tenant.schedules.get(personId) ?? new Map<string, ScheduleDocument>();
  tenant.schedules.set(personId, documents.set(shiftDate, document));
}

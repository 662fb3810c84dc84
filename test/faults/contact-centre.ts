/**
 * A contact centre as a pure function of the seed: who works when, under which external users, and the configuration
 * that it begins with. Its days lie before `today`, so that nothing is open any more when it is computed.
 */

import { type Random, randomOf } from '@adherence/demo/random.ts';
import { addDays, instantOf } from '@adherence/domain/calendar.ts';
import type { ScheduledActivity } from '@adherence/domain/model.ts';
import type { ApiRequest } from './api-request.ts';

export interface ExternalUser {
  readonly integrationId: string;
  readonly externalUserId: string;
}

export interface Agent {
  readonly personId: string;
  readonly timeZone: string;
  readonly planningUnitId: string;
  readonly team: string;
  readonly users: readonly ExternalUser[];
}

export interface Shift {
  readonly personId: string;
  readonly shiftDate: string;
  readonly activities: readonly ScheduledActivity[];
}

export interface Centre {
  /** What each works; some work without a schedule. */
  readonly worked: readonly Shift[];
  /** Shift dates, the last one is yesterday. */
  readonly dates: readonly string[];
  readonly agents: readonly Agent[];
  /** Users that are sent from the start and that nobody is mapped to at first. */
  readonly strangers: readonly ExternalUser[];
  /** The schedules at the start. */
  readonly shifts: readonly Shift[];
  /** Everything but schedules, in an order in which it can be written. */
  readonly configuration: readonly ApiRequest[];
}

export const tenantTimeZone = 'Europe/Paris';
type Some<T> = readonly [T, ...T[]];

export const integrations: Some<{
  readonly id: string;
  readonly timeZone: string;
  readonly feedGapSeconds: number | null;
}> = [
  { id: 'odigo-a', timeZone: 'Europe/Paris', feedGapSeconds: 1_500 },
  { id: 'odigo-b', timeZone: 'Asia/Kathmandu', feedGapSeconds: null },
];
export const units: Some<{ readonly id: string; readonly timeZone: string }> = [
  { id: 'paris', timeZone: 'Europe/Paris' },
  { id: 'kathmandu', timeZone: 'Asia/Kathmandu' },
];
const teams = ['red', 'green', 'blue'] as const;
export const activities = [
  { id: 'calls', type: 'Presence' },
  { id: 'mail', type: 'Presence' },
  { id: 'lunch', type: 'Break' },
  { id: 'short-break', type: 'Break' },
  { id: 'meeting', type: 'Meeting' },
  { id: 'vacation', type: 'Vacation' },
] as const;
/** Mapped at the start; `TRAINING` and `OUTBOUND` are sent too and mapped to nothing. */
const mappings = [
  { status: 'AVAILABLE', breakType: null, activityId: 'calls' },
  { status: 'TALKING', breakType: null, activityId: 'calls' },
  { status: 'WRAPUP', breakType: null, activityId: 'calls' },
  { status: 'BACKOFFICE', breakType: null, activityId: 'mail' },
  { status: 'BREAK', breakType: null, activityId: 'short-break' },
  { status: 'BREAK', breakType: 'lunch', activityId: 'lunch' },
  { status: 'BREAK', breakType: 'coach', activityId: 'meeting' },
] as const;

/** `today`: local date in the zone of the tenant. */
export function centreOf(seed: number, today: string): Centre {
  const random = randomOf('faults', seed, 'centre');
  const agents = Array.from({ length: random.whole(30, 60) }, (_, number) => agentOf(random, number));
  const dates = [-3, -2, -1].map((days) => addDays(today, days));
  const strangers = Array.from({ length: 4 }, (_, number) => ({
    integrationId: integrations[number % 2]!.id,
    externalUserId: `stranger.${number}@helios.example`,
  }));
  const worked = agents.flatMap((agent) => shiftsOf(seed, agent, dates));
  const unplanned = new Set(agents.filter(() => random.chance(0.12)).map(({ personId }) => personId));
  const shifts = worked.filter(({ personId }) => !unplanned.has(personId));
  return { dates, agents, strangers, worked, shifts, configuration: configurationOf(agents) };
}

function agentOf(random: Random, number: number): Agent {
  const unit = random.pick(units);
  const first = number % 2;
  const user = (integration: number): ExternalUser => ({
    integrationId: integrations[integration]!.id,
    externalUserId: `agent.${number}@helios.example`,
  });
  return {
    personId: `p${String(number).padStart(2, '0')}`,
    timeZone: unit.timeZone,
    planningUnitId: unit.id,
    team: random.pick(teams),
    users: random.chance(0.25) ? [user(first), user(1 - first)] : [user(first)],
  };
}

const minute = 60_000;
const hour = 60 * minute;

/** Early, day and night shifts; the last date has early ones only, so that yesterday is decided by midnight. */
function shiftsOf(seed: number, agent: Agent, dates: readonly string[]): Shift[] {
  const random = randomOf('faults', seed, 'shifts', agent.personId);
  const isNight = random.chance(0.2);
  return dates.flatMap((shiftDate, index) => {
    if (random.chance(0.08)) return [];
    const isLast = index === dates.length - 1;
    // After a night the next shift would overlap it.
    if (isLast && isNight) return [];
    const startHour = isNight ? 22 : isLast ? 5 : random.whole(6, 9);
    const wallClock =
      Date.parse(`${shiftDate}T00:00:00Z`) + startHour * hour + random.whole(0, 3) * 15 * minute;
    const start = instantOf(agent.timeZone, wallClock).instant;
    if (!isNight && random.chance(0.04)) {
      return [{ personId: agent.personId, shiftDate, activities: [slot('vacation', start, 8 * hour)] }];
    }
    return [{ personId: agent.personId, shiftDate, activities: plan(random, start) }];
  });
}

const slot = (activityId: string, start: number, lengthMs: number): ScheduledActivity => ({
  activityId,
  start,
  end: start + lengthMs,
});

/** Eight hours at most. */
function plan(random: Random, start: number): ScheduledActivity[] {
  const parts: readonly (readonly [string, number])[] = [
    ['calls', random.whole(5, 7)],
    ['short-break', 1],
    [random.pick(['calls', 'mail']), random.whole(5, 6)],
    ['lunch', random.whole(2, 3)],
    ['meeting', random.whole(0, 2)],
    ['calls', random.whole(8, 11)],
  ];
  const planned: ScheduledActivity[] = [];
  let at = start;
  for (const [activityId, quarters] of parts) {
    if (quarters > 0) planned.push(slot(activityId, at, quarters * 15 * minute));
    at += quarters * 15 * minute;
  }
  return planned;
}

export const contact = { name: 'Service desk', email: 'service.desk@helios.example' };

function configurationOf(agents: readonly Agent[]): ApiRequest[] {
  const put = (path: string, body: unknown): ApiRequest => ({ method: 'PUT', path, body });
  return [
    ...units.map(({ id, timeZone }) => put(`/planning-units/${id}`, { name: id, timeZone })),
    ...activities.map(({ id, type }) => put(`/activities/${id}`, { name: id, type })),
    ...integrations.map(({ id, timeZone, feedGapSeconds }) =>
      put(`/integrations/${id}`, { name: id, timeZone, contact, breakDetail: null, feedGapSeconds }),
    ),
    ...integrations.flatMap(({ id }) =>
      mappings.map(
        (mapping): ApiRequest => ({
          method: 'POST',
          path: `/integrations/${id}/status-mappings`,
          body: { ...mapping, validFrom: null },
        }),
      ),
    ),
    put('/settings', settingsOf({ notPresent: 120, wrongActivity: 60, notScheduled: 0 }, 'forgive', null)),
    ...agents.map((agent) =>
      put(
        `/people/${agent.personId}`,
        personDocument(
          agent,
          agent.users.map((user) => ({ ...user, validFrom: null, validTo: null })),
        ),
      ),
    ),
  ];
}

/** The policy ends every status of yesterday's shifts before midnight. */
export const settingsOf = (
  bufferSeconds: {
    readonly notPresent: number;
    readonly wrongActivity: number;
    readonly notScheduled: number;
  },
  graceMode: string,
  validFrom: string | null,
) => ({
  bufferSeconds,
  graceMode,
  missingLogout: { afterShiftEndSeconds: 1_800, maxStatusSeconds: 21_600 },
  validFrom,
});

export interface Assignment extends ExternalUser {
  readonly validFrom: string | null;
  readonly validTo: string | null;
}

export const personDocument = (
  { personId, team, planningUnitId }: Pick<Agent, 'personId' | 'team' | 'planningUnitId'>,
  externalUsers: readonly Assignment[],
) => ({ name: `Person ${personId}`, team, planningUnitId, externalUsers });

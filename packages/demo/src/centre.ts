/**
 * The simulated contact centre: who works there, when, and how its two Odigo platforms are connected.
 *
 * Shifts are dealt out so that at every hour of the day more than ten people are scheduled: whoever starts the demo
 * at three in the morning finds a full board too.
 */
import type { ActivityType } from '@adherence/domain/model.ts';
import { directory } from './directory.ts';

/** Raised when anything below changes; a tenant set up by an older one is brought up to date. */
export const centreVersion = 1;

export interface PlanningUnitSetup {
  readonly id: string;
  readonly name: string;
  readonly timeZone: string;
}

export interface ActivitySetup {
  readonly id: string;
  readonly name: string;
  readonly type: ActivityType;
  readonly color: string;
}

export interface IntegrationSetup {
  readonly id: string;
  readonly name: string;
  /** Zone of the times that this platform writes without an offset. */
  readonly timeZone: string;
  /** What the platform calls itself in its notifications. */
  readonly instance: string;
  /** The agent on whose behalf it sends heartbeats: one who never forgets to log out. */
  readonly heartbeatUserId: string;
  /** Wall-clock minute of its daily restart, and how long it is silent then. */
  readonly restart: { readonly minuteOfDay: number; readonly lengthMinutes: number };
  readonly feedGapSeconds: number;
}

export interface StatusMappingSetup {
  readonly status: string;
  readonly breakType: string | null;
  readonly activityId: string;
}

export interface Login {
  readonly integrationId: string;
  readonly externalUserId: string;
  /** Do the people of the tenant say whose login this is? */
  readonly mapped: boolean;
}

/** Someone who works: mostly a person of the tenant, sometimes one whom nobody has entered yet. */
export interface Agent {
  readonly id: string;
  readonly name: string;
  readonly team: string;
  readonly planningUnitId: string;
  readonly timeZone: string;
  /** Minute of the local day at which the shift begins. */
  readonly shiftStartMinute: number;
  /** Number in the rota: staggers days off and vacations. */
  readonly rota: number;
  /** The first is the main one; a second one belongs to another platform and takes chats. */
  readonly logins: readonly [Login, ...Login[]];
  readonly isPerson: boolean;
  /** Logs out for lunch instead of going on break. */
  readonly leavesForLunch: boolean;
  /** Always logs out at the end of the shift. */
  readonly neverForgets: boolean;
}

export interface Centre {
  readonly name: string;
  readonly timeZone: string;
  readonly planningUnits: readonly PlanningUnitSetup[];
  readonly activities: readonly ActivitySetup[];
  readonly integrations: readonly IntegrationSetup[];
  readonly statusMappings: readonly StatusMappingSetup[];
  readonly settings: {
    readonly targetScore: number;
    readonly bufferSeconds: { readonly notPresent: number; readonly wrongActivity: number };
    readonly graceMode: 'forgive';
  };
  readonly agents: readonly Agent[];
}

const paris = { id: 'paris', name: 'Paris', timeZone: 'Europe/Paris' } as const;
const newYork = { id: 'new-york', name: 'New York', timeZone: 'America/New_York' } as const;

export const emea = 'odigo-emea';
export const americas = 'odigo-americas';
const inParis = { unit: paris, integrationId: emea };
const inNewYork = { unit: newYork, integrationId: americas };

/** On whose behalf the platforms send heartbeats, which must not prolong a status that nobody ended. */
const leads = { [emea]: 'claire.morel@helios.example', [americas]: 'grace.miller@helios.example' };

export const centre: Centre = {
  name: 'Helios Relations (demo)',
  timeZone: paris.timeZone,
  planningUnits: [paris, newYork],
  activities: [
    { id: 'calls', name: 'Calls', type: 'Presence', color: '#2f6fde' },
    { id: 'chat', name: 'Chat', type: 'Presence', color: '#1f9d8f' },
    { id: 'back-office', name: 'Back office', type: 'Presence', color: '#5b6ee1' },
    { id: 'lunch', name: 'Lunch', type: 'Break', color: '#e0a526' },
    { id: 'short-break', name: 'Short break', type: 'Break', color: '#efc75e' },
    { id: 'team-meeting', name: 'Team meeting', type: 'Meeting', color: '#8e5bd0' },
    { id: 'training', name: 'Training', type: 'Meeting', color: '#b27be0' },
    { id: 'vacation', name: 'Vacation', type: 'Vacation', color: '#8aa0b4' },
    { id: 'sick', name: 'Sick', type: 'Illness', color: '#b4938a' },
  ],
  integrations: [
    {
      id: emea,
      name: 'Odigo EMEA',
      timeZone: paris.timeZone,
      instance: 'FR01',
      heartbeatUserId: leads[emea],
      restart: { minuteOfDay: 3 * 60 + 20, lengthMinutes: 7 },
      feedGapSeconds: 300,
    },
    {
      id: americas,
      name: 'Odigo Americas',
      timeZone: newYork.timeZone,
      instance: 'us02',
      heartbeatUserId: leads[americas],
      restart: { minuteOfDay: 16 * 60 + 40, lengthMinutes: 9 },
      feedGapSeconds: 300,
    },
  ],
  // `CONSULTATION` is left out on purpose: an unmapped status, to be found and mapped by the visitor.
  statusMappings: [
    { status: 'WAITING', breakType: null, activityId: 'calls' },
    { status: 'TALKING', breakType: null, activityId: 'calls' },
    { status: 'WRAP_UP', breakType: null, activityId: 'calls' },
    { status: 'CHAT_READY', breakType: null, activityId: 'chat' },
    { status: 'CHATTING', breakType: null, activityId: 'chat' },
    { status: 'BACK_OFFICE', breakType: null, activityId: 'back-office' },
    { status: 'MEETING', breakType: null, activityId: 'team-meeting' },
    { status: 'BREAK', breakType: null, activityId: 'short-break' },
    { status: 'BREAK', breakType: 'short', activityId: 'short-break' },
    { status: 'BREAK', breakType: 'lunch', activityId: 'lunch' },
    { status: 'BREAK', breakType: 'training', activityId: 'training' },
  ],
  settings: {
    targetScore: 0.9,
    bufferSeconds: { notPresent: 120, wrongActivity: 60 },
    graceMode: 'forgive',
  },
  agents: agentsOf(),
};

function agentsOf(): Agent[] {
  return directory.map(({ name, team, shift, login, isPerson, mapped, alsoChats, leavesForLunch }, rota) => {
    const { unit, integrationId } = team === 'Sales Americas' ? inNewYork : inParis;
    const id = name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
    const externalUserId = login ?? `${id.replaceAll('-', '.')}@helios.example`;
    const main: Login = { integrationId, externalUserId, mapped: mapped ?? true };
    const chat: Login = { integrationId: americas, externalUserId: `chat.${externalUserId}`, mapped: true };
    return {
      id,
      name,
      team,
      planningUnitId: unit.id,
      timeZone: unit.timeZone,
      shiftStartMinute: shift,
      rota,
      logins: alsoChats ? [main, chat] : [main],
      isPerson: isPerson ?? true,
      leavesForLunch: leavesForLunch ?? false,
      neverForgets: Object.values(leads).includes(externalUserId),
    };
  });
}

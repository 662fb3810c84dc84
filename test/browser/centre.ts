/** A contact centre for looking at screens: people, schedules, notifications of today, and what is still missing. */
import { addDays, dayStart, localDateOf } from '@adherence/domain/calendar.ts';
import type { TestTenant } from '../tenant.ts';

const zone = 'Europe/Paris';
const hour = 3_600_000;

const names = [
  'Anna Keller', 'Louis Martin', 'Inès Garnier', 'Marc Olivier', 'Yasmine Khelifi', 'Jonas Weber',
  'Chloé Dubois', 'Peter Novak', 'Sara Lindqvist', 'Hugo Bernard', 'Mia Rossi', 'Tom Becker',
]; // biome-ignore format: names read better in lines
const teams = ['Care', 'Sales France', 'Back office'];

const activities = [
  ['calls', 'Calls', 'Presence', '#2f6fde'],
  ['chat', 'Chat', 'Presence', '#1f9d8f'],
  ['lunch', 'Lunch', 'Break', '#e0a526'],
  ['short-break', 'Short break', 'Break', '#efc75e'],
  ['team-meeting', 'Team meeting', 'Meeting', '#8e5bd0'],
  ['vacation', 'Vacation', 'Vacation', '#8aa0b4'],
] as const;

export const idOf = (name: string): string =>
  name
    .normalize('NFD')
    .replaceAll(/\p{Mn}/gu, '')
    .toLowerCase()
    .replaceAll(' ', '-');
export const userOf = (name: string): string => `${idOf(name).replaceAll('-', '.')}@helios.example`;

/** `now`: the present, around which shifts and events lie. */
export async function fillCentre(tenant: TestTenant, now: number): Promise<void> {
  for (const [id, name, type, color] of activities) {
    await tenant.call('PUT', `/activities/${id}`, { name, type, color });
  }
  await tenant.call('PUT', '/planning-units/lyon', {
    name: 'Lyon',
    timeZone: zone,
    businessHours: [{ day: 'monday', from: '08:00', to: '20:00' }],
  });
  for (const [id, name] of [
    ['odigo-emea', 'Odigo EMEA'],
    ['odigo-americas', 'Odigo Americas'],
  ] as const) {
    await tenant.call('PUT', `/integrations/${id}`, {
      name,
      timeZone: zone,
      contact: { name: 'Operations', email: 'ops@helios.example' },
      breakDetail:
        id === 'odigo-emea'
          ? { url: 'https://odigo.example/tenants/helios', username: 'ws-helios', password: 'not-a-real-one' }
          : null,
      feedGapSeconds: 900,
    });
  }
  const people = names.map((name, index) => ({
    personId: idOf(name),
    name,
    team: teams[index % teams.length],
    planningUnitId: 'default',
    externalUsers: index < 10 ? [{ integrationId: 'odigo-emea', externalUserId: userOf(name) }] : [],
  }));
  await tenant.call('POST', '/people/import', people);
  await tenant.call('POST', '/schedules/import', schedules(now));
  for (const [status, breakType, activityId] of [
    ['TALKING', null, 'calls'],
    ['WAITING', null, 'calls'],
    ['BREAK', null, 'short-break'],
    ['BREAK', 'lunch', 'lunch'],
  ] as const) {
    await tenant.call('POST', '/integrations/odigo-emea/status-mappings', { status, breakType, activityId });
  }
  await tenant.call('PUT', '/matches', {
    rules: [
      { actual: 'type:Presence', scheduled: 'type:Presence' },
      { actual: 'offline', scheduled: 'activity:lunch' },
    ],
  });
  await tenant.call('PUT', '/exceptions/outage', {
    everyone: true,
    from: new Date(now - 3 * hour).toISOString(),
    to: new Date(now - 2.5 * hour).toISOString(),
    reason: 'Telephony outage',
  });
  await tenant.call('POST', '/tokens', { name: 'Wall board', role: 'viewer' });
  await tenant.call('POST', '/tokens', { name: 'Lead of Care', role: 'analyst', teams: ['Care'] });
  await tenant.notify('odigo-emea', { headers: json, body: JSON.stringify(events(now)) });
  await tenant.notify('odigo-emea', { headers: json, body: '[{"status":"TALKING"},{"agentId":"x"}, 7]' });
  await tenant.call('POST', '/recomputations', {
    from: new Date(now - 24 * hour).toISOString(),
    to: new Date(now).toISOString(),
  });
}

const json = { 'Content-Type': 'application/json' };

function schedules(now: number): object[] {
  const today = localDateOf(zone, now);
  return names.flatMap((name) =>
    [0, 1].map((days) => {
      const shiftDate = addDays(today, days);
      const at = (hours: number) => new Date(dayStart(zone, shiftDate) + hours * hour).toISOString();
      return {
        personId: idOf(name),
        shiftDate,
        activities: [
          { activityId: 'calls', start: at(6), end: at(12) },
          { activityId: 'lunch', start: at(12), end: at(13) },
          { activityId: 'calls', start: at(13), end: at(23) },
        ],
      };
    }),
  );
}

function events(now: number): object[] {
  const statuses = ['TALKING', 'WAITING', 'BREAK', 'TALKING', 'CONSULTATION'];
  return [
    ...names.flatMap((name, index) =>
      [120, 40, 10].map((minutes, turn) => ({
        agentId: index === 3 ? userOf(name).toUpperCase() : userOf(name),
        status: statuses[(index + turn) % statuses.length],
        ...(statuses[(index + turn) % statuses.length] === 'BREAK'
          ? { breakType: turn === 0 ? 'lunch' : 'coffee' }
          : {}),
        occurredAt: new Date(now - minutes * 60_000 - index * 1000).toISOString(),
      })),
    ),
    { agentId: 'j.faure@helios.example', status: 'TALKING' },
  ];
}

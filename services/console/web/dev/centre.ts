/**
 * A made-up contact centre for the screens: forty people in three teams and two zones whose shifts lie around the
 * present, with lateness, wrong breaks, an unmapped status and somebody without an external user. What it comes to is
 * computed by the domain, so that the numbers on the screens are true to each other.
 */
import { addDays, dayStart, localDateOf, offsetAt } from '@adherence/domain/calendar.ts';
import { orderFacts } from '@adherence/domain/compute/facts.ts';
import { compileRules, defaultMatches, defaultSettings, statusKey } from '@adherence/domain/compute/rules.ts';
import type { ActivityType, Instant, LineFact, ScheduleDocument } from '@adherence/domain/model.ts';

export const integrationId = 'odigo-emea';
export const tenant = { id: 'helios', name: 'Helios Relations', timeZone: 'Europe/Paris' };
export const units = [
  { id: 'paris', name: 'Paris', timeZone: 'Europe/Paris' },
  { id: 'new-york', name: 'New York', timeZone: 'America/New_York' },
];

const activity = (id: string, name: string, type: ActivityType, color: string) => ({ id, name, type, color });
export const activities = [
  activity('back-office', 'Back office', 'Presence', '#5b6ee1'),
  activity('calls', 'Calls', 'Presence', '#2f6fde'),
  activity('chat', 'Chat', 'Presence', '#1f9d8f'),
  activity('lunch', 'Lunch', 'Break', '#e0a526'),
  activity('present', 'Present', 'Presence', '#6d7f95'),
  activity('short-break', 'Short break', 'Break', '#efc75e'),
  activity('team-meeting', 'Team meeting', 'Meeting', '#8e5bd0'),
  activity('vacation', 'Vacation', 'Vacation', '#8aa0b4'),
];

const mappings: readonly (readonly [status: string, activityId: string])[] = [
  ['WAITING', 'calls'],
  ['TALKING', 'calls'],
  ['WRAP_UP', 'calls'],
  ['CHATTING', 'chat'],
  ['BACK_OFFICE', 'back-office'],
  ['MEETING', 'team-meeting'],
  [statusKey('BREAK', 'lunch'), 'lunch'],
  ['BREAK', 'short-break'],
];
export const mappedStatuses = mappings.map(([key, activityId]) => {
  const [status = '', breakType = null] = key.split('\u0000');
  return { status, breakType, activityId };
});

export const settings = {
  ...defaultSettings,
  bufferSeconds: { notPresent: 180, wrongActivity: 120, notScheduled: 60 },
};
export const rules = compileRules({
  activityTypes: new Map(activities.map(({ id, type }) => [id, type])),
  statusMappings: new Map([
    [integrationId, new Map(mappings.map(([key, value]) => [key, [{ validFrom: null, value }]]))],
  ]),
  matches: [{ validFrom: null, value: defaultMatches }],
  settings: [{ validFrom: null, value: settings }],
});

export interface FixturePerson {
  readonly id: string;
  readonly name: string;
  readonly team: string | null;
  readonly planningUnitId: string;
  readonly externalUsers: readonly {
    readonly integrationId: string;
    readonly externalUserId: string;
    readonly validFrom: null;
    readonly validTo: null;
  }[];
  readonly timeZone: string;
  readonly schedules: readonly ScheduleDocument[];
  /** Past and future ones; nobody knows of the future ones before their time. */
  readonly facts: readonly LineFact[];
}

/** `extraPeople` fills a fourth team, to see many rows. */
export function createCentre(around: Instant, extraPeople = 0): FixturePerson[] {
  const people = teams.flatMap(({ team, unit, names }) => names.map((name) => ({ name, team, unit })));
  for (let i = 1; i <= extraPeople; i++) {
    people.push({ name: `Agent ${String(i).padStart(4, '0')}`, team: 'Overflow', unit: units[0]! });
  }
  return people.map(({ name, team, unit }, number) => {
    const id = name
      .normalize('NFD')
      .replace(/[^\w ]/g, '')
      .toLowerCase()
      .replaceAll(' ', '-');
    const random = randomOf(number);
    const schedules = [-2, -1, 0, 1].map((days) => scheduleOf(unit.timeZone, around, days, number, random));
    const hasUser = number !== 17;
    // Of the extra people most stay away: they are there to make rows, not work.
    const comes = number < regularPeople || number % 10 === 0;
    const externalUserId = `${id.replaceAll('-', '.')}@helios.example`;
    return {
      id,
      name,
      team: number === 39 ? null : team,
      planningUnitId: unit.id,
      externalUsers: hasUser ? [{ integrationId, externalUserId, validFrom: null, validTo: null }] : [],
      timeZone: unit.timeZone,
      schedules,
      facts:
        hasUser && comes
          ? orderFacts(
              schedules.flatMap((schedule, i) => workOf(externalUserId, schedule, number + i, random)),
            )
          : [],
    };
  });
}

const teams = [
  {
    team: 'Service Paris',
    unit: units[0]!,
    names: [
      'Claire Morel',
      'Hugo Lambert',
      'Inès Garnier',
      'Julien Faure',
      'Léa Rousseau',
      'Mathis Girard',
      'Nadia Benali',
      'Olivier Petit',
      'Pauline Roux',
      'Quentin Blanc',
      'Rania Haddad',
      'Samuel Noël',
      'Théo Marchand',
      'Yasmine Khelifi',
    ],
  },
  {
    team: 'Sales France',
    unit: units[0]!,
    names: [
      'Adrien Leroy',
      'Bérénice Caron',
      'Camille Dupuis',
      'David Nguyen',
      'Élodie Masson',
      'Farid Amrani',
      'Gaëlle Perrin',
      'Karim Belkacem',
      'Louise Renard',
      'Marc Olivier',
      'Nora Picard',
      'Pierre Vidal',
      'Sofia Almeida',
    ],
  },
  {
    team: 'Sales Americas',
    unit: units[1]!,
    names: [
      'Alex Carter',
      'Brianna Lopez',
      'Carlos Ortega',
      'Dana Whitfield',
      'Ethan Brooks',
      'Grace Miller',
      'Harper Quinn',
      'Isaac Turner',
      'Jordan Reyes',
      'Kayla Simmons',
      'Logan Price',
      'Maya Patel',
      'Noah Fischer',
    ],
  },
];

const minute = 60_000;
const regularPeople = 40;

/** Nine hours that began half an hour to eight hours ago, every day at the same time; vacation now and then. */
function scheduleOf(
  timeZone: string,
  around: Instant,
  days: number,
  number: number,
  random: () => number,
): ScheduleDocument {
  const startMinute =
    Math.floor((((around + offsetAt(timeZone, around)) / minute) % 1440) / 15) * 15 -
    30 -
    ((number * 4) % 31) * 15;
  const today = localDateOf(timeZone, around);
  const shiftDate = addDays(startMinute < 0 ? addDays(today, -1) : today, days);
  const start = dayStart(timeZone, shiftDate) + ((startMinute + 1440) % 1440) * minute;
  if (number % 13 === 5 && days <= 0) {
    return { shiftDate, activities: [{ activityId: 'vacation', start, end: start + 540 * minute }] };
  }
  const lunchAt = 225 + Math.floor(random() * 5) * 15;
  const plan: readonly (readonly [string, number])[] = [
    ['calls', 105],
    ['short-break', 15],
    ...(number % 4 === 0
      ? ([
          ['calls', 45],
          ['team-meeting', 45],
        ] as const)
      : []),
    ['calls', lunchAt - 120 - (number % 4 === 0 ? 90 : 0)],
    ['lunch', 60],
    [number % 3 === 0 ? 'chat' : 'calls', 120],
    ['short-break', 15],
    ['calls', 540 - lunchAt - 195],
  ];
  let at = start;
  const scheduled = plan.map(([activityId, minutes]) => {
    const slot = { activityId, start: at, end: at + minutes * minute };
    at = slot.end;
    return slot;
  });
  return { shiftDate, activities: scheduled };
}

type Happening = readonly [at: Instant, status: string | null, breakType?: string];

function workOf(
  externalUserId: string,
  { activities: plan }: ScheduleDocument,
  number: number,
  random: () => number,
): LineFact[] {
  const first = plan[0]!;
  const events: Happening[] = [];
  if (first.activityId === 'vacation') {
    if (random() < 0.4)
      events.push([first.start + 95 * minute, 'WAITING'], [first.start + 117 * minute, null]);
    return events.map((event, i) => factOf(externalUserId, event, i));
  }
  if (number % 19 === 3) return [];
  const late = number % 9 === 4 ? 18 : random() * 4 - 1.5;
  for (const slot of plan) {
    const shift = slot === first ? late : random() < 0.14 ? random() * 12 : random() * 2 - 0.5;
    const from = slot.start + shift * minute;
    const to = slot.end;
    if (slot.activityId === 'lunch') events.push([from, 'BREAK', 'lunch']);
    else if (slot.activityId === 'short-break') events.push([from, 'BREAK', 'short']);
    else if (slot.activityId === 'team-meeting') events.push([from, 'MEETING']);
    else events.push(...calls(from, to, slot.activityId, random));
  }
  events.push([plan.at(-1)!.end + (random() * 14 - 5) * minute, null]);
  return events.map((event, i) => factOf(externalUserId, event, i));
}

function calls(from: Instant, to: Instant, activityId: string, random: () => number): Happening[] {
  const events: Happening[] = [];
  let at = from;
  while (at < to) {
    if (random() < 0.03) {
      const [status, length] =
        random() < 0.5 ? (['BACK_OFFICE', 9] as const) : (['CONSULTATION', 4] as const);
      events.push([at, status]);
      at += length * minute;
    } else if (random() < 0.025) {
      events.push([at, 'BREAK', 'short']);
      at += (2 + random() * 9) * minute;
    } else if (random() < 0.012) {
      events.push([at, null]);
      at += (2 + random() * 10) * minute;
    }
    events.push([at, 'WAITING']);
    at += (0.3 + random() * 2) * minute;
    events.push([at, activityId === 'chat' ? 'CHATTING' : 'TALKING']);
    at += (2 + random() * 6) * minute;
    events.push([at, 'WRAP_UP']);
    at += (0.3 + random()) * minute;
  }
  return events.filter(([time]) => time < to);
}

function factOf(externalUserId: string, [at, status, breakType]: Happening, sequence: number): LineFact {
  return {
    integrationId,
    externalUserId,
    eventType: status === null ? 'LOGOUT' : 'STATUS',
    status,
    breakType: breakType ?? null,
    occurredAt: Math.round(at),
    sequence,
    dedupKey: `${externalUserId}-${Math.round(at)}-${sequence}`,
    contentHash: '',
    receivedAt: Math.round(at) + 300,
  };
}

/** Random numbers in `[0, 1)`, the same for the same seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = (seed + 1) * 0x9e3779b9;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

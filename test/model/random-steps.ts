/** Random histories of a small contact centre, as calls of its administrator and notifications of Odigo, step by step. */
import { graceModes } from '@adherence/domain/model.ts';
import * as fc from 'fast-check';

/** What happens before the next look at the results. Times are minutes after the start of the range. */
export type Step =
  | { readonly kind: 'notify'; readonly items: readonly Item[] }
  | {
      readonly kind: 'call';
      readonly method: 'PUT' | 'POST' | 'DELETE';
      readonly path: string;
      readonly body?: Body;
    };

export interface Item {
  readonly agent: string;
  readonly minute: number;
  readonly status: string | null;
  readonly breakType: string | null;
  readonly eventType: 'STATUS' | 'HEARTBEAT' | 'LOGOUT';
}

/** Bodies tell instants as minutes under `minutes:` and dates under `day:`, which `bodyOf` replaces. */
type Body = Readonly<Record<string, unknown>>;

export const stepDays = 2;
const lastMinute = stepDays * 24 * 60;
export const stepPeople = ['anna', 'bruno', 'cleo'] as const;
export const stepAgents = ['anna@x', 'bruno@x', 'second@x', 'nobody@x'] as const;
const statuses = ['READY', 'TALK', 'PAUSE'] as const;
const activities = ['calls', 'lunch', 'meeting', 'vacation', 'present'] as const;

const minute = fc.oneof(
  fc.integer({ min: 0, max: lastMinute / 30 }).map((halfHours) => halfHours * 30),
  fc.integer({ min: 0, max: lastMinute }),
);
const validFrom = fc.oneof(
  fc.constant(null),
  minute.map((m) => `minutes:${m}`),
);

const item: fc.Arbitrary<Item> = fc.record({
  agent: fc.constantFrom(...stepAgents),
  minute,
  status: fc.constantFrom(...statuses),
  breakType: fc.constantFrom(null, null, 'lunch'),
  eventType: fc.constantFrom(...(['STATUS', 'STATUS', 'STATUS', 'STATUS', 'HEARTBEAT', 'LOGOUT'] as const)),
});

const notify: fc.Arbitrary<Step> = fc
  .array(item, { minLength: 5, maxLength: 40, size: 'max' })
  .map((items) => ({ kind: 'notify', items }));

/** A shift of the day: work, a break in it, work; or a day off. */
const schedule: fc.Arbitrary<Step> = fc
  .record({
    person: fc.constantFrom(...stepPeople),
    day: fc.integer({ min: 0, max: stepDays - 1 }),
    start: fc.integer({ min: 12, max: 24 }),
    lengths: fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 3, maxLength: 3 }),
    ids: fc.array(fc.constantFrom(...activities), { minLength: 3, maxLength: 3 }),
    isOff: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
  })
  .map(({ person, day, start, lengths, ids, isOff }) => {
    let at = day * 1_440 + start * 30;
    const shift = ids.map((activityId, i) => {
      const from = at;
      at += lengths[i]! * 30;
      return { activityId, start: `minutes:${from}`, end: `minutes:${at}` };
    });
    return call('PUT', `/schedules/${person}/day:${day}`, { activities: isOff ? [] : shift });
  });

export const settingsBody = fc.record({
  bufferSeconds: fc.record({
    notPresent: fc.constantFrom(0, 300, 3_600),
    wrongActivity: fc.constantFrom(0, 900),
    notScheduled: fc.constant(0),
  }),
  graceMode: fc.constantFrom(...graceModes),
  missingLogout: fc.record({
    afterShiftEndSeconds: fc.constantFrom(0, 1_800),
    maxStatusSeconds: fc.constantFrom(3_600, 43_200),
  }),
  validFrom,
});
const operand = fc.constantFrom('offline', 'type:Presence', 'activity:lunch', 'activity:meeting');
export const matchesBody = fc.record({
  rules: fc.uniqueArray(
    fc.record({ actual: operand, scheduled: operand.filter((text) => text !== 'offline') }),
    { maxLength: 4, selector: ({ actual, scheduled }) => `${actual}>${scheduled}` },
  ),
  validFrom,
});
export const mappingBody = fc.record({
  status: fc.constantFrom(...statuses),
  breakType: fc.constantFrom(null, 'lunch'),
  activityId: fc.constantFrom(...activities),
  validFrom,
});
const exception = fc.record({
  id: fc.constantFrom('x1', 'x2'),
  from: minute,
  length: fc.integer({ min: 1, max: 300 }),
});
const assignment = fc.record({ from: validFrom, team: fc.constantFrom('blue', 'red', null) });

const call = (method: 'PUT' | 'POST' | 'DELETE', path: string, body?: Body): Step => ({
  kind: 'call',
  method,
  path,
  ...(body ? { body } : {}),
});

export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: notify },
  { weight: 4, arbitrary: schedule },
  { weight: 2, arbitrary: settingsBody.map((body) => call('PUT', '/settings', body)) },
  { weight: 1, arbitrary: matchesBody.map((body) => call('PUT', '/matches', body)) },
  {
    weight: 2,
    arbitrary: mappingBody.map((body) => call('POST', '/integrations/odigo/status-mappings', body)),
  },
  {
    weight: 1,
    arbitrary: exception.map(({ id, from, length }) =>
      call('PUT', `/exceptions/${id}`, {
        everyone: true,
        from: `minutes:${from}`,
        to: `minutes:${from + length}`,
        reason: 'drill',
      }),
    ),
  },
  {
    weight: 1,
    // The second user goes from hand to hand; it belongs to one person at a time.
    arbitrary: assignment.map(({ from, team }) =>
      call('PUT', '/people/cleo', {
        name: 'Cleo',
        team,
        externalUsers: [
          { integrationId: 'odigo', externalUserId: 'second@x', ...(from ? { validFrom: from } : {}) },
        ],
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(null, 1_800, 7_200).map((feedGapSeconds) =>
      call('PUT', '/integrations/odigo', {
        name: 'Odigo',
        timeZone: 'Europe/Paris',
        contact: { name: 'Operations', email: 'operations@centre.example' },
        breakDetail: null,
        feedGapSeconds,
      }),
    ),
  },
);

/** With real instants in the place of minutes, and real dates in that of days. */
export function bodyOf<T>(body: T, start: number): T {
  const text = JSON.stringify(body)
    .replaceAll(/"minutes:(\d+)"/g, (_, minutes: string) =>
      JSON.stringify(new Date(start + Number(minutes) * 60_000).toISOString()),
    )
    .replaceAll(/"day:(\d+)"/g, (_, day: string) => JSON.stringify(dateOf(start, Number(day))));
  return JSON.parse(text) as T;
}

export const dateOf = (start: number, day: number): string =>
  new Date(start + day * 86_400_000).toISOString().slice(0, 10);

/** A pay period that is closed, what happens to its people meanwhile, and its opening, among the steps. */
export function withClosedPeriod(steps: readonly Step[]): Step[] {
  const period = { planningUnitId: 'default', from: 'day:0', to: 'day:0', forced: true };
  const bruno = [{ integrationId: 'odigo', externalUserId: 'bruno@x' }];
  const late = {
    agent: 'anna@x',
    minute: 500,
    status: 'PAUSE',
    breakType: null,
    eventType: 'STATUS',
  } as const;
  return [
    ...steps.slice(0, 2),
    call('PUT', '/closed-periods/first', period),
    call('PUT', '/people/bruno', { name: 'Bruno', team: 'blue', externalUsers: bruno }),
    { kind: 'notify', items: [late] },
    call('DELETE', '/people/dora'),
    ...steps.slice(2, 4),
    call('DELETE', '/closed-periods/first'),
    ...steps.slice(4),
  ];
}

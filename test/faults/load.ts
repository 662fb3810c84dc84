/**
 * What the platforms send, as a pure function of the seed: the statuses of every agent's day, with the habits of a
 * real sender (odigo-notifications.md): duplicates, late and out of order, corrected under the same id, half-bad
 * batches, forgotten logouts. All times are named by the sender, none depends on the clock.
 */
import { type Random, randomOf } from '@adherence/demo/random.ts';
import { type Centre, type ExternalUser, integrations, type Shift } from './contact-centre.ts';

export interface Item {
  readonly integrationId: string;
  /** One fact, one identity, however often and in whatever order it is sent; null for what must be refused. */
  readonly identity: string | null;
  readonly json: Readonly<Record<string, unknown>>;
}

export interface Post {
  readonly integrationId: string;
  readonly contentType: string;
  readonly body: string;
  /** Indices of the items of the load that it carries. */
  readonly items: readonly number[];
}

export interface Load {
  readonly items: readonly Item[];
  /** In the order of sending. */
  readonly posts: readonly Post[];
}

interface Event extends ExternalUser {
  readonly eventType: 'STATUS' | 'LOGIN' | 'LOGOUT' | 'HEARTBEAT';
  readonly status: string | null;
  readonly breakType: string | null;
  readonly occurredAt: number;
  readonly sequence: number | null;
  readonly eventId: string | null;
}

export function loadOf(seed: number, centre: Centre): Load {
  const random = randomOf('faults', seed, 'load');
  const events = centre.worked.flatMap((shift) => eventsOfShift(seed, centre, shift));
  for (const stranger of centre.strangers) events.push(...eventsOfStranger(random, centre, stranger));
  const items = events.map(itemOf);
  for (const event of events) if (random.chance(0.005)) items.push(itemOf(corrected(event)));
  for (const { id } of integrations) for (let n = 0; n < 12; n++) items.push(malformedItem(random, id, n));
  return { items, posts: postsOf(random, items) };
}

/** Every item once, in an order of its own and in large requests. */
export function postsInOtherOrder(seed: number, { items }: Load): Post[] {
  const random = randomOf('faults', seed, 'other order');
  const places = items.map((_, index) => ({ index, place: random.next() }));
  return batched(random, items, places, 200, 300);
}

export const identityOf = (fact: {
  readonly integrationId: string;
  readonly externalUserId: string;
  readonly eventType: string;
  readonly status: string | null;
  readonly breakType: string | null;
  readonly occurredAt: number;
  readonly sequence: number | null;
  readonly eventId: string | null;
}): string =>
  JSON.stringify([
    fact.integrationId,
    fact.externalUserId,
    fact.eventType,
    fact.status,
    fact.breakType,
    fact.occurredAt,
    fact.sequence,
    fact.eventId,
  ]);

const minute = 60_000;

/** Of a person's users one at a time says something, now and then the other one. */
function eventsOfShift(
  seed: number,
  { agents }: Centre,
  { personId, shiftDate, activities }: Shift,
): Event[] {
  const random = randomOf('faults', seed, 'shift', personId, shiftDate);
  const { users } = agents.find((agent) => agent.personId === personId)!;
  const isAway = activities[0]!.activityId === 'vacation' && random.chance(0.8);
  if (isAway || random.chance(0.03)) return [];
  const user = random.pick(users as [ExternalUser, ...ExternalUser[]]);
  const endsAt = activities.at(-1)!.end + random.whole(-20, 15) * minute;
  let at = activities[0]!.start + random.whole(-10, 20) * minute + random.whole(0, 59_999);
  const events: Event[] = [eventOf(random, user, 'LOGIN', null, null, at)];
  while (at < endsAt) {
    at += random.whole(0, 40) === 0 ? 0 : random.spread(14 * minute, 1_000, 50 * minute);
    const other = users.length > 1 && random.chance(0.15) ? users[1 - users.indexOf(user)]! : user;
    const planned = activities.find(({ start, end }) => start <= at && at < end)?.activityId;
    const [status, breakType] = statusFor(random, planned);
    if (random.chance(0.06)) events.push(eventOf(random, user, 'HEARTBEAT', null, null, at));
    else events.push(eventOf(random, other, 'STATUS', status, breakType, at));
  }
  if (!random.chance(0.05)) events.push(eventOf(random, user, 'LOGOUT', null, null, at + 1_000));
  return events;
}

type StatusAndBreak = readonly [string, string | null];

function statusFor(random: Random, planned: string | undefined): StatusAndBreak {
  if (random.chance(0.06)) return [random.pick(['TRAINING', 'OUTBOUND']), null];
  const breaks: readonly [StatusAndBreak, ...StatusAndBreak[]] = [
    ['BREAK', 'lunch'],
    ['BREAK', 'coach'],
    ['BREAK', null],
    ['BREAK', 'smoke'],
  ];
  if (planned === 'lunch' || planned === 'short-break' || random.chance(0.1)) return random.pick(breaks);
  if (planned === 'mail') return ['BACKOFFICE', null];
  return [random.pick(['AVAILABLE', 'TALKING', 'WRAPUP', 'TALKING', 'BACKOFFICE']), null];
}

function eventsOfStranger(random: Random, { worked }: Centre, user: ExternalUser): Event[] {
  const events: Event[] = [];
  for (const { activities } of worked.filter((_, index) => index % 9 === 0).slice(0, 8)) {
    const at = activities[0]!.start;
    const [status, breakType] = statusFor(random, undefined);
    events.push(eventOf(random, user, 'STATUS', status, breakType, at + random.whole(0, 200) * minute));
    events.push(eventOf(random, user, 'LOGOUT', null, null, at + random.whole(201, 400) * minute));
  }
  return events;
}

/** Some platforms number their events, some give ids, some neither. */
function eventOf(
  random: Random,
  user: ExternalUser,
  eventType: Event['eventType'],
  status: string | null,
  breakType: string | null,
  occurredAt: number,
): Event {
  const eventId = random.chance(0.85) ? `e-${random.whole(0, 2 ** 40).toString(36)}` : null;
  const sequence = random.chance(0.3) ? random.whole(1, 1_000_000) : null;
  return { ...user, eventType, status, breakType, occurredAt, sequence, eventId };
}

/** The same id and time with another status: both are kept, the lower content hash holds. */
const corrected = (event: Event): Event => ({
  ...event,
  eventId: event.eventId ?? 'e-corrected',
  eventType: 'STATUS',
  status: 'BACKOFFICE',
  breakType: null,
});

function itemOf(event: Event): Item {
  const { integrationId, externalUserId, eventType, status, breakType, occurredAt, sequence, eventId } =
    event;
  const json: Record<string, unknown> = { agentId: externalUserId };
  if (eventId !== null) json.eventId = eventId;
  if (eventType !== 'STATUS') json.eventType = eventType;
  if (status !== null) json.status = status;
  if (breakType !== null) json.breakType = breakType;
  if (sequence !== null) json.sequence = sequence;
  json.occurredAt = new Date(occurredAt).toISOString();
  return { integrationId, identity: identityOf(event), json };
}

/** Marked, so that each can be found in quarantine. */
const malformedItem = (random: Random, integrationId: string, number: number): Item => ({
  integrationId,
  identity: null,
  json: random.chance(0.5)
    ? { status: 'AVAILABLE', marker: `no agent ${number}` }
    : { agentId: 'nobody', marker: `no status ${number}` },
});

/** By time of occurrence, but for those that are late, early or sent twice. */
function postsOf(random: Random, items: readonly Item[]): Post[] {
  const times = items.map(({ json }) =>
    json.occurredAt ? Date.parse(json.occurredAt as string) : Number.NaN,
  );
  const least = Math.min(...times.filter(Number.isFinite));
  const span = Math.max(...times.filter(Number.isFinite)) - least;
  const places: { index: number; place: number }[] = [];
  for (const index of items.keys()) {
    const inTime = Number.isFinite(times[index]) ? (times[index]! - least) / span : random.next();
    const place = inTime + delayOf(random);
    places.push({ index, place });
    if (random.chance(0.06)) places.push({ index, place: place + random.next() * random.next() });
  }
  return batched(random, items, places, 1, 24);
}

/** As a part of the whole time: most in order, some around their place, a few late by much. */
function delayOf(random: Random): number {
  if (random.chance(0.04)) return random.next();
  if (random.chance(0.1)) return (random.next() - 0.5) * 0.05;
  return 0;
}

function batched(
  random: Random,
  items: readonly Item[],
  places: readonly { readonly index: number; readonly place: number }[],
  least: number,
  most: number,
): Post[] {
  const posts: (Post & { readonly place: number })[] = [];
  for (const { id } of integrations) {
    const own = places
      .filter(({ index }) => items[index]!.integrationId === id)
      .toSorted((a, b) => a.place - b.place || a.index - b.index);
    for (let from = 0; from < own.length; ) {
      const part = own.slice(from, from + random.whole(least, most));
      const indices = part.map(({ index }) => index);
      posts.push({ ...postOf(random, id, items, indices), place: part[0]!.place });
      from += part.length;
    }
  }
  return posts.toSorted((a, b) => a.place - b.place).map(({ place: _, ...post }) => post);
}

function postOf(
  random: Random,
  integrationId: string,
  items: readonly Item[],
  indices: readonly number[],
): Post {
  const values = indices.map((index) => items[index]!.json);
  const [contentType, body] = random.pick([
    ['application/json', () => JSON.stringify(values)],
    ['application/json', () => JSON.stringify({ instance: 'DE01', events: values })],
    ['application/x-ndjson', () => `${values.map((value) => JSON.stringify(value)).join('\n')}\n`],
  ] as const);
  return { integrationId, contentType, body: body(), items: indices };
}

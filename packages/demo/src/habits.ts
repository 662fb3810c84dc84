/**
 * How a real platform delivers what it has to tell: a second or two late, sometimes much later, sometimes twice,
 * sometimes before what came first, now and then broken. The shares are those of odigo-notifications.md, "Volumes".
 */
import type { Instant } from '@adherence/domain/model.ts';
import type { AgentEvent } from './agent-event.ts';
import { randomOf } from './random.ts';
import { type Spelling, spellings } from './spellings.ts';

/** One item of a notification, and when the platform sends it. */
export interface Delivery {
  readonly at: Instant;
  readonly integrationId: string;
  readonly item: DeliveredEvent | MalformedItem;
}

export interface DeliveredEvent {
  readonly kind: 'event';
  readonly event: AgentEvent;
  /** The same for every delivery of an event: a repetition must say the same. */
  readonly spelling: Spelling;
  readonly eventId: string | null;
  /** Whether the time may be left out, which is right only when it is delivered at once. */
  readonly timeless: boolean;
  /** Whether the user id is written with spaces around it. */
  readonly spaced: boolean;
}

export interface MalformedItem {
  readonly kind: 'malformed';
  readonly value: unknown;
}

const second = 1000;
const minute = 60 * second;

/** Deliveries of the events of one agent's shift (ascending by time), in no particular order. */
export function deliveriesOf(seed: string, events: readonly AgentEvent[]): Delivery[] {
  return events.flatMap((event) => deliveriesOfEvent(seed, event));
}

/** A heartbeat comes at once, once, and complete. */
export function heartbeatDelivery(seed: string, event: AgentEvent): Delivery {
  const random = randomOf(seed, 'heartbeat', event.integrationId, event.occurredAt);
  return delivery(seed, event, event.occurredAt + random.whole(200, 900), random.pick(spellings));
}

/** Statuses that last are told again every eight minutes, as if they were new. Both lists ascend by time. */
export function withRepeats(events: readonly AgentEvent[]): AgentEvent[] {
  const repeats: AgentEvent[] = [];
  const open = new Map<string, AgentEvent>();
  for (const event of events) {
    const user = `${event.integrationId} ${event.externalUserId}`;
    const before = open.get(user);
    if (before && lasting.has(before.status ?? '')) {
      for (let at = before.occurredAt + 8 * minute; at < event.occurredAt; at += 8 * minute) {
        repeats.push({ ...before, eventType: 'STATUS', occurredAt: at, sequence: null });
      }
    }
    open.set(user, event);
  }
  return [...events, ...repeats].sort((a, b) => a.occurredAt - b.occurredAt);
}

const lasting = new Set(['BREAK', 'MEETING', 'BACK_OFFICE']);
/** Statuses that another one follows within minutes: what goes wrong with them is soon made good. */
const fleeting = new Set(['WAITING', 'TALKING', 'WRAP_UP', 'CHATTING']);

function deliveriesOfEvent(seed: string, event: AgentEvent): Delivery[] {
  const random = randomOf(seed, 'habits', event.integrationId, event.externalUserId, event.occurredAt);
  const spelling = random.pick(spellings);
  const isFleeting = fleeting.has(event.status ?? '');
  const prompt = event.occurredAt + random.whole(300, 2200);
  const at = prompt + (isFleeting ? lateness(random.next(), random.whole(0, 1000)) : 0);
  // Another case makes it another user for the receiver: such statuses of an agent show as those of an unknown one.
  const shouted = isFleeting && random.chance(0.002);
  const told = shouted ? { ...event, externalUserId: event.externalUserId.toUpperCase() } : event;
  const spaced = random.chance(0.01);
  const twice = random.chance(0.02);
  const timeless = !twice && at - event.occurredAt < 3 * second && random.chance(0.005);

  const deliveries = [delivery(seed, told, at, spelling, { spaced, timeless })];
  if (twice) {
    deliveries.push(delivery(seed, told, at + random.whole(1, 90) * second, spelling, { spaced }));
  }
  if (random.chance(0.002)) {
    const value = malformed(random.whole(0, 3), event);
    deliveries.push({ at, integrationId: event.integrationId, item: { kind: 'malformed', value } });
  }
  return deliveries;
}

/** Milliseconds: 1 % an hour or two, 2 % minutes, 3 % just long enough to be overtaken. */
function lateness(share: number, permille: number): number {
  if (share < 0.01) return 60 * minute + permille * 3.6 * second;
  if (share < 0.03) return minute + permille * 0.6 * second;
  if (share < 0.06) return 8 * second + permille * 0.03 * second;
  return 0;
}

function delivery(
  seed: string,
  event: AgentEvent,
  at: Instant,
  spelling: Spelling,
  { spaced = false, timeless = false } = {},
): Delivery {
  const { integrationId, externalUserId, eventType, occurredAt } = event;
  const random = randomOf(seed, 'id', integrationId, externalUserId, eventType, occurredAt);
  const eventId =
    spelling.idKey === null
      ? null
      : `${random.whole(0x1000_0000, 0xffff_ffff).toString(16)}-${occurredAt / second}`;
  return { at, integrationId, item: { kind: 'event', event, spelling, eventId, timeless, spaced } };
}

function malformed(kind: number, { externalUserId, status, occurredAt }: AgentEvent): unknown {
  const time = new Date(occurredAt).toISOString();
  switch (kind) {
    case 0:
      return { status, occurredAt: time };
    case 1:
      return { agentId: externalUserId, status: null, occurredAt: time };
    case 2:
      return { agentId: { first: 'n', last: 'a' }, status, occurredAt: time };
    default:
      return 'agent state changed';
  }
}

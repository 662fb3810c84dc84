/** Deliveries -> request bodies, as a platform posts them to the notification URL. */
import type { IntegrationSetup } from './centre.ts';
import type { DeliveredEvent, Delivery } from './habits.ts';
import type { Random } from './random.ts';

export interface RequestBody {
  readonly method: 'POST' | 'PUT';
  /** null: the platform names none. */
  readonly contentType: string | null;
  readonly body: string;
}

export interface Moment {
  /** Sent at the time that it tells of, so that the time may be left out. */
  readonly live: boolean;
}

const mostItems = 500;

/** Bodies with the deliveries of one integration, in order. */
export function bodiesOf(
  integration: IntegrationSetup,
  deliveries: readonly Delivery[],
  random: Random,
  moment: Moment,
): RequestBody[] {
  const bodies: RequestBody[] = [];
  for (let from = 0; from < deliveries.length; from += mostItems) {
    const body = bodyOf(integration, deliveries.slice(from, from + mostItems), random, moment);
    // A connection that broke in the middle, before the whole is sent again.
    if (moment.live && body.contentType !== formType && random.chance(0.004)) bodies.push(cutShort(body));
    bodies.push(body);
  }
  return bodies;
}

const formType = 'application/x-www-form-urlencoded';

/** Not for forms: half a form is a whole one that says something else. */
const cutShort = (whole: RequestBody): RequestBody => ({
  ...whole,
  body: whole.body.slice(0, Math.ceil(whole.body.length * 0.6)),
});

function bodyOf(
  integration: IntegrationSetup,
  deliveries: readonly Delivery[],
  random: Random,
  moment: Moment,
): RequestBody {
  const method = random.chance(0.1) ? 'PUT' : 'POST';
  const only = deliveries.length === 1 ? deliveries[0]!.item : null;
  if (only?.kind === 'event' && only.spelling.form && random.chance(0.3)) {
    return { method, contentType: formType, body: formOf(integration, only, moment) };
  }
  const items = deliveries.map(({ item }) =>
    item.kind === 'event' ? itemOf(integration, item, moment) : item.value,
  );
  // Not every platform knows what it sends.
  const contentType = random.chance(0.05) ? random.pick(['text/plain', null]) : 'application/json';
  // An item that is no object needs an array around it to be told from a broken body.
  if (only?.kind === 'event' && random.chance(0.5)) {
    return { method, contentType, body: JSON.stringify(items[0]) };
  }
  switch (random.whole(0, 2)) {
    case 0:
      return { method, contentType, body: JSON.stringify(items) };
    case 1: {
      const body = `${items.map((item) => JSON.stringify(item)).join('\n')}\n`;
      return { method, contentType: 'application/x-ndjson', body };
    }
    default: {
      const key = random.pick(['events', 'notifications', 'data', 'records', 'agents']);
      const body = JSON.stringify({ instance: integration.instance, [key]: items });
      return { method, contentType, body };
    }
  }
}

/** The JSON value of one item. */
export function itemOf(integration: IntegrationSetup, delivered: DeliveredEvent, { live }: Moment): object {
  const { event, spelling, eventId, spaced } = delivered;
  const item: Record<string, unknown> = {};
  if (spelling.idKey !== null) item[spelling.idKey] = eventId;
  if (event.eventType !== 'STATUS') item.eventType = event.eventType;
  const userId = spaced ? ` ${event.externalUserId} ` : event.externalUserId;
  setNested(item, spelling.agentKey, spelling.numericIds && /^\d+$/.test(userId) ? Number(userId) : userId);
  if (event.status !== null) item[spelling.statusKey] = event.status;
  if (event.breakType !== null) {
    item[spelling.breakKey] =
      spelling.breakShape === 'labelled'
        ? { id: event.breakType, label: breakLabels[event.breakType] ?? event.breakType }
        : event.breakType;
  }
  if (!(live && delivered.timeless)) {
    item[spelling.timeKey] = spelling.time(event.occurredAt, integration.timeZone);
  }
  if (spelling.sequenceKey !== null && event.sequence !== null) item[spelling.sequenceKey] = event.sequence;
  item.instance = integration.instance;
  return item;
}

const breakLabels: Record<string, string> = {
  lunch: 'Pause déjeuner',
  short: 'Pause courte',
  training: 'Formation',
};

/** Flat spellings only. */
function formOf(integration: IntegrationSetup, delivered: DeliveredEvent, moment: Moment): string {
  const form = new URLSearchParams();
  for (const [key, value] of Object.entries(itemOf(integration, delivered, moment)))
    form.set(key, String(value));
  return form.toString();
}

function setNested(item: Record<string, unknown>, key: string, value: unknown): void {
  const [outer, inner] = key.split('.');
  item[outer!] = inner === undefined ? value : { [inner]: value };
}

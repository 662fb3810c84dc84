import { normalise } from '@adherence/domain/notifications/normalise.ts';
import { parseItem } from '@adherence/domain/notifications/parse.ts';
import { splitBody } from '@adherence/domain/notifications/split-body.ts';
import { describe, expect, test } from 'vitest';
import type { AgentEvent } from './agent-event.ts';
import { centre } from './centre.ts';
import { feedOf } from './feed.ts';
import type { Delivery } from './habits.ts';
import { bodiesOf, type RequestBody } from './odigo-dialect.ts';
import { randomOf } from './random.ts';

const integration = centre.integrations[0]!;
/** Over the hour that exists twice in Paris, at 01:00 UTC. */
const from = Date.parse('2026-10-24T22:30:00Z');
const to = Date.parse('2026-10-25T04:00:00Z');
const deliveries = feedOf(centre, 'a')
  .between(from, to)
  .filter(({ integrationId }) => integrationId === integration.id);

describe('bodiesOf', () => {
  test('a large body is read by the domain as exactly the events that were meant', () => {
    const read = factsOf(bodiesOf(integration, deliveries, randomOf('bodies'), { live: false }));
    expect(read.facts.toSorted(compare)).toEqual(deliveries.flatMap(meant).toSorted(compare));
    expect(read.rejected).toBe(deliveries.filter(({ item }) => item.kind === 'malformed').length);
    expect(deliveries.length).toBeGreaterThan(1000);
  });

  test('small live bodies say the same, in every form; some items leave the time to the receiver', () => {
    const forms = new Set<string>();
    let timeless = 0;
    for (const [i, delivery] of deliveries.entries()) {
      const bodies = bodiesOf(integration, [delivery], randomOf('live', i), { live: true });
      const { facts } = factsOf(bodies.slice(-1), delivery.at);
      if (facts[0]?.untimed) {
        timeless++;
        expect(facts).toEqual(
          meant(delivery).map((fact) => ({ ...fact, untimed: true, occurredAt: delivery.at })),
        );
      } else {
        expect(facts).toEqual(meant(delivery));
      }
      forms.add(`${bodies.at(-1)!.contentType}`);
    }
    expect([...forms].sort()).toEqual([
      'application/json',
      'application/x-ndjson',
      'application/x-www-form-urlencoded',
      'null',
      'text/plain',
    ]);
    expect(timeless).toBeGreaterThan(0);
    expect(timeless).toBeLessThan(deliveries.length / 50);
  });

  test('a repetition in another envelope has the same identity', () => {
    const twice = deliveries.slice(0, 400);
    const first = factsOf(bodiesOf(integration, twice, randomOf('one'), { live: false })).identities;
    const again = factsOf(
      bodiesOf(integration, twice.toReversed(), randomOf('two'), { live: false }),
    ).identities;
    expect(again.toSorted()).toEqual(first.toSorted());
  });

  test('the same deliveries and randomness give the same bytes', () => {
    const bodies = () => bodiesOf(integration, deliveries, randomOf('same'), { live: false });
    expect(bodies()).toEqual(bodies());
  });

  test('a broken connection leaves half a body, and the whole follows', () => {
    const random = { ...randomOf('cut'), chance: () => true };
    const [half, whole] = bodiesOf(integration, deliveries.slice(0, 3), random, { live: true });
    expect(whole!.body.startsWith(half!.body)).toBe(true);
    expect(half!.body.length).toBeLessThan(whole!.body.length);
  });
});

interface Meant {
  readonly externalUserId: string;
  readonly eventType: string;
  readonly status: string | null;
  readonly breakType: string | null;
  readonly occurredAt: number;
  readonly untimed: boolean;
}

function meant({ item }: Delivery): Meant[] {
  if (item.kind === 'malformed') return [];
  const { externalUserId, eventType, status, breakType, occurredAt }: AgentEvent = item.event;
  const told = eventType === 'SNAPSHOT' ? 'STATUS' : eventType;
  return [{ externalUserId, eventType: told, status, breakType, occurredAt, untimed: false }];
}

function factsOf(bodies: readonly RequestBody[], receivedAt = to) {
  const facts: Meant[] = [];
  const identities: string[] = [];
  let rejected = 0;
  for (const { body, contentType } of bodies) {
    const split = splitBody(Buffer.from(body), contentType ?? undefined);
    if (split.kind !== 'items') {
      rejected++;
      continue;
    }
    for (const [itemIndex, { format, bytes }] of split.items.entries()) {
      const parsed = parseItem(format, bytes);
      if (!parsed.ok) {
        rejected++;
        continue;
      }
      const { timeZone, id: integrationId } = integration;
      const fact = normalise(parsed.item, { tenantId: 't', integrationId, timeZone, receivedAt, itemIndex });
      const { externalUserId, eventType, status, breakType, occurredAt, dedupKey, contentHash, flags } = fact;
      expect(
        flags.filter((flag) => flag !== 'snapshot' && flag !== 'time-missing' && flag !== 'time-ambiguous'),
      ).toEqual([]);
      facts.push({
        externalUserId,
        eventType,
        status,
        breakType,
        occurredAt,
        untimed: flags.includes('time-missing'),
      });
      identities.push(`${externalUserId} ${dedupKey} ${contentHash}`);
    }
  }
  return { facts, identities, rejected };
}

const compare = (a: Meant, b: Meant): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

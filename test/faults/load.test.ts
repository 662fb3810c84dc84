import { normalise } from '@adherence/domain/notifications/normalise.ts';
import { parseItem } from '@adherence/domain/notifications/parse.ts';
import { splitBody } from '@adherence/domain/notifications/split-body.ts';
import { describe, expect, it } from 'vitest';
import { centreOf } from './contact-centre.ts';
import { identityOf, type Load, loadOf, type Post, postsInOtherOrder } from './load.ts';

const today = '2026-03-31';
const seeds = [1, 2, 3, 4, 5];
const loads = seeds.map((seed) => ({ seed, load: loadOf(seed, centreOf(seed, today)) }));

const sent = ({ posts }: Pick<Load, 'posts'>) => posts.flatMap(({ items }) => items);

/** What the services read in a request, as identities; null for what they refuse. */
function read({ integrationId, body, contentType }: Post): (string | null)[] {
  const split = splitBody(Buffer.from(body), contentType);
  if (split.kind !== 'items') throw new Error(split.kind);
  return split.items.map(({ format, bytes }) => {
    const parsed = parseItem(format, bytes);
    if (!parsed.ok) return null;
    const receipt = { tenantId: 't', integrationId, timeZone: 'UTC', receivedAt: Date.now(), itemIndex: 0 };
    const fact = normalise(parsed.item, receipt);
    return identityOf({ ...fact, eventId: fact.detail.eventId ?? null });
  });
}

describe('loadOf', () => {
  it('is the same for the same seed, and another for another', () => {
    const [{ load }] = loads as [(typeof loads)[0]];
    expect(loadOf(1, centreOf(1, today))).toEqual(load);
    expect(loads[1]!.load).not.toEqual(load);
  });

  it('sends every item, some of them again, late or out of order', () => {
    for (const { load } of loads) {
      const order = sent(load);
      expect(new Set(order).size).toBe(load.items.length);
      expect(order.length).toBeGreaterThan(load.items.length * 1.03);
      const times = order.map((index) => Date.parse(String(load.items[index]!.json.occurredAt)));
      expect(times.filter((time, i) => time < times[i - 1]!).length).toBeGreaterThan(100);
    }
  });

  it('says of every item what the services will make of it', () => {
    for (const { load } of loads) {
      for (const post of load.posts) {
        expect(read(post)).toEqual(post.items.map((index) => load.items[index]!.identity));
      }
    }
  });

  it('tells of nothing but what was over before today', () => {
    for (const { load } of loads) {
      const times = load.items.flatMap(({ json }) => (json.occurredAt ? [String(json.occurredAt)] : []));
      expect(times.toSorted().at(-1)! < `${today}T00:00:00`).toBe(true);
    }
  });

  it('has bad items in good requests, and corrections under the same id', () => {
    for (const { load } of loads) {
      expect(load.items.filter(({ identity }) => identity === null)).toHaveLength(24);
      const keys = load.items.flatMap(({ json }) =>
        json.eventId ? [`${json.agentId} ${json.eventId} ${json.occurredAt}`] : [],
      );
      expect(new Set(keys).size).toBeLessThan(keys.length);
    }
  });
});

describe('postsInOtherOrder', () => {
  it('sends every item once', () => {
    for (const { seed, load } of loads) {
      const order = sent({ posts: postsInOtherOrder(seed, load) });
      expect(order.toSorted((a, b) => a - b)).toEqual([...load.items.keys()]);
      expect(order).not.toEqual(order.toSorted((a, b) => a - b));
    }
  });
});

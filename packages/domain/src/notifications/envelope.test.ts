import { describe, expect, it } from 'vitest';
import { adapter } from './adapter.ts';
import { readEnvelope } from './envelope.ts';
import { type NormalisedFact, normalise } from './normalise.ts';
import { parseItem } from './parse.ts';
import { splitBody } from './split-body.ts';

const receivedAt = Date.parse('2026-11-18T10:00:00Z');
const at = (time: string): number => Date.parse(`2026-11-18T${time}Z`);
const a = '{"agentId":"a","status":"READY"}';
const nameless = '{"agentId":"b"}';

describe('what is kept of an envelope', () => {
  it.each([
    [`{"eventType":"SNAPSHOT","timestamp":1794996000,"agents":[${a}]}`],
    [`{"agents":[${a}],"timestamp" : 1794996000,"source":"x","eventType":"SNAPSHOT"}`],
  ])('its event type and its time, wherever they stand: %s', (body) => {
    const [item] = itemsOf(body);
    expect(item!.bytes.toString()).toBe(a);
    expect(readEnvelope(item!.envelope)).toEqual({ eventType: 'SNAPSHOT', times: ['1794996000'] });
  });

  it.each([
    `{"agents":[${a}]}`,
    `{"source":"x","version":3,"sentAt":"2026-11-18T09:00:00Z","agents":[${a}]}`,
    `{"date":"2026-11-18 00:00:00","startTime":1,"startDate":2,"stateStart":3,"agents":[${a}]}`,
    `{"timestamp":{"at":1},"eventType":["LOGOUT"],"agents":[${a}]}`,
    `{"timestamp":"${'1'.repeat(300)}","agents":[${a}]}`,
    `[${a}]`,
    a,
  ])('nothing of one without either: not a window, a day, a time of sending: %.60s', (body) => {
    expect(itemsOf(body).map(({ envelope }) => envelope)).toEqual([null]);
  });

  it('holds for its own entries only, one envelope a line', () => {
    const body = `{"eventType":"LOGOUT","events":[${nameless}]}\n{"events":[${a}]}\n${a}\n{"type":"Heartbeat","data":[${nameless},${a}]}`;
    expect(itemsOf(body).map(({ envelope }) => readEnvelope(envelope).eventType)).toEqual([
      'LOGOUT',
      null,
      null,
      'Heartbeat',
      'Heartbeat',
    ]);
  });

  it('holds for the whole entries of one that was cut off after it', () => {
    const [first, cut] = itemsOf(`{"eventType":"LOGOUT","events":[${nameless},{"agentId":"c`);
    expect(readEnvelope(first!.envelope).eventType).toBe('LOGOUT');
    expect(cut!.fault).toBe('item-malformed');
  });

  it('makes an envelope of an object that names its sender, when only with it the entries tell of agents', () => {
    expect(itemsOf(`{"username":"svc","eventType":"LOGOUT","agents":[${nameless}]}`)).toMatchObject([
      { bytes: Buffer.from(nameless) },
    ]);
    const own = `{"login":"a","eventType":"LOGOUT","data":[{"skill":1}]}`;
    expect(itemsOf(own)).toMatchObject([{ bytes: Buffer.from(own), envelope: null }]);
  });

  it('is no reason to fail, whatever it is', () => {
    for (const text of [null, '', '{', '[]', 'null', '{"eventType":{}}', '{"timestamp":[]}']) {
      expect(readEnvelope(text)).toEqual({ eventType: null, times: [] });
    }
  });
});

it('every time of an envelope is one of an item too, which ranks it', () => {
  expect(adapter.fields.time).toEqual(expect.arrayContaining([...adapter.envelopeTimes]));
});

describe('the event type of an envelope', () => {
  it.each([
    ['SNAPSHOT', a, 'STATUS', ['snapshot', 'time-missing']],
    ['LOGOUT', nameless, 'LOGOUT', ['time-missing']],
    ['LOGOUT', a, 'LOGOUT', ['time-missing']],
    ['LOGIN', nameless, 'LOGIN', ['time-missing']],
    ['heart_beat', nameless, 'HEARTBEAT', ['time-missing']],
    ['STATUS', a, 'STATUS', ['time-missing']],
    ['agent_batch', a, 'STATUS', ['time-missing']],
    ['SNAPSHOT', '{"agentId":"c","eventType":"LOGOUT"}', 'LOGOUT', ['time-missing']],
    ['LOGOUT', '{"agentId":"c","eventType":null,"type":""}', 'LOGOUT', ['time-missing']],
    [
      'LOGOUT',
      '{"agentId":"c","status":"R","type":"MOON"}',
      'STATUS',
      ['event-type-unknown', 'time-missing'],
    ],
  ])('%s makes of %s a %s', (eventType, item, expected, flags) => {
    const [fact] = factsOf(`{"eventType":"${eventType}","agents":[${item}]}`);
    expect(fact).toMatchObject({ eventType: expected, flags });
  });

  it('does not excuse an entry from saying whom it is about, or from its status', () => {
    const reasons = itemsOf(
      `{"eventType":"LOGOUT","agents":[{"status":"R"},${nameless}]}\n{"eventType":"SNAPSHOT","agents":[${nameless}]}`,
    ).map(({ format, bytes, envelope }) => parseItem(format, bytes, envelope));
    expect(reasons).toMatchObject([
      { ok: false, reason: 'agent-missing' },
      { ok: true },
      { ok: false, reason: 'status-missing' },
    ]);
  });
});

describe('the time of an envelope', () => {
  it('places the entries that have none of their own, and says so', () => {
    const own = '{"agentId":"c","status":"R","occurredAt":"2026-11-18T08:00:00Z"}';
    const unreadable = '{"agentId":"d","status":"R","occurredAt":"soon"}';
    const facts = factsOf(`{"timestamp":"2026-11-18 10:30:00","agents":[${a},${own},${unreadable}]}`);
    expect(facts.map(({ occurredAt, flags }) => [occurredAt, flags])).toEqual([
      [at('09:30:00'), ['time-of-envelope']],
      [at('08:00:00'), []],
      [at('09:30:00'), ['time-of-envelope']],
    ]);
  });

  it('is not believed further ahead than any other, and is nothing when it is unreadable', () => {
    const timed = (timestamp: string) => factsOf(`{"timestamp":"${timestamp}","agents":[${a}]}`)[0]!;
    expect(timed('2026-11-18T10:05:00Z')).toMatchObject({ occurredAt: at('10:05:00') });
    expect(timed('2026-11-18T10:05:01Z')).toMatchObject({
      occurredAt: receivedAt,
      flags: ['time-in-future'],
    });
    expect(timed('noon')).toMatchObject({ occurredAt: receivedAt, flags: ['time-missing'] });
    expect(timed('2026-10-25 02:30:00').flags).toEqual(['time-of-envelope', 'time-ambiguous']);
  });

  it('does not identify: the same entry keeps its key in another envelope, whenever that was sent', () => {
    const identified = '{"agentId":"a","status":"R","id":7,"occurredAt":"2026-11-18T08:00:00Z"}';
    const plain = '{"agentId":"a","status":"R","occurredAt":"2026-11-18T08:00:00Z"}';
    for (const item of [identified, plain]) {
      const bodies = ['09:00:00', '09:30:00'].map(
        (time) => `{"eventType":"SNAPSHOT","timestamp":"2026-11-18T${time}Z","agents":[${item}]}`,
      );
      const facts = [item, ...bodies].map((body, i) => factsOf(body, receivedAt + i * 60_000)[0]!);
      expect(new Set(facts.map(({ dedupKey, contentHash }) => `${dedupKey} ${contentHash}`)).size).toBe(1);
    }
  });

  it('takes no entry for a repeat: A, B, A at one time of the envelope survive, in the order they came', () => {
    const body = (status: string) =>
      `{"timestamp":1794996000,"agents":[{"agentId":"a","status":"${status}"}]}`;
    const apart = ['A', 'B', 'A'].flatMap((status, i) => factsOf(body(status), receivedAt + i));
    const together = factsOf(
      `{"timestamp":1794996000,"agents":[${['A', 'B', 'A'].map((s) => `{"agentId":"a","id":7,"status":"${s}"}`)}]}`,
    );
    for (const facts of [apart, together]) {
      expect(new Set(facts.map(({ dedupKey }) => dedupKey)).size).toBe(3);
      expect(new Set(facts.map(({ occurredAt }) => occurredAt))).toEqual(new Set([1_794_996_000_000]));
      const order = facts.map(({ sequence }) => sequence!);
      expect(order).toEqual(order.toSorted((x, y) => x - y));
      expect(new Set(order).size).toBe(3);
    }
    const oldest = factsOf(
      `{"timestamp":"2000-01-01T00:00:00Z","agents":[${a}]}`,
      Date.parse('2099-01-01T00:00:00Z'),
    );
    expect(oldest[0]!.sequence).toBeLessThan(2 ** 53 - 2);
  });

  it('gives one raw record one fact, however often it is read', () => {
    const body = `{"eventType":"SNAPSHOT","timestamp":1794996000,"agents":[${a},${a}]}`;
    expect(factsOf(body)).toEqual(factsOf(body));
  });
});

function itemsOf(body: string) {
  const split = splitBody(Buffer.from(body));
  if (split.kind !== 'items') throw new Error(split.kind);
  return split.items;
}

function factsOf(body: string, received = receivedAt): NormalisedFact[] {
  return itemsOf(body).map(({ format, bytes, envelope }, itemIndex) => {
    const parsed = parseItem(format, bytes, envelope);
    if (!parsed.ok) throw new Error(`${parsed.reason}: ${parsed.detail}`);
    const where = { tenantId: 't', integrationId: 'i', timeZone: 'Europe/Paris' };
    return normalise(parsed.item, { ...where, receivedAt: received, itemIndex });
  });
}

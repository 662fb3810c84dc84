import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxAheadMs, type NormalisedFact, normalise, type Receipt } from './normalise.ts';
import { parseItem } from './parse.ts';

const receivedAt = Date.parse('2026-11-18T10:00:00.000Z');
const base = { agentId: 'a', status: 'READY', occurredAt: '2026-11-18T09:00:00.000Z' };

describe('normalise', () => {
  it('gives the fact of an item', () => {
    expect(factOf({ ...base, id: 'e1', seq: 4, breakType: 'lunch', gateId: 'g' })).toEqual({
      tenantId: 't',
      integrationId: 'i',
      externalUserId: 'a',
      eventType: 'STATUS',
      status: 'READY',
      breakType: 'lunch',
      occurredAt: Date.parse(base.occurredAt),
      sequence: 4,
      dedupKey: expect.stringMatching(/^[0-9a-f]{32}$/),
      contentHash: expect.stringMatching(/^[0-9a-f]{32}$/),
      receivedAt,
      flags: [],
      detail: { eventId: 'e1', gateId: 'g' },
    });
  });

  it('has an identity that no release may change', () => {
    const { dedupKey, contentHash } = factOf({ ...base, id: 'e1' });
    expect([dedupKey, contentHash]).toEqual([
      '2b95d2e37d706b0d6c53e46ac51fe23b',
      '16e177b65f9a33f2ae41c9c8ec7ccd0f',
    ]);
    expect(factOf(base).dedupKey).toBe('632492c9ba0e0d9c49ada9fe584f6710');
  });

  it('is the same for every spelling, envelope and receipt of one notification', () => {
    const spellings = [
      { ...base, id: 'e1' },
      { notificationId: 'e1', stateStart: '2026-11-18 10:00:00', code: 'READY ', user: { login: ' a' } },
      { uid: 'e1', timestamp: Date.parse(base.occurredAt), agentState: 'READY', login: 'a', sentAt: 'later' },
      {
        date: String(Date.parse(base.occurredAt) / 1000),
        agent_id: 'a',
        eventType: 'STATUS',
        status: 'READY',
        id: 'e1',
      },
    ];
    expect(identities(spellings.map((item) => factOf(item)))).toHaveLength(1);
    const later = factOf({ ...base, id: 'e1' }, { receivedAt: receivedAt + 86_400_000, itemIndex: 7 });
    expect(identities([later, factOf({ ...base, id: 'e1' })])).toHaveLength(1);
  });

  it('does not depend on the order of members', () => {
    const member = fc.constantFrom<[string, unknown]>(
      ['login', 'x'],
      ['state', 'S'],
      ['pauseType', { id: 'p', label: 'l' }],
      ['timestamp', 1_794_996_299],
      ['date', '2026-11-17 10:00:00'],
      ['id', 7],
      ['agent-id', 'z'],
      ['agent_Id', 'y'],
      ['version', 3],
      ['channel', 'chat'],
    );
    fc.assert(
      fc.property(fc.uniqueArray(member, { selector: ([name]) => name }), fc.nat(), (members, seed) => {
        const shuffled = [...members].sort((x, y) => order(x[0], seed) - order(y[0], seed));
        const item = (list: readonly (readonly [string, unknown])[]) =>
          factOf({ ...Object.fromEntries(list), eventType: 'HEARTBEAT', user: 'u' });
        expect(item(shuffled)).toEqual(item(members));
      }),
    );
  });

  it('tells apart what differs in the business content, without an id', () => {
    const variants = [
      base,
      { ...base, agentId: 'b' },
      { ...base, status: 'BUSY' },
      { ...base, eventType: 'LOGIN' },
      { ...base, breakType: 'lunch' },
      { ...base, occurredAt: '2026-11-18T09:00:00.001Z' },
      { ...base, channel: 'chat' },
      { ...base, taskRef: '1' },
    ].map((item) => factOf(item).dedupKey);
    expect(new Set(variants).size).toBe(variants.length);
    const same = [base, { ...base, sentAt: '2026-11-18T09:00:01Z' }, { ...base, gateId: 'g', seq: 1 }];
    expect(new Set(same.map((item) => factOf(item).dedupKey)).size).toBe(1);
  });

  it('has one key and another hash when an id comes again with other content', () => {
    const [one, other] = [factOf({ ...base, id: 'e1' }), factOf({ ...base, id: 'e1', status: 'BUSY' })];
    expect(one.dedupKey).toBe(other.dedupKey);
    expect(one.contentHash).not.toBe(other.contentHash);
  });

  it('loses nothing of a sender that counts from 1 again', () => {
    const again = { ...base, id: '1', occurredAt: '2026-11-18T09:30:00Z' };
    expect(factOf({ ...base, id: '1' }).dedupKey).not.toBe(factOf(again).dedupKey);
  });

  it('clamps a time more than 5 minutes ahead to the receipt, and keys it by the time that was named', () => {
    const at = (ms: number) => factOf({ ...base, id: 'e', occurredAt: receivedAt + ms });
    expect(at(maxAheadMs)).toMatchObject({ occurredAt: receivedAt + maxAheadMs, flags: [] });
    const clamped = at(maxAheadMs + 1);
    expect(clamped).toMatchObject({ occurredAt: receivedAt, flags: ['time-in-future'] });
    const later = factOf(
      { ...base, id: 'e', occurredAt: receivedAt + maxAheadMs + 1 },
      { receivedAt: receivedAt + 60_000 },
    );
    expect(later.occurredAt).toBe(receivedAt + maxAheadMs + 1);
    expect(identities([clamped, later])).toHaveLength(1);
    expect(factOf({ ...base, occurredAt: '9999-12-31T23:59:59Z' })).toMatchObject({ occurredAt: receivedAt });
    expect(factOf({ ...base, occurredAt: '9999999999999999' })).toMatchObject({ occurredAt: receivedAt });
  });

  it.each([undefined, null, '', 'yesterday', '2026-13-01T00:00:00Z', 0])(
    'takes the receipt for the time %s',
    (occurredAt) => {
      expect(factOf({ ...base, occurredAt })).toMatchObject({
        occurredAt: receivedAt,
        flags: ['time-missing'],
      });
    },
  );

  it('takes the next spelling when the first is not readable', () => {
    const fact = factOf({ ...base, occurredAt: 'soon', timestamp: 1_794_996_299 });
    expect(fact).toMatchObject({ occurredAt: 1_794_996_299_000, flags: [] });
  });

  it('keeps A, B, A without times, in one request and in several', () => {
    const states = ['A', 'B', 'A'].map((status) => ({ agentId: 'a', status }));
    const together = states.map((item, itemIndex) => factOf(item, { itemIndex }));
    expect(new Set(together.map((fact) => fact.dedupKey)).size).toBe(3);
    expect(together.map((fact) => fact.sequence)).toEqual([0, 1, 2]);
    const apart = states.map((item, i) => factOf(item, { receivedAt: receivedAt + i }));
    expect(new Set(apart.map((fact) => fact.dedupKey)).size).toBe(3);
  });

  it('takes no timeless notification for a repeat, whatever its id says', () => {
    const timeless = (status: string, seconds: number) =>
      factOf({ agentId: 'a', status, id: 'e' }, { receivedAt: receivedAt + seconds * 1_000 });
    expect(identities([timeless('A', 0), timeless('B', 1), timeless('A', 2)])).toHaveLength(3);
  });

  it('is the same when the same raw record is delivered again', () => {
    expect(factOf({ agentId: 'a', status: 'R' })).toEqual(factOf({ agentId: 'a', status: 'R' }));
  });

  it('flags what the wall clock shows twice or never', () => {
    expect(factOf({ ...base, occurredAt: '2026-10-25 02:30:00' }).flags).toEqual(['time-ambiguous']);
    expect(factOf({ ...base, occurredAt: '2026-03-29 02:30:00', eventType: 'SNAPSHOT' }).flags).toEqual([
      'snapshot',
      'time-nonexistent',
    ]);
  });
});

function factOf(item: object, receipt: Partial<Receipt> = {}): NormalisedFact {
  const parsed = parseItem('json', Buffer.from(JSON.stringify(item)));
  if (!parsed.ok) throw new Error(parsed.reason);
  const standard = { tenantId: 't', integrationId: 'i', timeZone: 'Europe/Paris', receivedAt, itemIndex: 0 };
  return normalise(parsed.item, { ...standard, ...receipt });
}

const identities = (facts: readonly NormalisedFact[]): string[] => [
  ...new Set(facts.map((fact) => `${fact.externalUserId}|${fact.dedupKey}|${fact.contentHash}`)),
];

/** A pseudo-random but stable place for a name. */
const order = (name: string, seed: number): number =>
  [...name].reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) ^ seed, seed);

import { describe, expect, it } from 'vitest';
import type { LineFact } from '../model.ts';
import { bearsStatus, compareFacts, firstAfter, orderFacts } from './facts.ts';

const fact = (dedupKey: string, over: Partial<LineFact> = {}): LineFact => ({
  integrationId: 'i',
  externalUserId: 'u',
  eventType: 'STATUS',
  status: 'READY',
  breakType: null,
  occurredAt: 10,
  sequence: null,
  dedupKey,
  contentHash: 'b',
  receivedAt: 20,
  ...over,
});

describe('the winner among facts with one key', () => {
  const held = fact('k');
  it.each([
    ['the lower content hash, though received later', { contentHash: 'a', receivedAt: 99 }, true],
    ['not the higher content hash, though received earlier', { contentHash: 'c', receivedAt: 1 }, false],
    ['of one content the earliest receipt', { receivedAt: 19, occurredAt: 11 }, true],
    ['not a later receipt', { receivedAt: 21, occurredAt: 9 }, false],
    ['of one receipt the earlier time', { occurredAt: 9 }, true],
    ['not the later time', { occurredAt: 11 }, false],
  ])('is %s', (_, over, wins) => {
    const rival = fact('k', over);
    for (const both of [
      [held, rival],
      [rival, held],
    ])
      expect(orderFacts(both)).toEqual([wins ? rival : held]);
  });
});

describe('the order of the events of a user', () => {
  it('is time, then sequence with none as -1, then the key', () => {
    const ordered = [
      fact('z', { occurredAt: 9, sequence: 9 }),
      fact('y', { sequence: -2 }),
      fact('c', { sequence: -1 }),
      fact('d'),
      fact('b', { sequence: 0 }),
      fact('a', { sequence: 1 }),
      fact('0', { occurredAt: 11 }),
    ];
    expect(orderFacts(ordered.toReversed())).toEqual(ordered);
    expect(compareFacts(fact('a'), fact('a'))).toBe(0);
  });

  it('is searched for the first after an instant', () => {
    const facts = [fact('a', { occurredAt: 1 }), fact('b', { occurredAt: 3 }), fact('c', { occurredAt: 3 })];
    expect([0, 1, 2, 3, 4].map((at) => firstAfter(facts, at))).toEqual([0, 1, 1, 3, 3]);
    expect(firstAfter([], 5)).toBe(0);
  });

  it('holds heartbeats, which bear no status', () => {
    expect(
      (['STATUS', 'LOGIN', 'LOGOUT'] as const).every((eventType) => bearsStatus(fact('a', { eventType }))),
    ).toBe(true);
    expect(bearsStatus(fact('a', { eventType: 'HEARTBEAT' }))).toBe(false);
  });
});

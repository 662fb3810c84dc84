import { describe, expect, it } from 'vitest';
import type { ExternalUserAssignment, LineFact } from '../model.ts';
import { actualPieces, type Feed, gapAhead, gapsAt, userKey } from './actual.ts';
import { compileRules } from './rules.ts';

const feed = (over: Partial<Feed>): Feed => ({ thresholdMs: 10, gaps: [], last: null, heard: null, ...over });

describe('silences of a feed', () => {
  const gaps = [
    { from: 10, to: 30 },
    { from: 50, to: 70 },
    { from: 90, to: 110 },
  ];

  it('ends ahead of an instant: the first that does', () => {
    const ahead = (at: number) => gapAhead(feed({ gaps }), at)?.from ?? null;
    expect([0, 10, 29, 30, 50, 69, 70, 109, 110].map(ahead)).toEqual([10, 10, 10, 50, 50, 50, 90, 90, null]);
    expect(gapAhead(feed({}), 0)).toBeNull();
  });

  it.each([
    [29, [[10, 29]]],
    [30, [[10, 30]]],
    // Not as long as the threshold yet.
    [19, []],
    [20, [[10, 20]]],
    [5, []],
  ])('as they are seen at %i', (asOf, expected) => {
    expect(gapsAt(feed({ gaps: gaps.slice(0, 1) }), asOf).map(({ from, to }) => [from, to])).toEqual(
      expected,
    );
  });

  it.each([
    [39, []],
    [40, [[30, 40]]],
    [55, [[30, 55]]],
  ])('at the live end, at %i', (asOf, expected) => {
    expect(gapsAt(feed({ last: 30 }), asOf).map(({ from, to }) => [from, to])).toEqual(expected);
  });
});

describe('which of several users wins', () => {
  const users = [
    ['a', 'x'],
    ['a', 'y'],
    ['b', 'x'],
  ] as const;
  const externalUsers = users.map(
    ([integrationId, externalUserId]): ExternalUserAssignment => ({
      ...{ integrationId, externalUserId, validFrom: null, validTo: null },
    }),
  );
  const rules = compileRules({
    ...{ activityTypes: new Map(), statusMappings: new Map(), matches: [], settings: [] },
  });
  type Event = readonly [
    user: number,
    occurredAt: number,
    sequence: number | null,
    eventType?: LineFact['eventType'],
  ];
  /** Status of the winner at 100, each user's named for it. */
  const winner = (...events: readonly Event[]) => {
    const facts = events.map(([user, occurredAt, sequence, eventType = 'STATUS'], i): LineFact => {
      const [integrationId, externalUserId] = users[user]!;
      const status = eventType === 'STATUS' ? `${integrationId}${externalUserId}` : null;
      return {
        ...{ integrationId, externalUserId, eventType, status, breakType: null, occurredAt, sequence },
        ...{ dedupKey: `${i}`, contentHash: '', receivedAt: 0 },
      };
    });
    const byUser = Map.groupBy(facts, (fact) => userKey(fact.integrationId, fact.externalUserId));
    const context = { shiftEnds: [], settings: rules.settings, asOf: 101 };
    // Whatever the order in which they are assigned.
    const [one, other] = [externalUsers, externalUsers.toReversed()].map((assigned) => {
      const inputs = { externalUsers: assigned, facts: byUser, feeds: new Map() };
      const { kind, externalStatus } = actualPieces(inputs, rules, 100, 101, context)[0]!.actual;
      return kind === 'activity' ? externalStatus : kind;
    });
    expect(one).toBe(other);
    return one;
  };

  it.each<[string, readonly Event[], string]>([
    [
      'the one with the most recent event',
      [
        [0, 10, null],
        [2, 9, 5],
      ],
      'ax',
    ],
    [
      'heartbeats count',
      [
        [0, 10, null],
        [2, 9, 5],
        [2, 11, null, 'HEARTBEAT'],
      ],
      'bx',
    ],
    [
      'the greater sequence of one instant',
      [
        [0, 10, 1],
        [2, 10, 0],
      ],
      'ax',
    ],
    [
      'none is less than any',
      [
        [0, 10, 0],
        [2, 10, null],
      ],
      'ax',
    ],
    [
      'the greater integration of one sequence',
      [
        [1, 10, 1],
        [2, 10, 1],
      ],
      'bx',
    ],
    [
      'the greater user of one integration',
      [
        [0, 10, 1],
        [1, 10, 1],
      ],
      'ay',
    ],
    [
      'nobody who is offline',
      [
        [0, 10, null],
        [2, 11, null],
        [2, 12, null, 'LOGOUT'],
      ],
      'ax',
    ],
    [
      'offline when all are',
      [
        [0, 10, null, 'LOGOUT'],
        [2, 12, null, 'LOGOUT'],
      ],
      'offline',
    ],
    ['offline before any event', [], 'offline'],
  ])('%s', (_, events, expected) => expect(winner(...events)).toBe(expected));
});

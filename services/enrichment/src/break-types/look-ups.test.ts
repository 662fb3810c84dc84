import { fold } from '@adherence/domain/configuration/decide.ts';
import { command, contactCentre, given, integration } from '@adherence/domain/configuration/given.testing.ts';
import { type BreakFaultKind, breakFault } from '@adherence/odigo-web-service/break-fault.ts';
import type { BreakAnswer } from '@adherence/odigo-web-service/break-type-source.ts';
import { silentLog } from '@adherence/runtime/log.ts';
import { createManualClock, turn } from '@adherence/runtime/manual-clock.ts';
import { noMetrics } from '@adherence/runtime/metrics.ts';
import type { ActivityEvent } from '@adherence/schemas/records.ts';
import { describe, expect, it } from 'vitest';
import { createBreakClients } from './break-clients.ts';
import { createLookUps } from './look-ups.ts';

const now = Date.parse('2026-11-18T10:00:00Z');
const breakDetail = { url: 'https://odigo.example/ws', username: 'u', passwordCiphertext: 'v1.x.y' };
const mapping = (status: string, breakType: string | null, activityId: string) =>
  command('statusMapping', '', { integrationId: 'odigo', status, breakType, activityId });
const centre = [
  ...contactCentre,
  command('integration', 'odigo', { ...integration('Odigo'), breakDetail }),
  mapping('TALK', null, 'calls'),
  mapping('PAUSE', null, 'lunch'),
  mapping('AWAY', 'training', 'calls'),
];
const found = (breakType: string): BreakAnswer => ({ kind: 'found', breakType });
const failed = (kind: BreakFaultKind): BreakAnswer => ({ kind: 'failed', fault: breakFault(kind) });

function newWorld({ inFlight = 8 } = {}) {
  const { state } = given(...centre);
  const clock = createManualClock(now);
  const questions: { agent: string; status: string | null; answer: (answer: BreakAnswer) => void }[] = [];
  const opened: string[] = [];
  const health: { key: string; value: object }[] = [];
  const clients = createBreakClients({
    configuration: () => state,
    openSource: ({ url }) => {
      opened.push(url);
      return {
        lookUp: ({ externalUserId, status }) =>
          new Promise((answer) => questions.push({ agent: externalUserId, status, answer })),
        close: () => opened.push('closed'),
      };
    },
    inFlight,
    instanceId: 'one',
    publish: async (messages) => {
      for (const { key, value } of messages) health.push({ key: key!, value: JSON.parse(String(value)) });
    },
    clock,
    log: silentLog,
    metrics: noMetrics,
  });
  const lookUps = createLookUps({ clients, clock, metrics: noMetrics, onFound: () => {} });
  let offset = 0;
  const event = (user: string, status: string | null, over: Partial<ActivityEvent> = {}): ActivityEvent => {
    const sourceOffset = offset++;
    const at = clock.now();
    const activityId = { TALK: 'calls', PAUSE: 'lunch' }[status ?? ''] ?? 'present';
    return {
      tenantId: 't1',
      integrationId: 'odigo',
      externalUserId: user,
      eventType: status === null ? 'LOGOUT' : 'STATUS',
      status,
      breakType: null,
      occurredAt: at,
      sequence: sourceOffset,
      dedupKey: `d${sourceOffset}`,
      contentHash: 'h',
      receivedAt: at,
      flags: [],
      detail: {},
      personId: `person-of-${user}`,
      activityId,
      configurationOffset: 0,
      sourcePartition: 3,
      sourceOffset,
      ...over,
    };
  };
  const take = (...events: ActivityEvent[]) => lookUps.taken(events, (id) => state.tenants.get(id));
  return {
    clock,
    lookUps,
    questions,
    opened,
    health,
    event,
    take,
    /** Takes the events of one user, each in a batch of its own. */
    statuses: (user: string, ...statuses: (string | null)[]) => {
      const events = statuses.map((status) => event(user, status));
      for (const each of events) take(each);
      return events;
    },
    async answer(index: number, answer: BreakAnswer) {
      questions[index]!.answer(answer);
      await turn();
    },
    /** `user dedupKey breakType` of what is to be sent, which is sent then. */
    send() {
      const list = lookUps.found();
      lookUps.sent(list);
      return list.map(({ detail }) => `${detail.externalUserId} ${detail.dedupKey} ${detail.breakType}`);
    },
    held: () => lookUps.heldFrom(3),
    configure: (...commands: object[]) => {
      for (const each of commands) fold(state, each, 1_000 + offset++);
    },
  };
}

describe('which statuses are looked up', () => {
  it.each<[string, string, Partial<ActivityEvent>]>([
    ['mapped to an activity of type Break', 'PAUSE', {}],
    ['of which some break type is mapped', 'AWAY', {}],
    ['of a snapshot', 'PAUSE', { flags: ['snapshot'] }],
  ])('one %s', async (_, status, over) => {
    const world = newWorld();
    world.take(world.event('anna', status, over));
    expect(world.questions).toMatchObject([{ agent: 'anna', status }]);
  });

  it.each<[string, string, Partial<ActivityEvent>]>([
    ['mapped to another activity', 'TALK', {}],
    ['that is not mapped', 'NEW', {}],
    ['that came with a break type', 'PAUSE', { breakType: 'tea' }],
    ['that is a heartbeat', 'PAUSE', { eventType: 'HEARTBEAT' }],
    ['of another integration', 'PAUSE', { integrationId: 'other' }],
    ['that the sender told late', 'PAUSE', { occurredAt: now - 61_000 }],
    [
      'that is read again long after its receipt',
      'PAUSE',
      { receivedAt: now - 61_000, occurredAt: now - 61_000 },
    ],
  ])('not one %s', (_, status, over) => {
    const world = newWorld();
    world.take(world.event('anna', status, over));
    expect(world.questions).toEqual([]);
    expect(world.held()).toBe(Number.POSITIVE_INFINITY);
  });

  it('only the one of a batch that is still current, and of events out of order the latest', () => {
    const world = newWorld();
    const late = world.event('ben', 'PAUSE', { occurredAt: now - 1_000 });
    world.take(
      world.event('anna', 'PAUSE'),
      world.event('anna', 'TALK'),
      world.event('ben', 'TALK'),
      late,
      world.event('cleo', 'TALK'),
      world.event('cleo', 'PAUSE'),
    );
    expect(world.questions.map(({ agent }) => agent)).toEqual(['cleo']);
  });

  it('a record that comes twice is asked about once', () => {
    const world = newWorld();
    const event = world.event('anna', 'PAUSE');
    world.take(event);
    world.take({ ...event, sourceOffset: 90 });
    expect(world.questions).toHaveLength(1);
    expect(world.held()).toBe(event.sourceOffset);
  });
});

describe('an answer', () => {
  it('is told on the identity of the fact, and lets its record go once it is sent', async () => {
    const world = newWorld();
    const [event] = world.statuses('anna', 'PAUSE');
    expect(world.held()).toBe(0);
    await world.clock.advance(40);
    await world.answer(0, found('lunch'));
    expect(world.held()).toBe(0);
    const [told] = world.lookUps.found();
    const { tenantId, integrationId, externalUserId, dedupKey, contentHash, occurredAt } = event!;
    const fact = { tenantId, integrationId, externalUserId, dedupKey, contentHash, occurredAt };
    expect(told!.detail).toEqual({ ...fact, status: 'PAUSE', breakType: 'lunch', foundAt: now + 40 });
    expect(told!.event).toBe(event);
    world.send();
    expect(world.held()).toBe(Number.POSITIVE_INFINITY);
    expect(world.lookUps.found()).toEqual([]);
  });

  it.each(['TALK', null])('is dropped when the status is over (%s)', async (next) => {
    const world = newWorld();
    world.statuses('anna', 'PAUSE', next);
    expect(world.held()).toBe(Number.POSITIVE_INFINITY);
    await world.answer(0, found('lunch'));
    expect(world.send()).toEqual([]);
  });

  it('is dropped when the partitions are gone', async () => {
    const world = newWorld();
    world.statuses('anna', 'PAUSE');
    world.lookUps.forget();
    await world.answer(0, found('lunch'));
    expect(world.send()).toEqual([]);
    world.statuses('anna', 'PAUSE');
    expect(world.questions).toHaveLength(2);
  });

  it('goes to its own break only, though the same agent has begun another one', async () => {
    const world = newWorld();
    world.statuses('anna', 'PAUSE', 'TALK', 'PAUSE');
    await world.answer(0, found('lunch'));
    await world.answer(1, found('tea'));
    expect(world.send()).toEqual(['anna d2 tea']);
  });
});

describe('a status that is repeated', () => {
  it('is asked about again, since it may be another break', async () => {
    const world = newWorld();
    world.statuses('anna', 'PAUSE');
    await world.answer(0, found('lunch'));
    await world.clock.advance(1);
    world.statuses('anna', 'PAUSE');
    await world.answer(1, found('training'));
    expect(world.send()).toEqual(['anna d0 lunch', 'anna d1 training']);
  });

  it('is not asked about when the last answer tells of it, as of a second channel', async () => {
    const world = newWorld();
    world.statuses('anna', 'PAUSE');
    await world.clock.advance(10);
    await world.answer(0, found('lunch'));
    world.take(world.event('anna', 'PAUSE', { occurredAt: now }));
    expect(world.send()).toEqual(['anna d0 lunch', 'anna d1 lunch']);
    world.take(world.event('anna', 'PAUSE', { occurredAt: now + 1 }));
    expect(world.questions).toHaveLength(2);
    await world.answer(1, found('tea'));
    await world.clock.advance(5_000);
    world.take(world.event('anna', 'PAUSE', { occurredAt: now + 9 }));
    expect(world.send()).toEqual(['anna d2 tea', 'anna d3 tea']);
    await world.clock.advance(1);
    world.take(world.event('anna', 'PAUSE', { occurredAt: now + 10 }));
    expect(world.questions).toHaveLength(3);
  });

  it('has one question open at a time, and one more for all that came meanwhile', async () => {
    const world = newWorld();
    world.statuses('anna', 'PAUSE');
    await world.clock.advance(1);
    world.statuses('anna', 'PAUSE', 'PAUSE');
    expect(world.questions).toHaveLength(1);
    await world.answer(0, found('lunch'));
    expect(world.questions).toHaveLength(2);
    expect(world.send()).toEqual(['anna d0 lunch']);
    expect(world.held()).toBe(1);
    await world.answer(1, found('lunch'));
    expect(world.send()).toEqual(['anna d1 lunch', 'anna d2 lunch']);
    expect(world.held()).toBe(Number.POSITIVE_INFINITY);
  });

  it.each<BreakAnswer>([failed('timeout'), { kind: 'none' }])(
    'goes on as it was when the answer is %j',
    async (answer) => {
      const world = newWorld();
      world.statuses('anna', 'PAUSE');
      await world.answer(0, found('lunch'));
      await world.clock.advance(1);
      world.statuses('anna', 'PAUSE');
      await world.answer(1, answer);
      expect(world.send()).toEqual(['anna d0 lunch', 'anna d1 lunch']);
    },
  );

  it('holds a bounded number of records', () => {
    const world = newWorld();
    world.statuses('anna', ...Array.from({ length: 60 }, () => 'PAUSE'));
    expect(world.held()).toBe(10);
  });
});

describe('without an answer', () => {
  it('the record is let go at once, and the status is asked about again as long as it is current', async () => {
    const world = newWorld();
    world.statuses('anna', 'PAUSE');
    world.statuses('ben', 'PAUSE');
    await world.answer(0, failed('timeout'));
    await world.answer(1, failed('server-error'));
    expect(world.held()).toBe(Number.POSITIVE_INFINITY);
    world.statuses('ben', 'TALK');
    await world.clock.advance(15_000);
    expect(world.questions.map(({ agent }) => agent)).toEqual(['anna', 'ben', 'anna']);
    await world.answer(2, found('lunch'));
    expect(world.send()).toEqual(['anna d0 lunch']);
    await world.clock.advance(20_000);
    expect(world.clock.pending()).toBe(0);
  });

  it('an agent without a break is asked about three times, an unknown one once', async () => {
    const world = newWorld();
    world.statuses('anna', 'PAUSE');
    world.statuses('ben', 'PAUSE');
    await world.answer(1, { kind: 'unknown-agent' });
    await world.answer(0, { kind: 'none' });
    for (const index of [2, 3]) {
      await world.clock.advance(15_000);
      await world.answer(index, { kind: 'none' });
    }
    await world.clock.advance(600_000);
    expect(world.questions.map(({ agent }) => agent)).toEqual(['anna', 'ben', 'anna', 'anna']);
  });

  it('a web service that keeps failing is given up for a while; then everybody still in a break is answered', async () => {
    const world = newWorld();
    for (let i = 0; i < 5; i++) {
      world.statuses(`user-${i}`, 'PAUSE');
      await world.answer(i, failed('timeout'));
    }
    world.statuses('anna', 'PAUSE');
    await turn();
    expect(world.questions).toHaveLength(5);
    expect(world.held()).toBe(Number.POSITIVE_INFINITY);
    await world.clock.advance(15_000);
    expect(world.questions).toHaveLength(6);
    await world.answer(5, found('lunch'));
    await world.clock.advance(15_000);
    for (let i = 6; i < world.questions.length; i++) await world.answer(i, found('lunch'));
    expect(world.send().sort()).toEqual([
      'anna d5 lunch',
      'user-0 d0 lunch',
      'user-1 d1 lunch',
      'user-2 d2 lunch',
      'user-3 d3 lunch',
      'user-4 d4 lunch',
    ]);
  });

  it('a refused password is not tried again until it is changed, and health says so', async () => {
    const world = newWorld();
    world.statuses('anna', 'PAUSE');
    await world.answer(0, failed('password'));
    world.statuses('ben', 'PAUSE');
    await world.clock.advance(1_000);
    expect(world.questions).toHaveLength(1);
    expect(world.health).toEqual([
      {
        key: 'breakDetail|t1|odigo|one',
        value: {
          state: 'paused',
          lastAnswerAt: null,
          fault: { kind: 'password', status: null, at: now },
          retryAt: now + 15_000,
        },
      },
    ]);
    const changed = { ...breakDetail, passwordCiphertext: 'v1.other.y' };
    world.configure(command('integration', 'odigo', { ...integration('Odigo'), breakDetail: changed }));
    world.statuses('cleo', 'PAUSE');
    expect(world.questions.at(-1)).toMatchObject({ agent: 'cleo' });
    await world.answer(1, found('lunch'));
    await world.clock.advance(1_000);
    expect(world.health.at(-1)?.value).toMatchObject({ state: 'ok', fault: null, lastAnswerAt: now + 1_000 });
    expect(world.opened).toEqual([breakDetail.url, 'closed', breakDetail.url]);
  });

  it('nothing is asked any more once break details are switched off', async () => {
    const world = newWorld();
    world.statuses('anna', 'PAUSE');
    await world.answer(0, failed('timeout'));
    world.configure(command('integration', 'odigo', integration('Odigo')));
    world.statuses('ben', 'PAUSE');
    await world.clock.advance(60_000);
    expect(world.questions).toHaveLength(1);
    expect(world.clock.pending()).toBe(0);
  });
});

describe('a slow web service', () => {
  it('has so many questions at once, and those that waited too long are not asked now', async () => {
    const world = newWorld({ inFlight: 2 });
    for (const user of ['a', 'b', 'c', 'd']) world.statuses(user, 'PAUSE');
    expect(world.questions).toHaveLength(2);
    await world.clock.advance(1_000);
    await world.answer(0, found('lunch'));
    expect(world.questions.map(({ agent }) => agent)).toEqual(['a', 'b', 'c']);
    await world.clock.advance(2_000);
    await world.answer(1, found('lunch'));
    expect(world.questions).toHaveLength(3);
    // c is still open; d is let go and comes with the next round.
    expect(world.send()).toEqual(['a d0 lunch', 'b d1 lunch']);
    expect(world.held()).toBe(2);
    await world.answer(2, found('lunch'));
    await world.clock.advance(15_000);
    await world.answer(3, found('lunch'));
    expect(world.send()).toEqual(['c d2 lunch', 'd d3 lunch']);
  });
});

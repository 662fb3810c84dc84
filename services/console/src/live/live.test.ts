import { createManualClock, turn } from '@adherence/runtime/manual-clock.ts';
import { partitionOf, streamPartitions, topics } from '@adherence/schemas/topics.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Call, integrationBody, startTestConsole, type TestConsole } from '../console.testing.ts';
import { createBoard } from './board.ts';
import type { LiveRow } from './row.ts';
import { summaryOf } from './summary.ts';

const clock = createManualClock();
let console_: TestConsole;
let call: Call & { token: string };

const offline = {
  kind: 'offline',
  activityId: null,
  externalStatus: null,
  breakType: null,
  estimated: false,
} as const;

function row(personId: string, over: Partial<LiveRow> = {}): LiveRow {
  return {
    tenantId: 't1',
    personId,
    asOf: clock.now(),
    eventsUntil: clock.now(),
    scheduledActivityId: 'present',
    scheduledUntil: null,
    actual: offline,
    state: 'NOT_PRESENT',
    since: clock.now(),
    inBuffer: false,
    bufferEndsAt: null,
    ...over,
  };
}

async function publish(personId: string, over: Partial<LiveRow> | null = {}): Promise<void> {
  const producer = await console_.broker.producer();
  const key = `t1|${personId}`;
  const value = over === null ? null : Buffer.from(JSON.stringify(row(personId, over)));
  await producer.send([
    { topic: topics.live.name, partition: partitionOf(key, streamPartitions), key, value },
  ]);
  await turn();
}

beforeAll(async () => {
  console_ = await startTestConsole({ clock });
  call = await console_.tenant('t1');
  for (const [id, team] of [
    ['ada', 'blue'],
    ['bob', 'red'],
    ['eve', 'blue'],
  ])
    await call('PUT', `/people/${id}`, { name: id, team });
});
afterAll(() => console_.stop());

/** Events of a stream, read one by one. */
async function watch(path: string, headers: Record<string, string> = {}) {
  const request = new Request(`http://console.test/api/v1${path}`, {
    headers: { authorization: `Bearer ${call.token}`, ...headers },
  });
  const reader = (await console_.running.fetch(request)).body!.getReader();
  return {
    async next() {
      const { value, done } = await reader.read();
      if (done) return null;
      const text = Buffer.from(value).toString();
      const [, event, id, data] = /^event: (\w+)\nid: (.+)\ndata: (.+)\n\n$/.exec(text)!;
      return { event: event!, id: id!, data: JSON.parse(data!) };
    },
    close: () => reader.cancel(),
  };
}

describe('live', () => {
  it('joins the rows with names and filters them', async () => {
    await publish('ada', { state: 'IN_ADHERENCE' });
    await publish('bob');
    await publish('eve', { state: null });
    await publish('nobody');
    const { body } = await call('GET', '/live');
    expect(body.items).toMatchObject([
      { personId: 'ada', name: 'ada', team: 'blue', planningUnitId: 'default', state: 'IN_ADHERENCE' },
      { personId: 'bob', team: 'red', since: new Date(clock.now()).toISOString() },
    ]);
    expect(body.summary).toEqual({
      inAdherence: 1,
      inBuffer: 0,
      notPresent: 1,
      wrongActivity: 0,
      notScheduled: 0,
      noData: 0,
      headcountAdherence: 0.5,
    });
    expect((await call('GET', '/live?team=blue')).body.items).toHaveLength(1);
    await publish('ada', null);
    expect((await call('GET', '/live?team=blue')).body.items).toHaveLength(0);
  });

  it('streams a snapshot, an update per changed row and a ping', async () => {
    const stream = await watch('/live/events?team=blue');
    expect(await stream.next()).toMatchObject({
      event: 'snapshot',
      data: { items: [], summary: { notPresent: 0 } },
    });
    await publish('ada', { state: 'WRONG_ACTIVITY' });
    expect(await stream.next()).toMatchObject({
      event: 'update',
      data: { personId: 'ada', state: 'WRONG_ACTIVITY' },
    });
    await publish('ada', null);
    expect(await stream.next()).toMatchObject({ event: 'update', data: { personId: 'ada', state: null } });
    await clock.advance(15_000);
    expect(await stream.next()).toMatchObject({ event: 'ping' });
    await stream.close();
  });

  it('tells up to when events are in with every row, and which feed has fallen silent, without waiting for a ping', async () => {
    await call('PUT', '/integrations/odigo', { ...integrationBody('Odigo'), feedGapSeconds: 60 });
    const tellHealth = async (key: string, value: object) => {
      const producer = await console_.broker.producer();
      await producer.send([
        { topic: topics.health.name, partition: 0, key, value: Buffer.from(JSON.stringify(value)) },
      ]);
      await turn();
    };
    await tellHealth('integration|t1|odigo', { lastReceivedAt: clock.now() });
    const stream = await watch('/live/events');
    expect((await stream.next())!.data.silentFeeds).toEqual([]);
    await publish('ada', { eventsUntil: clock.now() + 500 });
    expect(await stream.next()).toMatchObject({
      event: 'update',
      data: { personId: 'ada', eventsUntil: new Date(clock.now() + 500).toISOString() },
    });
    const since = new Date(clock.now()).toISOString();
    await clock.advance(1_000);
    expect((await stream.next())!.event).toBe('freshness');
    for (let second = 0; second < 63; second++) await clock.advance(1_000);
    const events = [];
    for (let i = 0; i < 5; i++) events.push((await stream.next())!);
    expect(events.find(({ event }) => event === 'freshness')!.data.silentFeeds).toEqual([
      { integrationId: 'odigo', name: 'Odigo', since },
    ]);
    await stream.close();
  });

  it('shows a person who changes name and team', async () => {
    await publish('bob');
    const stream = await watch('/live/events?team=red');
    await stream.next();
    await call('PUT', '/people/bob', { name: 'Robert', team: 'red' });
    expect(await stream.next()).toMatchObject({ event: 'update', data: { personId: 'bob', name: 'Robert' } });
    await call('PUT', '/people/bob', { name: 'Robert', team: 'blue' });
    expect(await stream.next()).toMatchObject({ event: 'update', data: { personId: 'bob', state: null } });
    await stream.close();
  });

  it('resumes after the last event that was seen, or begins anew', async () => {
    const stream = await watch('/live/events');
    const { id } = (await stream.next())!;
    await stream.close();
    await publish('eve', { state: 'NO_DATA' });
    const resumed = await watch('/live/events', { 'last-event-id': id });
    expect(await resumed.next()).toMatchObject({
      event: 'update',
      data: { personId: 'eve', state: 'NO_DATA' },
    });
    await resumed.close();
    for (const unknown of ['another-instance-5', 'nonsense', `${id}0`]) {
      const anew = await watch('/live/events', { 'last-event-id': unknown });
      expect((await anew.next())!.event).toBe('snapshot');
      await anew.close();
    }
  });

  it('ends when its token is revoked', async () => {
    const { body } = await call('POST', '/tokens', { name: 'short', role: 'viewer' });
    const stream = await watch('/live/events', { authorization: `Bearer ${body.token}` });
    await stream.next();
    await call('DELETE', `/tokens/${body.id}`);
    await clock.advance(15_000);
    expect(await stream.next()).toBeNull();
  });
});

describe('board', () => {
  it('tells how many watch, whenever that changes', () => {
    const told: number[] = [];
    const board = createBoard(2, (count) => void told.push(count));
    const ends = [board.watch('t1', () => {}), board.watch('t2', () => {})];
    for (const end of ends) end();
    ends[0]!();
    expect(told).toEqual([1, 2, 1, 0]);
  });

  it('tells changes since a position while they are kept, each person once', () => {
    const board = createBoard(2);
    const take = (personId: string) =>
      board.take({
        partition: 0,
        highWatermark: 0,
        messages: [
          {
            topic: '',
            partition: 0,
            offset: 0,
            key: `t1|${personId}`,
            value: Buffer.from(JSON.stringify(row(personId))),
            timestamp: 0,
            headers: {},
          },
        ],
      });
    take('a');
    take('b');
    take('b');
    expect(board.changedSince('t1', 1)).toEqual(['b']);
    expect(board.changedSince('t2', 1)).toEqual([]);
    expect(board.changedSince('t1', 3)).toEqual([]);
    expect(board.changedSince('t1', 4)).toBeNull();
    for (let i = 0; i < 10; i++) take('c');
    expect(board.changedSince('t1', 1)).toBeNull();
  });
});

describe('summary', () => {
  const types = new Map([
    ['calls', 'Presence'],
    ['vacation', 'Vacation'],
  ] as const);
  const item = (state: LiveRow['state'], inBuffer = false, scheduledActivityId: string | null = 'calls') => ({
    state,
    inBuffer,
    scheduledActivityId,
  });

  it('is a head count of those whose schedule counts and who have data', () => {
    const summary = summaryOf(
      [
        item('IN_ADHERENCE'),
        item('NOT_PRESENT', true),
        item('NOT_PRESENT'),
        item('WRONG_ACTIVITY'),
        item('NO_DATA'),
        item('EXCLUDED'),
        item('NOT_SCHEDULED', false, null),
        item('IN_ADHERENCE', false, 'vacation'),
      ],
      types,
    );
    expect(summary).toEqual({
      inAdherence: 2,
      inBuffer: 1,
      notPresent: 1,
      wrongActivity: 1,
      notScheduled: 1,
      noData: 1,
      headcountAdherence: 0.5,
    });
    expect(summaryOf([item('NO_DATA')], types).headcountAdherence).toBeNull();
  });
});

/** What the console reads of facts, schedules, dead letters and the ledger, on the real engine. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type ClickHouse, openClickHouse } from '@adherence/runtime/clickhouse.ts';
import { createLocalCodec } from '@adherence/runtime/codec.ts';
import { migrateTables } from '@adherence/runtime/migrate.ts';
import type { RawNotification, RejectedReplayed } from '@adherence/schemas/records.ts';
import { consumerGroups, topics } from '@adherence/schemas/topics.ts';
import { type ClickHousePart, startClickHouse } from '@adherence/stack/clickhouse.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Call, integrationBody, startTestConsole, type TestConsole } from './console.testing.ts';

const at = (text: string) => Date.parse(text);
let directory: string;
let engine: ClickHousePart;
let db: ClickHouse;
let console_: TestConsole;
let call: Call & { token: string };
let stranger: Call & { token: string };

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'adherence-console-'));
  engine = await startClickHouse({ dataDir: join(directory, 'data') });
  db = openClickHouse({ url: engine.url });
  await migrateTables(db);
  console_ = await startTestConsole({ database: db });
  call = await console_.tenant('t1');
  stranger = await console_.tenant('t2');
  for (const each of [call, stranger]) {
    await each('PUT', '/integrations/odigo', integrationBody('Odigo'));
    await each('PUT', '/people/ada', { name: 'Ada Lovelace', externalUsers: [user('ada@x.example')] });
    await each('PUT', '/people/bob', { name: 'Bob' });
  }
});
afterAll(async () => {
  await console_?.stop();
  await db?.close();
  await engine?.stop();
  await rm(directory, { recursive: true, force: true });
});

const replayColumns = [
  'tenant',
  'rejected_partition',
  'rejected_offset',
  'replayed_at',
  'replayed_by',
  'items',
  'fault',
];
const user = (externalUserId: string) => ({ integrationId: 'odigo', externalUserId });

async function storeFacts(facts: [string, string | null, string | null, string][]): Promise<void> {
  await db.insertRows(
    'facts',
    [
      'tenant',
      'integration',
      'external_user',
      'occurred_at',
      'dedup_key',
      'content_hash',
      'event_type',
      'status',
      'break_type',
      'received_at',
      'source_partition',
      'source_offset',
      'version',
    ],
    facts.map(([externalUser, status, breakType, time], i) => [
      ...['t1', 'odigo', externalUser, at(time), `k${i}`, 'h', status === null ? 'LOGOUT' : 'STATUS'],
      ...[status, breakType, at(time), 0, i, 1],
    ]),
  );
}

describe('facts', () => {
  it('show what is not mapped, and to whom it may belong', async () => {
    await storeFacts([
      ['ada@x.example', 'TALKING', null, '2026-11-01T10:00:00Z'],
      ['ada@x.example', 'TALKING', null, '2026-11-01T12:00:00Z'],
      ['ada@x.example', 'BREAK', 'lunch', '2026-11-01T13:00:00Z'],
      ['ada@x.example', null, null, '2026-11-01T14:00:00Z'],
      ['ADA.Lovelace@x.example', 'TALKING', null, '2026-11-01T11:00:00Z'],
      ['ada @x.example', 'LUNCH', null, '2026-11-01T11:00:00Z'],
    ]);
    await call('POST', '/integrations/odigo/status-mappings', {
      status: 'BREAK',
      breakType: null,
      activityId: 'present',
    });
    const mappings = await call('GET', '/integrations/odigo/status-mappings');
    expect(mappings.body.items).toMatchObject([
      {
        status: 'TALKING',
        activityId: null,
        count: 3,
        firstSeen: '2026-11-01T10:00:00.000Z',
        lastSeen: '2026-11-01T12:00:00.000Z',
      },
      { status: 'LUNCH', activityId: null, count: 1 },
      { status: 'BREAK', breakType: null, activityId: 'present', count: 0, versions: [{ validFrom: null }] },
    ]);
    const users = await call('GET', '/integrations/odigo/unmapped-users');
    expect(users.body.items).toMatchObject([
      { externalUserId: 'ADA.Lovelace@x.example', count: 1, suggestions: [{ personId: 'ada', distance: 0 }] },
      {
        externalUserId: 'ada @x.example',
        suggestions: [{ personId: 'ada', spelling: 'ada@x.example', distance: 0 }],
      },
    ]);
    const health = await call('GET', '/integrations/odigo/health');
    expect(health.body).toMatchObject({
      accepted: 6,
      rejected: 0,
      lastNotificationAt: '2026-11-01T14:00:00.000Z',
      feed: { state: 'unwatched', gapSince: null },
      unmappedUsers: 2,
      unmappedStatuses: 2,
      breakDetail: { configured: false },
    });
    expect((await stranger('GET', '/integrations/odigo/health')).body).toMatchObject({
      accepted: 0,
      lastNotificationAt: null,
      feed: { state: 'waiting' },
    });
  });
});

describe('schedules', () => {
  it('are the latest version of each, unless removed, page by page', async () => {
    const columns = [
      'tenant',
      'person',
      'shift_date',
      'offset',
      'removed',
      'activities.activity',
      'activities.start_at',
      'activities.end_at',
    ];
    const row = (person: string, date: string, offset: number, removed = 0) => [
      ...['t1', person, date, offset, removed],
      ...[['present'], [at(`${date}T08:00:00Z`)], [at(`${date}T09:00:00Z`)]],
    ];
    await db.insertRows('schedules', columns, [
      row('ada', '2026-11-02', 7),
      row('ada', '2026-11-02', 9),
      row('ada', '2026-11-03', 8),
      row('ada', '2026-11-03', 10, 1),
      row('ada', '2026-11-04', 11),
      row('bob', '2026-11-02', 3),
    ]);
    const one = await call('GET', '/schedules/ada/2026-11-02');
    expect(one.headers.get('etag')).toBe('"9"');
    expect(one.body).toEqual({
      personId: 'ada',
      shiftDate: '2026-11-02',
      activities: [
        { activityId: 'present', start: '2026-11-02T08:00:00.000Z', end: '2026-11-02T09:00:00.000Z' },
      ],
    });
    expect((await call('GET', '/schedules/ada/2026-11-03')).status).toBe(404);
    expect((await stranger('GET', '/schedules/ada/2026-11-02')).status).toBe(404);
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await call(
        'GET',
        `/schedules?limit=1&from=2026-11-01&to=2026-11-30${cursor && `&cursor=${cursor}`}`,
      );
      seen.push(
        ...body.items.map(
          (item: { personId: string; shiftDate: string }) => `${item.personId} ${item.shiftDate}`,
        ),
      );
      cursor = body.nextCursor;
    } while (cursor);
    expect(seen).toEqual(['ada 2026-11-02', 'ada 2026-11-04', 'bob 2026-11-02']);
    expect((await call('GET', '/schedules?personId=bob')).body.items).toHaveLength(1);
    expect((await call('GET', '/schedules?cursor=bm9uc2Vuc2U')).status).toBe(422);
  });
});

describe('changes', () => {
  it('of schedules stand among those of the configuration, with who, when, before and after', async () => {
    const columns = [
      ...[
        'tenant',
        'person',
        'shift_date',
        'offset',
        'removed',
        'activities.activity',
        'activities.start_at',
      ],
      ...['activities.end_at', 'written_by', 'written_at'],
    ];
    await call('PUT', '/people/cleo', { name: 'Cleo' });
    const now = Date.now();
    const row = (offset: number, removed: number, start: string, writtenAt: number) => [
      ...[
        't1',
        'cleo',
        '2026-11-05',
        offset,
        removed,
        ['present'],
        [at(start)],
        [at('2026-11-05T17:00:00Z')],
      ],
      ...['token:nobody', writtenAt],
    ];
    await db.insertRows('schedules', columns, [
      row(100, 0, '2026-11-05T08:00:00Z', now + 1_000),
      row(101, 0, '2026-11-05T09:00:00Z', now + 2_000),
      row(102, 1, '2026-11-05T09:00:00Z', now + 2_000),
    ]);
    await db.insertRows('schedules', columns, [['t2', ...row(103, 0, '2026-11-05T08:00:00Z', now).slice(1)]]);
    const seen = [];
    let cursor = '';
    do {
      const { body } = await call('GET', `/changes?limit=1${cursor && `&cursor=${cursor}`}`);
      seen.push(...body.items);
      cursor = body.nextCursor;
    } while (cursor && seen.length < 5);
    const first = {
      activities: [
        { activityId: 'present', start: '2026-11-05T08:00:00.000Z', end: '2026-11-05T17:00:00.000Z' },
      ],
    };
    const second = { activities: [{ ...first.activities[0]!, start: '2026-11-05T09:00:00.000Z' }] };
    const common = { entity: 'schedule', id: 'cleo/2026-11-05', writtenBy: 'token:nobody' };
    expect(seen.slice(0, 4)).toMatchObject([
      { ...common, change: 'replaced', before: first, after: second, offset: 101 },
      { ...common, change: 'deleted', before: second, after: null, offset: 102 },
      { ...common, change: 'created', before: null, after: first, offset: 100 },
      { entity: 'person', id: 'cleo' },
    ]);
    const one = await call('GET', '/changes?id=cleo/2026-11-05');
    expect(one.body.items).toHaveLength(3);
    expect((await call('GET', '/changes?entity=schedule&id=cleo/2026-11-06')).body.items).toEqual([]);
    const found = await call('GET', '/changes?entity=schedule&search=CLEO&limit=2');
    expect(found.body.items.map(({ offset }: { offset: number }) => offset)).toEqual([101, 102]);
    expect((await call('GET', '/changes?entity=schedule&search=nobody')).body.items).toEqual([]);
    await db.insertRows('schedules', columns, [
      row(104, 0, '2026-11-07T08:00:00Z', now + 3_000).with(2, '2026-11-07'),
    ]);
    const listed = (search: string) =>
      call('GET', `/schedules?from=2026-11-07&to=2026-11-07&search=${search}`);
    expect((await listed('CLE')).body.items).toMatchObject([{ personId: 'cleo', shiftDate: '2026-11-07' }]);
    expect((await listed('elsewhere')).body.items).toEqual([]);
    expect((await call('GET', '/changes?cursor=bm9uc2Vuc2U')).status).toBe(422);
  });
});

const iso = (instant: number) => new Date(instant).toISOString();

describe('rejected', () => {
  // Rows expire 30 days after their receipt.
  const tenOClock = Date.now() - 3_600_000;
  const nineOClock = tenOClock - 3_600_000;

  it('are shown newest first to their own tenant', async () => {
    const columns = [
      'tenant',
      'rejected_partition',
      'rejected_offset',
      'integration',
      'stage',
      'reason',
      'detail',
      'received_at',
      'request_id',
      'item_index',
      'format',
      'body_base64',
      'source_topic',
    ];
    const row = (tenant: string, offset: number, reason: string, receivedAt: number) => [
      ...[tenant, 0, offset, 'odigo', 'ingress', reason, 'd', receivedAt, 'r', 0, 'json'],
      ...[Buffer.from('{"x":1}').toString('base64'), ''],
    ];
    await db.insertRows('rejected', columns, [
      row('t1', 1, 'agent-missing', tenOClock),
      row('t1', 2, 'status-missing', tenOClock),
      row('t1', 3, 'agent-missing', nineOClock),
      row('t2', 4, 'agent-missing', nineOClock),
    ]);
    const first = await call('GET', '/rejected?limit=2');
    expect(first.body.items).toMatchObject([{ id: '0-2', payload: '{"x":1}', source: null }, { id: '0-1' }]);
    const second = await call('GET', `/rejected?limit=2&cursor=${first.body.nextCursor}`);
    expect(second.body).toMatchObject({ items: [{ id: '0-3' }], nextCursor: null });
    expect(
      (await call('GET', '/rejected?reason=agent-missing&integrationId=odigo&stage=ingress')).body.items,
    ).toHaveLength(2);
    expect((await stranger('GET', '/rejected')).body.items).toMatchObject([{ id: '0-4' }]);
    expect((await call('GET', '/rejected?cursor=eA')).status).toBe(422);
    const between = `from=${iso(nineOClock)}&to=${iso(nineOClock + 1)}`;
    expect((await call('GET', `/rejected?${between}`)).body.items).toMatchObject([{ id: '0-3' }]);
    expect((await call('GET', '/rejected?search=%22X%22:1')).body.items).toHaveLength(3);
    expect((await call('GET', '/rejected?search=nothing')).body.items).toEqual([]);
  });

  it('are shown, and read again, with what the envelope around them says', async () => {
    const columns = [
      ...['tenant', 'rejected_partition', 'rejected_offset', 'integration', 'stage', 'reason', 'detail'],
      ...['received_at', 'request_id', 'item_index', 'format', 'body_base64', 'envelope'],
    ];
    const body = Buffer.from('{"login":"ada@x.example"}').toString('base64');
    const envelope = '{"eventType":"LOGOUT","timestamp":1}';
    await db.insertRows('rejected', columns, [
      ['t1', 3, 1, 'odigo', 'ingress', 'enveloped', '', tenOClock, 'r9', 0, 'json', body, envelope],
      ['t1', 3, 2, 'odigo', 'ingress', 'enveloped', '', tenOClock, 'r9', 1, 'json', body, ''],
    ]);
    const { body: page } = await call('GET', '/rejected?reason=enveloped');
    expect(page.items).toMatchObject([{ envelope: null }, { envelope }]);
    const { body: told } = await call('POST', '/rejected/replay', { ids: ['3-1', '3-2'] });
    expect(told).toMatchObject({ replayed: 1, failed: [{ id: '3-2' }] });
    const codec = createLocalCodec();
    const raw = console_.broker
      .records(topics.notifications.name)
      .map(({ value }) => codec.decode(value).record as RawNotification)
      .filter(({ requestId }) => requestId === 'r9');
    expect(raw).toMatchObject([{ externalUserId: 'ada@x.example', itemIndex: 0, envelope }]);
  });

  it('are read again on request, by their own tenant only', async () => {
    const row = (offset: number, format: string, body: string) => [
      ...['t1', 2, offset, 'odigo', 'ingress', 'replayed', '', tenOClock, 'r1', 4, format],
      Buffer.from(body).toString('base64'),
    ];
    const columns = [
      'tenant',
      'rejected_partition',
      'rejected_offset',
      'integration',
      'stage',
      'reason',
      'detail',
      'received_at',
      'request_id',
      'item_index',
      'format',
      'body_base64',
    ];
    const item = '{"agentId":"ada@x.example","status":"TALKING"}';
    await db.insertRows('rejected', columns, [
      row(1, 'json', item),
      row(2, 'json', '{"status":"TALKING"}'),
      row(3, 'unknown', `[${item},${item}]`),
      row(4, 'unknown', '?'),
    ]);
    const ids = ['2-1', '2-2', '2-3', '2-4'];
    expect((await stranger('POST', '/rejected/replay', { ids })).body).toEqual({
      replayed: 0,
      again: 0,
      more: false,
      failed: [],
    });
    const { body } = await call('POST', '/rejected/replay', { ids });
    expect(body.replayed).toBe(3);
    expect(body.failed.map(({ id }: { id: string }) => id).sort()).toEqual(['2-2', '2-4']);
    const codec = createLocalCodec();
    const raw = console_.broker
      .records(topics.notifications.name)
      .map(({ value }) => codec.decode(value).record as RawNotification)
      .filter(({ requestId }) => requestId === 'r1');
    expect(raw).toMatchObject([
      {
        integrationId: 'odigo',
        externalUserId: 'ada@x.example',
        requestId: 'r1',
        receivedAt: tenOClock,
        replayedAt: expect.any(Number),
        format: 'json',
      },
      {},
      {},
    ]);
    expect(raw.map(({ itemIndex }) => itemIndex).sort()).toEqual([0, 1, 4]);
    const marks = console_.broker.records(topics.rejected.name).map(({ value }) => {
      const { record } = codec.decode(value) as { record: RejectedReplayed };
      return [
        ...[record.tenantId, record.rejectedPartition, record.rejectedOffset, record.replayedAt],
        ...[record.replayedBy, record.items, record.fault ?? ''],
      ];
    });
    await db.insertRows('rejected_replays', replayColumns, marks);
    const marked = await call('GET', '/rejected?reason=replayed');
    expect(
      marked.body.items.map(({ id, replayed }: { id: string; replayed: object }) => ({ id, ...replayed })),
    ).toMatchObject([
      { id: '2-4', times: 1, items: 0, fault: expect.stringMatching(/./) },
      { id: '2-3', times: 1, items: 2, fault: null, byName: 'First administrator' },
      { id: '2-2', times: 1, items: 0 },
      { id: '2-1', times: 1, items: 1 },
    ]);
    const idsWith = async (replayed: boolean) =>
      (await call('GET', `/rejected?reason=replayed&replayed=${replayed}`)).body.items.map(
        ({ id }: { id: string }) => id,
      );
    expect([await idsWith(true), await idsWith(false)]).toEqual([
      ['2-3', '2-1'],
      ['2-4', '2-2'],
    ]);
    const left = await call('POST', '/rejected/replay', { reason: 'replayed', replayed: false });
    expect(left.body).toMatchObject({ replayed: 0, again: 0, failed: [{ id: '2-4' }, { id: '2-2' }] });
    const again = await call('POST', '/rejected/replay', { reason: 'replayed' });
    expect(again.body).toMatchObject({ replayed: 3, again: 2 });
    expect((await call('POST', '/rejected/replay', { search: 'ada@y' })).body.replayed).toBe(0);
    expect((await call('POST', '/rejected/replay', {})).status).toBe(422);
    expect((await call('POST', '/rejected/replay', { ids: ["1' OR 1"] })).status).toBe(422);
  });
});

describe('recomputations', () => {
  it('tell their progress', async () => {
    const asked = await call('POST', '/recomputations', {
      personIds: ['ada', 'bob'],
      from: '2026-11-01T00:00:00Z',
      to: '2026-11-02T00:00:00Z',
    });
    expect(asked.body).toMatchObject({ state: 'asked', people: 2, peopleDone: 0 });
    const { id } = asked.body;
    const columns = [
      'tenant',
      'person',
      'asked_on',
      'ask_offset',
      'from_at',
      'to_at',
      'reason',
      'recomputation_id',
      'configuration_offset',
      'asked_at',
      'done',
    ];
    const row = (person: string, done: number) => [
      't1',
      person,
      'configuration',
      1,
      0,
      1,
      'asked',
      id,
      0,
      0,
      done,
    ];
    await db.insertRows('recomputations', columns, [row('ada', 0), row('bob', 0), row('ada', 1)]);
    expect((await call('GET', `/recomputations/${id}`)).body).toMatchObject({
      state: 'running',
      people: 2,
      peopleDone: 1,
    });
    const running = async () => (await call('GET', '/recomputations/running')).body.items;
    expect(await running()).toEqual([
      { reason: 'asked', changeOffset: 1, askedAt: '1970-01-01T00:00:00.000Z', people: 2, peopleDone: 1 },
    ]);
    await db.insertRows('recomputations', columns, [row('bob', 1)]);
    expect(await running()).toEqual([]);
    expect((await call('GET', '/recomputations')).body.items).toMatchObject([
      { id, state: 'done', peopleDone: 2 },
    ]);
  });
});

describe('GET /pipeline', () => {
  it('counts what each group has still to take, and what is stored', async () => {
    await db.insertRows(
      'received',
      ['source_partition', 'source_offset', 'tenant', 'integration', 'outcome'],
      [
        ...[0, 1, 2, 4].map((offset) => [0, offset, 't1', 'odigo', 'stored']),
        [0, 1, 't1', 'odigo', 'stored'],
        ...[5, 6, 7].map((offset) => [1, offset, 't1', 'odigo', 'stored']),
        [1, 8, 't1', 'odigo', 'quarantined'],
        [1, 9, 't2', 'odigo', 'stored'],
      ],
    );
    const before = (await call('GET', '/pipeline')).body;
    expect(before).toMatchObject({
      accepted: 8,
      stored: 6,
      duplicates: 1,
      gaps: 1,
      quarantined: 9,
      // What was read again above, and that it was.
      pending: 19,
    });
    // Nobody has asked yet for what the configuration changed.
    expect(before.recomputationsPending).toBe(24);
    const producer = await console_.broker.producer();
    const send = (topic: string, partition: number, count: number) =>
      producer.send(
        Array.from({ length: count }, () => ({ topic, partition, key: 'k', value: Buffer.from('v') })),
      );
    await send(topics.notifications.name, 3, 5);
    await send(topics.activityEvents.name, 4, 2);
    await send(topics.rejected.name, 1, 1);
    expect((await call('GET', '/pipeline')).body.pending).toBe(before.pending + 8);
    const end = (await console_.broker.endOffsets(topics.configuration.name))[0]!.offset;
    await commit(consumerGroups.enrichment, topics.notifications.name, [{ partition: 3, offset: 4 }]);
    await commit(
      consumerGroups.adherence,
      topics.activityEvents.name,
      Array.from({ length: 24 }, (_, partition) => ({
        partition,
        offset: partition === 4 ? 2 : 0,
        metadata: JSON.stringify({ configurationAsked: partition === 0 ? end - 1 : end }),
      })),
    );
    expect((await call('GET', '/pipeline')).body).toMatchObject({
      pending: before.pending + 2,
      recomputationsPending: 1,
    });
  });
});

// After what counts everything that was produced.
describe('rejected bodies', () => {
  it('are decompressed first, where a whole body was not: after a fix of what can be', async () => {
    const columns = ['tenant', 'rejected_partition', 'rejected_offset', 'integration', 'stage', 'reason'];
    const more = ['detail', 'received_at', 'request_id', 'item_index', 'format', 'body_base64'];
    const body = gzipSync('[{"agentId":"bob","status":"TALKING"},{"agentId":"cy","status":"TALKING"}]');
    const row = (offset: number, bytes: Buffer) => [
      ...['t1', 4, offset, 'odigo', 'ingress', 'body-encoding'],
      ...['', Date.now() - 3_600_000, 'r2', 0, 'unknown', bytes.toString('base64')],
    ];
    await db.insertRows('rejected', [...columns, ...more], [row(1, body), row(2, body.subarray(0, 40))]);
    const sent = () => console_.broker.records(topics.notifications.name).map(({ value }) => value);
    const before = new Set(sent());
    const { body: answer } = await call('POST', '/rejected/replay', { reason: 'body-encoding' });
    expect(answer).toEqual({
      ...{ replayed: 2, again: 0, more: false },
      failed: [{ id: '4-2', reason: 'The body could not be decompressed.' }],
    });
    const codec = createLocalCodec();
    const users = sent()
      .filter((value) => !before.has(value))
      .map((value) => (codec.decode(value).record as { externalUserId: string }).externalUserId);
    expect(users.sort()).toEqual(['bob', 'cy']);
  });
});

async function commit(
  groupId: string,
  topic: string,
  offsets: { partition: number; offset: number; metadata?: string }[],
): Promise<void> {
  const assigned = Promise.withResolvers<void>();
  const member = await console_.broker.join(
    { groupId, topic },
    {
      assigned: async () => assigned.resolve(),
      revoked() {},
      batch: async () => {},
      crashed: assigned.reject,
    },
  );
  await assigned.promise;
  await member.commit(offsets);
  await member.close();
}

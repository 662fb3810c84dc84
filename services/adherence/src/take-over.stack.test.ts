/** What happens when an owner is killed after it stored results and before it committed, on the real engine. */
import type { Command } from '@adherence/domain/configuration/command.ts';
import { fold } from '@adherence/domain/configuration/decide.ts';
import { command, contactCentre } from '@adherence/domain/configuration/given.testing.ts';
import { emptyState } from '@adherence/domain/configuration/tables.ts';
import type { InMessage } from '@adherence/runtime/broker/broker.ts';
import { systemClock } from '@adherence/runtime/clock.ts';
import { createLocalCodec } from '@adherence/runtime/codec.ts';
import { FencedError } from '@adherence/runtime/errors.ts';
import { silentLog } from '@adherence/runtime/log.ts';
import type { ActivityEvent, BreakDetail, ScheduleSet } from '@adherence/schemas/records.ts';
import { personKey, topics } from '@adherence/schemas/topics.ts';
import { expect, test } from 'vitest';
import { databaseForTests } from './database.testing.ts';
import type { Owner } from './owner.ts';
import { partitionOfPerson } from './partition.ts';
import { adherenceProcessor } from './processor.ts';
import { newChangeNotes, noteChange } from './recompute/configuration-changes.ts';

const minute = 60_000;
const shiftDate = '2026-03-02';
const start = Date.parse(`${shiftDate}T09:00:00Z`);
const now = Date.parse('2026-03-05T12:00:00Z');
const partition = partitionOfPerson('t1', 'ann');
const person = { name: 'Ann', externalUsers: [{ integrationId: 'odigo', externalUserId: 'ann' }] };
const exception = { personIds: ['ann'], from: start, to: start + 30 * minute, reason: 'Outage' };
const before = [...contactCentre, command('person', 'ann', person)];
const codec = createLocalCodec();
const db = await databaseForTests();

/** An owner that has folded these commands; `later` folds more. */
function owner(
  commands: readonly Command[],
  at: number,
  onQuery = (_sql: string): void => {},
  unknownFrom: number | null = null,
) {
  const notes = newChangeNotes(0);
  const state = emptyState();
  let offset = 0;
  const waits: { readonly until: number; readonly resolve: () => void }[] = [];
  const later = (more: readonly Command[]) => {
    for (const each of more) {
      const { outcome } = fold(state, each, offset++);
      if (outcome.ok && outcome.change) noteChange(notes, outcome.change, state);
    }
    for (const { until, resolve } of waits) if (until <= offset) resolve();
  };
  later(commands);
  const waitFor = (until: number) =>
    until <= offset ? Promise.resolve() : new Promise<void>((resolve) => waits.push({ until, resolve }));
  const resources: Owner = {
    db: {
      insertRows: db.insertRows,
      query: (sql) => {
        onQuery(sql);
        return db.query(sql);
      },
      queryBlocks: (sql) => {
        onQuery(sql);
        return db.queryBlocks(sql);
      },
      command: db.command,
    },
    producer: { send: async () => {}, close: async () => {} },
    codec,
    clock: { ...systemClock, now: () => at },
    log: silentLog,
    configuration: { state: () => state, offset: () => offset, waitFor },
    unknownFrom: () => unknownFrom,
    partitions: new Map(),
    endOffsets: async () => [],
    feeds: new Map(),
    retentionMs: 400 * 24 * 60 * minute,
  };
  const { partitions } = resources;
  return { processor: adherenceProcessor(resources, notes, () => {}), later, partitions };
}

function scheduleSet(offset: number): InMessage {
  const record: ScheduleSet = {
    tenantId: 't1',
    personId: 'ann',
    commandId: `c${offset}`,
    documents: [
      {
        shiftDate,
        ifMatch: null,
        remove: false,
        activities: [{ activityId: 'calls', start, end: start + 60 * minute }],
      },
    ],
    configurationOffset: before.length,
    writtenBy: 'token:admin',
    writtenAt: now,
  };
  const { name: topic } = topics.activityEvents;
  const value = codec.encode('ScheduleSet', record);
  return { topic, partition, offset, key: personKey('t1', 'ann'), value, timestamp: now, headers: {} };
}

function event(offset: number, eventType: 'STATUS' | 'LOGOUT', occurredAt: number): InMessage {
  const record: ActivityEvent = {
    tenantId: 't1',
    integrationId: 'odigo',
    externalUserId: 'ann',
    eventType,
    status: eventType === 'STATUS' ? 'AVAILABLE' : null,
    breakType: null,
    occurredAt,
    sequence: null,
    dedupKey: `e${offset}`,
    contentHash: `e${offset}`,
    receivedAt: occurredAt,
    flags: [],
    detail: {},
    personId: 'ann',
    activityId: null,
    configurationOffset: before.length,
    sourcePartition: 0,
    sourceOffset: offset,
  };
  const { name: topic } = topics.activityEvents;
  const value = codec.encode('ActivityEvent', record);
  return { topic, partition, offset, key: personKey('t1', 'ann'), value, timestamp: now, headers: {} };
}

/** What the break web service told for the event of an offset. */
function breakDetail(
  offset: number,
  of: number,
  occurredAt: number,
  breakType: string,
  foundAt: number,
): InMessage {
  const record: BreakDetail = {
    tenantId: 't1',
    integrationId: 'odigo',
    externalUserId: 'ann',
    dedupKey: `e${of}`,
    contentHash: `e${of}`,
    status: 'AVAILABLE',
    breakType,
    occurredAt,
    foundAt,
  };
  const { name: topic } = topics.activityEvents;
  const value = codec.encode('BreakDetail', record);
  return { topic, partition, offset, key: personKey('t1', 'ann'), value, timestamp: now, headers: {} };
}

async function amounts(): Promise<unknown> {
  const [row] = await db.query(`SELECT scheduled_ms, excluded_ms FROM person_days FINAL
WHERE tenant = 't1' AND person = 'ann' AND day = '${shiftDate}'`);
  return row;
}

test('a change that the next owner learns of wins against rows that the last one stored and did not commit', async () => {
  await db.command('TRUNCATE TABLE person_days');
  const killed = owner(before, now);
  await killed.processor.assigned([{ partition, offset: null, metadata: null }]);
  await killed.processor.take({ partition, messages: [scheduleSet(7)], highWatermark: 9 });
  const [settled] = await killed.processor.settle('delay');
  expect(settled!.offset).toBe(8);
  expect(await amounts()).toEqual({ scheduled_ms: 60 * minute, excluded_ms: 0 });

  const changed = [...before, command('exception', 'x', exception)];
  const next = owner(changed, now + 1_000);
  const metadata = JSON.stringify({ configurationAsked: before.length });
  await next.processor.assigned([{ partition, offset: 3, metadata }]);
  await next.processor.settle('asked');
  expect(await amounts()).toEqual({ scheduled_ms: 30 * minute, excluded_ms: 30 * minute });
});

test('the next owner waits until it knows what the last one has asked for', async () => {
  const behind = owner(before, now + 2_000);
  const metadata = JSON.stringify({ configurationAsked: before.length + 1 });
  let isLoaded = false;
  const loading = behind.processor.assigned([{ partition, offset: 8, metadata }]).then(() => {
    isLoaded = true;
  });
  await db.ping();
  expect(isLoaded).toBe(false);
  behind.later([command('exception', 'x', exception)]);
  await loading;
  await behind.processor.take({ partition, messages: [scheduleSet(8)], highWatermark: 9 });
  await behind.processor.settle('delay');
  expect(await amounts()).toEqual({ scheduled_ms: 30 * minute, excluded_ms: 30 * minute });
});

test('what the last owner did not understand is asked for by one that does, once', async () => {
  const metadata = (unknownFrom: number | null) =>
    JSON.stringify({ configurationAsked: before.length + 1, unknownFrom });
  const changed = [...before, command('exception', 'x', exception)];
  const queuedFrom = async (told: number | null, unknownHere: number | null) => {
    const { processor, partitions } = owner(changed, now, undefined, unknownHere);
    await processor.assigned([{ partition, offset: 8, metadata: metadata(told) }]);
    return partitions.get(partition)!.unsettled.requests.map(({ reason }) => reason);
  };
  expect(await queuedFrom(null, null)).toEqual([]);
  expect(await queuedFrom(before.length, null)).toEqual(['exception']);
  expect(await queuedFrom(before.length, before.length)).toEqual([]);
});

test('without a commit every change is asked for', async () => {
  await db.command('TRUNCATE TABLE person_days');
  const killed = owner(before, now);
  await killed.processor.assigned([{ partition, offset: null, metadata: null }]);
  expect(await amounts()).toEqual({ scheduled_ms: 60 * minute, excluded_ms: 0 });
  const next = owner([...before, command('exception', 'x', exception)], now + 1_000);
  await next.processor.assigned([{ partition, offset: null, metadata: null }]);
  await next.processor.settle('asked');
  expect(await amounts()).toEqual({ scheduled_ms: 30 * minute, excluded_ms: 30 * minute });
});

test('who loses the partitions while people are computed again writes no results any more', async () => {
  await db.command('TRUNCATE TABLE person_days');
  let isLosing = false;
  const late = owner(before, now, (sql) => {
    if (isLosing && sql.includes('FROM schedules')) late.processor.revoked();
  });
  await late.processor.assigned([{ partition, offset: 9, metadata: null }]);
  const was = await amounts();
  late.later([command('exception', 'x', exception)]);
  isLosing = true;
  await expect(late.processor.settle('asked')).rejects.toBeInstanceOf(FencedError);
  expect(await amounts()).toEqual(was);
});

test('a partition that stays is not loaded again: what was taken and not stored is stored by the next generation', async () => {
  for (const table of ['person_days', 'facts', 'schedules']) await db.command(`TRUNCATE TABLE ${table}`);
  const queries: string[] = [];
  const stays = owner(before, now, (sql) => queries.push(sql));
  const assigned = { partition, offset: 40, metadata: null, tenure: 1 };
  expect(await stays.processor.assigned([assigned])).toEqual([]);
  await stays.processor.take({ partition, messages: [scheduleSet(40)], highWatermark: 41 });
  stays.processor.revoked();
  queries.length = 0;
  expect(await stays.processor.assigned([assigned])).toEqual([{ partition, offset: 41 }]);
  expect(queries).toEqual([]);
  const [settled] = await stays.processor.settle('delay');
  expect(settled!.offset).toBe(41);
  expect(await amounts()).toEqual({ scheduled_ms: 60 * minute, excluded_ms: 0 });
  // Somebody else may have owned it since: everything is loaded.
  stays.processor.revoked();
  expect(await stays.processor.assigned([{ ...assigned, offset: 41, tenure: 2 }])).toEqual([]);
  expect(queries.some((sql) => sql.includes('FROM schedules'))).toBe(true);
});

test('what a rebalance interrupts is done by the next generation when the partition stays', async () => {
  for (const table of ['person_days', 'schedules']) await db.command(`TRUNCATE TABLE ${table}`);
  const interrupted = [];
  // Every other question to the store is interrupted; the last is one that is not reached any more.
  for (let n = 1; ; n += 2) {
    await db.command('TRUNCATE TABLE person_days');
    let left = Number.POSITIVE_INFINITY;
    const stays = owner(before, now + n, () => {
      left -= 1;
      if (left === 0) stays.processor.revoked();
    });
    const assigned = { partition, offset: 50, metadata: null, tenure: 1 };
    await stays.processor.assigned([assigned]);
    await stays.processor.take({ partition, messages: [scheduleSet(50)], highWatermark: 51 });
    stays.later([command('exception', 'x', exception)]);
    left = n;
    const settling = await stays.processor.settle('asked').catch((error: unknown) => error);
    if (left > 0) break;
    interrupted.push(settling);
    left = Number.POSITIVE_INFINITY;
    expect(await stays.processor.assigned([assigned])).toEqual([{ partition, offset: 51 }]);
    do await stays.processor.settle('asked');
    while (stays.processor.hasWork());
    expect(await amounts()).toEqual({ scheduled_ms: 30 * minute, excluded_ms: 30 * minute });
  }
  expect(interrupted.length).toBeGreaterThan(2);
  expect(interrupted.some((error) => error instanceof FencedError)).toBe(true);
});

test('a loading that a rebalance interrupts goes on, and nothing is queued twice', async () => {
  await db.command('TRUNCATE TABLE person_days');
  let queries: string[] = [];
  let isLosing = true;
  const late = owner([...before, command('exception', 'x', exception)], now, (sql) => {
    queries.push(sql);
    if (isLosing && sql.includes('FROM schedules')) late.processor.revoked();
  });
  const assigned = { partition, offset: 51, metadata: null, tenure: 1 };
  await expect(late.processor.assigned([assigned])).rejects.toBeInstanceOf(FencedError);
  isLosing = false;
  expect(queries.some((sql) => sql.includes('FROM recomputations'))).toBe(true);
  queries = [];
  expect(await late.processor.assigned([assigned])).toEqual([{ partition, offset: 51 }]);
  expect(queries.some((sql) => sql.includes('FROM recomputations'))).toBe(false);
  expect(await amounts()).toEqual({ scheduled_ms: 30 * minute, excluded_ms: 30 * minute });
});

test('a take-over late in the day knows the whole of yesterday, and what reaches into it', async () => {
  await db.command('TRUNCATE TABLE person_days');
  const evening = Date.parse('2026-03-05T20:00:00Z');
  const yesterday = Date.parse('2026-03-03T23:00:00Z');
  const yesterdays = () =>
    db.query(`SELECT * EXCEPT (version, as_of, final_until) FROM person_days FINAL
WHERE tenant = 't1' AND person = 'ann' AND day = '2026-03-04'`);
  const messages = [
    event(10, 'STATUS', yesterday - 20 * minute),
    event(11, 'LOGOUT', yesterday + 90 * minute),
    event(12, 'STATUS', yesterday + 120 * minute),
    event(13, 'LOGOUT', yesterday + 150 * minute),
  ];
  const buffers = { bufferSeconds: { notPresent: 0, wrongActivity: 0, notScheduled: 600 }, validFrom: null };
  const commands = [...before, command('settings', '', buffers)];
  const first = owner(commands, evening);
  await first.processor.assigned([{ partition, offset: 10, metadata: null }]);
  await first.processor.take({ partition, messages, highWatermark: 14 });
  await first.processor.settle('delay');
  const was = await yesterdays();
  expect(was).toMatchObject([{ not_scheduled_ms: 120 * minute }]);

  const next = owner(commands, evening + minute);
  const metadata = JSON.stringify({ configurationAsked: commands.length });
  await next.processor.assigned([{ partition, offset: 14, metadata }]);
  await next.processor.settle('asked');
  expect(await yesterdays()).toEqual(was);
});

test('days of a person that lost its only user, and never had a schedule, become empty', async () => {
  for (const table of ['person_days', 'facts', 'schedules']) await db.command(`TRUNCATE TABLE ${table}`);
  const day = Date.parse('2026-02-20T09:00:00Z');
  const worked = () =>
    db.query(`SELECT sum(worked_ms) AS ms FROM person_days FINAL WHERE tenant = 't1' AND person = 'ann'`);
  const first = owner(before, now);
  await first.processor.assigned([{ partition, offset: 20, metadata: null }]);
  const messages = [event(20, 'STATUS', day), event(21, 'LOGOUT', day + 60 * minute)];
  await first.processor.take({ partition, messages, highWatermark: 22 });
  await first.processor.settle('delay');
  expect(await worked()).toEqual([{ ms: 60 * minute }]);
  first.later([command('person', 'ann', { name: 'Ann' })]);
  await first.processor.settle('asked');
  expect(await worked()).toEqual([{ ms: 0 }]);
});

test('a break type that was found is stored, computed and known to the next owner, in memory or long past', async () => {
  for (const table of ['person_days', 'facts', 'schedules', 'break_details']) {
    await db.command(`TRUNCATE TABLE ${table}`);
  }
  const training = command('statusMapping', '', {
    integrationId: 'odigo',
    status: 'AVAILABLE',
    breakType: 'training',
    activityId: 'lunch',
  });
  const commands = [...before, training];
  const today = now - 60 * minute;
  const longPast = Date.parse('2026-02-20T09:00:00Z');
  const lunch = async () =>
    (
      await db.query<{
        day: string;
        type: string;
        ms: number;
      }>(`SELECT toString(day) AS day, type, sum(to_at - from_at) AS ms
FROM person_days FINAL ARRAY JOIN segments.break_type AS type, segments.actual_activity AS activity,
  segments.from_at AS from_at, segments.to_at AS to_at
WHERE tenant = 't1' AND person = 'ann' AND activity = 'lunch' GROUP BY day, type ORDER BY day`)
    ).map(({ day, type, ms }) => `${day} ${type} ${ms / minute}`);
  const first = owner(commands, now);
  await first.processor.assigned([{ partition, offset: 30, metadata: null }]);
  const events = [
    event(30, 'STATUS', longPast),
    event(31, 'LOGOUT', longPast + 30 * minute),
    event(32, 'STATUS', today),
    event(33, 'LOGOUT', today + 20 * minute),
  ];
  await first.processor.take({ partition, messages: events, highWatermark: 34 });
  await first.processor.settle('delay');
  expect(await lunch()).toEqual([]);

  const answers = [
    breakDetail(34, 30, longPast, 'training', now),
    breakDetail(35, 32, today, 'training', now),
    // Found later for the same fact: the first one holds.
    breakDetail(36, 32, today, 'other', now + 1),
    // For a content of the fact that nobody sent.
    { ...breakDetail(37, 33, today, 'training', now) },
  ];
  await first.processor.take({ partition, messages: answers, highWatermark: 38 });
  await first.processor.settle('delay');
  const corrected = ['2026-02-20 training 30', '2026-03-05 training 20'];
  expect(await lunch()).toEqual(corrected);

  await db.command('TRUNCATE TABLE person_days');
  const next = owner(commands, now + minute);
  await next.processor.assigned([{ partition, offset: 34, metadata: null }]);
  await next.processor.settle('asked');
  expect(await lunch()).toEqual(corrected);
  // The answers once more, the other way round: nothing changes.
  await next.processor.take({ partition, messages: answers.toReversed(), highWatermark: 38 });
  await next.processor.settle('delay');
  expect(await lunch()).toEqual(corrected);
});

import { command, contactCentre, integration } from '@adherence/domain/configuration/given.testing.ts';
import { configurationOffsetHeader } from '@adherence/domain/notifications/raw-headers.ts';
import type { OutMessage } from '@adherence/runtime/broker/broker.ts';
import { createMemoryBroker, type Fault, type Operation } from '@adherence/runtime/broker/memory-broker.ts';
import { createLocalCodec } from '@adherence/runtime/codec.ts';
import { isOperational } from '@adherence/runtime/errors.ts';
import { silentLog } from '@adherence/runtime/log.ts';
import { createManualClock, turn } from '@adherence/runtime/manual-clock.ts';
import { noMetrics } from '@adherence/runtime/metrics.ts';
import type { ActivityEvent, FeedMarks, RejectedNotification } from '@adherence/schemas/records.ts';
import {
  consumerGroups,
  externalUserKey,
  integrationKey,
  partitionOf,
  personKey,
  streamPartitions,
  topics,
} from '@adherence/schemas/topics.ts';
import { describe, expect, it } from 'vitest';
import { configSchema } from './config.ts';
import { start } from './start.ts';

const codec = createLocalCodec();
const receivedAt = Date.parse('2026-11-18T10:00:00Z');

describe('enrichment', () => {
  it('turns a raw notification into an activity event of the person, routed by the person', async () => {
    const world = await newWorld();
    await world.send(raw('anna', { status: 'TALK', occurredAt: '2026-11-18 10:30:00', id: 'e1' }));
    await world.run();
    const [event] = world.events();
    expect(event).toMatchObject({
      externalUserId: 'anna',
      status: 'TALK',
      occurredAt: Date.parse('2026-11-18T09:30:00Z'),
      receivedAt,
      personId: 'p1',
      activityId: 'calls',
      sourcePartition: rawPartition('anna'),
      sourceOffset: 0,
      configurationOffset: world.configurationOffset,
      detail: { eventId: 'e1' },
    });
    const message = world.broker
      .records(topics.activityEvents.name)
      .find(({ key }) => key === personKey('t1', 'p1'));
    expect(message?.partition).toBe(partitionOf(personKey('t1', 'p1'), streamPartitions));
  });

  it('lets unmapped users and statuses flow on', async () => {
    const world = await newWorld();
    await world.send(raw('stranger', { status: 'TALK' }), raw('anna', { status: 'MYSTERY' }));
    await world.run();
    expect(world.events()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ externalUserId: 'stranger', personId: null, activityId: 'calls' }),
        expect.objectContaining({ externalUserId: 'anna', personId: 'p1', activityId: expect.anything() }),
      ]),
    );
    const keys = world.broker.records(topics.activityEvents.name).map(({ key }) => key);
    expect(keys).toContain(externalUserKey('t1', 'odigo', 'stranger'));
  });

  it('sets aside what cannot be read, with its bytes and its place', async () => {
    const world = await newWorld();
    const garbage: OutMessage = { ...toNotifications('t1|odigo|x'), value: Buffer.from('no record') };
    await world.send(raw('anna', { status: 'TALK' }), garbage, raw('anna', {}));
    await world.run();
    expect(world.events()).toHaveLength(1);
    const rejected = world.rejected();
    expect(rejected).toHaveLength(2);
    expect(rejected).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          tenantId: 't1',
          integrationId: 'odigo',
          stage: 'enrichment',
          reason: 'record-undecodable',
          body: Buffer.from('no record'),
          sourceTopic: topics.notifications.name,
          sourcePartition: garbage.partition,
          sourceOffset: 0,
        }),
        expect.objectContaining({ reason: 'status-missing', format: 'json', requestId: 'r' }),
      ]),
    );
    const broken = world.broker.records(topics.rejected.name);
    expect(new Set(broken.map(({ key }) => key))).toEqual(new Set([integrationKey('t1', 'odigo')]));
  });

  it('stops when there are more dead letters than bad luck makes', async () => {
    const world = await newWorld({ DEAD_LETTER_LIMIT: '2' });
    const bad = Array.from({ length: 3 }, () => ({
      ...toNotifications('t1|odigo|x'),
      value: Buffer.from('?'),
    }));
    await world.send(...bad);
    const running = await world.start();
    await expect(running.failed).rejects.toThrow('dead letters');
    expect(world.rejected()).toHaveLength(0);
    expect(await world.broker.committed(consumerGroups.enrichment, topics.notifications.name)).toEqual([]);
  });

  it('marks the life of every feed, once per settling and integration', async () => {
    const world = await newWorld();
    const at = (text: string) => ({ status: 'TALK', occurredAt: text });
    await world.send(
      raw('anna', at('2026-11-18T09:00:00.100Z')),
      raw('ben', at('2026-11-18T09:00:00.900Z')),
      raw('anna', at('2026-11-18T09:00:07.000Z')),
      raw('anna', { eventType: 'HEARTBEAT', occurredAt: '2026-11-18T09:00:00.050Z' }),
    );
    await world.run();
    const marks = world.marks().flatMap((record) => record.marks);
    const bySecond = Map.groupBy(marks, ({ second }) => second);
    const first = bySecond.get(Date.parse('2026-11-18T09:00:00Z') / 1000)!;
    expect(Math.min(...first.map(({ least }) => least))).toBe(Date.parse('2026-11-18T09:00:00.050Z'));
    expect(Math.max(...first.map(({ greatest }) => greatest))).toBe(Date.parse('2026-11-18T09:00:00.900Z'));
    expect(bySecond.size).toBe(2);
  });

  it('reads a message with the configuration that let it in, not an older one', async () => {
    const world = await newWorld();
    const running = await world.start();
    await running.idle();
    const newZone = { ...integration('Odigo'), timeZone: 'America/New_York' };
    await world.send(
      raw('anna', { status: 'TALK', occurredAt: '2026-11-18 03:00:00' }, world.configurationOffset + 1),
    );
    await world.configure(command('integration', 'odigo', newZone));
    await running.idle();
    expect(world.events()[0]?.occurredAt).toBe(Date.parse('2026-11-18T08:00:00Z'));
    await running.stop();
  });

  it('hands the trace on', async () => {
    const world = await newWorld();
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const message = raw('anna', { status: 'TALK' });
    await world.send({ ...message, headers: { ...message.headers, traceparent } });
    await world.run();
    const [event] = world.broker.records(topics.activityEvents.name).filter(({ key }) => key === 't1|p1');
    expect(event?.headers).toMatchObject({ traceparent });
  });

  it('loses nothing and invents nothing, whichever call to the broker fails', async () => {
    const expected = await factsAfter(() => null);
    expect(expected).toHaveLength(messages.length);
    const operations: Operation[] = ['producer', 'send', 'join', 'assign', 'fetch', 'commit', 'tail'];
    for (const operation of operations) {
      // A join whose answer is lost leaves a member that only its session's end removes: not in one process.
      for (const kind of operation === 'join' ? (['before'] as const) : (['before', 'after'] as const)) {
        for (let nth = 1; nth <= 4; nth++) {
          const fault = (at: Operation, count: number): Fault =>
            at === operation && count === nth ? kind : null;
          expect(await factsAfter(fault), `${operation} ${nth} ${kind}`).toEqual(expected);
        }
      }
    }
  });
});

const messages = Array.from({ length: 40 }, (_, i) =>
  raw(`user-${i % 7}`, { status: 'TALK', id: String(i), occurredAt: receivedAt - i * 1000 }),
);

/** What is on activity.events, repeats removed, after runs that are restarted until one ends well. */
async function factsAfter(fault: (operation: Operation, nth: number) => Fault): Promise<string[]> {
  let armed = false;
  const seen = new Map<Operation, number>();
  const world = await newWorld({ ENRICHMENT_SETTLE_MESSAGES: '7' }, (operation) => {
    if (!armed) return null;
    const nth = (seen.get(operation) ?? 0) + 1;
    seen.set(operation, nth);
    return fault(operation, nth);
  });
  await world.send(...messages);
  armed = true;
  for (let tries = 1; !(await endsWell(world)); tries++) {
    expect(tries).toBeLessThan(5);
  }
  const committed = await world.broker.committed(consumerGroups.enrichment, topics.notifications.name);
  const ends = await world.broker.endOffsets(topics.notifications.name);
  for (const { partition, offset } of committed) expect(offset).toBe(ends[partition]!.offset);
  return [
    ...new Set(
      world.events().map((event) => `${event.externalUserId} ${event.dedupKey} ${event.sourceOffset}`),
    ),
  ].sort();
}

async function endsWell(world: Awaited<ReturnType<typeof newWorld>>): Promise<boolean> {
  try {
    await world.run();
    return true;
  } catch (error) {
    if (isOperational(error)) return false;
    throw error;
  }
}

async function newWorld(
  env: Record<string, string> = {},
  fault: (operation: Operation) => Fault = () => null,
) {
  const broker = createMemoryBroker({ fault });
  await broker.ensureTopics(Object.values(topics));
  const producer = await broker.producer();
  const send = (...batch: OutMessage[]) => producer.send(batch);
  let sequence = 0;
  const configure = (...commands: object[]) =>
    send(
      ...commands.map((each) => ({
        topic: topics.configuration.name,
        partition: 0,
        key: `c${sequence++}`,
        value: Buffer.from(JSON.stringify(each)),
      })),
    );
  const person = { name: 'Anna', externalUsers: [{ integrationId: 'odigo', externalUserId: 'anna' }] };
  const mapping = { integrationId: 'odigo', status: 'TALK', breakType: null, activityId: 'calls' };
  await configure(...contactCentre, command('person', 'p1', person), command('statusMapping', '', mapping));
  const configurationOffset = sequence;
  const clock = createManualClock(receivedAt);
  const startWorld = () =>
    start(configSchema.parse(env), { broker, codec, clock, log: silentLog, metrics: noMetrics });
  const decodedOf = (topic: string) => broker.records(topic).map(({ value }) => codec.decode(value));
  return {
    broker,
    send,
    configure,
    configurationOffset,
    start: startWorld,
    /** From start to stop, with everything processed in between. */
    async run() {
      const running = await startWorld();
      let done = false;
      const waits = (async () => {
        while (!done) await clock.advance(50);
      })();
      await Promise.race([running.idle().then(turn), running.failed]).finally(() => {
        done = true;
      });
      await waits;
      await running.stop();
    },
    events: () =>
      decodedOf(topics.activityEvents.name).flatMap(({ name, record }) =>
        name === 'ActivityEvent' ? [record as ActivityEvent] : [],
      ),
    marks: () =>
      decodedOf(topics.activityEvents.name).flatMap(({ name, record }) =>
        name === 'FeedMarks' ? [record as FeedMarks] : [],
      ),
    rejected: () => decodedOf(topics.rejected.name).map(({ record }) => record as RejectedNotification),
  };
}

const rawPartition = (user: string): number =>
  partitionOf(externalUserKey('t1', 'odigo', user), streamPartitions);

function toNotifications(key: string) {
  return { topic: topics.notifications.name, partition: partitionOf(key, streamPartitions), key };
}

function raw(externalUserId: string, item: object, configurationOffset = 0): OutMessage {
  const body = Buffer.from(JSON.stringify({ agentId: externalUserId, ...item }));
  const record = { tenantId: 't1', integrationId: 'odigo', externalUserId, receivedAt, requestId: 'r' };
  return {
    ...toNotifications(externalUserKey('t1', 'odigo', externalUserId)),
    value: codec.encode('RawNotification', { ...record, itemIndex: 0, format: 'json', body }),
    headers: { [configurationOffsetHeader]: String(configurationOffset) },
  };
}

/** Break types from the notification to the record on activity.events, with a web service over HTTP. */
import { command, contactCentre, integration } from '@adherence/domain/configuration/given.testing.ts';
import { breakDetailContext, sealSecret } from '@adherence/domain/configuration/secret.ts';
import {
  type FakeBehaviour,
  type FakeOdigoWebService,
  startFakeOdigoWebService,
} from '@adherence/odigo-web-service/fake-odigo-web-service.ts';
import { createMemoryBroker, type Fault, type Operation } from '@adherence/runtime/broker/memory-broker.ts';
import { type Clock, systemClock } from '@adherence/runtime/clock.ts';
import { createLocalCodec } from '@adherence/runtime/codec.ts';
import { isOperational } from '@adherence/runtime/errors.ts';
import { createLog } from '@adherence/runtime/log.ts';
import { createMetrics } from '@adherence/runtime/metrics.ts';
import type { ActivityEvent, BreakDetail } from '@adherence/schemas/records.ts';
import {
  consumerGroups,
  externalUserKey,
  partitionOf,
  streamPartitions,
  topics,
} from '@adherence/schemas/topics.ts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { configSchema } from './config.ts';
import { type RunningEnrichment, start } from './start.ts';

const codec = createLocalCodec();
const secretsKey = Buffer.alloc(32, 5);
const credentials = { username: 'the-user', password: 'the-pass-phrase' };

/** Asks again after 50 ms instead of 15 s. */
const soonAgain: Clock = {
  ...systemClock,
  setTimer: (callback, delayMs) => systemClock.setTimer(callback, delayMs === 15_000 ? 50 : delayMs),
};

describe('break types', () => {
  let fake: FakeOdigoWebService;
  let running: RunningEnrichment | null = null;

  beforeEach(async () => {
    fake = await startFakeOdigoWebService(credentials);
    fake.agents.set('anna', { status: 'PAUSE', breakType: 'lunch' });
  });
  afterEach(async () => {
    fake.release();
    await running?.stop();
    running = null;
    await fake.close();
  });

  const stop = async () => {
    await running?.stop();
    running = null;
  };

  async function newWorld(env: Record<string, string> = {}, password = credentials.password) {
    const world = await newWorldWith(() => null, env, password);
    running = await world.start();
    return world;
  }

  async function newWorldWith(
    fault: (operation: Operation) => Fault,
    env: Record<string, string> = {},
    password = credentials.password,
  ) {
    const broker = createMemoryBroker({ fault });
    await broker.ensureTopics(Object.values(topics));
    const producer = await broker.producer();
    const lines: string[] = [];
    const log = createLog({
      service: 'test',
      level: 'debug',
      destination: { write: (line) => lines.push(line) },
    });
    const nonce = Buffer.alloc(12, 1);
    const passwordCiphertext = sealSecret(password, secretsKey, nonce, breakDetailContext('t1', 'odigo'));
    const breakDetail = { url: fake.url, username: credentials.username, passwordCiphertext };
    const person = { name: 'Anna', externalUsers: [{ integrationId: 'odigo', externalUserId: 'anna' }] };
    const mapping = { integrationId: 'odigo', status: 'PAUSE', breakType: null, activityId: 'lunch' };
    const commands = [
      ...contactCentre,
      command('integration', 'odigo', { ...integration('Odigo'), breakDetail }),
      command('person', 'p1', person),
      command('statusMapping', '', mapping),
    ];
    await producer.send(
      commands.map((each, i) => ({
        topic: topics.configuration.name,
        partition: 0,
        key: `c${i}`,
        value: Buffer.from(JSON.stringify(each)),
      })),
    );
    const metrics = createMetrics('test', '0.0.0', false);
    const config = configSchema.parse({
      SECRETS_KEY: secretsKey.toString('hex'),
      BREAK_DETAIL_ALLOWED_NETWORKS: '127.0.0.1',
      BREAK_LOOKUP_TIMEOUT_MS: '10000',
      ...env,
    });
    const startOne = (clock: Clock = systemClock) => start(config, { broker, codec, clock, log, metrics });
    const key = externalUserKey('t1', 'odigo', 'anna');
    const partition = partitionOf(key, streamPartitions);
    const decoded = () =>
      broker.records(topics.activityEvents.name).map((each) => ({ ...each, ...codec.decode(each.value) }));
    return {
      start: startOne,
      lines,
      metrics,
      send: (status: string) =>
        producer.send([
          {
            topic: topics.notifications.name,
            partition,
            key,
            value: codec.encode('RawNotification', {
              tenantId: 't1',
              integrationId: 'odigo',
              externalUserId: 'anna',
              receivedAt: Date.now(),
              requestId: 'r',
              itemIndex: 0,
              format: 'json',
              body: Buffer.from(JSON.stringify({ agentId: 'anna', status })),
            }),
          },
        ]),
      events: () =>
        decoded().flatMap(({ name, record }) => (name === 'ActivityEvent' ? [record as ActivityEvent] : [])),
      details: () =>
        decoded().flatMap(({ name, record }) => (name === 'BreakDetail' ? [record as BreakDetail] : [])),
      routes: () =>
        decoded()
          .filter(({ name }) => name !== 'FeedMarks')
          .map(({ name, key: route, partition: at }) => ({ name, route, at })),
      committed: async () =>
        (await broker.committed(consumerGroups.enrichment, topics.notifications.name)).find(
          (each) => each.partition === partition,
        )?.offset ?? 0,
      /** User and number of waiting events of what is kept for the next owner. */
      openBreaks: () => {
        const kept = new Map<string, number>();
        for (const { key, value } of broker.records(topics.health.name)) {
          if (!key?.startsWith('openBreak|')) continue;
          const user = key.slice('openBreak|'.length);
          if (value === null) kept.delete(user);
          else kept.set(user, JSON.parse(String(value)).events.length);
        }
        return [...kept];
      },
      health: () =>
        broker
          .records(topics.health.name)
          .filter(({ key, value }) => key?.startsWith('breakDetail|t1|odigo|') && value !== null)
          .map(({ value }) => JSON.parse(String(value)))
          .at(-1),
    };
  }

  it('follow their event, on its way and with its identity', async () => {
    const world = await newWorld();
    await world.send('PAUSE');
    await running!.idle();
    const [event] = world.events();
    expect(event).toMatchObject({ status: 'PAUSE', breakType: null, activityId: 'lunch', personId: 'p1' });
    const { dedupKey, contentHash, occurredAt } = event!;
    expect(world.details()).toMatchObject([
      { externalUserId: 'anna', dedupKey, contentHash, occurredAt, breakType: 'lunch' },
    ]);
    const at = partitionOf('t1|p1', streamPartitions);
    expect(world.routes()).toEqual([
      { name: 'ActivityEvent', route: 't1|p1', at },
      { name: 'BreakDetail', route: 't1|p1', at },
    ]);
    expect(await world.committed()).toBe(1);
  });

  it('never keep an event waiting, and count as pending until they are there', async () => {
    const world = await newWorld();
    fake.behaviour = 'slow';
    await world.send('PAUSE');
    await vi.waitFor(() => expect([world.events().length, fake.waiting()]).toEqual([1, 1]), {
      timeout: 20_000,
    });
    expect(world.details()).toEqual([]);
    expect(await world.committed()).toBe(0);
    fake.behaviour = 'well';
    fake.release();
    await running!.idle();
    expect(world.details()).toHaveLength(1);
    expect(await world.committed()).toBe(1);
  });

  it('that are under way when a partition moves are asked for by its next owner', async () => {
    const world = await newWorld();
    fake.behaviour = 'slow';
    await world.send('PAUSE');
    await vi.waitFor(() => expect(fake.waiting()).toBe(1), { timeout: 20_000 });
    const other = await world.start();
    await vi.waitFor(() => expect(fake.questions).toHaveLength(2), { timeout: 20_000 });
    expect(await world.committed()).toBe(0);
    fake.behaviour = 'well';
    fake.release();
    await Promise.all([running!.idle(), other.idle()]);
    expect(world.details()).toMatchObject([{ breakType: 'lunch' }]);
    expect(await world.committed()).toBe(1);
    await other.stop();
  });

  it('that an outage and a restart kept back are asked for by the next owner, and by nobody once they are told', async () => {
    const world = await newWorld();
    fake.behaviour = 'server-error';
    await world.send('PAUSE');
    await running!.idle();
    await stop();
    expect([await world.committed(), world.details()]).toEqual([1, []]);
    expect(world.openBreaks()).toEqual([['t1|odigo|anna', 1]]);
    fake.behaviour = 'well';
    running = await world.start(soonAgain);
    await vi.waitFor(() => expect(world.openBreaks()).toEqual([]), { timeout: 20_000 });
    expect(world.details()).toMatchObject([{ externalUserId: 'anna', breakType: 'lunch' }]);
  });

  it('that ended while nobody asked are left alone', async () => {
    const world = await newWorld();
    fake.behaviour = 'server-error';
    await world.send('PAUSE');
    await running!.idle();
    await stop();
    await world.send('TALK');
    fake.behaviour = 'well';
    running = await world.start(soonAgain);
    await vi.waitFor(() => expect(world.openBreaks()).toEqual([]), { timeout: 20_000 });
    await running.idle();
    expect(world.details()).toEqual([]);
    expect(fake.questions).toHaveLength(1);
  });

  it.each<Operation>(['producer', 'join', 'assign', 'fetch', 'send', 'commit'])(
    'are committed with their record, whichever %s fails',
    async (operation) => {
      for (const kind of operation === 'join' ? (['before'] as const) : (['before', 'after'] as const)) {
        for (let nth = 1; nth <= 3; nth++) {
          let isArmed = false;
          let calls = 0;
          const detailsAtCommit: number[] = [];
          const world = await newWorldWith((at) => {
            if (at === 'commit') detailsAtCommit.push(world.details().length);
            if (isArmed && at === operation) calls += 1;
            return isArmed && at === operation && calls === nth ? kind : null;
          });
          await world.send('PAUSE');
          isArmed = true;
          for (let tries = 1; !(await endsWell(world.start)); tries++) expect(tries).toBeLessThan(5);
          expect(new Set(world.details().map(({ breakType }) => breakType))).toEqual(new Set(['lunch']));
          expect(Math.min(...detailsAtCommit), `${operation} ${nth} ${kind}`).toBeGreaterThan(0);
          expect(await world.committed()).toBe(1);
        }
      }
    },
  );

  async function endsWell(startOne: () => Promise<RunningEnrichment>): Promise<boolean> {
    try {
      running = await startOne();
      await Promise.race([running.idle(), running.failed]);
      await stop();
      return true;
    } catch (error) {
      if (isOperational(error)) return false;
      throw error;
    }
  }

  it.each<[FakeBehaviour, string]>([
    ['slow', 'timeout'],
    ['endless', 'timeout'],
    ['reset', 'unreachable'],
    ['server-error', 'server-error'],
    ['overloaded', 'overloaded'],
    ['password', 'password'],
    ['redirect', 'redirect'],
    ['not-found', 'not-found'],
    ['html', 'unreadable'],
    ['huge', 'unreadable'],
    ['truncated', 'unreadable'],
    ['other-agent', 'unreadable'],
  ])('leave the status as it is when the web service is %s, and health says why', async (behaviour, kind) => {
    const world = await newWorld({ BREAK_LOOKUP_TIMEOUT_MS: kind === 'timeout' ? '50' : '10000' });
    fake.behaviour = behaviour;
    await world.send('PAUSE');
    await running!.idle();
    expect(world.events()).toHaveLength(1);
    expect(world.details()).toEqual([]);
    expect(await world.committed()).toBe(1);
    await vi.waitFor(() => expect(world.health()?.fault?.kind).toBe(kind), { timeout: 20_000 });
    expect(await world.metrics.text()).toContain(`adherence_break_lookups_total{outcome="${kind}"} 1`);
  });

  it('of an unknown agent are none', async () => {
    const world = await newWorld();
    fake.agents.clear();
    await world.send('PAUSE');
    await running!.idle();
    expect(world.details()).toEqual([]);
    await stop();
    expect(world.health()).toMatchObject({ state: 'ok', fault: null });
  });

  it('are asked for at no address that is not public, unless the operator allows it', async () => {
    const world = await newWorld({ BREAK_DETAIL_ALLOWED_NETWORKS: '' });
    await world.send('PAUSE');
    await running!.idle();
    expect(fake.questions).toEqual([]);
    await stop();
    expect(world.health()?.fault?.kind).toBe('address-not-allowed');
  });

  it('need the key that the password is sealed with', async () => {
    const world = await newWorld({ SECRETS_KEY: '06'.repeat(32) });
    await world.send('PAUSE');
    await running!.idle();
    expect(fake.questions).toEqual([]);
    await stop();
    expect(world.health()?.fault?.kind).toBe('secrets-key');
  });

  it('leave no credential in logs, health, metrics or records', async () => {
    const world = await newWorld({}, 'wrong-pass-phrase');
    await world.send('PAUSE');
    await running!.idle();
    await stop();
    expect(world.health()?.fault?.kind).toBe('password');
    const traces = [world.lines.join(''), JSON.stringify(world.health()), await world.metrics.text()].join(
      '\n',
    );
    expect(traces).toContain('break web service given up for now');
    const basic = Buffer.from(`${credentials.username}:wrong-pass-phrase`).toString('base64');
    for (const secret of ['pass-phrase', credentials.username, basic, fake.url, 'anna'])
      expect(traces).not.toContain(secret);
  });
});

/** The runtime on the real parts: migration, codec and registry, ClickHouse, configuration log, consume loop. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ActivityEvent, recordNames } from '@adherence/schemas/records.ts';
import { tables } from '@adherence/schemas/tables.ts';
import { topics } from '@adherence/schemas/topics.ts';
import { type ClickHousePart, startClickHouse } from '@adherence/stack/clickhouse.ts';
import { type KafkaPart, startKafka } from '@adherence/stack/kafka.ts';
import { type RegistryPart, startRegistry } from '@adherence/stack/registry.ts';
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Broker } from './broker/broker.ts';
import { definition, record } from './broker/contract.ts';
import { openKafkaBroker } from './broker/kafka-broker.ts';
import { type ClickHouse, openClickHouse } from './clickhouse.ts';
import { StatementError } from './clickhouse-errors.ts';
import { createRegistryCodec } from './codec.ts';
import { followConfiguration } from './configuration-log.ts';
import { type Consumption, consume, type Processor } from './consume.ts';
import { OperationalError } from './errors.ts';
import { silentLog } from './log.ts';
import { migrate } from './migrate.ts';
import { openRegistry } from './registry.ts';

let directory: string;
let kafka: KafkaPart;
let registry: RegistryPart;
let clickhouse: ClickHousePart;
let broker: Broker;
let db: ClickHouse;

const openBroker = () =>
  openKafkaBroker({
    brokers: [kafka.brokers],
    clientId: 'test',
    log: silentLog,
    times: { sessionTimeoutMs: 6_000, deadlineMs: 3_000 },
  });

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'adherence-runtime-'));
  kafka = await startKafka({ dataDir: join(directory, 'kafka') });
  [registry, clickhouse] = await Promise.all([
    startRegistry({ dataDir: join(directory, 'registry'), brokers: kafka.brokers }),
    startClickHouse({ dataDir: join(directory, 'clickhouse') }),
  ]);
  broker = await openBroker();
  db = openClickHouse({ url: clickhouse.url });
});
afterAll(async () => {
  await broker.close();
  await db.close();
  await Promise.all([registry.stop(), clickhouse.stop()]);
  await kafka.stop();
  await rm(directory, { recursive: true, force: true });
});

describe('migration', () => {
  test('makes topics, schemas and tables, and changes nothing the second time', async () => {
    const lines: string[] = [];
    const options = {
      brokers: kafka.brokers,
      registryUrl: registry.url,
      clickhouseUrl: clickhouse.url,
      log: (line: string) => void lines.push(line),
      environment: {},
    };
    await migrate(options);
    await migrate(options);
    const done = [
      `${recordNames.length} schemas`,
      `${tables.length} tables`,
      `${Object.keys(topics).length} topics`,
    ];
    expect(lines.sort()).toEqual([...done, ...done].sort());
    expect(await broker.endOffsets(topics.activityEvents.name)).toHaveLength(
      topics.activityEvents.partitions,
    );
    expect(await db.query('SELECT count() AS n FROM facts')).toEqual([{ n: 0 }]);
  });

  test('an incompatible schema is refused by the registry', async () => {
    const schema = {
      type: 'record',
      name: 'BreakDetail',
      namespace: 'adherence',
      fields: [{ name: 'x', type: 'int' }],
    };
    const registered = openRegistry({ url: registry.url }).register(
      'adherence.BreakDetail',
      JSON.stringify(schema),
    );
    await expect(registered).rejects.toMatchObject({ name: 'SchemaRefusedError' });
  });
});

describe('codec', () => {
  const event: ActivityEvent = {
    tenantId: 't',
    integrationId: 'i',
    externalUserId: 'a@b',
    eventType: 'STATUS',
    status: 'READY',
    breakType: null,
    occurredAt: 1_767_600_000_000,
    sequence: null,
    dedupKey: 'd',
    contentHash: 'c',
    receivedAt: 1_767_600_000_001,
    replayedAt: null,
    flags: [],
    detail: { channel: 'voice' },
    personId: null,
    activityId: null,
    configurationOffset: 1,
    sourcePartition: 2,
    sourceOffset: 3,
  };

  test('its bytes are those of any Confluent client, and their ids outlive it', async () => {
    const first = await createRegistryCodec({ url: registry.url });
    const bytes = first.encode('ActivityEvent', event);
    const client = new SchemaRegistry({ host: registry.url });
    expect(await client.decode(bytes)).toMatchObject({ ...event });
    const second = await createRegistryCodec({ url: registry.url });
    expect(second.encode('ActivityEvent', event)).toEqual(bytes);
    expect(second.decode(await client.encode(bytes.readUInt32BE(1), event)).record).toEqual(event);
  });

  test('a newer version that another service registered is read as ours', async () => {
    const codec = await createRegistryCodec({ url: registry.url });
    const api = openRegistry({ url: registry.url });
    const schema = JSON.parse((await api.schemaOf(codec.encode('ActivityEvent', event).readUInt32BE(1)))!);
    schema.fields.push({ name: 'later', type: 'string', default: '' });
    const id = await api.register('adherence.ActivityEvent', JSON.stringify(schema));
    const client = new SchemaRegistry({ host: registry.url });
    const bytes = await client.encode(id, { ...event, later: 'x' });
    await codec.learn([bytes]);
    expect(codec.decode(bytes)).toEqual({ name: 'ActivityEvent', record: event });
    await codec.learn([Buffer.from([0, 0, 15, 0, 0])]);
    expect(await api.schemaOf(999_999)).toBeNull();
  });
});

describe('ClickHouse', () => {
  test('rows come back as they went in, 64-bit integers and nested columns too', async () => {
    await db.command(
      'CREATE TABLE IF NOT EXISTS kept (id String, offset UInt64, wide UInt128, at Int64, maybe Nullable(String), cells Nested(bucket Int64, name String)) ENGINE = ReplacingMergeTree ORDER BY id',
    );
    const wide = (2n ** 100n + 1n).toString();
    const columns = ['id', 'offset', 'wide', 'at', 'maybe', 'cells.bucket', 'cells.name'];
    await db.insertRows('kept', columns, [
      ["a'\n\\", 9_007_199_254_740_991, wide, -5, null, [1, 2], ['x', 'é']],
      ['b', 0, '0', 0, 'm', [], []],
    ]);
    await db.insertRows('kept', columns, [['b', 0, '0', 0, 'm', [], []]]);
    const rows = await db.query(
      'SELECT id, offset, toString(wide) AS wide, at, maybe, cells.bucket, cells.name FROM kept FINAL ORDER BY id',
    );
    expect(rows).toEqual([
      {
        id: "a'\n\\",
        offset: 9_007_199_254_740_991,
        wide,
        at: -5,
        maybe: null,
        'cells.bucket': [1, 2],
        'cells.name': ['x', 'é'],
      },
      { id: 'b', offset: 0, wide: '0', at: 0, maybe: 'm', 'cells.bucket': [], 'cells.name': [] },
    ]);
    expect(await db.query('SELECT at FROM kept FINAL WHERE id = {id:String}', { id: "a'\n\\" })).toEqual([
      { at: -5 },
    ]);
  });

  test('the format Native keeps every value that JSON keeps, in rows and in blocks', async () => {
    const types = {
      id: 'String',
      kind: 'LowCardinality(String)',
      status: 'LowCardinality(Nullable(String))',
      day: 'Date',
      wide: 'UInt128',
      offset: 'UInt64',
      at: 'Int64',
      sequence: 'Nullable(Int64)',
      share: 'Float64',
      small: 'UInt8',
      rules: 'UInt16',
      count: 'UInt32',
      amounts: 'Array(Int32)',
      starts: 'Array(Int64)',
      names: 'Array(LowCardinality(String))',
      states: 'Array(LowCardinality(Nullable(String)))',
      texts: 'Array(Array(String))',
    };
    const columns = Object.keys(types);
    const definitions = Object.entries(types).map(([name, type]) => `${name} ${type}`);
    await db.command(`CREATE TABLE native (${definitions.join(', ')}) ENGINE = MergeTree ORDER BY id`);
    const wide = (2n ** 127n + 3n).toString();
    const full = (id: string) => [
      ...[id, 'é', null, '2026-03-29', wide, 2 ** 53 - 1, -(2 ** 52), null, -0.5, 255, 65_535, 2 ** 32 - 1],
      ...[
        [-1, 2 ** 31 - 1, -(2 ** 31)],
        [-1, 2 ** 40],
        ['a', 'ü', 'a'],
        ['x', null, 'x', ''],
        [['p'], [], ['q', '']],
      ],
    ];
    const empty = (id: string) => [
      ...[id, '', '', '1970-01-01', '0', 0, 0, 0, 0, 0, 0, 0],
      ...[[], [], [], [], []],
    ];
    await db.insertRows('native', columns, [full("a'\n\\"), empty('b')], Object.values(types));
    await db.insertRows('native', columns, [empty('c')], Object.values(types));
    await db.insertRows('native', columns, [full('json'), empty('json')]);
    const read = await valuesOf(`SELECT ${columns.join(', ')} FROM native ORDER BY id, kind`, columns);
    expect(read).toEqual([full("a'\n\\"), empty('b'), empty('c'), empty('json'), full('json')]);
    expect([...(await db.queryBlocks('SELECT id FROM native WHERE 0'))].map(({ rows }) => rows)).toEqual([]);
    // A dictionary of more keys than two bytes tell apart, and an answer of several blocks.
    const many = Array.from({ length: 70_000 }, (_, n) => [`${n}`, `k${n}`]);
    await db.command('TRUNCATE TABLE native');
    await db.insertRows('native', ['id', 'kind'], many, [types.id, types.kind]);
    const again = await valuesOf('SELECT id, kind FROM native ORDER BY toUInt32(id)', ['id', 'kind']);
    expect(JSON.stringify(again)).toBe(JSON.stringify(many));
    await expect(db.queryBlocks('SELECT nothing FROM native')).rejects.toThrow(StatementError);
    await expect(db.insertRows('native', ['none'], [['a']], ['String'])).rejects.toThrow(StatementError);
  });

  test('faults of the statement are bugs, and the connection goes on', async () => {
    await expect(db.query('SELECT nothing FROM nowhere')).rejects.toThrow(StatementError);
    await expect(db.insertRows('kept', ['nothing'], [[1]])).rejects.toThrow(StatementError);
    await expect(db.insertRows('kept', ['offset'], [['no number']])).rejects.toThrow(StatementError);
    await db.ping();
    expect(await db.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  test('many rows, and many statements at once', async () => {
    await db.command('CREATE TABLE IF NOT EXISTS many (n UInt64) ENGINE = MergeTree ORDER BY n');
    const rows = (from: number) => Array.from({ length: 10_000 }, (_, i) => [from + i]);
    await Promise.all([0, 10_000, 20_000, 30_000].map((from) => db.insertRows('many', ['n'], rows(from))));
    expect(await db.query('SELECT count() AS total, uniqExact(n) AS different FROM many')).toEqual([
      { total: 40_000, different: 40_000 },
    ]);
    expect(await db.query('SELECT n FROM many ORDER BY n')).toHaveLength(40_000);
  });

  test('a front that was killed is an outage, and serves again when it is back', async () => {
    const { port } = clickhouse;
    clickhouse.kill();
    await clickhouse.exited;
    await expect(db.query('SELECT 1')).rejects.toThrow(OperationalError);
    const inserted = vi.waitFor(() => db.insertRows('many', ['n'], [[1]]), { timeout: 60_000 });
    clickhouse = await startClickHouse({ dataDir: join(directory, 'clickhouse'), port });
    await inserted;
    expect(await db.query('SELECT count() AS n FROM many')).toEqual([{ n: 40_001 }]);
  });
});

test('configuration: followers on different connections come to the same state', async () => {
  const other = await openBroker();
  const follow = (of: Broker) =>
    followConfiguration({
      broker: of,
      initial: '',
      fold: (state: string, command) => ({ state: `${state}${String(command)}`, outcome: state.length }),
      log: silentLog,
    });
  const [one, two] = await Promise.all([follow(broker), follow(other)]);
  await Promise.all(['a', 'b', 'c', 'd'].map((text, i) => (i % 2 ? one : two).append(`k${i}`, text)));
  await Promise.all([one.waitFor(4), two.waitFor(4)]);
  expect(one.state()).toBe(two.state());
  const late = await follow(other);
  expect([late.state(), late.offset()]).toEqual([one.state(), 4]);
  await Promise.all([one.stop(), two.stop(), late.stop()]);
  await other.close();
});

describe('consuming', () => {
  /** Stores offsets in memory, as a sink that outlives its members. */
  function storing(stored: Map<string, number>): Processor {
    let positions = new Map<number, number>();
    let pending: string[] = [];
    return {
      assigned: async (partitions) => {
        positions = new Map(partitions.map(({ partition, offset }) => [partition, offset ?? 0]));
        pending = [];
      },
      take: ({ partition, messages }) => {
        for (const { offset } of messages) pending.push(`${partition}:${offset}`);
        positions.set(partition, messages.at(-1)!.offset + 1);
      },
      settle: async () => {
        for (const id of pending) stored.set(id, (stored.get(id) ?? 0) + 1);
        pending = [];
        return [...positions].map(([partition, offset]) => ({ partition, offset }));
      },
      revoked: () => {
        positions = new Map();
        pending = [];
      },
    };
  }
  const start = (of: Broker, topic: string, stored: Map<string, number>): Promise<Consumption> =>
    consume({
      broker: of,
      topic,
      groupId: topic,
      processor: storing(stored),
      settleWhen: { messages: 50, maxDelayMs: 100 },
      log: silentLog,
    });

  test('members join, leave and lose the broker under load: everything is stored and committed', async () => {
    const topic = 'load';
    const partitions = 6;
    const perPartition = 400;
    await broker.ensureTopics([definition(topic, partitions)]);
    const stored = new Map<string, number>();
    const brokers = [await openBroker(), await openBroker(), await openBroker()];
    const producer = await broker.producer();
    const send = async (from: number, to: number) => {
      for (let i = from; i < to; i += 20) {
        const batch = Array.from({ length: partitions }, (_, p) =>
          Array.from({ length: 20 }, (_, k) => record(topic, p, String(i + k))),
        ).flat();
        await producer.send(batch);
      }
    };
    const one = await start(brokers[0]!, topic, stored);
    await send(0, 100);
    const two = await start(brokers[1]!, topic, stored);
    await send(100, 200);
    const three = await start(brokers[2]!, topic, stored);
    await send(200, 300);
    await two.stop();
    const { port } = kafka;
    kafka.kill();
    await kafka.exited;
    kafka = await startKafka({ dataDir: join(directory, 'kafka'), port });
    await vi.waitFor(() => producer.send([record(topic, 0, 'again')]), { timeout: 60_000 });
    await send(300, perPartition);
    const ends = await broker.endOffsets(topic);
    await vi.waitFor(
      async () => {
        const committed = await broker.committed(topic, topic);
        expect(new Map(committed.map((c) => [c.partition, c.offset]))).toEqual(
          new Map(ends.map((end) => [end.partition, end.offset])),
        );
      },
      { timeout: 60_000, interval: 200 },
    );
    const missing = ends.flatMap(({ partition, offset }) =>
      Array.from({ length: offset }, (_, o) => `${partition}:${o}`).filter((id) => !stored.has(id)),
    );
    expect(missing).toEqual([]);
    await Promise.all([one.stop(), three.stop()]);
    await Promise.all(brokers.map((of) => of.close()));
  });
});

async function valuesOf(sql: string, columns: readonly string[]): Promise<unknown[][]> {
  const rows: unknown[][] = [];
  for (const block of await db.queryBlocks(sql)) {
    const values = columns.map((name) => block.columns.get(name)!);
    for (let i = 0; i < block.rows; i++) rows.push(values.map((column) => plainOf(column[i])));
  }
  return rows;
}

/** Typed arrays as plain ones. */
const plainOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null ? Array.from(value as ArrayLike<unknown>, plainOf) : value;

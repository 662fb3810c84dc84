/**
 * The same contracts on the servers' own images, by Testcontainers, wherever a Docker engine answers. Where none does, or
 * with TEST_CONTAINERS=0, their twins on the local stack are what runs, and this file says so.
 */
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Broker } from '@adherence/runtime/broker/broker.ts';
import { brokerContract } from '@adherence/runtime/broker/contract.ts';
import { openKafkaBroker } from '@adherence/runtime/broker/kafka-broker.ts';
import { openClickHouse } from '@adherence/runtime/clickhouse.ts';
import { silentLog } from '@adherence/runtime/log.ts';
import { migrateTables } from '@adherence/runtime/migrate.ts';
import { dockerAnswers, startKafkaContainer, startRegistryContainer } from '@adherence/stack/containers.ts';
import { freePort } from '@adherence/stack/ports.ts';
import { Kafka, logLevel } from 'kafkajs';
import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const twins = [
  'packages/runtime/src/broker/kafka-broker.stack.test.ts',
  'packages/stack/src/clickhouse.stack.test.ts',
];

const unwanted = process.env.TEST_CONTAINERS === '0';
if (!unwanted && (await dockerAnswers())) {
  describe('on containers', onContainers);
} else {
  const reason = unwanted ? 'TEST_CONTAINERS=0' : 'no Docker engine answers';
  console.log(`containers: not run, ${reason}; run instead: ${twins.join(', ')}`);
  it.each(twins)('has its twin on the local stack: %s', (path) => {
    expect(existsSync(join(import.meta.dirname, '..', path))).toBe(true);
  });
}

function onContainers(): void {
  let kafka: StartedTestContainer;
  let clickhouse: StartedTestContainer;
  let kafkaPort: number;

  beforeAll(async () => {
    kafkaPort = await freePort();
    [kafka, clickhouse] = await Promise.all([kafkaContainer(kafkaPort), clickHouseContainer()]);
  });
  afterAll(async () => {
    await Promise.all([kafka.stop(), clickhouse.stop()]);
  });

  brokerContract(
    'Kafka container',
    (): Promise<Broker> =>
      openKafkaBroker({ brokers: [`127.0.0.1:${kafkaPort}`], clientId: 'test', log: silentLog }),
  );

  it('makes every table, twice', async () => {
    const url = `http://${clickhouse.getHost()}:${clickhouse.getMappedPort(8123)}`;
    const db = openClickHouse({ url });
    await migrateTables(db);
    await migrateTables(db);
    expect(await db.query('SELECT count() AS days FROM person_days FINAL')).toEqual([{ days: 0 }]);
    await db.close();
  });

  it('npm start keeps what its Kafka container holds over a restart', { timeout: 900_000 }, async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'adherence-containers-'));
    const topics: string[] = [];
    for (let n = 0; n < 2; n += 1) {
      const part = await startKafkaContainer({ dataDir: join(dataDir, 'kafka') });
      const registry = await startRegistryContainer({
        dataDir: join(dataDir, 'registry'),
        brokers: part.brokers,
      });
      const admin = new Kafka({ brokers: [part.brokers], logLevel: logLevel.NOTHING }).admin();
      await admin.connect();
      topics.push((await admin.listTopics()).includes('kept') ? 'kept' : 'none');
      await admin.createTopics({ topics: [{ topic: 'kept', numPartitions: 1 }] });
      await admin.disconnect();
      await registry.stop();
      await part.stop();
    }
    expect(topics).toEqual(['none', 'kept']);
  });
}

function kafkaContainer(port: number): Promise<StartedTestContainer> {
  return new GenericContainer('apache/kafka:4.1.1')
    .withExposedPorts({ container: port, host: port })
    .withEnvironment({
      KAFKA_NODE_ID: '1',
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_LISTENERS: `PLAINTEXT://:${port},CONTROLLER://:9093`,
      KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://127.0.0.1:${port}`,
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
    })
    .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
    .start();
}

function clickHouseContainer(): Promise<StartedTestContainer> {
  return new GenericContainer('clickhouse/clickhouse-server:25.8')
    .withExposedPorts(8123)
    .withEnvironment({ CLICKHOUSE_SKIP_USER_SETUP: '1' })
    .withWaitStrategy(Wait.forHttp('/ping', 8123))
    .start();
}

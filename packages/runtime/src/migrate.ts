/** Brings an installation up to date: topics, schemas, tables. Idempotent; each part can be run by itself. */
import { recordNames, subjectOf } from '@adherence/schemas/records.ts';
import { tables } from '@adherence/schemas/tables.ts';
import { topics } from '@adherence/schemas/topics.ts';
import { schemaText } from './avro-types.ts';
import type { Broker } from './broker/broker.ts';
import { openKafkaBroker } from './broker/kafka-broker.ts';
import { type ClickHouse, openClickHouse } from './clickhouse.ts';
import { refuseOldClickHouse } from './clickhouse-version.ts';
import { systemClock } from './clock.ts';
import {
  clickHouseOptionsOf,
  type Environment,
  kafkaConnectionOf,
  parseEnvironment,
  registryOptionsOf,
  sharedEnvironmentSchema,
} from './env-config.ts';
import { explained } from './explain-failure.ts';
import { silentLog } from './log.ts';
import { openRegistry, type Registry } from './registry.ts';
import { retryOperational } from './retry.ts';

export interface MigrateOptions {
  /** As in KAFKA_BROKERS. */
  readonly brokers: string;
  readonly registryUrl: string;
  readonly clickhouseUrl: string;
  /** Told one line for each part that is done. */
  readonly log: (line: string) => void;
  /** For the credentials of the three; `process.env` when absent. */
  readonly environment?: Environment;
}

const retry = { attempts: 6, firstDelayMs: 250, maxDelayMs: 4_000 };

/** The three parts at once; rejects with the first that fails, and says nothing of what it had done. */
export async function migrate({
  brokers,
  registryUrl,
  clickhouseUrl,
  log,
  environment = process.env,
}: MigrateOptions): Promise<void> {
  const env = parseEnvironment(sharedEnvironmentSchema, {
    ...environment,
    KAFKA_BROKERS: brokers,
    SCHEMA_REGISTRY_URL: registryUrl,
    CLICKHOUSE_URL: clickhouseUrl,
  });
  const again = (work: () => Promise<void>) => retryOperational(systemClock, retry, work);
  await Promise.all([
    again(async () => {
      const connection = kafkaConnectionOf(env, 'adherence-migrate');
      await explained('Kafka', async () => {
        const broker = await openKafkaBroker({ ...connection, log: silentLog });
        await migrateTopics(broker).finally(() => broker.close());
      });
      log(`${Object.keys(topics).length} topics`);
    }),
    again(async () => {
      const registry = openRegistry(registryOptionsOf(env));
      await explained('the schema registry', () => migrateSchemas(registry));
      log(`${recordNames.length} schemas`);
    }),
    again(async () => {
      const db = openClickHouse(clickHouseOptionsOf(env));
      await explained('ClickHouse', async () => {
        await refuseOldClickHouse(db);
        await migrateTables(db);
      }).finally(() => db.close());
      log(`${tables.length} tables`);
    }),
  ]);
}

export const migrateTopics = (broker: Broker): Promise<void> => broker.ensureTopics(Object.values(topics));

/** Old and new readers and writers live side by side for as long as a topic keeps its records. */
export async function migrateSchemas(registry: Registry): Promise<void> {
  for (const name of recordNames) {
    await registry.register(subjectOf(name), schemaText(name));
    await registry.setCompatibility(subjectOf(name), 'FULL_TRANSITIVE');
  }
}

export async function migrateTables(db: Pick<ClickHouse, 'command'>): Promise<void> {
  for (const { ddl } of tables) await db.command(ddl);
}

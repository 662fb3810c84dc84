import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startClickHouse } from './clickhouse.ts';
import { startKafka } from './kafka.ts';
import { startRegistry } from './registry.ts';

/**
 * The three parts alone, for tests and work on one service:
 * `node packages/stack/src/up.ts --data DIR [--kafka-port N] [--registry-port N] [--clickhouse-port N]`.
 * Prints their environment lines, runs until Ctrl-C or SIGTERM. Ports: any free ones unless given.
 */
const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '.local' },
    'kafka-port': { type: 'string', default: '0' },
    'registry-port': { type: 'string', default: '0' },
    'clickhouse-port': { type: 'string', default: '0' },
  },
});
const data = resolve(values.data);
const logs = join(data, 'logs');
const [kafka, clickhouse] = await Promise.all([
  startKafka({
    dataDir: join(data, 'kafka'),
    port: Number(values['kafka-port']),
    logFile: join(logs, 'kafka.log'),
  }),
  startClickHouse({
    dataDir: join(data, 'clickhouse'),
    port: Number(values['clickhouse-port']),
    logFile: join(logs, 'clickhouse.log'),
  }),
]);
const registry = await startRegistry({
  dataDir: join(data, 'registry'),
  brokers: kafka.brokers,
  port: Number(values['registry-port']),
  logFile: join(logs, 'registry.log'),
});
console.log(`KAFKA_BROKERS=${kafka.brokers}`);
console.log(`SCHEMA_REGISTRY_URL=${registry.url}`);
console.log(`CLICKHOUSE_URL=${clickhouse.url}`);

const stop = async (): Promise<void> => {
  await registry.stop();
  await Promise.all([kafka.stop(), clickhouse.stop()]);
  process.exit(0);
};
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);

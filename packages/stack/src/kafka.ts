import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { type Child, type ChildOptions, startChild, untilReady } from './child.ts';
import { leanJvm } from './java.ts';
import { mavenJars } from './maven.ts';
import { freePort } from './ports.ts';

export const kafkaCacheName = 'kafka-4.1.1';

export interface KafkaOptions {
  /** Kept over restarts; formatted the first time. */
  readonly dataDir: string;
  /** 0 or undefined: any free port. Give the same one to come back under the same address after a kill. */
  readonly port?: number;
  readonly logFile?: string;
  readonly onSpawn?: ChildOptions['onSpawn'];
  readonly heapMb?: number;
}

export interface KafkaPart extends Child {
  /** `host:port`, for KAFKA_BROKERS. */
  readonly brokers: string;
  readonly port: number;
}

/** Starts one Kafka node (KRaft, broker and controller in one) and resolves when it serves clients. */
export async function startKafka(options: KafkaOptions): Promise<KafkaPart> {
  const jars = await prepareKafka();
  const port = options.port || (await freePort());
  const logFile = options.logFile ?? join(options.dataDir, 'kafka.log');
  const properties = join(options.dataDir, 'server.properties');
  const logging = join(options.dataDir, 'log4j2.yaml');
  const classPath = join(jars, 'lib', '*');
  await mkdir(options.dataDir, { recursive: true });
  await writeFile(properties, serverProperties(options.dataDir, port, await freePort()));
  await writeFile(logging, loggingConfiguration);
  if (!existsSync(join(options.dataDir, 'log', 'meta.properties'))) {
    await format(classPath, properties, logFile);
  }
  const child = await startChild({
    name: 'Kafka',
    command: 'java',
    args: [
      `-Xmx${options.heapMb ?? 512}m`,
      ...leanJvm,
      `-Dlog4j2.configurationFile=${logging}`,
      '-cp',
      classPath,
      'kafka.Kafka',
      properties,
    ],
    logFile,
    onSpawn: options.onSpawn,
  });
  const brokers = `127.0.0.1:${port}`;
  await untilReady(child, () => kafkaServes(brokers), 60_000);
  return { ...child, brokers, port };
}

/** Fetches Kafka into the cache when it is not there yet. */
export const prepareKafka = (): Promise<string> =>
  mavenJars(kafkaCacheName, [
    { groupId: 'org.apache.kafka', artifactId: 'kafka_2.13', version: '4.1.1' },
    { groupId: 'org.apache.logging.log4j', artifactId: 'log4j-slf4j-impl', version: '2.24.3' },
  ]);

async function format(classPath: string, properties: string, logFile: string): Promise<void> {
  // An id that began with a hyphen would be read as an option.
  const clusterId = randomBytes(16).toString('base64url').replace(/^-/, 'A');
  const tool = await startChild({
    name: 'Kafka storage format',
    command: 'java',
    args: [...leanJvm, '-cp', classPath, 'kafka.tools.StorageTool', 'format'].concat([
      '--cluster-id',
      clusterId,
      '--config',
      properties,
      '--ignore-formatted',
    ]),
    logFile,
  });
  const exit = await tool.exited;
  if (exit.code !== 0) throw new Error(`Kafka's data directory could not be formatted; see ${logFile}`);
}

/** Ready means that a client sees the broker registered: the socket alone opens earlier. */
export async function kafkaServes(brokers: string): Promise<boolean> {
  const kafka = new Kafka({
    clientId: 'stack',
    brokers: [brokers],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1_000,
    requestTimeout: 2_000,
    retry: { retries: 0 },
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    return (await admin.describeCluster()).brokers.length > 0;
  } finally {
    await admin.disconnect();
  }
}

/** Small: one node, few threads, little memory; replication factors of 1; nothing waits for other members. */
function serverProperties(dataDir: string, port: number, controllerPort: number): string {
  return Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    'log.dirs': join(dataDir, 'log'),
    'auto.create.topics.enable': false,
    'default.replication.factor': 1,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 8,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    'broker.session.timeout.ms': 3_000,
    'broker.heartbeat.interval.ms': 500,
    'num.network.threads': 2,
    'num.io.threads': 4,
    'background.threads': 2,
    'num.recovery.threads.per.data.dir': 2,
    'log.segment.bytes': 64 * 1024 * 1024,
    'log.index.size.max.bytes': 1024 * 1024,
    'log.cleaner.dedupe.buffer.size': 16 * 1024 * 1024,
    'metadata.log.segment.bytes': 16 * 1024 * 1024,
    'metadata.max.retention.bytes': 32 * 1024 * 1024,
  })
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

const loggingConfiguration = `Configuration:
  status: error
  Appenders:
    Console:
      name: STDOUT
      PatternLayout: { pattern: "%d %p %m (%c)%n" }
  Loggers:
    Root: { level: WARN, AppenderRef: { ref: STDOUT } }
`;

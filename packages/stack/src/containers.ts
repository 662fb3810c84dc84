import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Child, startChild, untilReady } from './child.ts';
import { type KafkaOptions, type KafkaPart, kafkaServes } from './kafka.ts';
import { freePort } from './ports.ts';
import { type RegistryOptions, type RegistryPart, registryServes, requireCompatibility } from './registry.ts';

/**
 * Kafka and the schema registry as containers, for a machine with Docker and without Java. The child is the `docker
 * run` in front of each, which passes SIGTERM on; Kafka's data is in a volume that is named after the data directory.
 */
export async function startKafkaContainer(options: KafkaOptions): Promise<KafkaPart> {
  const port = options.port || (await freePort());
  const names = containerNames(options.dataDir);
  await makeNetwork(names.network);
  const child = await startContainer(names.kafka, 'Kafka', kafkaRun(names, port, options.heapMb), options);
  const brokers = `127.0.0.1:${port}`;
  await untilReady(child, () => kafkaServes(brokers), pullLimitMs);
  return { ...child, brokers, port };
}

/** Its Kafka is the container that belongs to the same data directory. */
export async function startRegistryContainer(options: RegistryOptions): Promise<RegistryPart> {
  const port = options.port || (await freePort());
  const names = containerNames(options.dataDir);
  const run = registryRun(names, port, options.heapMb);
  const child = await startContainer(names.registry, 'schema registry', run, options);
  const url = `http://127.0.0.1:${port}/apis/ccompat/v7`;
  await untilReady(child, () => registryServes(url), pullLimitMs);
  await requireCompatibility(url);
  return { ...child, url, port };
}

/** True when a Docker engine answers, not merely when the command is there. */
export async function dockerAnswers(): Promise<boolean> {
  return docker(['version', '--format', '{{.Server.Version}}'], 20_000).then(
    () => true,
    () => false,
  );
}

export interface ContainerNames {
  readonly network: string;
  readonly kafka: string;
  readonly registry: string;
}

/** Two data directories never share containers. @param dataDir of one part: a folder in that of the start */
export function containerNames(dataDir: string): ContainerNames {
  const id = createHash('sha256').update(join(dataDir, '..')).digest('hex').slice(0, 12);
  const network = `odigo-adherence-${id}`;
  return { network, kafka: `${network}-kafka`, registry: `${network}-registry` };
}

const kafkaImage = 'apache/kafka:4.1.1';
const registryImage = 'apicurio/apicurio-registry:3.0.9';
/** The first start pulls the image. */
const pullLimitMs = 600_000;
const insidePort = 19_092;

/** Arguments of `docker` for one node: one listener for this machine's loopback, one for the registry beside it. */
export function kafkaRun(names: ContainerNames, port: number, heapMb = 512): string[] {
  const environment = {
    KAFKA_HEAP_OPTS: `-Xmx${heapMb}m`,
    KAFKA_NODE_ID: '1',
    KAFKA_PROCESS_ROLES: 'broker,controller',
    KAFKA_LISTENERS: `OUTSIDE://:${port},INSIDE://:${insidePort},CONTROLLER://:9093`,
    KAFKA_ADVERTISED_LISTENERS: `OUTSIDE://127.0.0.1:${port},INSIDE://${names.kafka}:${insidePort}`,
    KAFKA_INTER_BROKER_LISTENER_NAME: 'INSIDE',
    KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
    KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'CONTROLLER:PLAINTEXT,OUTSIDE:PLAINTEXT,INSIDE:PLAINTEXT',
    KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
    KAFKA_LOG_DIRS: '/var/lib/kafka/data',
    KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
    KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
    KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
    KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
    KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR: '1',
    KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR: '1',
    KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
  };
  return [
    ...runIn(names.network, names.kafka, port, port),
    ...['--volume', `${names.kafka}:/var/lib/kafka/data`],
    ...environmentArguments(environment),
    kafkaImage,
  ];
}

/** Arguments of `docker` for the registry, which keeps its schemas in that Kafka. */
export function registryRun(names: ContainerNames, port: number, heapMb = 192): string[] {
  const environment = {
    JAVA_OPTS_APPEND: `-Xmx${heapMb}m`,
    QUARKUS_LOG_LEVEL: 'WARN',
    APICURIO_STORAGE_KIND: 'kafkasql',
    APICURIO_KAFKASQL_BOOTSTRAP_SERVERS: `${names.kafka}:${insidePort}`,
  };
  return [
    ...runIn(names.network, names.registry, port, 8080),
    ...environmentArguments(environment),
    registryImage,
  ];
}

/** `--rm`: a container is as short-lived as its child; what has to stay is in a volume. */
const runIn = (network: string, name: string, port: number, inside: number): string[] => [
  ...['run', '--rm', '--name', name, '--network', network],
  ...['--publish', `127.0.0.1:${port}:${inside}`],
];

const environmentArguments = (environment: Readonly<Record<string, string>>): string[] =>
  Object.entries(environment).flatMap(([name, value]) => ['--env', `${name}=${value}`]);

async function startContainer(
  container: string,
  name: string,
  args: readonly string[],
  options: Pick<KafkaOptions, 'dataDir' | 'logFile' | 'onSpawn'>,
): Promise<Child> {
  await remove(container);
  const child = await startChild({
    name,
    command: 'docker',
    args,
    logFile: options.logFile ?? join(options.dataDir, `${container}.log`),
    onSpawn: options.onSpawn,
  });
  return {
    ...child,
    // A command that had to be killed leaves its container running.
    async stop(graceMs) {
      await child.stop(graceMs);
      await remove(container);
    },
  };
}

/** Ends a container that is still there, as after a start that was killed. */
async function remove(container: string): Promise<void> {
  const id = await docker(['ps', '--all', '--quiet', '--filter', `name=^/${container}$`]);
  if (id !== '') await docker(['rm', '--force', id]);
}

async function makeNetwork(network: string): Promise<void> {
  const id = await docker(['network', 'ls', '--quiet', '--filter', `name=^${network}$`]);
  if (id === '') await docker(['network', 'create', network]);
}

async function docker(args: readonly string[], timeout = 60_000): Promise<string> {
  const { stdout } = await promisify(execFile)('docker', args, { timeout });
  return stdout.trim();
}

/** Looks at a running installation from the outside and judges what it sees: reads only, waits for nobody long. */
import { shapeOf } from '@adherence/schemas/table-shape.ts';
import { tables } from '@adherence/schemas/tables.ts';
import { topics } from '@adherence/schemas/topics.ts';
import type { KafkaConnection } from '../broker/kafka-client.ts';
import { openClickHouse } from '../clickhouse.ts';
import { type Clock, systemClock } from '../clock.ts';
import {
  ConfigError,
  clickHouseOptionsOf,
  type Environment,
  kafkaConnectionOf,
  parseEnvironment,
  registryOptionsOf,
  type SharedEnvironment,
  sharedEnvironmentSchema,
} from '../env-config.ts';
import { explainFailure, type Server } from '../explain-failure.ts';
import { registryCall } from '../registry.ts';
import { doubtful, type Finding, type Part, wrong } from './finding.ts';
import { type CertificateSeen, judgeCertificates } from './judge-certificates.ts';
import { judgeClickHouse } from './judge-clickhouse.ts';
import { judgeKafka } from './judge-kafka.ts';
import { judgeRegistry } from './judge-registry.ts';
import { type ClockSeen, judgeClocks, judgeServices } from './judge-services.ts';
import { authoritiesIn, lookAtCertificate, type TlsAddress, tlsAddressOf } from './look-at-certificates.ts';
import { lookAtClickHouse } from './look-at-clickhouse.ts';
import { lookAtKafka } from './look-at-kafka.ts';
import { lookAtRegistry } from './look-at-registry.ts';
import { lookAtClock, lookAtService } from './look-at-services.ts';

export interface ExamineOptions {
  readonly environment: Environment;
  /** Admin or public addresses of services; may be none. */
  readonly services: readonly string[];
  readonly clock?: Clock;
}

export async function examine(options: ExamineOptions): Promise<Finding[]> {
  const { environment, services, clock = systemClock } = options;
  let env: SharedEnvironment;
  try {
    env = parseEnvironment(sharedEnvironmentSchema, environment);
  } catch (error) {
    return settingFaults(error);
  }
  const found = await Promise.all([
    kafka(env, clock),
    registry(env, clock),
    clickHouse(env, environment, clock),
    Promise.all(services.map((address) => service(address, clock))).then(join),
  ]);
  const { findings, clocks, certificates } = join(found);
  return [...findings, ...judgeClocks(clocks), ...judgeCertificates(certificates, clock.now())];
}

function settingFaults(error: unknown): Finding[] {
  if (!(error instanceof ConfigError)) throw error;
  return error.faults.map((fault) => wrong('settings', fault, 'See .env.example and docs/operations.md.'));
}

/** Of one part: clocks and certificates are judged together. */
interface Examined {
  readonly findings: readonly Finding[];
  readonly clocks: readonly ClockSeen[];
  readonly certificates: readonly CertificateSeen[];
}

const join = (parts: readonly Examined[]): Examined => ({
  findings: parts.flatMap(({ findings }) => findings),
  clocks: parts.flatMap(({ clocks }) => clocks),
  certificates: parts.flatMap(({ certificates }) => certificates),
});

/** Certificates that cannot be read are another finding's: whoever needs the server does not reach it. */
async function certificatesOf(addresses: readonly (TlsAddress | null)[]): Promise<CertificateSeen[]> {
  const asked = addresses.filter((address) => address !== null);
  const seen = await Promise.all(asked.map(lookAtCertificate));
  return seen.filter((certificate) => certificate !== null);
}

function unusable(part: Part, server: Server, error: unknown): Finding[] {
  const { problem, remedy } = explainFailure(server, error);
  return [wrong(part, problem, remedy)];
}

async function kafka(env: SharedEnvironment, clock: Clock): Promise<Examined> {
  let connection: KafkaConnection;
  try {
    connection = kafkaConnectionOf(env, 'adherence-doctor');
  } catch (error) {
    return { findings: settingFaults(error), clocks: [], certificates: [] };
  }
  const findings: Finding[] = [];
  let addresses: readonly string[] = env.KAFKA_BROKERS;
  try {
    const look = await lookAtKafka(connection, clock.now());
    findings.push(...judgeKafka(look.seen, Object.values(topics)));
    addresses = [...new Set([...addresses, ...look.addresses])];
  } catch (error) {
    findings.push(...unusable('kafka', 'Kafka', error));
  }
  const { ssl } = connection;
  if (!ssl) return { findings, clocks: [], certificates: [] };
  const ca = ssl === true ? undefined : ssl.ca;
  const authorities = ca === undefined ? [] : authoritiesIn(env.KAFKA_SSL_CA_FILE!, ca);
  const certificates = await certificatesOf(addresses.map((address) => kafkaTls(address, ca)));
  return { findings, clocks: [], certificates: [...authorities, ...certificates] };
}

function kafkaTls(address: string, ca: string | undefined): TlsAddress {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon).replace(/^\[|\]$/g, '');
  return {
    server: 'Kafka',
    host,
    port: Number(address.slice(colon + 1)),
    ...(ca === undefined ? {} : { ca }),
  };
}

async function registry(env: SharedEnvironment, clock: Clock): Promise<Examined> {
  const server = 'the schema registry';
  const url = env.SCHEMA_REGISTRY_URL;
  const certificates = await certificatesOf([tlsAddressOf(server, url)]);
  try {
    const findings = judgeRegistry(await lookAtRegistry(registryCall(registryOptionsOf(env))));
    const at = await lookAtClock(clock, server, new URL(url).origin);
    return { findings, clocks: at ? [at] : [], certificates };
  } catch (error) {
    return { findings: unusable('registry', server, error), clocks: [], certificates };
  }
}

async function clickHouse(env: SharedEnvironment, environment: Environment, clock: Clock): Promise<Examined> {
  const server = 'ClickHouse';
  const certificates = await certificatesOf([tlsAddressOf(server, env.CLICKHOUSE_URL)]);
  const shapes = tables.map(shapeOf).filter((shape) => shape !== null);
  const db = openClickHouse(clickHouseOptionsOf(env));
  try {
    await db.ping(); // The first question of a connection takes longer.
    const look = await lookAtClickHouse(db, shapes, clock);
    const retentionDays = Number(environment.RETENTION_DAYS) || null;
    const findings = judgeClickHouse(look.seen, { shapes, retentionDays, now: clock.now() });
    return { findings, clocks: [look.clock], certificates };
  } catch (error) {
    return { findings: unusable('clickhouse', server, error), clocks: [], certificates };
  } finally {
    await db.close();
  }
}

async function service(address: string, clock: Clock): Promise<Examined> {
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol)) {
    const finding = doubtful(
      'settings',
      `"${address}" is no http address of a service`,
      'Write http://host:port.',
    );
    return { findings: [finding], clocks: [], certificates: [] };
  }
  const [{ seen, clock: at }, certificates] = await Promise.all([
    lookAtService(clock, address),
    certificatesOf([tlsAddressOf('the service', address)]),
  ]);
  return { findings: judgeServices([seen]), clocks: at ? [at] : [], certificates };
}

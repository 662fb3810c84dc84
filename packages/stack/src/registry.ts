import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Child, type ChildOptions, startChild, untilReady } from './child.ts';
import { leanJvm } from './java.ts';
import { mavenArchive } from './maven.ts';
import { freePort } from './ports.ts';

export const registryCacheName = 'apicurio-registry-3.0.9';

export interface RegistryOptions {
  /** Holds only the log: schemas and their ids live in Kafka. */
  readonly dataDir: string;
  /** Of the Kafka that keeps the schemas. */
  readonly brokers: string;
  readonly port?: number;
  readonly logFile?: string;
  readonly onSpawn?: ChildOptions['onSpawn'];
  readonly heapMb?: number;
}

export interface RegistryPart extends Child {
  /** Confluent-compatible base address, for SCHEMA_REGISTRY_URL. */
  readonly url: string;
  readonly port: number;
}

/** Starts the schema registry (Apicurio on Kafka storage) and resolves when it answers and refuses what breaks. */
export async function startRegistry(options: RegistryOptions): Promise<RegistryPart> {
  const home = await prepareRegistry();
  const port = options.port || (await freePort());
  await mkdir(options.dataDir, { recursive: true });
  const child = await startChild({
    name: 'schema registry',
    command: 'java',
    args: [
      `-Xmx${options.heapMb ?? 192}m`,
      ...leanJvm,
      '-cp',
      [join(home, 'apicurio-registry-app-3.0.9-runner.jar'), join(home, 'lib', '*')].join(':'),
      'io.quarkus.runner.GeneratedMain',
    ],
    env: {
      QUARKUS_HTTP_HOST: '127.0.0.1',
      QUARKUS_HTTP_PORT: String(port),
      QUARKUS_HTTP_ACCESS_LOG_ENABLED: 'false',
      QUARKUS_LOG_LEVEL: 'WARN',
      APICURIO_STORAGE_KIND: 'kafkasql',
      APICURIO_KAFKASQL_BOOTSTRAP_SERVERS: options.brokers,
    },
    cwd: options.dataDir,
    logFile: options.logFile ?? join(options.dataDir, 'registry.log'),
    onSpawn: options.onSpawn,
  });
  const url = `http://127.0.0.1:${port}/apis/ccompat/v7`;
  await untilReady(child, () => registryServes(url), 90_000);
  await requireCompatibility(url);
  return { ...child, url, port };
}

/** Fetches the registry into the cache when it is not there yet. */
export const prepareRegistry = (): Promise<string> =>
  mavenArchive(registryCacheName, 'io.apicurio:apicurio-registry-app:3.0.9:tar.gz:all');

export const registryServes = async (url: string): Promise<boolean> => (await ask(`${url}/subjects`)).ok;

/** Topics keep records of several versions and services are rolled out in any order: both directions, all versions. */
export async function requireCompatibility(url: string): Promise<void> {
  const response = await ask(`${url}/config`, {
    method: 'PUT',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify({ compatibility: 'FULL_TRANSITIVE' }),
  });
  if (!response.ok) throw new Error(`the schema registry refused the compatibility rule: ${response.status}`);
}

const ask = (url: string, init: RequestInit = {}): Promise<Response> =>
  fetch(url, { ...init, signal: AbortSignal.timeout(5_000) });

/** The real stack under test: Kafka, registry, ClickHouse engine and the services, each a child process. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrate } from '@adherence/runtime/migrate.ts';
import { type Child, startChild, untilReady } from '@adherence/stack/child.ts';
import { startClickHouse } from '@adherence/stack/clickhouse.ts';
import { startKafka } from '@adherence/stack/kafka.ts';
import { answersOk, nodeFlags, repository } from '@adherence/stack/launcher.ts';
import { nodeCommand } from '@adherence/stack/node-command.ts';
import { freePort } from '@adherence/stack/ports.ts';
import { startRegistry } from '@adherence/stack/registry.ts';
import { type ChaosStep, instancesAtStart, type Kind } from './chaos.ts';
import { keepRunning, type Part } from './part.ts';

export interface Stack {
  readonly consoleUrl: string;
  readonly ingressUrls: readonly string[];
  readonly clickhouseUrl: string;
  readonly brokers: string;
  readonly operatorToken: string;
  /** Resolves when the step is done: a killed part is ready again, a new one ready, a leaving one gone. */
  disturb(step: ChaosStep): Promise<void>;
  /** What must not be in a log. */
  readonly secrets: readonly string[];
  /** All that each process has said so far, by its name. */
  logs(): ReadonlyMap<string, string>;
  /** Ends that nobody asked for. */
  readonly unexpected: readonly string[];
  end(): void;
}

const readyLimitMs = 120_000;
const single: ReadonlySet<Kind> = new Set(['kafka', 'clickhouse', 'console']);

/** @param instances of each kind at the start; others join under the next numbers */
export async function startStack(dataDir: string, instances = instancesAtStart): Promise<Stack> {
  const unexpected: string[] = [];
  const parts = new Map<string, Part>();
  const logFile = (name: string) => join(dataDir, 'logs', `${name}.log`);
  const keep = async (name: string, start: () => Promise<Child>): Promise<void> => {
    const part = keepRunning(name, start, (what) => unexpected.push(`${what}${lastError(logFile(name))}`));
    parts.set(name, part);
    await part.started;
  };
  const end = () => {
    for (const part of parts.values()) part.end();
  };
  const ports = await portsFor(['kafka', 'clickhouse', 'registry', 'console', 'ingress-0', 'ingress-1']);
  const brokers = `127.0.0.1:${ports.kafka}`;
  const clickhouseUrl = `http://127.0.0.1:${ports.clickhouse}`;
  const operatorToken = randomBytes(24).toString('base64url');
  const environment = {
    KAFKA_BROKERS: brokers,
    CLICKHOUSE_URL: clickhouseUrl,
    SCHEMA_REGISTRY_URL: `http://127.0.0.1:${ports.registry}/apis/ccompat/v7`,
    OPERATOR_TOKEN: operatorToken,
    SECRETS_KEY: randomBytes(32).toString('base64'),
    INGRESS_HOST: '127.0.0.1',
    CONSOLE_HOST: '127.0.0.1',
    ADMIN_HOST: '127.0.0.1',
    LOG_LEVEL: 'debug',
    SHUTDOWN_GRACE_SECONDS: '10',
  };

  const service = async (kind: string, name: string, env: Record<string, string>, publicPort?: number) => {
    const adminPort = await freePort();
    const child = await startChild({
      name,
      command: nodeCommand(),
      args: [...nodeFlags, join(repository, 'services', kind, 'src', 'main.ts')],
      cwd: repository,
      env: { ...environment, ...env, ADMIN_PORT: String(adminPort), DATA_DIR: join(dataDir, name) },
      logFile: logFile(name),
    });
    const readyUrl = `http://127.0.0.1:${publicPort ?? adminPort}/readyz`;
    await untilReady(child, () => answersOk(readyUrl), readyLimitMs);
    return child;
  };
  const starters: Record<Kind, (name: string) => Promise<Child>> = {
    kafka: () =>
      startKafka({ dataDir: join(dataDir, 'kafka'), port: ports.kafka!, logFile: logFile('kafka') }),
    clickhouse: () =>
      startClickHouse({
        dataDir: join(dataDir, 'clickhouse'),
        port: ports.clickhouse!,
        logFile: logFile('clickhouse'),
      }),
    // One with a spool, one without.
    ingress: (name) =>
      service(
        'ingress',
        name,
        {
          INGRESS_PORT: String(ports[name]),
          ...(name === 'ingress-0' ? { SPOOL_DIR: join(dataDir, name, 'spool') } : {}),
        },
        ports[name],
      ),
    enrichment: (name) => service('enrichment', name, {}),
    adherence: (name) => service('adherence', name, {}),
    console: (name) => service('console', name, { CONSOLE_PORT: String(ports.console) }, ports.console),
  };
  const nameOf = (kind: Kind, instance: number) => (single.has(kind) ? kind : `${kind}-${instance}`);
  const startAll = (kind: Kind) =>
    Array.from({ length: instances[kind] }, (_, instance) => {
      const name = nameOf(kind, instance);
      return keep(name, () => starters[kind](name));
    });

  try {
    await Promise.all([...startAll('kafka'), ...startAll('clickhouse')]);
    await keep('registry', () =>
      startRegistry({
        dataDir: join(dataDir, 'registry'),
        brokers,
        port: ports.registry!,
        logFile: logFile('registry'),
      }),
    );
    const registryUrl = environment.SCHEMA_REGISTRY_URL;
    await migrate({ brokers, registryUrl, clickhouseUrl, log: () => undefined });
    await Promise.all([
      ...startAll('adherence'),
      ...startAll('enrichment'),
      ...startAll('ingress'),
      ...startAll('console'),
    ]);
  } catch (error) {
    end();
    throw error;
  }

  return {
    consoleUrl: `http://127.0.0.1:${ports.console}`,
    ingressUrls: [ports['ingress-0'], ports['ingress-1']].map((port) => `http://127.0.0.1:${port}`),
    clickhouseUrl,
    brokers,
    operatorToken,
    secrets: [operatorToken, environment.SECRETS_KEY],
    logs: () => new Map([...parts.keys()].map((name) => [name, readFileSync(logFile(name), 'utf8')])),
    unexpected,
    end,
    async disturb({ action, kind, instance, downMs }) {
      const name = nameOf(kind, instance);
      if (action === 'join') await keep(name, () => starters[kind](name));
      else if (action === 'leave') await parts.get(name)!.leave();
      else await parts.get(name)!.kill(downMs);
    },
  };
}

/** What it said last about an error, shortened. */
function lastError(logFile: string): string {
  const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-200);
  const line = lines.findLast((text) => text.includes('"level":"error"'));
  return line === undefined ? '' : `: ${line.slice(0, 600)}`;
}

async function portsFor(names: readonly string[]): Promise<Record<string, number>> {
  const ports: Record<string, number> = {};
  for (const name of names) ports[name] = await freePort();
  return ports;
}

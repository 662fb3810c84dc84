import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Child, startChild, untilReady } from './child.ts';
import { nodeCommand } from './node-command.ts';
import type { StartOptions } from './options.ts';
import type { Secrets } from './secrets.ts';
import { type Supervised, supervise } from './supervise.ts';

/** What every step of a start works with. */
export interface Launch {
  readonly options: StartOptions;
  readonly secrets: Secrets;
  /** One line for the person at the terminal. */
  readonly print: (line: string) => void;
  /** Remembers a child for the next start, should this one be killed. */
  readonly note: (name: string, pid: number) => void;
  /** What runs, in the order of its start. */
  readonly running: Supervised[];
  /** Where the data of this run outlives it; undefined: nowhere. */
  readonly kept: string | undefined;
  /** Says why and stops everything. */
  readonly fail: (sentence: string) => void;
}

export const logFileOf = (options: StartOptions, name: string): string =>
  join(options.dataDir, 'logs', `${name}.log`);

/** Starts a part, keeps it running from then on, and prints how long it took and `where` it can be found. */
export async function launch<Part extends Child>(
  { print, running }: Launch,
  name: string,
  start: () => Promise<Part>,
  where: (part: Part) => string,
): Promise<Part> {
  const startedAt = performance.now();
  let first: Part | undefined;
  const supervised = await supervise({
    name,
    print,
    start: async () => {
      const part = await start();
      first ??= part;
      return part;
    },
  });
  running.push(supervised);
  print(doneLine(name, startedAt, where(first!)));
  return first!;
}

/** `kafka          up in 3.2 s on 127.0.0.1:9092` */
export const doneLine = (name: string, startedAt: number, rest: string, what = 'up'): string =>
  `${name.padEnd(14)} ${what} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s ${rest}`.trimEnd();

export interface ServiceAddresses {
  readonly kafkaBrokers: string;
  readonly registryUrl: string;
  readonly clickhouseUrl: string;
}

export const repository = fileURLToPath(new URL('../../../', import.meta.url));
const readyLimitMs = 180_000;

/** Starts `services/{name}`; ready when `GET {readyUrl}` answers 200. */
export async function startService(
  { options, note }: Launch,
  name: string,
  env: Readonly<Record<string, string>>,
  readyUrl: string,
): Promise<Child> {
  const child = await startChild({
    name,
    command: nodeCommand(),
    args: [...nodeFlags, join(repository, 'services', name, 'src', 'main.ts')],
    cwd: repository,
    env,
    logFile: logFileOf(options, name),
    onSpawn: note,
  });
  await untilReady(child, () => answersOk(readyUrl), readyLimitMs);
  return child;
}

export function serviceEnvironment(
  { options, secrets }: Launch,
  name: string,
  addresses: ServiceAddresses,
  adminPort: number,
): Record<string, string> {
  return {
    KAFKA_BROKERS: addresses.kafkaBrokers,
    SCHEMA_REGISTRY_URL: addresses.registryUrl,
    CLICKHOUSE_URL: addresses.clickhouseUrl,
    OPERATOR_TOKEN: secrets.operatorToken,
    SECRETS_KEY: process.env.SECRETS_KEY || secrets.secretsKey,
    // The break web service of the demo is on this machine.
    BREAK_DETAIL_ALLOWED_NETWORKS:
      process.env.BREAK_DETAIL_ALLOWED_NETWORKS || (options.demo ? '127.0.0.1' : ''),
    INGRESS_HOST: process.env.INGRESS_HOST || '127.0.0.1',
    CONSOLE_HOST: process.env.CONSOLE_HOST || '127.0.0.1',
    ADMIN_HOST: process.env.ADMIN_HOST || '127.0.0.1',
    INGRESS_PORT: String(options.ingressPort),
    CONSOLE_PORT: String(options.consolePort),
    ADMIN_PORT: String(adminPort),
    DATA_DIR: join(options.dataDir, name),
    // Embedded, a spool would outlive the broker and nothing else.
    ...(name === 'ingress'
      ? { SPOOL_DIR: process.env.SPOOL_DIR || join(options.dataDir, name, 'spool') }
      : {}),
    LOG_LEVEL: process.env.LOG_LEVEL || 'info',
    // Below the time after which a stop turns into a kill.
    SHUTDOWN_GRACE_SECONDS: '5',
  };
}

/** Starts the demo and resolves when its history is told; until then its progress is printed. */
export async function startDemo(launched: Launch): Promise<Child> {
  const { options, secrets, note, print } = launched;
  const told = Promise.withResolvers<void>();
  let ready = false;
  const child = await startChild({
    name: 'demo',
    command: nodeCommand(),
    args: [...nodeFlags, join(repository, 'packages', 'demo', 'src', 'main.ts')],
    cwd: repository,
    env: {
      CONSOLE_URL: consoleUrl(options),
      INGRESS_URL: ingressUrl(options),
      OPERATOR_TOKEN: secrets.operatorToken,
      DEMO_STATE_DIR: demoStateDir(options),
    },
    logFile: logFileOf(options, 'demo'),
    onSpawn: note,
    onLine: (line) => {
      ready ||= line === 'demo ready';
      if (ready) told.resolve();
      else print(`demo           ${line}`);
    },
  });
  const ended = child.exited.then(() => {
    throw new Error(`The demo ended before it was ready; see ${child.logFile}`);
  });
  await Promise.race([told.promise, ended]);
  return child;
}
/** Known and harmless: the Kafka client sets timers in the past. */
export const nodeFlags = ['--disable-warning=TimeoutNegativeWarning'];

export const demoStateDir = (options: StartOptions): string => join(options.dataDir, 'demo');
export const consoleUrl = (options: StartOptions): string => `http://127.0.0.1:${options.consolePort}`;
export const ingressUrl = (options: StartOptions): string => `http://127.0.0.1:${options.ingressPort}`;

/** The token that the demo made for whoever wants to look at it. */
export function demoToken(options: StartOptions): string | undefined {
  const file = join(demoStateDir(options), 'sign-in.json');
  if (!existsSync(file)) return undefined;
  return (JSON.parse(readFileSync(file, 'utf8')) as { token: string }).token;
}

export async function answersOk(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
  await response.arrayBuffer();
  return response.ok;
}

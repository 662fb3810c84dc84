/**
 * Runs one service as a process: settings, resources, admin port, signals, drain, exit code. 0 = stopped as asked,
 * 1 = could not go on (a supervisor starts it again), 2 = the environment has to be changed first.
 */
import { type AdminServer, startAdminServer } from './admin-server.ts';
import type { Broker } from './broker/broker.ts';
import { openKafkaBroker } from './broker/kafka-broker.ts';
import { type ClickHouse, openClickHouse } from './clickhouse.ts';
import { refuseOldClickHouse } from './clickhouse-version.ts';
import { type Clock, systemClock, within } from './clock.ts';
import { type Codec, createRegistryCodec } from './codec.ts';
import {
  ConfigError,
  clickHouseOptionsOf,
  type Environment,
  kafkaConnectionOf,
  parseEnvironment,
  registryOptionsOf,
  type SharedEnvironment,
  sharedEnvironmentSchema,
} from './env-config.ts';
import { asError, DeadlineError, isOperational } from './errors.ts';
import { explained } from './explain-failure.ts';
import { createLog, type Log } from './log.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { retryOperational } from './retry.ts';
import type { Tracing } from './tracing.ts';

/** Everything that touches the world, opened once. */
export interface Resources {
  readonly broker: Broker;
  readonly codec: Codec;
  readonly db: ClickHouse;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly tracing?: Tracing;
}

export interface RunningService {
  /** Takes no more, drains, commits, leaves. */
  stop(): Promise<void>;
  /** Rejects when it cannot go on. */
  readonly failed: Promise<never>;
  /** Epoch milliseconds; a service without a loop leaves it out. */
  lastProgressAt?(): number;
  /** Names what keeps it from working; empty when it is ready. */
  missing?(): Promise<readonly string[]>;
}

export interface ServiceDefinition<Config> {
  readonly name: string;
  readonly version?: string;
  /** It reads or writes ClickHouse: one that is too old is refused at the start. */
  readonly usesClickHouse?: boolean;
  /** Throws ConfigError, or any error whose message says what to change. */
  readonly parseConfig: (environment: Environment) => Config;
  readonly start: (config: Config, resources: Resources) => Promise<RunningService>;
}

/** What a service sees of its process. */
export interface Host {
  readonly environment: Environment;
  readonly clock: Clock;
  onSignal(listener: (signal: string) => void): void;
  /** Uncaught errors and unhandled rejections. */
  onBug(listener: (error: Error) => void): void;
  /** What Node would print, which is no line of a log. */
  onWarning(listener: (warning: Error) => void): void;
  complain(text: string): void;
  exit(code: number): void;
  open(env: SharedEnvironment, name: string, log: Log, metrics: Metrics): Promise<Resources>;
}

/** Without progress for so long, /livez says so; longer than the watchdog of a consume loop, which acts first. */
const liveLimitMs = 150_000;
const openRetry = { attempts: 30, firstDelayMs: 200, maxDelayMs: 3_000 };

/** The Kafka client sets timers in the past, one for each response. */
const harmless: ReadonlySet<string> = new Set(['TimeoutNegativeWarning']);

/** Resolves when the process has been told to exit. */
export async function runService<Config>(
  definition: ServiceDefinition<Config>,
  host: Host = processHost,
): Promise<void> {
  const settings = settingsOf(definition, host);
  if (!settings) return;
  const { env, config } = settings;
  const { name, version } = definition;
  const log = createLog({ service: name, level: env.LOG_LEVEL, ...(version ? { version } : {}) });
  const metrics = createMetrics(name, version);
  const end = Promise.withResolvers<Ending>();
  host.onSignal((signal) => end.resolve({ reason: signal, error: null }));
  host.onBug((error) => end.resolve({ reason: 'a bug', error }));
  host.onWarning((warning) => {
    if (!harmless.has(warning.name)) log.warn({ error: warning }, 'a warning of Node');
  });

  let running: RunningService | null = null;
  let resources: Resources | null = null;
  let admin: AdminServer | null = null;
  let stopping = false;
  const begin = async () => {
    admin = await startAdminServer({
      host: env.ADMIN_HOST,
      port: env.ADMIN_PORT,
      live: () => host.clock.now() - (running?.lastProgressAt?.() ?? host.clock.now()) < liveLimitMs,
      missing: async () => {
        if (stopping) return ['it is stopping'];
        return running ? ((await running.missing?.()) ?? []) : ['it is starting'];
      },
      metrics,
    });
    log.info({ adminPort: admin.port }, 'starting');
    resources = await retryOperational(host.clock, openRetry, () =>
      host.open(env, name, log, metrics).catch((error: unknown) => {
        if (isOperational(error)) log.warn({ error }, 'what it needs is not there; trying again');
        throw error;
      }),
    );
    if (definition.usesClickHouse) await refuseUnusableClickHouse(resources.db, log);
    running = await definition.start(config, resources);
    log.info({}, 'ready');
    await running.failed;
  };
  begin().catch((error: unknown) => end.resolve({ reason: 'a failure', error: asError(error) }));

  const { reason, error } = await end.promise;
  stopping = true;
  const logged = error ? { reason, error } : { reason };
  if (error) log.error(logged, 'ending');
  else log.info(logged, 'stopping');
  const graceMs = env.SHUTDOWN_GRACE_SECONDS * 1000;
  const stopped = stopAll(running, resources, admin, error !== null);
  const late = () => new DeadlineError('stopping', graceMs);
  const clean = await within(host.clock, stopped, graceMs, late).then(
    () => true,
    (stopError: unknown) => {
      log.error({ error: asError(stopError) }, 'not stopped cleanly');
      return false;
    },
  );
  log.info({ clean }, 'ended');
  if (error instanceof ConfigError) host.complain(`${name} cannot start. ${error.message}\n`);
  host.exit(error instanceof ConfigError ? 2 : error || !clean ? 1 : 0);
}

interface Ending {
  readonly reason: string;
  readonly error: Error | null;
}

/** A service that failed is not drained: what it did not commit is done again by the next one. */
async function stopAll(
  running: RunningService | null,
  resources: Resources | null,
  admin: AdminServer | null,
  failed: boolean,
): Promise<void> {
  if (!failed) {
    await running?.stop();
    await resources?.broker.close();
    await resources?.db.close();
    await resources?.tracing?.close();
  }
  await admin?.close();
}

/** Every fault of both parts at once; null when the process was told to exit. */
function settingsOf<Config>(
  { name, parseConfig }: ServiceDefinition<Config>,
  host: Host,
): { env: SharedEnvironment; config: Config } | null {
  const faults: string[] = [];
  const attempt = <T>(parse: () => T): T | null => {
    try {
      return parse();
    } catch (error) {
      faults.push(...(error instanceof ConfigError ? error.faults : [asError(error).message]));
      return null;
    }
  };
  const env = attempt(() => parseEnvironment(sharedEnvironmentSchema, host.environment));
  const config = attempt(() => parseConfig(host.environment));
  if (env && faults.length === 0) return { env, config: config as Config };
  host.complain(`${name} cannot start. ${new ConfigError(faults).message}\n`);
  host.exit(2);
  return null;
}

async function openResources(
  env: SharedEnvironment,
  name: string,
  log: Log,
  metrics: Metrics,
): Promise<Resources> {
  const codec = await explained('the schema registry', () => createRegistryCodec(registryOptionsOf(env)));
  const db = openClickHouse({ ...clickHouseOptionsOf(env), metrics });
  const connection = kafkaConnectionOf(env, `adherence-${name}`);
  const broker = await explained('Kafka', () => openKafkaBroker({ ...connection, log }));
  return { broker, codec, db, clock: systemClock, log, metrics, ...(await openTracing(env, name)) };
}

/** One that is away is waited for where it is used: nothing but what waiting cannot mend is refused. */
async function refuseUnusableClickHouse(db: ClickHouse, log: Log): Promise<void> {
  try {
    await explained('ClickHouse', () => refuseOldClickHouse(db));
  } catch (error) {
    if (!isOperational(error)) throw error;
    log.warn({ error }, 'ClickHouse does not answer; going on without it');
  }
}

/** Loaded only where it is asked for. */
async function openTracing(env: SharedEnvironment, service: string): Promise<{ tracing?: Tracing }> {
  if (!env.OTEL_EXPORTER_OTLP_ENDPOINT) return {};
  const { createTracing, exportingProcessor } = await import('./open-telemetry.ts');
  const ratio = env.OTEL_TRACES_SAMPLER_ARG;
  return { tracing: createTracing({ service, ratio, processor: exportingProcessor() }) };
}

export const processHost: Host = {
  environment: process.env,
  clock: systemClock,
  onSignal(listener) {
    let asked = false;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        // The second time whoever asks does not want to wait.
        if (asked) process.exit(1);
        asked = true;
        listener(signal);
      });
    }
  },
  onBug(listener) {
    process.on('uncaughtException', (error) => listener(asError(error)));
    process.on('unhandledRejection', (error) => listener(asError(error)));
  },
  onWarning(listener) {
    process.removeAllListeners('warning'); // Node's own, which prints it.
    process.on('warning', listener);
  },
  complain: (text) => void process.stderr.write(text),
  exit: (code) => process.exit(code),
  open: openResources,
};

/** The console as a part of a process: of its own (main.ts), or of one with all services (embedded, tests). */
import { randomBytes, randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Outcome } from '@adherence/domain/configuration/command.ts';
import { fold } from '@adherence/domain/configuration/decide.ts';
import { type ConfigurationState, emptyState } from '@adherence/domain/configuration/tables.ts';
import type { Broker, OutMessage } from '@adherence/runtime/broker/broker.ts';
import type { ClickHouseConnection } from '@adherence/runtime/clickhouse.ts';
import { type Clock, type Timer, within } from '@adherence/runtime/clock.ts';
import type { Codec } from '@adherence/runtime/codec.ts';
import {
  type ConfigurationLog,
  followConfiguration,
  readConfiguration,
} from '@adherence/runtime/configuration-log.ts';
import { asError, DeadlineError } from '@adherence/runtime/errors.ts';
import type { Log } from '@adherence/runtime/log.ts';
import type { Metrics } from '@adherence/runtime/metrics.ts';
import { topics } from '@adherence/schemas/topics.ts';
import type { ReadDatabase } from '@adherence/store/load.ts';
import { getRequestListener } from '@hono/node-server';
import { createApp } from './app.ts';
import { startAuditor } from './auditor.ts';
import type { ConsoleConfig } from './config.ts';
import { createConfigurationHistory } from './configuration/history.ts';
import { createJournal, type Journal } from './configuration/journal.ts';
import { resealSecrets } from './configuration/reseal.ts';
import type { ConfigurationPort, Database, Environment } from './environment.ts';
import { clientOf } from './http/client-address.ts';
import { readStaticFiles } from './http/static-files.ts';
import { followLive, type LiveBoard } from './live/board.ts';
import { followHealth } from './live/health.ts';
import { createSpools } from './live/spools.ts';
import { createOriginals } from './notifications/originals.ts';
import { createPipelineStatus } from './pipeline-status.ts';
import { openScheduleCommands } from './schedules/commands.ts';
import { createCalculator } from './workers/calculator.ts';

export interface ConsoleResources {
  readonly broker: Broker;
  readonly codec: Codec;
  /** Without a connection for other threads what is computed is computed in this one. */
  readonly db: Database & Pick<ReadDatabase, 'queryBlocks'> & { readonly connection?: ClickHouseConnection };
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Folder of the built web application; the one beside this service unless given. */
  readonly pages?: string;
}

export interface RunningConsole {
  /** Port that it listens on. */
  readonly port: number;
  /** Requests without a socket, for tests. */
  readonly fetch: (request: Request, client?: string) => Promise<Response>;
  /** Rejects when it cannot go on; the process is to exit. */
  readonly failed: Promise<never>;
  /** Names what keeps answers from being right. */
  readonly missing: () => Promise<readonly string[]>;
  /** Not ready any more, ends streams, lets requests finish, closes. */
  readonly stop: () => Promise<void>;
}

export async function start(config: ConsoleConfig, resources: ConsoleResources): Promise<RunningConsole> {
  const { broker, codec, db, clock, log, metrics } = resources;
  const journal = createJournal();
  const configuration = await followJournalled(journal, resources);
  const producer = await broker.producer();
  const produce = (messages: readonly OutMessage[]) => producer.send(messages);
  const spools = createSpools({ produce, clock, newNonce: randomUUID });
  const health = await followHealth(broker, spools.take);
  const live = await followLive(broker, (count) => metrics.set('adherence_live_viewers', {}, count));
  const limitMs = config.scheduleOutcomeLimitMs;
  const schedules = await openScheduleCommands({ broker, produce, codec, clock, limitMs });
  const calculator = createCalculator({
    connection: db.connection ?? null,
    database: db,
    threads: config.calculationThreads,
    questions: config.calculationQuestions,
    limitMs: config.calculationLimitMs,
    clock,
  });
  const stopping = new AbortController();
  const env: Environment = {
    config,
    clock,
    instanceId: randomUUID(),
    stopping: stopping.signal,
    random: (count) => randomBytes(count),
    configuration: portTo(configuration, broker),
    journal,
    history: createConfigurationHistory(broker, clock),
    database: db,
    calculator,
    schedules,
    codec,
    produce,
    live,
    health,
    originals: createOriginals(broker, codec, clock),
    pipeline: createPipelineStatus(broker, db, clock, spools),
  };
  showPeopleOnBoard(configuration, live);
  const resealed = await resealSecrets(env);
  if (resealed > 0) log.info({ resealed }, 'secrets are sealed with the new key');
  const missing = () => missingParts(env, broker);
  const app = createApp({
    env,
    pages: await readStaticFiles(resources.pages ?? builtPages),
    missing,
    onError: (error, route) => log.error({ error: asError(error), route }, 'a request failed'),
    onAnswer: ({ method, route, status, tookMs, tenantId }) => {
      log.info({ method, route, status, tookMs, tenantId }, 'request');
      metrics.observe(
        'adherence_api_request_seconds',
        { method, route, status: String(status) },
        tookMs / 1000,
      );
    },
  });
  const server = createServer(
    { requestTimeout: 60_000, headersTimeout: 15_000, keepAliveTimeout: 65_000 },
    getRequestListener(
      (request, { incoming }) =>
        app.fetch(request, clientOf(incoming.socket.remoteAddress, request.headers, config.trustedProxies)),
      { overrideGlobalObjects: false },
    ),
  );
  await listen(server, config);
  const endOffsets = () => broker.endOffsets(topics.notifications.name);
  const auditor = startAuditor({ database: db, endOffsets, clock, metrics, log });
  return {
    port: (server.address() as AddressInfo).port,
    fetch: app.fetch,
    failed: Promise.race([configuration.failed, live.failed, schedules.failed]),
    missing,
    async stop() {
      stopping.abort();
      auditor.stop();
      await closeServer(server, clock);
      await calculator.close();
      await Promise.all([live.close(), health.close(), schedules.close(), configuration.stop()]);
      await producer.close();
    },
  };
}

const builtPages = fileURLToPath(new URL('../web/dist', import.meta.url));
const readyLimitMs = 5_000;

type Configuration = ConfigurationLog<ConfigurationState, Outcome>;

function followJournalled(
  journal: Journal,
  { broker, log, metrics, clock }: ConsoleResources,
): Promise<Configuration> {
  return followConfiguration({
    broker,
    initial: emptyState(),
    fold(state, command, offset) {
      const folded = fold(state, command, offset);
      journal.record(folded.outcome);
      return folded;
    },
    log,
    metrics,
    clock,
  });
}

const portTo = (configuration: Configuration, broker: Broker): ConfigurationPort => ({
  state: configuration.state,
  offset: configuration.offset,
  async catchUp() {
    const [end] = await broker.endOffsets(topics.configuration.name);
    await configuration.waitFor(end?.offset ?? 0, catchUpLimitMs);
  },
  append: async (command) => (await configuration.append(command.commandId, command)).outcome,
  readLog: () => readConfiguration(broker),
  remove: (keys) => configuration.remove(keys),
  async appendAll(commands) {
    const folded = await configuration.appendAll(
      commands.map((command) => ({ key: command.commandId, command })),
    );
    return folded.map(({ outcome }) => outcome);
  },
});
const catchUpLimitMs = 10_000;

/** Name, team and unit of the board's rows come from the configuration. */
function showPeopleOnBoard(configuration: Configuration, live: LiveBoard): void {
  configuration.onChange((_before, _after, _record, outcome) => {
    if (!outcome.ok || outcome.change?.entity !== 'person') return;
    const { tenantId, id } = outcome.change;
    if (live.row(tenantId, id)) live.touch(tenantId, id);
  });
}

/** The whole path: broker, database, the board, and owners of every partition that tell that they take what comes. */
async function missingParts(env: Environment, broker: Broker): Promise<readonly string[]> {
  if (env.stopping.aborted) return ['it is stopping'];
  const parts: [string, Promise<unknown>][] = [
    ['ClickHouse', env.database.query('SELECT 1 AS one')],
    ['Kafka', broker.endOffsets(topics.configuration.name)],
    ['the live board', env.live.caughtUp],
  ];
  const answers = await Promise.allSettled(
    parts.map(([name, work]) =>
      within(env.clock, work, readyLimitMs, () => new DeadlineError(name, readyLimitMs)),
    ),
  );
  const missing = parts.filter((_, index) => answers[index]!.status === 'rejected').map(([name]) => name);
  if (env.health.freshness().eventsUntil === null) missing.push('an owner of every partition');
  return missing;
}

function listen(server: Server, { host, port }: ConsoleConfig): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Streams have been ended; a request that takes longer than this is cut off. */
const drainMs = 5_000;
/** Connections that are kept alive are closed so soon after their last request has been answered. */
const idleStepMs = 50;

function closeServer(server: Server, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const until = clock.now() + drainMs;
    let timer: Timer | null = null;
    const sweep = () => {
      if (clock.now() >= until) server.closeAllConnections();
      else server.closeIdleConnections();
      timer = clock.setTimer(sweep, idleStepMs);
    };
    server.close(() => {
      timer?.clear();
      resolve();
    });
    sweep();
  });
}

/** The ingress as a part of a process: of its own (main.ts), or of one with all services (embedded, tests). */
import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Broker } from '@adherence/runtime/broker/broker.ts';
import { type Clock, within } from '@adherence/runtime/clock.ts';
import type { Codec } from '@adherence/runtime/codec.ts';
import { DeadlineError } from '@adherence/runtime/errors.ts';
import type { Log } from '@adherence/runtime/log.ts';
import type { Metrics } from '@adherence/runtime/metrics.ts';
import { createMicroBatcher } from '@adherence/runtime/micro-batcher.ts';
import type { Tracing } from '@adherence/runtime/tracing.ts';
import { topics } from '@adherence/schemas/topics.ts';
import { getRequestListener } from '@hono/node-server';
import { createApp } from './app.ts';
import type { IngressConfig } from './config.ts';
import { type ConnectionShares, createConnectionShares } from './connection-shares.ts';
import { createFairBudget } from './fair-budget.ts';
import { createIntegrationHealth } from './integration-health.ts';
import { type FollowedConfiguration, keepConfiguration } from './kept-configuration.ts';
import { createRateLimit } from './rate-limit.ts';
import { createReadiness } from './readiness.ts';
import { type OpenedVolume, openSpooled, volumeOf } from './spooled.ts';
import { createTokenDirectory } from './token-directory.ts';
import { createWebhook, hookPrefix, type Webhook } from './webhook.ts';

export interface IngressResources {
  readonly broker: Broker;
  readonly codec: Codec;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly tracing?: Tracing;
  /** Shared by the services of one process; followed here, and stopped with the service, when absent. */
  readonly configuration?: FollowedConfiguration;
  readonly newRequestId?: () => string;
}

export interface RunningIngress {
  readonly port: number;
  /** Takes no new connections, answers what is under way, sends what waits. */
  stop(): Promise<void>;
  /** Rejects when it cannot go on; the process is to exit. */
  readonly failed: Promise<never>;
  /** What keeps it from taking notifications; empty when it is ready. */
  missing(): Promise<readonly string[]>;
}

/** One part in so many of what an address may send may be rubbish and nothing else. */
const rubbishShare = 10;

/** Resolves once the configuration is folded and the port is open. */
export async function start(config: IngressConfig, resources: IngressResources): Promise<RunningIngress> {
  const volume = await volumeOf(config, resources);
  try {
    return await startOn(volume, config, resources);
  } catch (error) {
    await volume?.close();
    throw error;
  }
}

async function startOn(
  volume: OpenedVolume | null,
  config: IngressConfig,
  resources: IngressResources,
): Promise<RunningIngress> {
  const { broker, codec, clock, log, metrics, newRequestId = randomUUID } = resources;
  const known = volume?.known ?? null;
  const own = resources.configuration
    ? null
    : await keepConfiguration({ broker, known, clock, log, metrics });
  const configuration = resources.configuration ?? own!;
  const producer = await broker.producer();
  const direct = createMicroBatcher({
    producer,
    deadlineMs: volume === null ? config.ANSWER_LIMIT_MS : config.SPOOL_AFTER_MS,
    clock,
    metrics,
  });
  const spooled = volume && (await openSpooled(config, resources, volume, configuration, direct, producer));
  const health = createIntegrationHealth({
    publish: direct.add,
    clock,
    intervalMs: config.HEALTH_INTERVAL_MS,
    log,
  });
  const connections = createConnectionShares({
    limit: config.MAX_CONNECTIONS,
    onClosed: () => metrics.count('adherence_ingress_refused_total', { reason: 'connections' }),
  });
  const webhook = createWebhook({
    config,
    tokens: createTokenDirectory({
      resolveToken: (hash) => configuration.state().urlTokens.get(hash),
      catchUp: () => {
        const limitMs = config.ANSWER_LIMIT_MS;
        const late = () => new DeadlineError('configuration', limitMs);
        return within(clock, catchUp(broker, configuration), limitMs, late);
      },
      clock,
    }),
    publish: spooled?.publish ?? direct.add,
    codec,
    configurationOffset: () => configuration.offset(),
    budget: createFairBudget(config.MAX_OPEN_BYTES),
    connections,
    rateLimit: createRateLimit({
      perSecond: config.TOKEN_EVENTS_PER_SECOND,
      burst: config.TOKEN_EVENTS_BURST,
      clock,
    }),
    rubbishLimit: createRateLimit({
      perSecond: config.TOKEN_EVENTS_PER_SECOND / rubbishShare,
      burst: config.TOKEN_EVENTS_BURST / rubbishShare,
      clock,
    }),
    health,
    clock,
    newRequestId,
    log,
    metrics,
    tracing: resources.tracing,
  });
  const missing = createReadiness({
    broker,
    configurationFailed: configuration.failed,
    spoolTakes: spooled?.takes ?? (() => false),
    clock,
  });
  const server = await listen(
    config,
    connections,
    webhook,
    getRequestListener(
      createApp({ missing, withoutSpool: config.SPOOL_DIR !== undefined && spooled === null }).fetch,
    ),
  );
  const { port } = server.address() as AddressInfo;
  log.info({ port, spool: spooled !== null }, 'ingress listens');

  const failed = Promise.race([configuration.failed, ...(spooled ? [spooled.failed] : [])]);
  failed.catch(() => {}); // Logged where it happens; not an unhandled rejection until somebody looks.
  return {
    port,
    missing,
    failed,
    async stop() {
      await closeServer(server, connections, config.REQUEST_LIMIT_MS + config.ANSWER_LIMIT_MS);
      health.stop();
      await health.flush();
      await direct.drain();
      await spooled?.stop();
      await producer.close();
      await own?.stop();
    },
  };
}

async function catchUp(broker: Broker, configuration: FollowedConfiguration): Promise<void> {
  const [end] = await broker.endOffsets(topics.configuration.name);
  await configuration.waitFor(end?.offset ?? 0);
}

async function listen(
  config: IngressConfig,
  connections: ConnectionShares,
  webhook: Webhook,
  rest: ReturnType<typeof getRequestListener>,
): Promise<Server> {
  const limits = {
    requestTimeout: config.REQUEST_LIMIT_MS,
    headersTimeout: Math.min(config.REQUEST_LIMIT_MS, 5_000),
    connectionsCheckingInterval: Math.min(config.REQUEST_LIMIT_MS / 2, 1_000),
    // Longer than load balancers keep idle connections, so that it is not we who close one they are about to use.
    keepAliveTimeout: 65_000,
  };
  const server = createServer(limits, (request, response) => {
    const { method, url = '' } = request;
    const isNotification = (method === 'POST' || method === 'PUT') && url.startsWith(hookPrefix);
    void (isNotification ? webhook(request, response) : rest(request, response));
  });
  server.on('connection', connections.open);
  // Of a connection on which nothing moves: who sends requests and never reads the answers.
  server.timeout = config.REQUEST_LIMIT_MS + config.ANSWER_LIMIT_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.INGRESS_PORT, config.INGRESS_HOST, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return server;
}

/** Idle connections are closed at once, the others after the answer that they wait for, or at the end of `limitMs`. */
function closeServer(server: Server, connections: ConnectionShares, limitMs: number): Promise<void> {
  const closeIdle = () => {
    server.closeIdleConnections();
    connections.closeUnused();
  };
  const idle = setInterval(closeIdle, 20);
  const last = setTimeout(() => server.closeAllConnections(), limitMs);
  return new Promise<void>((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
  }).finally(() => {
    clearInterval(idle);
    clearTimeout(last);
  });
}

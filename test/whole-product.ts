/**
 * Every service in one process on the in-memory broker, with the real ClickHouse engine: the product as its users
 * reach it, over HTTP, without Kafka. Ports are free ones of the loopback interface.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configSchema as adherenceConfig } from '@adherence/adherence/config.ts';
import { start as startAdherence } from '@adherence/adherence/start.ts';
import { parseConfig as consoleConfig } from '@adherence/console/config.ts';
import { start as startConsole } from '@adherence/console/start.ts';
import { configSchema as enrichmentConfig } from '@adherence/enrichment/config.ts';
import { start as startEnrichment } from '@adherence/enrichment/start.ts';
import { configSchema as ingressConfig } from '@adherence/ingress/config.ts';
import { start as startIngress } from '@adherence/ingress/start.ts';
import { createMemoryBroker } from '@adherence/runtime/broker/memory-broker.ts';
import { type ClickHouse, openClickHouse } from '@adherence/runtime/clickhouse.ts';
import { systemClock } from '@adherence/runtime/clock.ts';
import { createLocalCodec } from '@adherence/runtime/codec.ts';
import { createLog } from '@adherence/runtime/log.ts';
import { noMetrics } from '@adherence/runtime/metrics.ts';
import { noTracing, type Tracing } from '@adherence/runtime/tracing.ts';
import { tables } from '@adherence/schemas/tables.ts';
import { topics } from '@adherence/schemas/topics.ts';
import { startClickHouse } from '@adherence/stack/clickhouse.ts';

export const operatorToken = 'operator-token-of-the-tests';

export interface WholeProduct {
  /** Answers of the console, without a socket. */
  readonly fetch: (request: Request) => Promise<Response>;
  readonly ingressUrl: string;
  readonly consoleUrl: string;
  readonly db: ClickHouse;
  /** Resolves once everything accepted and asked for so far is in the answers. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

export interface WholeProductOptions {
  /** Folder of the built web application; without one the console has no pages. */
  readonly pages?: string;
  /** Settings beside those that every test has. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Told every line that a service logs, from `debug` on; without it only errors are logged, to stdout. */
  readonly onLogLine?: (line: string) => void;
  /** One for all services. */
  readonly tracing?: Tracing;
}

export async function startWholeProduct({
  pages: built,
  settings = {},
  onLogLine,
  tracing = noTracing,
}: WholeProductOptions = {}): Promise<WholeProduct> {
  const folder = await mkdtemp(join(tmpdir(), 'adherence-product-'));
  const engine = await startClickHouse({ dataDir: join(folder, 'clickhouse') });
  const db = openClickHouse({ url: engine.url });
  for (const { ddl } of tables) await db.command(ddl);
  const broker = createMemoryBroker();
  await broker.ensureTopics(Object.values(topics));
  const log = createLog({
    service: 'tests',
    ...(onLogLine ? { level: 'debug', destination: { write: onLogLine } } : { level: 'error' }),
  });
  const codec = createLocalCodec();
  const resources = { broker, codec, db, clock: systemClock, log, metrics: noMetrics, tracing };
  const environment = {
    INGRESS_HOST: '127.0.0.1',
    INGRESS_PORT: '0',
    CONSOLE_HOST: '127.0.0.1',
    CONSOLE_PORT: '0',
    OPERATOR_TOKEN: operatorToken,
    SECRETS_KEY: '11'.repeat(32),
    ...settings,
  };
  const adherence = await startAdherence(adherenceConfig.parse(environment), resources);
  const enrichment = await startEnrichment(enrichmentConfig.parse(environment), resources);
  const ingress = await startIngress(ingressConfig.parse(environment), resources);
  const ingressUrl = `http://127.0.0.1:${ingress.port}`;
  const pages = await startConsole(consoleConfig({ ...environment, INGRESS_PUBLIC_URL: ingressUrl }), {
    ...resources,
    pages: built ?? join(folder, 'no-pages'),
  });
  return {
    fetch: pages.fetch,
    ingressUrl,
    consoleUrl: `http://127.0.0.1:${pages.port}`,
    db,
    async idle() {
      await enrichment.idle();
      await adherence.idle();
    },
    async stop() {
      for (const service of [pages, ingress, enrichment, adherence]) await service.stop();
      await broker.close();
      await db.close();
      await engine.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Every service in this one process: in-memory broker, schema ids of its own, ClickHouse engine inside. */
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
import { openClickHouse } from '@adherence/runtime/clickhouse.ts';
import { systemClock } from '@adherence/runtime/clock.ts';
import { createLocalCodec } from '@adherence/runtime/codec.ts';
import { asError } from '@adherence/runtime/errors.ts';
import { createLog } from '@adherence/runtime/log.ts';
import { createMetrics } from '@adherence/runtime/metrics.ts';
import { tables } from '@adherence/schemas/tables.ts';
import { topics } from '@adherence/schemas/topics.ts';
import { startClickHouseFront } from './clickhouse-front/front.ts';

const env = process.env;
const log = createLog({ service: 'embedded', level: env.LOG_LEVEL });
const fail = (error: unknown): never => {
  log.error({ error: asError(error) }, 'the embedded services cannot go on');
  process.exit(1);
};

const front = await startClickHouseFront({ dataDir: join(env.DATA_DIR!, 'clickhouse'), onFatal: fail });
const db = openClickHouse({ url: front.url });
for (const { ddl } of tables) await db.command(ddl);
const broker = createMemoryBroker();
await broker.ensureTopics(Object.values(topics));

const clock = systemClock;
const codec = createLocalCodec();
const resourcesOf = (service: string) => ({
  broker,
  codec,
  db,
  clock,
  log: log.child({ service }),
  metrics: createMetrics(service, '0.0.0', false),
});
const adherence = await startAdherence(adherenceConfig.parse(env), resourcesOf('adherence'));
const enrichment = await startEnrichment(enrichmentConfig.parse(env), resourcesOf('enrichment'));
const ingress = await startIngress(ingressConfig.parse(env), resourcesOf('ingress'));
const console = await startConsole(consoleConfig(env), resourcesOf('console'));
const services = [console, ingress, enrichment, adherence];
for (const service of services) service.failed.catch(fail);
log.info({ ingressPort: ingress.port }, 'embedded services are up');

const stop = async (): Promise<void> => {
  for (const service of services) await service.stop();
  await db.close();
  await front.stop();
};
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => stop().then(() => process.exit(0), fail));
}

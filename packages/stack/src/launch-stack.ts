import { join } from 'node:path';
import { isCached } from './cache.ts';
import { type ClickHousePart, startClickHouse } from './clickhouse.ts';
import { startKafkaContainer, startRegistryContainer } from './containers.ts';
import { kafkaCacheName, prepareKafka, startKafka } from './kafka.ts';
import {
  consoleUrl,
  doneLine,
  ingressUrl,
  type Launch,
  launch,
  logFileOf,
  type ServiceAddresses,
  serviceEnvironment,
  startService,
} from './launcher.ts';
import { freePort, portOr } from './ports.ts';
import { brokerAddresses, reach, urlAddress } from './reach.ts';
import { prepareRegistry, registryCacheName, startRegistry } from './registry.ts';
import { withoutPassword } from './requirements.ts';
import { buildWeb } from './web.ts';

/** The real thing: the parts that were not given as servers, then tables and topics, then the four services. */
export async function launchStack(launched: Launch, by: 'java' | 'docker'): Promise<Launch> {
  if (by === 'java') await fetchParts(launched);
  else launched.print('Kafka and the schema registry run in Docker; the first start pulls their images …');
  const [kafkaBrokers, clickhouseUrl] = await Promise.all([
    kafka(launched, by),
    clickhouse(launched),
    buildWeb(launched),
  ]);
  const registryUrl = await registry(launched, kafkaBrokers, by);
  const addresses = { kafkaBrokers, registryUrl, clickhouseUrl };
  await migrate(launched, addresses);
  await services(launched, addresses);
  return launched;
}

async function fetchParts({ options, print }: Launch): Promise<void> {
  const fetchOnce = async (
    needed: boolean,
    name: string,
    size: string,
    cacheName: string,
    prepare: () => Promise<unknown>,
  ): Promise<void> => {
    if (!needed || isCached(cacheName)) return;
    const startedAt = performance.now();
    print(`${name.padEnd(14)} is fetched with Maven (${size}, only this once) …`);
    await prepare();
    print(doneLine(name, startedAt, '', 'fetched'));
  };
  await fetchOnce(options.kafkaBrokers === undefined, 'kafka', '45 MB', kafkaCacheName, prepareKafka);
  await fetchOnce(
    options.registryUrl === undefined,
    'registry',
    '110 MB',
    registryCacheName,
    prepareRegistry,
  );
}

async function kafka(launched: Launch, by: 'java' | 'docker'): Promise<string> {
  const { options, note, print } = launched;
  if (options.kafkaBrokers !== undefined) {
    await reach('KAFKA_BROKERS', options.kafkaBrokers, brokerAddresses(options.kafkaBrokers));
    print(`${'kafka'.padEnd(14)} is yours, at ${options.kafkaBrokers}`);
    return options.kafkaBrokers;
  }
  const port = await portOr(9092);
  const start = () =>
    (by === 'java' ? startKafka : startKafkaContainer)({
      dataDir: join(options.dataDir, 'kafka'),
      port,
      logFile: logFileOf(options, 'kafka'),
      onSpawn: note,
    });
  return (await launch(launched, 'kafka', start, (part) => `on ${part.brokers}`)).brokers;
}

async function clickhouse(launched: Launch): Promise<string> {
  const { options, note, print } = launched;
  if (options.clickhouseUrl !== undefined) {
    const url = options.clickhouseUrl;
    await reach('CLICKHOUSE_URL', url, [urlAddress(url)]);
    print(`${'clickhouse'.padEnd(14)} is yours, at ${withoutPassword(url)}`);
    return url;
  }
  const port = await portOr(8123);
  const start = (): Promise<ClickHousePart> =>
    startClickHouse({
      dataDir: join(options.dataDir, 'clickhouse'),
      port,
      logFile: logFileOf(options, 'clickhouse'),
      onSpawn: note,
    });
  return (await launch(launched, 'clickhouse', start, (part) => `on ${part.url}`)).url;
}

async function registry(launched: Launch, brokers: string, by: 'java' | 'docker'): Promise<string> {
  const { options, note, print } = launched;
  if (options.registryUrl !== undefined) {
    const url = options.registryUrl;
    await reach('SCHEMA_REGISTRY_URL', url, [urlAddress(url)]);
    print(`${'registry'.padEnd(14)} is yours, at ${withoutPassword(url)}`);
    return url;
  }
  const port = await portOr(8085);
  const start = () =>
    (by === 'java' ? startRegistry : startRegistryContainer)({
      dataDir: join(options.dataDir, 'registry'),
      brokers,
      port,
      logFile: logFileOf(options, 'registry'),
      onSpawn: note,
    });
  return (await launch(launched, 'registry', start, (part) => `on ${part.url}`)).url;
}

async function migrate({ print }: Launch, addresses: ServiceAddresses): Promise<void> {
  const startedAt = performance.now();
  const done: string[] = [];
  const runtime = await import('@adherence/runtime/migrate.ts');
  await runtime.migrate({
    brokers: addresses.kafkaBrokers,
    registryUrl: addresses.registryUrl,
    clickhouseUrl: addresses.clickhouseUrl,
    log: (line) => done.push(line),
  });
  print(doneLine('migration', startedAt, `(${done.join(', ')})`, 'done'));
}

/** All at once: none needs another one to become ready. */
async function services(launched: Launch, addresses: ServiceAddresses): Promise<void> {
  const { options } = launched;
  const publicUrls: Readonly<Record<string, string>> = {
    ingress: ingressUrl(options),
    console: consoleUrl(options),
  };
  await Promise.all(
    ['adherence', 'enrichment', 'ingress', 'console'].map(async (name) => {
      const adminPort = await freePort();
      const adminUrl = `http://127.0.0.1:${adminPort}`;
      const env = serviceEnvironment(launched, name, addresses, adminPort);
      const readyUrl = `${publicUrls[name] ?? adminUrl}/readyz`;
      const where = publicUrls[name] ? `on ${publicUrls[name]}, metrics` : 'metrics';
      const start = () => startService(launched, name, env, readyUrl);
      await launch(launched, name, start, () => `${where} on ${adminUrl}/metrics`);
    }),
  );
}

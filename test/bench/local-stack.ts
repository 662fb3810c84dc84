/** Real parts in a folder of their own, on free ports of the loopback interface, and services as processes on them. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Broker } from '@adherence/runtime/broker/broker.ts';
import { openKafkaBroker } from '@adherence/runtime/broker/kafka-broker.ts';
import { type ClickHouse, openClickHouse } from '@adherence/runtime/clickhouse.ts';
import { systemClock } from '@adherence/runtime/clock.ts';
import { type Codec, createRegistryCodec } from '@adherence/runtime/codec.ts';
import { startFakeRegistry } from '@adherence/runtime/fake-registry.ts';
import { silentLog } from '@adherence/runtime/log.ts';
import { migrateSchemas, migrateTables } from '@adherence/runtime/migrate.ts';
import { openRegistry } from '@adherence/runtime/registry.ts';
import { retryOperational } from '@adherence/runtime/retry.ts';
import { type TopicDefinition, topics } from '@adherence/schemas/topics.ts';
import { type Child, describeExit, startChild, untilReady } from '@adherence/stack/child.ts';
import { type ClickHousePart, startClickHouse } from '@adherence/stack/clickhouse.ts';
import { type KafkaPart, startKafka } from '@adherence/stack/kafka.ts';
import { answersOk, nodeFlags, repository } from '@adherence/stack/launcher.ts';
import { nodeCommand } from '@adherence/stack/node-command.ts';
import { freePort } from '@adherence/stack/ports.ts';
import { startRegistry } from '@adherence/stack/registry.ts';

export interface LocalStack {
  readonly kafka: KafkaPart;
  /** Absent unless asked for. */
  readonly engine: ClickHousePart | null;
  /** After it was killed: with its data, under its address. */
  restartEngine(): Promise<void>;
  readonly broker: Broker;
  readonly db: ClickHouse;
  readonly codec: Codec;
  /** The addresses of Kafka, registry and ClickHouse, as every process of ours takes them. */
  readonly environment: Readonly<Record<string, string>>;
  /** Makes a topic of the shape of odigo.notifications. */
  topic(name: string): Promise<void>;
  /** Starts a script as a process; ready when `GET {readyUrl}` answers 200. */
  run(name: string, script: string, env: Readonly<Record<string, string>>, readyUrl: string): Promise<Child>;
  /** Starts one of the four services with its defaults. */
  service(name: string, env?: Readonly<Record<string, string>>): Promise<Service>;
  stop(): Promise<void>;
}

export interface Service extends Child {
  /** Base address of the ingress or the console. */
  readonly url: string;
}

export const operatorToken = 'operator-token-of-the-benchmark';
const readyLimitMs = 60_000;

/**
 * `clickhouse`: with the engine. `registry`: 'real', or 'stub' where ids are all that is wanted of it: they are asked
 * for once, at the start of a process.
 */
export async function startStack(wanted: {
  readonly clickhouse: boolean;
  readonly registry: 'real' | 'stub';
}): Promise<LocalStack> {
  const folder = mkdtempSync(join(tmpdir(), 'adherence-bench-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  const inFolder = (name: string) => join(folder, name);
  const dataDir = inFolder('clickhouse');
  const [kafka, first] = await Promise.all([
    startKafka({ dataDir: inFolder('kafka') }),
    wanted.clickhouse ? startClickHouse({ dataDir }) : null,
  ]);
  let engine = first;
  const stub = wanted.registry === 'stub' ? await startFakeRegistry() : null;
  const real = stub ? null : await startRegistry({ dataDir: inFolder('registry'), brokers: kafka.brokers });
  const registryUrl = (stub ?? real)!.url;
  const broker = await openKafkaBroker({ brokers: [kafka.brokers], clientId: 'bench', log: silentLog });
  const clickhouseUrl = engine?.url ?? 'http://127.0.0.1:9';
  const db = openClickHouse({ url: clickhouseUrl });
  await ensureTopics(broker, Object.values(topics));
  await migrateSchemas(openRegistry({ url: registryUrl }));
  if (engine) await migrateTables(db);
  const children: Child[] = [];
  const stopping = new Set<Child>();

  const run: LocalStack['run'] = async (name, script, env, readyUrl) => {
    const child = await startChild({
      name,
      command: nodeCommand(),
      args: [...nodeFlags, ...profiling(), script],
      cwd: repository,
      env: { KAFKA_BROKERS: kafka.brokers, ...env },
      logFile: inFolder(`${name}.log`),
    });
    children.push(child);
    child.exited.then((exit) => {
      if (stopping.has(child)) return;
      const words = readFileSync(child.logFile, 'utf8').split('\n').slice(-20).join('\n');
      console.error(`${name} ended in the middle (${describeExit(exit)}):\n${words}`);
    });
    await untilReady(child, () => answersOk(readyUrl), readyLimitMs, 50);
    const stop = (graceMs?: number) => {
      stopping.add(child);
      return child.stop(graceMs);
    };
    return { ...child, stop };
  };

  return {
    kafka,
    get engine() {
      return engine;
    },
    async restartEngine() {
      engine = await startClickHouse({ dataDir, port: first!.port });
    },
    broker,
    db,
    codec: await createRegistryCodec({ url: registryUrl }),
    environment: {
      KAFKA_BROKERS: kafka.brokers,
      SCHEMA_REGISTRY_URL: registryUrl,
      CLICKHOUSE_URL: clickhouseUrl,
    },
    topic: (topic) => ensureTopics(broker, [{ ...topics.notifications, name: topic }]),
    run,
    async service(name, env = {}) {
      const [adminPort, port] = [await freePort(), await freePort()];
      const url = `http://127.0.0.1:${port}`;
      const readyUrl =
        name === 'ingress' || name === 'console' ? `${url}/readyz` : `http://127.0.0.1:${adminPort}/readyz`;
      const settings = {
        SCHEMA_REGISTRY_URL: registryUrl,
        CLICKHOUSE_URL: clickhouseUrl,
        ADMIN_HOST: '127.0.0.1',
        ADMIN_PORT: String(adminPort),
        INGRESS_HOST: '127.0.0.1',
        INGRESS_PORT: String(port),
        CONSOLE_HOST: '127.0.0.1',
        CONSOLE_PORT: String(port),
        OPERATOR_TOKEN: operatorToken,
        SECRETS_KEY: '11'.repeat(32),
        DATA_DIR: inFolder(name),
        ...env,
      };
      const script = join(repository, 'services', name, 'src', 'main.ts');
      return { ...(await run(name, script, settings, readyUrl)), url };
    },
    async stop() {
      for (const child of children.reverse()) {
        stopping.add(child);
        await child.stop();
      }
      await broker.close();
      await db.close();
      await real?.stop();
      await stub?.close();
      await Promise.all([kafka.stop(), engine?.stop()]);
      process.off('exit', remove);
      remove();
    },
  };
}

/** A broker that has just started may not know yet what it was asked to make. */
const ensureTopics = (broker: Broker, definitions: readonly TopicDefinition[]): Promise<void> =>
  retryOperational(systemClock, { attempts: 6, firstDelayMs: 250, maxDelayMs: 2_000 }, () =>
    broker.ensureTopics(definitions),
  );

/** BENCH_PROFILE=DIR writes a CPU profile of every Node process of ours there. */
function profiling(): string[] {
  const folder = process.env.BENCH_PROFILE;
  return folder ? ['--cpu-prof', `--cpu-prof-dir=${folder}`] : [];
}

/** What keeps a service from starting is told with its remedy; what waiting cannot mend ends it with exit code 2. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { freePort } from '@adherence/stack/ports.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMemoryBroker } from './broker/memory-broker.ts';
import { testCertificate } from './certificate.testing.ts';
import type { ClickHouse } from './clickhouse.ts';
import { StatementError } from './clickhouse-errors.ts';
import { isNewEnough } from './clickhouse-version.ts';
import { createLocalCodec } from './codec.ts';
import { lookAtCertificate } from './doctor/look-at-certificates.ts';
import { ConfigError, type Environment, parseEnvironment, sharedEnvironmentSchema } from './env-config.ts';
import { OperationalError } from './errors.ts';
import { type Server as Explained, explainFailure } from './explain-failure.ts';
import { type FakeRegistry, startFakeRegistry } from './fake-registry.ts';
import { silentLog } from './log.ts';
import { createManualClock } from './manual-clock.ts';
import { noMetrics } from './metrics.ts';
import { processHost, runService } from './service.ts';

const now = Date.now();
const dayMs = 86_400_000;
const expired = testCertificate(new Date(now - 30 * dayMs), new Date(now - dayMs));
const folder = mkdtempSync(join(tmpdir(), 'refusals-'));
const caFile = join(folder, 'ca.pem');
writeFileSync(caFile, expired.cert);
const servers: Server[] = [];
let registry: FakeRegistry;

beforeAll(async () => {
  registry = await startFakeRegistry();
});
afterAll(async () => {
  for (const server of servers) server.close();
  await registry.close();
  rmSync(folder, { recursive: true });
});

async function portOf(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const opening = (environment: Environment): Promise<unknown> => {
  const least = {
    KAFKA_BROKERS: '127.0.0.1:9',
    SCHEMA_REGISTRY_URL: registry.url,
    CLICKHOUSE_URL: 'http://127.0.0.1:9',
  };
  const env = parseEnvironment(sharedEnvironmentSchema, { ...least, ...environment });
  return processHost.open(env, 'test', silentLog, noMetrics).catch((error: unknown) => error);
};

describe('a service does not start', () => {
  test('when the certificate of Kafka has expired', async () => {
    const port = await portOf(createTlsServer(expired).on('tlsClientError', () => {}));
    const failure = await opening({ KAFKA_BROKERS: `127.0.0.1:${port}`, KAFKA_SSL_CA_FILE: caFile });
    expect(failure).toBeInstanceOf(ConfigError);
    expect((failure as ConfigError).faults).toEqual([
      expect.stringMatching(/^the TLS certificate of Kafka has expired\. Renew it there/),
    ]);
    expect(await lookAtCertificate({ server: 'Kafka', host: '127.0.0.1', port, ca: expired.cert })).toEqual({
      server: 'Kafka',
      at: `127.0.0.1:${port}`,
      validTo: Math.floor((now - dayMs) / 1000) * 1000,
      fault: 'CERT_HAS_EXPIRED',
    });
  });

  test('when the authority of the registry is not trusted', async () => {
    const port = await portOf(
      createHttpsServer(testCertificate(new Date(now - dayMs), new Date(now + dayMs))),
    );
    const failure = await opening({ SCHEMA_REGISTRY_URL: `https://127.0.0.1:${port}` });
    expect(failure).toBeInstanceOf(ConfigError);
    expect(String(failure)).toMatch(
      /certificate of the schema registry is from an authority that is not trusted.*NODE_EXTRA_CA_CERTS/,
    );
  });

  test('as long as no broker can be reached: it waits, and says for what', async () => {
    const failure = await opening({ KAFKA_BROKERS: `127.0.0.1:${await freePort()}` });
    expect(failure).toBeInstanceOf(OperationalError);
    expect(String(failure)).toMatch(/nothing answers as Kafka.*Start it, correct KAFKA_BROKERS/);
  });

  test('without the file of the authority', async () => {
    expect(String(await opening({ KAFKA_SSL_CA_FILE: '/nowhere/ca.pem' }))).toMatch(
      /KAFKA_SSL_CA_FILE: .*mount the Secret/,
    );
  });

  test('without what it needs: each is named', async () => {
    const { complaints, code } = await startWith({}, { KAFKA_BROKERS: '' });
    expect(code).toBe(2);
    expect(complaints).toMatch(/KAFKA_BROKERS: is not set; .env.example/);
  });

  test('on a ClickHouse that is too old, whoever uses it', async () => {
    const old = { query: async () => [{ version: '24.8.4.13' }] };
    const { complaints, code } = await startWith(old);
    expect(code).toBe(2);
    expect(complaints).toMatch(/ClickHouse is 24\.8\.4\.13, older than 25\.8.*Upgrade ClickHouse to 25\.8/);
  });

  test('but without a ClickHouse that answers it does', async () => {
    const away = { query: () => Promise.reject(new OperationalError('ECONNREFUSED', 'away')) };
    expect(await startWith(away)).toEqual({ complaints: '', code: 0 });
  });
});

/** Starts, and is told to stop once it runs; on servers that are there but for what is given. */
async function startWith(db: object, environment: Environment = {}) {
  let complaints = '';
  let signal = (_: string): void => {};
  const ended = Promise.withResolvers<number>();
  const whole = {
    KAFKA_BROKERS: 'kafka:9092',
    SCHEMA_REGISTRY_URL: 'http://registry',
    CLICKHOUSE_URL: 'http://clickhouse',
    LOG_LEVEL: 'silent',
    ADMIN_HOST: '127.0.0.1',
    ADMIN_PORT: '0',
    ...environment,
  };
  const start = async () => {
    setImmediate(() => signal('SIGTERM'));
    return { failed: new Promise<never>(() => {}), stop: async () => {} };
  };
  await runService(
    { name: 'test', usesClickHouse: true, parseConfig: () => ({}), start },
    {
      environment: whole,
      clock: createManualClock(),
      onSignal: (listener) => {
        signal = listener;
      },
      onBug: () => {},
      onWarning: () => {},
      complain: (text) => {
        complaints += text;
      },
      exit: ended.resolve,
      open: async (_env, _name, log, metrics) => ({
        broker: createMemoryBroker(),
        codec: createLocalCodec(),
        db: { close: async () => {}, ...db } as unknown as ClickHouse,
        clock: createManualClock(),
        log,
        metrics,
      }),
    },
  );
  return { complaints, code: await ended.promise };
}

test.each([
  ['25.8.2.29', true],
  ['25.10.1.1', true],
  ['26.1', true],
  ['25.7.9.9', false],
  ['24.12.1', false],
  ['', false],
])('ClickHouse %s is new enough: %s', (version, expected) => {
  expect(isNewEnough(version)).toBe(expected);
});

const withCode = (code: string, cause?: Error) => Object.assign(new Error('x', { cause }), { code });
test.each<[string, Explained, Error, RegExp]>([
  [
    'a wrong password',
    'ClickHouse',
    withCode('CLICKHOUSE_516'),
    /refuses the credentials.*CLICKHOUSE_PASSWORD/,
  ],
  [
    'a wrong SASL password',
    'Kafka',
    Object.assign(new Error('x'), { name: 'KafkaJSSASLAuthenticationError' }),
    /KAFKA_SASL_PASSWORD/,
  ],
  [
    'a database that is not there',
    'ClickHouse',
    new StatementError('ping', '81', 'x', null),
    /CREATE DATABASE/,
  ],
  ['another path of the registry', 'the schema registry', withCode('REGISTRY_404'), /apis\/ccompat\/v7/],
  [
    'a name that is unknown',
    'Kafka',
    withCode('X', withCode('ENOTFOUND')),
    /cannot be resolved.*KAFKA_BROKERS/,
  ],
  [
    'no TLS there',
    'ClickHouse',
    withCode('X', withCode('ERR_SSL_WRONG_VERSION_NUMBER')),
    /does not speak TLS/,
  ],
  ['no answer', 'Kafka', withCode('DEADLINE'), /does not answer in time/],
  [
    'anything else',
    'Kafka',
    new Error('outer', { cause: new Error('inner') }),
    /cannot be used: inner\. See whether/,
  ],
])('%s is explained', (_, server, error, expected) => {
  const { problem, remedy } = explainFailure(server, error);
  expect(`${problem}. ${remedy}`).toMatch(expected);
});

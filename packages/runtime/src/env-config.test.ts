import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { describe, expect, test } from 'vitest';
import {
  type ConfigError,
  clickHouseOptionsOf,
  type Environment,
  kafkaConnectionOf,
  parseEnvironment,
  registryOptionsOf,
  sharedEnvironmentSchema,
} from './env-config.ts';

const least: Environment = {
  KAFKA_BROKERS: 'kafka:9092',
  SCHEMA_REGISTRY_URL: 'http://registry:8085',
  CLICKHOUSE_URL: 'http://clickhouse:8123',
};
const parse = (environment: Environment) => parseEnvironment(sharedEnvironmentSchema, environment);
const faultsOf = (environment: Environment): readonly string[] => {
  try {
    parse(environment);
    return [];
  } catch (error) {
    return (error as ConfigError).faults;
  }
};

describe('the shared environment', () => {
  test('needs three addresses; the rest has defaults, an empty variable too', () => {
    expect(parse({ ...least, LOG_LEVEL: '', KAFKA_SASL_MECHANISM: '' })).toMatchObject({
      KAFKA_BROKERS: ['kafka:9092'],
      LOG_LEVEL: 'info',
      ADMIN_PORT: 9464,
      SHUTDOWN_GRACE_SECONDS: 25,
    });
  });

  test('the example file names every variable, and is right as it stands', () => {
    const text = readFileSync(new URL('../.env.example', import.meta.url), 'utf8');
    parse(parseEnv(text) as Environment);
    const named = [...text.matchAll(/^#? ?([A-Z_]+)=/gm)].map(([, name]) => name);
    expect(named.sort()).toEqual(Object.keys(sharedEnvironmentSchema.shape).sort());
  });

  test('every fault is told at once, by the name of its variable', () => {
    const faults = faultsOf({ KAFKA_BROKERS: 'kafka', CLICKHOUSE_URL: 'clickhouse:8123', ADMIN_PORT: 'x' });
    expect(faults.map((fault) => fault.split(':')[0])).toEqual([
      'KAFKA_BROKERS',
      'SCHEMA_REGISTRY_URL',
      'CLICKHOUSE_URL',
      'ADMIN_PORT',
    ]);
  });

  test.each([
    ['a:1', ['a:1']],
    ['a:1, b:2', ['a:1', 'b:2']],
    ['[::1]:9092', ['[::1]:9092']],
  ])('brokers %s', (text, brokers) => {
    expect(parse({ ...least, KAFKA_BROKERS: text }).KAFKA_BROKERS).toEqual(brokers);
  });

  test.each(['kafka', 'http://kafka:9092', 'a:1,,b:2', 'a:x'])('no brokers: %s', (text) => {
    expect(faultsOf({ ...least, KAFKA_BROKERS: text })).toHaveLength(1);
  });

  test('credentials are whole or not there', () => {
    const sasl = { ...least, KAFKA_SASL_MECHANISM: 'scram-sha-512', KAFKA_SASL_USERNAME: 'u' };
    expect(faultsOf(sasl)).toEqual(['KAFKA_SASL_PASSWORD: is needed with KAFKA_SASL_MECHANISM']);
    const env = parse({ ...sasl, KAFKA_SASL_PASSWORD: 'p', KAFKA_SSL: 'true' });
    expect(kafkaConnectionOf(env, 'id')).toEqual({
      brokers: ['kafka:9092'],
      clientId: 'id',
      ssl: true,
      sasl: { mechanism: 'scram-sha-512', username: 'u', password: 'p' },
    });
  });

  test('a certificate file is read and turns TLS on', () => {
    const directory = mkdtempSync(join(tmpdir(), 'ca-'));
    const file = join(directory, 'ca.pem');
    writeFileSync(file, 'PEM');
    expect(kafkaConnectionOf(parse({ ...least, KAFKA_SSL_CA_FILE: file }), 'id').ssl).toEqual({ ca: 'PEM' });
    rmSync(directory, { recursive: true });
  });

  test('user names of the registry and of ClickHouse are optional', () => {
    expect(registryOptionsOf(parse(least))).toEqual({ url: least.SCHEMA_REGISTRY_URL });
    const env = parse({
      ...least,
      CLICKHOUSE_USERNAME: 'u',
      CLICKHOUSE_PASSWORD: 'p',
      CLICKHOUSE_DATABASE: 'd',
    });
    expect(clickHouseOptionsOf(env)).toEqual({
      url: least.CLICKHOUSE_URL,
      username: 'u',
      password: 'p',
      database: 'd',
    });
  });
});

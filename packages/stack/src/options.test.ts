import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parseOptions } from './options.ts';

test('nothing given: everything local, demo on, the documented ports', () => {
  expect(parseOptions([], {})).toEqual({
    dataDir: resolve('.local'),
    demo: true,
    embedded: false,
    ingressPort: 8080,
    consolePort: 8081,
    kafkaBrokers: undefined,
    registryUrl: undefined,
    clickhouseUrl: undefined,
    operatorToken: undefined,
  });
});

test('options and environment are taken as they are given', () => {
  const env = {
    INGRESS_PORT: '9000',
    KAFKA_BROKERS: 'a:1,b:2',
    SCHEMA_REGISTRY_URL: 'https://r/',
    CLICKHOUSE_URL: '',
  };
  expect(parseOptions(['--data', '/somewhere', '--no-demo', '--embedded'], env)).toMatchObject({
    dataDir: '/somewhere',
    demo: false,
    embedded: true,
    ingressPort: 9000,
    kafkaBrokers: 'a:1,b:2',
    registryUrl: 'https://r/',
    clickhouseUrl: undefined,
  });
});

test.each([
  [['--dta', 'x'], {}, /Usage: npm start/],
  [['stray'], {}, /Usage: npm start/],
  [[], { CONSOLE_PORT: '80a' }, /CONSOLE_PORT is "80a"/],
  [[], { INGRESS_PORT: '70000' }, /INGRESS_PORT is "70000"/],
  [[], { INGRESS_PORT: '8081' }, /both 8081/],
  [[], { CLICKHOUSE_URL: 'localhost:8123' }, /CLICKHOUSE_URL has to be an address/],
  [[], { OPERATOR_TOKEN: 'short' }, /OPERATOR_TOKEN is too short/],
])('%j with %j is refused in a sentence', (args, env, message) => {
  expect(() => parseOptions(args, env)).toThrow(message);
});

test('every fault is told at once', () => {
  expect(() => parseOptions([], { CONSOLE_PORT: 'x', OPERATOR_TOKEN: 'y' })).toThrow(
    /CONSOLE_PORT.*\n.*OPERATOR_TOKEN/,
  );
});

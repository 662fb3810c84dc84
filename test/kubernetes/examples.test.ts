/** deploy/examples: what they make is what the values beside them connect to, and what the code needs. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { consumerGroups, topics } from '@adherence/schemas/topics.ts';
import { expect, it } from 'vitest';
import { chartCases, examplesFolder } from './chart-cases.ts';
import { type Manifest, parseManifests } from './render-chart.ts';

const read = (file: string): Manifest[] => parseManifests(readFileSync(join(examplesFolder, file), 'utf8'));
const kindIn = (file: string, kind: string): Manifest => read(file).find((one) => one.kind === kind)!;
// biome-ignore lint/suspicious/noExplicitAny: values as helm sees them.
const production = chartCases.production as any;

it('are Kubernetes objects, each with a name', () => {
  for (const file of readdirSync(examplesFolder).filter((one) => /^(?!values-).*\.yaml$/.test(one))) {
    for (const { apiVersion, kind, metadata } of read(file)) {
      expect([file, apiVersion, kind, metadata.name]).toEqual([
        file,
        expect.any(String),
        expect.any(String),
        expect.any(String),
      ]);
    }
  }
});

it('have a Kafka where the values look for it, with the user that they name', () => {
  const kafka = kindIn('strimzi.yaml', 'Kafka');
  const listener = kafka.spec.kafka.listeners.find((one: { tls: boolean }) => one.tls);
  expect(production.kafka.brokers).toEqual([`${kafka.metadata.name}-kafka-bootstrap.kafka:${listener.port}`]);
  expect(listener.authentication.type).toBe(production.kafka.sasl.mechanism);
  expect(production.kafka.tls.caSecret).toBe(`${kafka.metadata.name}-cluster-ca-cert`);
  expect(kindIn('strimzi.yaml', 'KafkaUser').spec.authentication.type).toBe(listener.authentication.type);
});

it('keep what is acknowledged through the loss of a broker, and make no topic by chance', () => {
  const { config } = kindIn('strimzi.yaml', 'Kafka').spec.kafka;
  const { replicas } = kindIn('strimzi.yaml', 'KafkaNodePool').spec;
  expect(config['default.replication.factor']).toBe(replicas);
  expect(config['min.insync.replicas']).toBe(replicas - 1);
  expect(config['unclean.leader.election.enable']).toBe(false);
  expect(config['auto.create.topics.enable']).toBe(false);
});

it('give the user exactly the topics and groups of the product', () => {
  const { acls } = kindIn('strimzi.yaml', 'KafkaUser').spec.authorization;
  const named = (type: string): string[] =>
    acls
      .map((acl: { resource: { type: string; name: string } }) => acl.resource)
      .filter((resource: { type: string }) => resource.type === type)
      .map((resource: { name: string }) => resource.name);
  expect(named('topic').sort()).toEqual(
    Object.values(topics)
      .map(({ name }) => name)
      .sort(),
  );
  const [prefix] = named('group');
  for (const group of Object.values(consumerGroups)) expect(group.startsWith(prefix!)).toBe(true);
});

it('have a registry and a ClickHouse where the values look for them', () => {
  const registry = kindIn('registry.yaml', 'Service');
  expect(production.schemaRegistry.url).toBe(
    `http://${registry.metadata.name}.kafka:${registry.spec.ports[0].port}/apis/ccompat/v7`,
  );
  const { name } = kindIn('clickhouse.yaml', 'ClickHouseInstallation').metadata;
  expect(new URL(production.clickhouse.url).hostname).toBe(`clickhouse-${name}.clickhouse`);
});

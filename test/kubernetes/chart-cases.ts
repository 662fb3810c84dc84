/** Values that the chart is rendered with: the examples of deploy/examples and corners of their own. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';

export type Values = Readonly<Record<string, unknown>>;

export const examplesFolder: string = join(import.meta.dirname, '../../deploy/examples');

/** The least that can be said. */
export const minimalValues: Values = {
  image: { registry: 'registry.example.com/adherence' },
  kafka: { brokers: ['kafka-bootstrap.kafka:9092'] },
  schemaRegistry: { url: 'http://registry.kafka:8080/apis/ccompat/v7' },
  clickhouse: { url: 'http://clickhouse.clickhouse:8123' },
  secrets: { existingSecret: 'adherence-secrets' },
  ingress: { publicUrl: 'https://hooks.example.com' },
};

const corners: Readonly<Record<string, Values>> = {
  minimal: minimalValues,
  'no-spool': {
    fullnameOverride: 'adherence',
    ingress: {
      replicas: 2,
      autoscaling: { enabled: false },
      spool: { enabled: false, acceptRefusalsWhileKafkaIsDown: true },
      config: { MAX_OPEN_BYTES: 4294967296, UNPARSEABLE_ANSWER: '400' },
    },
    enrichment: { replicas: 24 },
    console: { autoscaling: { enabled: false }, replicas: 3 },
    migration: { enabled: false },
    networkPolicy: { enabled: false },
    monitoring: { dashboards: { enabled: false } },
    serviceAccount: { name: 'made-elsewhere' },
    topologySpread: { zones: 'ScheduleAnyway' },
  },
  'long-names': {
    fullnameOverride: 'a-release-with-a-name-that-is-much-longer-than-it-should-be',
    kafka: { brokers: ['[fd00::1]:9092', 'b-2.kafka:9094'] },
    secrets: { previousSecretsKeyKey: 'secrets-key-2025' },
    networkPolicy: { extraKafkaPorts: [9095], clients: [{ ipBlock: { cidr: '10.0.0.0/8' } }] },
    adherence: {
      autoscaling: { enabled: true, maxReplicas: 24 },
      tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'adherence', effect: 'NoSchedule' }],
      nodeSelector: { 'kubernetes.io/arch': 'amd64' },
      priorityClassName: 'business',
      podAnnotations: { 'example.com/secrets-as-of': '2026-11-01' },
      config: { RETENTION_DAYS: 800 },
    },
  },
};

/** By name. */
export const chartCases: Readonly<Record<string, Values>> = {
  ...Object.fromEntries(
    Object.entries(corners).map(([name, values]) => [name, merged(minimalValues, values)]),
  ),
  ...Object.fromEntries(
    readdirSync(examplesFolder)
      .filter((file) => file.startsWith('values-'))
      .map((file) => [
        basename(file, '.yaml').replace('values-', ''),
        parse(readFileSync(join(examplesFolder, file), 'utf8')),
      ]),
  ),
};

/** As helm does: maps are merged, everything else is replaced. */
export function merged(below: Values, above: Values): Values {
  const result: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    result[key] = isMap(result[key]) && isMap(value) ? merged(result[key], value) : value;
  }
  return result;
}

function isMap(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * What the chart renders, over a matrix of values: read from rendered/, so that it needs no helm. That rendered/ is
 * what helm renders is for chart-helm.test.ts; that it is of the chart as it stands, for the digest.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseConfig as parseConsole } from '@adherence/console/config.ts';
import { startAdminServer } from '@adherence/runtime/admin-server.ts';
import { parseEnvironment, sharedEnvironmentSchema } from '@adherence/runtime/env-config.ts';
import { noMetrics } from '@adherence/runtime/metrics.ts';
import { consumerGroups, streamPartitions, topics } from '@adherence/schemas/topics.ts';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { chartCases, merged, minimalValues } from './chart-cases.ts';
import { chartSettings, serviceNames, settingsSchemas } from './chart-settings.ts';
import { environmentOf, podTemplatesOf, securityFaults } from './pod-rules.ts';
import { refusals } from './refusals.ts';
import { chartDigest, chartFolder, type Manifest, parseManifests, renderedFolder } from './render-chart.ts';

const schema = JSON.parse(readFileSync(join(chartFolder, 'values.schema.json'), 'utf8'));
const validate = new Ajv2020({ strictTypes: false }).compile(schema);
const defaults = parse(readFileSync(join(chartFolder, 'values.yaml'), 'utf8'));
const refused: Record<string, string> = JSON.parse(
  readFileSync(join(renderedFolder, 'refusals.json'), 'utf8'),
);
const rendered: [string, Manifest[]][] = Object.keys(chartCases).map((name) => [
  name,
  parseManifests(readFileSync(join(renderedFolder, `${name}.yaml`), 'utf8')),
]);
const named = (manifests: readonly Manifest[], kind: string): Manifest[] =>
  manifests.filter((manifest) => manifest.kind === kind);
const matches = (selector: Record<string, string>, labels: Readonly<Record<string, string>> = {}): boolean =>
  Object.entries(selector).every(([key, value]) => labels[key] === value);

describe('values', () => {
  it('were rendered from the chart as it stands (npm run chart, with helm)', () => {
    expect(readFileSync(join(renderedFolder, 'digest'), 'utf8').trim()).toBe(chartDigest());
  });

  it.each(serviceNames)('may hold exactly the settings of %s (npm run chart)', (service) => {
    expect(schema.$defs[`${service}Settings`]).toEqual(chartSettings(service));
  });

  it.each(Object.entries(chartCases))('%s are of the schema', (_, values) => {
    expect(validate(merged(defaults, values)) ? [] : validate.errors).toEqual([]);
  });

  it('are all in the schema, none as free text', () => {
    expect(unknownTo(schema, defaults, schema.$defs)).toEqual([]);
  });

  it.each(refusals)('are refused with the remedy: $name', ({ name, values, says }) => {
    expect(refused[name]).toMatch(says);
    // What the schema refuses is refused here too; the rest is refused by a guard and must get as far as that.
    const bySchema = refused[name]!.startsWith('- at ');
    if (!Object.values(values).some(hasNull)) {
      expect(validate(merged(merged(defaults, minimalValues), values))).toBe(!bySchema);
    }
  });
});

describe.each(rendered)('with values %s', (name, manifests) => {
  const pods = podTemplatesOf(manifests);
  const services = pods.filter(({ owner }) => owner.kind !== 'Job');

  it('runs every service', () => {
    const components = services.map(({ labels }) => labels['app.kubernetes.io/component']).sort();
    expect(components).toEqual([...serviceNames].sort());
  });

  it('runs pods that Pod Security "restricted" admits, with a root that is only read', () => {
    expect(pods.flatMap(securityFaults)).toEqual([]);
  });

  it('gives each service an environment that it starts with, and no setting that it does not read', () => {
    for (const pod of pods) {
      const service = pod.container.name as (typeof serviceNames)[number];
      const { NODE_OPTIONS, NODE_EXTRA_CA_CERTS, ...environment } = environmentOf(pod);
      const shared = Object.keys(sharedEnvironmentSchema.shape);
      const own = Object.keys(settingsSchemas[service]?.shape ?? {});
      expect(Object.keys(environment).filter((key) => ![...shared, ...own].includes(key))).toEqual([]);
      const env = parseEnvironment(sharedEnvironmentSchema, environment);
      if (service === 'console') parseConsole(environment);
      else if (settingsSchemas[service]) parseEnvironment(settingsSchemas[service], environment);
      const { terminationGracePeriodSeconds } = pod.spec;
      if (terminationGracePeriodSeconds)
        expect(env.SHUTDOWN_GRACE_SECONDS).toBeLessThan(terminationGracePeriodSeconds);
      expect(NODE_OPTIONS).toContain('--max-old-space-size-percentage=');
      expect(NODE_EXTRA_CA_CERTS === undefined).toBe(!JSON.stringify(pod.spec).includes('"certificates"'));
    }
  });

  it('names no password: they come from Secrets that the chart does not make', () => {
    expect(named(manifests, 'Secret')).toEqual([]);
    for (const { container } of pods) {
      const plain = container.env.filter(({ value }) => value !== undefined).map((entry) => entry.name);
      expect(plain.filter((key) => /PASSWORD|TOKEN$|_KEY(_PREVIOUS)?$|USERNAME/.test(key))).toEqual([]);
    }
  });

  it('probes what the admin port answers', async () => {
    const options = { live: () => true, missing: async () => [], metrics: noMetrics };
    const server = await startAdminServer({ host: '127.0.0.1', port: 0, ...options });
    for (const { container } of services) {
      const { startupProbe, livenessProbe, readinessProbe, ports } = container;
      for (const probe of [startupProbe, livenessProbe, readinessProbe]) {
        const answer = await fetch(`http://127.0.0.1:${server.port}${probe.httpGet.path}`);
        expect(answer.status).toBe(200);
        expect(probe.httpGet.port).toBe('admin');
      }
      expect(ports).toContainEqual({ name: 'admin', containerPort: 9464 });
      expect(livenessProbe.httpGet.path).toBe('/livez');
      expect(readinessProbe.httpGet.path).toBe('/readyz');
    }
    await server.close();
  });

  it('keeps one of each service through a drained node, and spreads them over zones', () => {
    for (const { labels, spec, owner } of services) {
      const budgets = named(manifests, 'PodDisruptionBudget').filter((budget) =>
        matches(budget.spec.selector.matchLabels, labels),
      );
      expect(budgets.map((budget) => budget.spec.maxUnavailable)).toEqual([1]);
      expect(replicasOf(manifests, owner).least).toBeGreaterThanOrEqual(2);
      const keys = spec.topologySpreadConstraints.map((one: { topologyKey: string }) => one.topologyKey);
      expect(keys).toContain('topology.kubernetes.io/zone');
      for (const { labelSelector } of spec.topologySpreadConstraints) {
        expect(matches(labelSelector.matchLabels, labels)).toBe(true);
      }
    }
  });

  it('never runs more consumers than there are partitions, and scales them down slowly', () => {
    for (const { owner, labels } of services) {
      const component = labels['app.kubernetes.io/component'];
      if (component !== 'enrichment' && component !== 'adherence') continue;
      const { most, scaler } = replicasOf(manifests, owner);
      expect(most).toBeLessThanOrEqual(streamPartitions);
      if (!scaler) continue;
      const lag = scaler.spec.triggers.find((trigger: { name: string }) => trigger.name === 'lag');
      const topic = component === 'enrichment' ? topics.notifications : topics.activityEvents;
      expect(lag.metadata).toMatchObject({ topic: topic.name, consumerGroup: consumerGroups[component] });
      const { scaleDown } = scaler.spec.advanced.horizontalPodAutoscalerConfig.behavior;
      expect(scaleDown.stabilizationWindowSeconds).toBeGreaterThanOrEqual(600);
      expect(scaleDown.policies).toEqual([{ type: 'Pods', value: 1, periodSeconds: 300 }]);
    }
  });

  it('keeps what was answered with 200 on a volume that outlives the pod, or says that it has none', () => {
    const ingress = services.find(({ container }) => container.name === 'ingress')!;
    const environment = environmentOf(ingress);
    if (name === 'no-spool') {
      expect(ingress.owner.kind).toBe('Deployment');
      expect(environment).not.toHaveProperty('SPOOL_DIR');
      return;
    }
    expect(ingress.owner.kind).toBe('StatefulSet');
    expect(ingress.container.volumeMounts).toContainEqual({
      name: 'spool',
      mountPath: environment.SPOOL_DIR,
    });
    expect(ingress.owner.spec.persistentVolumeClaimRetentionPolicy.whenScaled).toBe('Retain');
    const { storage } = ingress.owner.spec.volumeClaimTemplates[0].spec.resources.requests;
    const bytes = Number.parseInt(storage, 10) * 1024 ** 3;
    expect(Number(environment.SPOOL_MAX_BYTES)).toBe(Math.floor(bytes * 0.9));
  });

  it('has services that select pods and ports that these have', () => {
    for (const { metadata, spec } of named(manifests, 'Service')) {
      const selected = services.filter(({ labels }) => matches(spec.selector, labels));
      expect([metadata.name, selected.length]).toEqual([metadata.name, 1]);
      const ports = selected[0]!.container.ports.map((port: { name: string }) => port.name);
      for (const { targetPort } of spec.ports) expect(ports).toContain(targetPort);
    }
    for (const { spec } of named(manifests, 'Ingress')) {
      const { name: service } = spec.rules[0].http.paths[0].backend.service;
      expect(named(manifests, 'Service').map(({ metadata }) => metadata.name)).toContain(service);
      expect(spec.tls[0].hosts).toEqual([spec.rules[0].host]);
    }
  });

  it('lets out only what the environment names, and in only to ports that are for somebody', () => {
    const policies = named(manifests, 'NetworkPolicy');
    if (name === 'no-spool') return expect(policies).toEqual([]);
    for (const pod of pods) {
      const policy = policies.find(({ spec }) => matches(spec.podSelector.matchLabels, pod.labels))!;
      expect(policy.spec.policyTypes).toEqual(['Ingress', 'Egress']);
      const open = policy.spec.egress.flatMap((rule: { ports: { port: number }[] }) =>
        rule.ports.map(({ port }) => port),
      );
      for (const port of portsAskedFor(environmentOf(pod))) expect(open).toContain(port);
      expect(open).not.toContain(undefined);
      expect(policy.spec.ingress.every((rule: { ports?: object[] }) => rule.ports?.length === 1)).toBe(true);
    }
  });

  it('is seen by Prometheus as a whole, where that is asked for', () => {
    for (const { spec } of named(manifests, 'ServiceMonitor')) {
      const admin = named(manifests, 'Service').filter(({ metadata }) =>
        matches(spec.selector.matchLabels, metadata.labels),
      );
      expect(admin).toHaveLength(serviceNames.length);
      for (const { spec: service } of admin) expect(service.ports[0].name).toBe(spec.endpoints[0].port);
    }
  });

  it('migrates before anything of it runs, and names every object within the limits', () => {
    const hooks = manifests.filter(({ metadata }) => metadata.annotations?.['helm.sh/hook']);
    const kinds = hooks.map(({ kind }) => kind).sort();
    expect(kinds).toEqual(name === 'no-spool' ? [] : ['Job', 'NetworkPolicy']);
    for (const { metadata } of hooks)
      expect(metadata.annotations!['helm.sh/hook']).toBe('pre-install,pre-upgrade');
    for (const { metadata, kind } of manifests) {
      // The label of a StatefulSet's revision is its name and eleven characters more, within 63.
      const limit = { StatefulSet: 52, ConfigMap: 253 }[kind] ?? 63;
      expect([kind, metadata.name, metadata.name.length <= limit]).toEqual([kind, metadata.name, true]);
      expect(metadata.labels?.['app.kubernetes.io/instance']).toBe('adh');
    }
    const names = manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(new Set(names).size).toBe(names.length);
  });
});

/** With an autoscaler, its limits; else what the workload says. */
function replicasOf(manifests: readonly Manifest[], owner: Manifest) {
  const scaler = manifests.find(
    ({ kind, spec }) =>
      ['HorizontalPodAutoscaler', 'ScaledObject'].includes(kind) &&
      spec.scaleTargetRef.name === owner.metadata.name,
  );
  if (!scaler) return { least: owner.spec.replicas, most: owner.spec.replicas, scaler: null };
  expect(owner.spec.replicas).toBeUndefined();
  if (scaler.kind === 'HorizontalPodAutoscaler') expect(scaler.spec.scaleTargetRef.kind).toBe(owner.kind);
  const { minReplicas, minReplicaCount, maxReplicas, maxReplicaCount } = scaler.spec;
  return { least: minReplicas ?? minReplicaCount, most: maxReplicas ?? maxReplicaCount, scaler };
}

function portsAskedFor(environment: Record<string, string>) {
  const { KAFKA_BROKERS, SCHEMA_REGISTRY_URL, CLICKHOUSE_URL, OTEL_EXPORTER_OTLP_ENDPOINT } = environment;
  const brokers = KAFKA_BROKERS!.split(',').map((broker) => Number(/\d+$/.exec(broker)![0]));
  const addresses = [SCHEMA_REGISTRY_URL!, CLICKHOUSE_URL!, OTEL_EXPORTER_OTLP_ENDPOINT ?? []].flat();
  const others = addresses.map((address) => {
    const { port, protocol } = new URL(address);
    return Number(port || (protocol === 'https:' ? 443 : 80));
  });
  return [...brokers, ...others];
}

interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: unknown;
}

/** Paths of values that the schema knows nothing of, and of objects that take what they do not know. */
function unknownTo(node: Schema, value: unknown, defs: Record<string, Schema>, path = ''): string[] {
  const schemaOf = node.$ref ? defs[node.$ref.replace('#/$defs/', '')]! : node;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  if (!schemaOf.properties) return schemaOf.additionalProperties ? [] : [`${path}: any object`];
  const loose = schemaOf.additionalProperties === false ? [] : [`${path}: takes unknown values`];
  return [
    ...loose,
    ...Object.entries(value).flatMap(([key, below]) => {
      const at = `${path}.${key}`;
      const inner = schemaOf.properties![key];
      return inner ? unknownTo(inner, below, defs, at) : [`${at}: not in the schema`];
    }),
  ];
}

const hasNull = (value: unknown): boolean =>
  value === null || (typeof value === 'object' && Object.values(value).some(hasNull));

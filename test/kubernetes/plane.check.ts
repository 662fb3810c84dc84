/**
 * The chart in a real control plane (`npm run test:kubernetes`): accepted, scheduled, rolled, upgraded, rolled back and
 * taken away. Steps follow on one another.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chartCases, merged, minimalValues, type Values } from './chart-cases.ts';
import { addDefinitions, addNodes, addRestrictedNamespace, addVolumes, isReady } from './cluster.ts';
import { type ControlPlane, startControlPlane, until } from './control-plane.ts';
import { collectionOf } from './kube-client.ts';
import { leftBehind } from './left-behind.ts';
import { createReleases, type Releases } from './releases.ts';
import { chartFolder, type Manifest } from './render-chart.ts';
import { kubeFolder } from './tools.ts';
import { watchAvailability } from './watch-availability.ts';

const namespace = 'adherence';
const previousChart = join(import.meta.dirname, 'previous/odigo-adherence-0.1.0.tgz');
/** What that chart calls what is called otherwise now. */
const previousValues: Values = {
  ...Object.fromEntries(Object.entries(minimalValues).filter(([key]) => key !== 'secrets')),
  console: { existingSecret: 'adherence-secrets' },
};
const spool = { spool: { storageClass: 'fast', whenUninstalled: 'Delete' } };
const services = ['ingress', 'enrichment', 'adherence', 'console'];

let plane: ControlPlane;
let releases: Releases;

beforeAll(async () => {
  plane = await startControlPlane(join(kubeFolder, 'run'));
  await addNodes(plane.client);
  await addVolumes(plane.client, 'fast', 24);
  await addDefinitions(plane.client);
  await addRestrictedNamespace(plane.client, namespace);
  releases = createReleases(plane.kubeconfig, namespace);
});
afterAll(() => plane?.stop());

const pods = (component: string, release: string): Promise<readonly Manifest[]> =>
  plane.client.list(
    `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(
      `app.kubernetes.io/component=${component},app.kubernetes.io/instance=${release}`,
    )}`,
  );

/** KEDA's operator is not here: what it does first, bringing a target to its minimum, is done for it. */
async function scaleAsKedaWould(release: string): Promise<void> {
  const { client } = plane;
  const scalers = await client.list(`/apis/keda.sh/v1alpha1/namespaces/${namespace}/scaledobjects`);
  for (const { metadata, spec } of scalers) {
    if (metadata.labels!['app.kubernetes.io/instance'] !== release) continue;
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${spec.scaleTargetRef.name}/scale`;
    const body = { spec: { replicas: spec.minReplicaCount } };
    expect((await client.request('PATCH', path, body, 'application/merge-patch+json')).status).toBe(200);
  }
}

async function allReady(release: string, least: Readonly<Record<string, number>>): Promise<void> {
  await until(120, `pods of ${release}`, async () => {
    const counts: Record<string, number> = {};
    for (const service of services) counts[service] = (await pods(service, release)).filter(isReady).length;
    return services.every((service) => counts[service]! >= (least[service] ?? 2)) || counts;
  });
}

describe('a release with everything on', () => {
  const values = merged(chartCases.production!, { ingress: spool });

  it('is accepted, object by object, where Pod Security "restricted" is enforced', async () => {
    await releases.install('adh', chartFolder, values);
    for (const manifest of await releases.manifests('adh')) {
      const path = `${collectionOf(manifest, namespace)}/${manifest.metadata.name}`;
      expect([manifest.kind, (await plane.client.request('GET', path)).status]).toEqual([manifest.kind, 200]);
    }
    const warnings = (await plane.client.list(`/api/v1/namespaces/${namespace}/events`)).filter(
      ({ type, reason, message }) =>
        type === 'Warning' && /forbidden|violates|FailedCreate/.test(`${reason} ${message}`),
    );
    expect(warnings.map(({ message }) => message)).toEqual([]);
  });

  it('would not be accepted with a pod that is less strict', async () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'loose' },
      spec: { containers: [{ name: 'loose', image: 'loose:1' }] },
    };
    const { status, body } = await plane.client.request('POST', `/api/v1/namespaces/${namespace}/pods`, pod);
    expect(status).toBe(403);
    expect(body.message).toContain('violates PodSecurity "restricted');
  });

  it('has migrated before, and left neither the job nor its policy', async () => {
    expect(await plane.client.list(`/apis/batch/v1/namespaces/${namespace}/jobs`)).toEqual([]);
    const policies = await plane.client.list(
      `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`,
    );
    expect(policies.map(({ metadata }) => metadata.name).filter((name) => name.includes('migrate'))).toEqual(
      [],
    );
  });

  it('runs at least two of each service, ready and in different zones', async () => {
    await scaleAsKedaWould('adh');
    await allReady('adh', { ingress: 3 });
    const nodes = await plane.client.list('/api/v1/nodes');
    const zoneOf = new Map(
      nodes.map(({ metadata }) => [metadata.name, metadata.labels!['topology.kubernetes.io/zone']!]),
    );
    for (const service of services) {
      const used = (await pods(service, 'adh')).map(({ spec }) => zoneOf.get(spec.nodeName));
      expect([service, new Set(used).size]).toEqual([service, service === 'ingress' ? 3 : 2]);
    }
    const claims = await plane.client.list(`/api/v1/namespaces/${namespace}/persistentvolumeclaims`);
    expect(claims.map(({ status }) => status.phase)).toEqual(['Bound', 'Bound', 'Bound']);
  });

  it('gives up one pod of a service to a drain, and the next one only when there is another', async () => {
    const [first, second] = await pods('console', 'adh');
    const evict = ({ metadata: { name } }: Manifest) =>
      plane.client.request('POST', `/api/v1/namespaces/${namespace}/pods/${name}/eviction`, {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name, namespace },
      });
    await until(30, 'budgets', async () => {
      const budgets = await plane.client.list(`/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`);
      return budgets.every(({ status }) => status?.disruptionsAllowed === 1);
    });
    expect((await evict(first!)).status).toBe(201);
    expect((await evict(second!)).status).toBe(429);
    await allReady('adh', { ingress: 3 });
  });

  it('rolls a changed setting out without going below its budget', async () => {
    const watch = watchAvailability(plane.client, namespace);
    const changed = merged(values, {
      ingress: { config: { RETRY_AFTER_SECONDS: 5 } },
      adherence: { config: { RETENTION_DAYS: 500 } },
      console: { config: { CALCULATION_THREADS: 1 } },
    });
    await releases.upgrade('adh', chartFolder, changed);
    await allReady('adh', { ingress: 3 });
    const least = await watch.end();
    // Deployments add before they take away; a StatefulSet takes one away first.
    expect(least).toEqual({ adherence: 2, console: 2, enrichment: 2, ingress: 2 });
    await until(60, 'the end of the pods before', async () => {
      const environments = (await pods('adherence', 'adh')).map(({ spec }) => spec.containers[0].env);
      const days = environments.map((env: readonly { name: string; value: string }[]) =>
        env.find(({ name }) => name === 'RETENTION_DAYS'),
      );
      return (days.length === 2 && days.every((found) => found?.value === '500')) || days;
    });
  });

  it('is taken away without a trace, its volumes too where they are to go', async () => {
    await releases.uninstall('adh');
    await until(
      60,
      'the end of its pods',
      async () => (await leftBehind(plane.client, namespace)).length === 0,
    );
  });
});

describe('a release of the version before', () => {
  it('is upgraded to this one, rolled back and forth, and stays available', async () => {
    await releases.install('old', previousChart, merged(previousValues, { ingress: spool }));
    await allReady('old', { ingress: 3 });
    expect(await releases.revision('old')).toMatchObject({ revision: 1, chart: 'odigo-adherence-0.1.0' });
    const watch = watchAvailability(plane.client, namespace);
    await releases.upgrade('old', chartFolder, merged(minimalValues, { ingress: spool }));
    await allReady('old', { ingress: 3 });
    const upgraded = await releases.revision('old');
    expect(upgraded).toMatchObject({ revision: 2, status: 'deployed' });
    expect(upgraded.chart).not.toBe('odigo-adherence-0.1.0');
    await releases.rollback('old', 1);
    await allReady('old', { ingress: 3 });
    expect(await releases.revision('old')).toMatchObject({ revision: 3, chart: 'odigo-adherence-0.1.0' });
    expect((await watch.end()).ingress).toBeGreaterThanOrEqual(2);
    await releases.upgrade('old', chartFolder, merged(minimalValues, { ingress: spool }));
    await allReady('old', { ingress: 3 });
  });

  it('keeps what was answered with 200 when it is uninstalled, unless told otherwise', async () => {
    const keep = { spool: { storageClass: 'fast', whenUninstalled: 'Retain' } };
    await releases.upgrade('old', chartFolder, merged(minimalValues, { ingress: keep }));
    await releases.uninstall('old');
    await until(60, 'the end of its pods', async () => {
      const left = await leftBehind(plane.client, namespace);
      return left.every((one) => one.startsWith('persistentvolumeclaims spool-')) || left;
    });
    expect(await leftBehind(plane.client, namespace)).toHaveLength(3);
  });
});

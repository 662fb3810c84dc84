/** What a cluster has before the chart comes: nodes over three zones, volumes, namespaces, definitions of resources. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { until } from './control-plane.ts';
import type { KubeClient } from './kube-client.ts';
import type { Manifest } from './render-chart.ts';
import { kubeFolder } from './tools.ts';

export const zones = ['a', 'b', 'c'] as const;

/** Six nodes, two in each zone, each with room for many pods. */
export async function addNodes(client: KubeClient): Promise<void> {
  for (const [index, zone] of [...zones, ...zones].entries()) {
    const name = `node-${index + 1}`;
    const labels = { 'topology.kubernetes.io/zone': zone, 'kubernetes.io/hostname': name };
    await client.apply({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, labels, annotations: { 'kwok.x-k8s.io/node': 'fake' } },
    });
    const room = { cpu: '32', memory: '64Gi', pods: '110' };
    const status = { capacity: room, allocatable: room };
    await client.request('PATCH', `/api/v1/nodes/${name}/status`, { status }, 'application/merge-patch+json');
  }
  await until(60, 'nodes', async () => {
    const nodes = await client.list('/api/v1/nodes');
    return nodes.length === 6 && nodes.every(isReady);
  });
}

/** Volumes that are there already, since nothing here makes them when they are claimed. */
export async function addVolumes(client: KubeClient, storageClass: string, count: number): Promise<void> {
  await client.apply({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: storageClass },
    provisioner: 'kubernetes.io/no-provisioner',
    volumeBindingMode: 'WaitForFirstConsumer',
  });
  for (let index = 0; index < count; index += 1) {
    await client.apply({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: `${storageClass}-${index}` },
      spec: {
        storageClassName: storageClass,
        capacity: { storage: '100Gi' },
        accessModes: ['ReadWriteOnce'],
        persistentVolumeReclaimPolicy: 'Retain',
        hostPath: { path: `/volumes/${storageClass}-${index}` },
      },
    });
  }
}

/** A namespace in which every pod has to keep to Pod Security `restricted`. */
export async function addRestrictedNamespace(client: KubeClient, name: string): Promise<void> {
  const modes = ['enforce', 'warn', 'audit'];
  const labels = Object.fromEntries(
    modes.map((mode) => [`pod-security.kubernetes.io/${mode}`, 'restricted']),
  );
  await client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
}

const neededDefinitions = ['scaledobjects', 'triggerauthentications', 'servicemonitors', 'prometheusrules'];

/** Of KEDA and the Prometheus operator, as build-tools.sh generates them from their Go types. */
export async function addDefinitions(client: KubeClient): Promise<void> {
  const folder = join(kubeFolder, 'definitions');
  const files = existsSync(folder) ? readdirSync(folder) : [];
  for (const name of neededDefinitions) {
    const file = files.find((one) => one.endsWith(`_${name}.yaml`));
    if (!file) throw new Error(`${name} are not defined: test/kubernetes/build-tools.sh definitions`);
    await client.apply(parse(readFileSync(join(folder, file), 'utf8')) as Manifest);
  }
  await until(60, 'definitions', async () => {
    const defined = await client.list('/apis/apiextensions.k8s.io/v1/customresourcedefinitions');
    return defined.every(({ status }) =>
      status.conditions?.some((one: Condition) => one.type === 'Established' && one.status === 'True'),
    );
  });
}

interface Condition {
  readonly type: string;
  readonly status: string;
}

export const isReady = ({ status }: Manifest): boolean =>
  status?.conditions?.some((one: Condition) => one.type === 'Ready' && one.status === 'True') ?? false;

/** Whatever is in a namespace that a release could have left there, of every kind that the server knows. */
import type { KubeClient } from './kube-client.ts';

interface Resource {
  readonly name: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

/** As `resource name`, sorted; without what the control plane keeps there by itself. */
export async function leftBehind(client: KubeClient, namespace: string): Promise<string[]> {
  const found: string[] = [];
  for (const base of await groupVersions(client)) {
    const { resources } = await client.get(base);
    for (const { name, namespaced, verbs } of resources as readonly Resource[]) {
      if (!namespaced || !verbs.includes('list') || name.includes('/')) continue;
      // Told of in passing, and gone by themselves after an hour.
      if (name === 'events') continue;
      for (const { metadata } of await client.list(`${base}/namespaces/${namespace}/${name}`)) {
        const isOfTheNamespace = ['kube-root-ca.crt', 'default'].includes(metadata.name);
        if (!isOfTheNamespace) found.push(`${name} ${metadata.name}`);
      }
    }
  }
  return found.sort();
}

async function groupVersions(client: KubeClient): Promise<string[]> {
  const { groups } = (await client.get('/apis')) as unknown as {
    groups: { preferredVersion: { groupVersion: string } }[];
  };
  return ['/api/v1', ...groups.map(({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`)];
}

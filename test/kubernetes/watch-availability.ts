/** The least number of ready pods that each service had while something was going on. */
import { scheduler } from 'node:timers/promises';
import { isReady } from './cluster.ts';
import type { KubeClient } from './kube-client.ts';

export interface AvailabilityWatch {
  /** Stops looking; answers the least by component. */
  end(): Promise<Record<string, number>>;
}

/** Looks several times a second. Pods that are going count as long as they are ready, as they do for a Service. */
export function watchAvailability(client: KubeClient, namespace: string): AvailabilityWatch {
  const least: Record<string, number> = {};
  let ended = false;
  const looking = look();
  looking.catch(() => {}); // Whoever ends the watch gets it.

  async function look(): Promise<void> {
    while (!ended) {
      const counts: Record<string, number> = {};
      for (const pod of await client.list(`/api/v1/namespaces/${namespace}/pods`)) {
        const component = pod.metadata.labels?.['app.kubernetes.io/component'];
        if (!component || component === 'migrate') continue;
        counts[component] = (counts[component] ?? 0) + (isReady(pod) ? 1 : 0);
      }
      for (const [component, count] of Object.entries(counts)) {
        least[component] = Math.min(least[component] ?? count, count);
      }
      await scheduler.wait(100);
    }
  }

  return {
    async end() {
      ended = true;
      await looking;
      return least;
    },
  };
}

/** What every pod of the chart has to be; each fault is a line. */
import type { Manifest } from './render-chart.ts';

interface Container {
  readonly name: string;
  readonly image: string;
  readonly env: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: object }[];
  // biome-ignore lint/suspicious/noExplicitAny: read by name.
  readonly [field: string]: any;
}

export interface PodTemplate {
  readonly owner: Manifest;
  readonly labels: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: read by name.
  readonly spec: any;
  readonly container: Container;
}

export const podTemplatesOf = (manifests: readonly Manifest[]): PodTemplate[] =>
  manifests
    .filter(({ kind }) => ['Deployment', 'StatefulSet', 'Job'].includes(kind))
    .map((owner) => {
      const { metadata, spec } = owner.spec.template;
      return { owner, labels: metadata.labels, spec, container: spec.containers[0] };
    });

/** Pod Security Standards, level `restricted`, and a root file system that nobody writes to. */
export function securityFaults({ spec }: PodTemplate): string[] {
  const faults: string[] = [];
  const demand = (holds: unknown, fault: string) => {
    if (!holds) faults.push(fault);
  };
  const pod = spec.securityContext ?? {};
  demand(pod.runAsNonRoot === true, 'may run as root');
  demand(pod.runAsUser > 0, 'has no user of its own');
  demand(pod.seccompProfile?.type === 'RuntimeDefault', 'has no seccomp profile');
  demand(!spec.hostNetwork && !spec.hostPID && !spec.hostIPC, 'shares the host');
  demand(spec.automountServiceAccountToken === false, 'is given a token of the API server');
  demand(spec.enableServiceLinks === false, 'is given the addresses of all services of its namespace');
  const volumes: object[] = spec.volumes ?? [];
  const kinds = volumes.flatMap((volume) => Object.keys(volume)).filter((key) => key !== 'name');
  const allowed = ['configMap', 'emptyDir', 'projected', 'secret', 'persistentVolumeClaim', 'downwardAPI'];
  demand(
    kinds.every((kind) => allowed.includes(kind)),
    `mounts ${kinds}`,
  );
  const containers = [
    ...spec.containers,
    ...(spec.initContainers ?? []),
    ...(spec.ephemeralContainers ?? []),
  ];
  for (const { name, securityContext = {}, ports = [] } of containers) {
    demand(securityContext.allowPrivilegeEscalation === false, `${name} may gain privileges`);
    demand(securityContext.privileged !== true, `${name} is privileged`);
    demand(securityContext.readOnlyRootFilesystem === true, `${name} may write to its root`);
    demand(securityContext.capabilities?.drop?.includes('ALL'), `${name} keeps capabilities`);
    demand(!securityContext.capabilities?.add, `${name} adds capabilities`);
    demand(
      ports.every((port: { hostPort?: number }) => port.hostPort === undefined),
      `${name} takes a port of the host`,
    );
  }
  return faults;
}

/** The environment as the process sees it; what comes from a Secret has a value of its kind. */
export function environmentOf({ container }: PodTemplate): Record<string, string> {
  return Object.fromEntries(
    container.env.map(({ name, value }) => [name, value ?? secretValues[name] ?? 'from-a-secret']),
  );
}

const secretValues: Readonly<Record<string, string>> = {
  OPERATOR_TOKEN: 'an-operator-token-of-your-own',
  SECRETS_KEY: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=',
  SECRETS_KEY_PREVIOUS: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=',
};

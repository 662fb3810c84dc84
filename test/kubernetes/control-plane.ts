/**
 * A Kubernetes control plane on loopback: etcd, API server, controllers and scheduler are the real ones, nodes and what
 * runs on them are pretended by kwok. Pod Security, quotas, budgets and rollouts work; no container runs.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createWriteStream, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scheduler } from 'node:timers/promises';
import { freePort } from '@adherence/stack/ports.ts';
import { createKubeClient, type KubeClient } from './kube-client.ts';
import { needTool, type Tool } from './tools.ts';

export interface ControlPlane {
  readonly kubeconfig: string;
  readonly client: KubeClient;
  stop(): Promise<void>;
}

/** `folder` is emptied; logs stay there, by program. */
export async function startControlPlane(folder: string): Promise<ControlPlane> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const [etcdPort, peerPort, apiPort] = [await freePort(), await freePort(), await freePort()];
  const token = randomBytes(16).toString('hex');
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const signingKey = file('accounts.key', privateKey.export({ type: 'pkcs1', format: 'pem' }) as string);
  const verifyingKey = file('accounts.pub', publicKey.export({ type: 'spki', format: 'pem' }) as string);
  const tokens = file('tokens.csv', `${token},admin,admin,system:masters\n`);
  const server = `https://127.0.0.1:${apiPort}`;
  const kubeconfig = file('kubeconfig', JSON.stringify(kubeconfigOf(server, token)));
  const etcd = `http://127.0.0.1:${etcdPort}`;
  const peer = `http://127.0.0.1:${peerPort}`;
  const children: ChildProcess[] = [];
  const run = (tool: Tool, args: readonly string[]): void => {
    const log = createWriteStream(join(folder, `${tool}.log`));
    const child = spawn(needTool(tool), args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.pipe(log);
    child.stderr.pipe(log);
    children.push(child);
  };

  run('etcd', [
    ...['--name', 'test', '--data-dir', join(folder, 'etcd')],
    ...['--listen-client-urls', etcd, '--advertise-client-urls', etcd],
    ...[
      '--listen-peer-urls',
      peer,
      '--initial-advertise-peer-urls',
      peer,
      '--initial-cluster',
      `test=${peer}`,
    ],
  ]);
  await until(60, 'etcd', async () => (await fetch(`${etcd}/health`)).ok);
  run('kube-apiserver', [
    `--etcd-servers=${etcd}`,
    ...['--bind-address=127.0.0.1', '--advertise-address=127.0.0.1', `--secure-port=${apiPort}`],
    `--cert-dir=${join(folder, 'certificates')}`,
    ...['--service-account-issuer=https://kubernetes.default.svc', '--service-cluster-ip-range=10.0.0.0/16'],
    ...[`--service-account-key-file=${verifyingKey}`, `--service-account-signing-key-file=${signingKey}`],
    ...[`--token-auth-file=${tokens}`, '--authorization-mode=RBAC'],
    '--enable-admission-plugins=NodeRestriction,PodSecurity',
  ]);
  const client = createKubeClient(server, token);
  await until(120, 'the API server', async () => (await client.request('GET', '/readyz')).status === 200);
  run('kube-controller-manager', [
    ...[`--kubeconfig=${kubeconfig}`, `--service-account-private-key-file=${signingKey}`],
    ...['--use-service-account-credentials=false', '--leader-elect=false', '--secure-port=0'],
    '--horizontal-pod-autoscaler-sync-period=2s',
    // Pretended nodes that are late, on a busy machine, are not gone.
    '--node-monitor-grace-period=600s',
  ]);
  run('kube-scheduler', [`--kubeconfig=${kubeconfig}`, '--leader-elect=false', '--secure-port=0']);
  run('kwok', [`--kubeconfig=${kubeconfig}`, '--manage-all-nodes=true']);
  return {
    kubeconfig,
    client,
    async stop() {
      for (const child of children.reverse()) {
        if (child.exitCode !== null) continue;
        const gone = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGTERM');
        await Promise.race([gone, scheduler.wait(5_000).then(() => child.kill('SIGKILL'))]);
      }
    },
  };
}

const kubeconfigOf = (server: string, token: string) => ({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'test', cluster: { server, 'insecure-skip-tls-verify': true } }],
  users: [{ name: 'admin', user: { token } }],
  contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin' } }],
  'current-context': 'test',
});

/** Asks again until the answer is true; throws with what the last one was. */
export async function until(
  limitSeconds: number,
  what: string,
  holds: () => Promise<unknown>,
): Promise<void> {
  const deadline = performance.now() + limitSeconds * 1000;
  for (;;) {
    let last: unknown;
    try {
      last = await holds();
      if (last === true) return;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline)
      throw new Error(`${what}: not within ${limitSeconds} s; last: ${text(last)}`);
    await scheduler.wait(250);
  }
}

const text = (value: unknown): string => (value instanceof Error ? value.message : JSON.stringify(value));

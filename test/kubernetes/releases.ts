/** The chart as its users install it: by helm, into a cluster. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Values } from './chart-cases.ts';
import { type Manifest, parseManifests, withValuesFile } from './render-chart.ts';
import { needTool } from './tools.ts';

export interface Releases {
  install(name: string, chart: string, values: Values): Promise<void>;
  upgrade(name: string, chart: string, values: Values): Promise<void>;
  rollback(name: string, revision: number): Promise<void>;
  uninstall(name: string): Promise<void>;
  /** Objects of the current revision, without hooks. */
  manifests(name: string): Promise<Manifest[]>;
  revision(
    name: string,
  ): Promise<{ readonly revision: number; readonly status: string; readonly chart: string }>;
}

/** Each call waits until what it changed is ready, and throws what helm says. */
export function createReleases(kubeconfig: string, namespace: string): Releases {
  const helm = async (args: readonly string[]): Promise<string> => {
    const all = [...args, '--namespace', namespace, '--kubeconfig', kubeconfig];
    const { stdout } = await promisify(execFile)(needTool('helm'), all, { maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  };
  const waiting = ['--wait', '--timeout', '240s'];
  const withValues = (command: string, name: string, chart: string, values: Values): Promise<void> =>
    withValuesFile(values, async (file) => {
      await helm([command, name, chart, '-f', file, ...waiting]);
    });
  return {
    install: (name, chart, values) => withValues('install', name, chart, values),
    upgrade: (name, chart, values) => withValues('upgrade', name, chart, values),
    rollback: async (name, revision) => void (await helm(['rollback', name, String(revision), ...waiting])),
    uninstall: async (name) => void (await helm(['uninstall', name, ...waiting])),
    manifests: async (name) => parseManifests(await helm(['get', 'manifest', name])),
    async revision(name) {
      const [release] = JSON.parse(await helm(['list', '--filter', `^${name}$`, '-o', 'json']));
      return { ...release, revision: Number(release.revision) };
    },
  };
}

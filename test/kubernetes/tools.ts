/** Programs that are not of npm: found on PATH or where test/kubernetes/build-tools.sh puts them; null when absent. */
import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** KUBE_DIR moves it. */
export const kubeFolder: string =
  process.env.KUBE_DIR ?? join(homedir(), '.cache', 'odigo-adherence', 'kubernetes');

export type Tool =
  | 'helm'
  | 'helm4'
  | 'kubeconform'
  | 'promtool'
  | 'etcd'
  | 'kube-apiserver'
  | 'kube-controller-manager'
  | 'kube-scheduler'
  | 'kwok';

export function findTool(name: Tool): string | null {
  const folders = [join(kubeFolder, 'bin'), ...(process.env.PATH ?? '').split(delimiter)];
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? null;
}

/** Throws with what to do when it is absent. */
export function needTool(name: Tool): string {
  const path = findTool(name);
  if (path) return path;
  throw new Error(
    `${name} is not here: test/kubernetes/build-tools.sh makes it from Go modules (some minutes)`,
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}

/** The workspaces as their package.json files tell of them. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repository } from './dockerfile.ts';

export interface Workspace {
  readonly name: string;
  /** From the repository's root. */
  readonly folder: string;
  /** Those of ours, without development dependencies. */
  readonly uses: readonly string[];
  /** All, without development dependencies. */
  readonly dependencies: readonly string[];
}

export function readWorkspaces(): Map<string, Workspace> {
  const { workspaces } = readManifest('package.json') as { workspaces: string[] };
  const manifests = workspaces.flatMap((pattern) => globSync(`${pattern}/package.json`, { cwd: repository }));
  return new Map(
    manifests.map((path) => {
      const { name, dependencies = {} } = readManifest(path) as {
        name: string;
        dependencies?: Record<string, string>;
      };
      const all = Object.keys(dependencies);
      const uses = all.filter((one) => one.startsWith('@adherence/'));
      return [name, { name, folder: dirname(path), uses, dependencies: all }];
    }),
  );
}

/** Itself and all that it uses, at any distance; sorted by folder. */
export function closureOf(name: string, workspaces: ReadonlyMap<string, Workspace>): Workspace[] {
  const found = new Set<Workspace>();
  const visit = (one: string) => {
    const workspace = workspaces.get(one);
    if (!workspace) throw new Error(`${one} is no workspace`);
    if (found.has(workspace)) return;
    found.add(workspace);
    for (const used of workspace.uses) visit(used);
  };
  visit(name);
  return [...found].sort((a, b) => (a.folder < b.folder ? -1 : 1));
}

const readManifest = (path: string): unknown => JSON.parse(readFileSync(join(repository, path), 'utf8'));

/** Carries out deploy/Dockerfile without Docker: the files that an image of ours adds to its base image. */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { type Instruction, lineage, parseDockerfile, repository } from './dockerfile.ts';

export interface Image {
  /** Holds `app` and nothing else. */
  readonly root: string;
  readonly entrypoint: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly workdir: string;
  /** As in USER. */
  readonly user: string;
}

/** Builds into `folder`/target; stages are shared between targets. */
export async function buildTree(target: string, folder: string): Promise<Image> {
  const dockerfile = parseDockerfile();
  const root = join(folder, target);
  let workdir = '/';
  let user = '';
  let entrypoint: readonly string[] = [];
  const environment: Record<string, string> = {};
  const isBuilt = existsSync(root);
  mkdirSync(root, { recursive: true });
  for (const stage of lineage(dockerfile, target)) {
    for (const { keyword, text, line } of stage.instructions) {
      if (keyword === 'WORKDIR') workdir = text;
      else if (keyword === 'USER') user = text;
      else if (keyword === 'ENTRYPOINT') entrypoint = JSON.parse(text);
      else if (keyword === 'ENV') Object.assign(environment, Object.fromEntries([text.split('=')]));
      else if (isBuilt) continue;
      else if (keyword === 'COPY') await copy({ keyword, text, line }, join(root, workdir), folder);
      else if (keyword === 'RUN') await run(text, join(root, workdir));
    }
  }
  return { root, entrypoint, environment, workdir, user };
}

async function copy({ text, line }: Instruction, workdir: string, folder: string): Promise<void> {
  const words = text.split(' ');
  const from = words[0]!.startsWith('--from=') ? words.shift()!.slice('--from='.length) : null;
  const destination = join(workdir, words.pop()!);
  const source = from ? (await buildTree(from, folder)).root : repository;
  for (const word of words) {
    const path = join(source, word);
    if (!existsSync(path)) throw new Error(`line ${line}: ${word} is not there`);
    const isFolder = statSync(path).isDirectory();
    mkdirSync(isFolder ? dirname(destination) : destination, { recursive: true });
    cpSync(path, isFolder ? destination : join(destination, word.split('/').at(-1)!), {
      recursive: true,
      verbatimSymlinks: true,
      filter: from ? () => true : (file) => !isIgnored(relative(repository, file)),
    });
  }
}

async function run(command: string, cwd: string): Promise<void> {
  mkdirSync(cwd, { recursive: true });
  const { NODE_ENV, ...environment } = process.env;
  const env = { ...environment, npm_config_prefer_offline: 'true', npm_config_update_notifier: 'false' };
  await promisify(execFile)('/bin/sh', ['-c', command], { cwd, env });
}

const ignoreRules = readFileSync(join(repository, 'deploy/Dockerfile.dockerignore'), 'utf8')
  .split('\n')
  .filter((rule) => rule !== '' && !rule.startsWith('#'));

/** As Docker does: the last rule that matches the path or a folder above it decides. */
export function isIgnored(path: string): boolean {
  const parts = path.split('/');
  const above = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
  let ignored = false;
  for (const rule of ignoreRules) {
    const keeps = rule.startsWith('!');
    const pattern = keeps ? rule.slice(1) : rule;
    // A folder that holds something kept is not ignored itself.
    if (keeps && pattern.startsWith(`${path}/`)) ignored = false;
    else if (above.some((one) => matcher(pattern).test(one))) ignored = !keeps;
  }
  return ignored;
}

/** `*` is anything within a name, a dot at its start too; `**` any folders, none too. */
const matcher = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('**/', '(?:.+/)?')
      .replace(/(?<!\.|\?:)\*/g, '[^/]*')}$`,
  );

/** Every file of it, from its root, without what npm installed. */
export function ownFiles(image: Image): string[] {
  return readdirSync(join(image.root, 'app'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(join(image.root, 'app'), join(entry.parentPath, entry.name)))
    .filter((path) => !path.startsWith('node_modules/'))
    .sort();
}

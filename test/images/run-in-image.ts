/**
 * Runs a program as a container of an image would: the root holds nothing but the image's files, node and the
 * libraries of the base image; all of it is only read; the user is that of the image, without any capability.
 * Linux only, by mount namespaces. Network and clock are this machine's.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { scheduler } from 'node:timers/promises';
import type { Image } from './build-tree.ts';

export interface RunOptions {
  /** Instead of the image's entry point. */
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Folders of this machine that may be written, by their path in the container. */
  readonly volumes?: Readonly<Record<string, string>>;
}

export function canIsolate(): boolean {
  return (
    process.platform === 'linux' && spawnSync('unshare', [...userNamespace, '--mount', 'true']).status === 0
  );
}

/** `folder` is made and holds the root. */
export function runInImage(
  image: Image,
  folder: string,
  { args, env, volumes = {} }: RunOptions,
): ChildProcess {
  const mounts = layOut(image, folder, volumes);
  const script = ['set -e', 'mount --make-rprivate /', ...mounts, `exec ${inside(image)} "$@"`].join('\n');
  return spawn(
    'unshare',
    [...userNamespace, '--mount', '/bin/sh', '-c', script, 'sh', ...(args ?? image.entrypoint)],
    {
      env: { ...image.environment, ...env, PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );

  function inside({ user, workdir }: Image): string {
    const [uid, gid] = user.split(':');
    const identity = isRoot ? ['--setuid', uid, '--setgid', gid] : [];
    const dropped = isRoot ? ['--clear-groups'] : [];
    const enter = ['unshare', '--root', quoted(folder), '--wd', workdir, ...identity];
    return ['setpriv', '--no-new-privs', ...dropped, ...enter].join(' ');
  }
}

/** Resolves when its /readyz says so; throws when it ends before. */
export async function untilReady(child: ChildProcess, adminPort: number): Promise<void> {
  while (child.exitCode === null) {
    const answer = await fetch(`http://127.0.0.1:${adminPort}/readyz`).catch(() => null);
    if (answer?.ok) return;
    await scheduler.wait(100);
  }
  throw new Error(`it ended with ${child.exitCode} before it was ready`);
}

const isRoot = process.getuid?.() === 0;
/** Who is not root may mount in a user namespace of his own, and stays himself there. */
const userNamespace = isRoot ? [] : ['--user', '--map-root-user'];
const nodeInImage = '/nodejs/bin/node';
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Makes the places, answers the commands that mount over them. */
function layOut(image: Image, folder: string, volumes: Readonly<Record<string, string>>): string[] {
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
  const commands: string[] = [];
  const place = (path: string): string => {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    return join(folder, path);
  };
  const bind = (source: string, path: string, isFolder: boolean, options = 'ro,nosuid,nodev') => {
    const at = place(path);
    if (isFolder) mkdirSync(at, { recursive: true });
    else writeFileSync(at, '');
    commands.push(`mount --bind ${quoted(source)} ${quoted(at)}`);
    if (options) commands.push(`mount -o remount,bind,${options} ${quoted(at)}`);
  };
  bind(join(image.root, 'app'), '/app', true);
  bind(process.execPath, nodeInImage, false);
  for (const library of librariesOf(process.execPath)) copyFileSync(library, place(library));
  for (const device of ['null', 'zero', 'urandom']) bind(`/dev/${device}`, `/dev/${device}`, false, '');
  bind('/proc', '/proc', true, '');
  for (const [path, source] of Object.entries(volumes)) bind(source, path, true, 'nosuid,nodev');
  commands.unshift(`mount --bind ${quoted(folder)} ${quoted(folder)}`);
  commands.push(`mount -o remount,bind,ro ${quoted(folder)}`);
  return commands;
}

const librariesOf = (program: string): string[] =>
  execFileSync('ldd', [program], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line) => /(?:=> )?(\/\S+) \(0x/.exec(line)?.[1] ?? []);

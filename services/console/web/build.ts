/**
 * Builds the web application into dist/ when that is older than its sources: `npm start` calls `ensureBuilt`, a plain
 * `node build.ts` builds in any case.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that the console serves. */
export const distFolder: string = fileURLToPath(new URL('./dist', import.meta.url));

const root = fileURLToPath(new URL('.', import.meta.url));
/** What a build reads, besides the packages, whose versions package.json names. */
const sources = ['src', 'index.html', 'vite.config.ts', 'build.ts', 'package.json'];

/** True when it had to build. Takes some seconds then, some milliseconds otherwise. */
export async function ensureBuilt(): Promise<boolean> {
  if (await isFresh()) return false;
  await build();
  return true;
}

export async function build(): Promise<void> {
  // Vite is loaded only when there is something to build: it takes longer to load than to find that there is not.
  const vite = await import('vite');
  await vite.build({ root, configFile: join(root, 'vite.config.ts'), logLevel: 'warn' });
}

async function isFresh(): Promise<boolean> {
  const built = await modifiedAt(join(distFolder, 'index.html'));
  if (built === null) return false;
  const times = await Promise.all(sources.map((source) => newestIn(join(root, source))));
  return Math.max(...times) < built;
}

async function newestIn(path: string): Promise<number> {
  const info = await stat(path);
  if (!info.isDirectory()) return info.mtimeMs;
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const times = entries.map((entry) => modifiedAt(join(entry.parentPath, entry.name)));
  return Math.max(info.mtimeMs, ...(await Promise.all(times)).map((time) => time ?? 0));
}

async function modifiedAt(path: string): Promise<number | null> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

if (import.meta.main) await build();

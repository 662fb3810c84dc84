/**
 * Builds the web application into dist/ when that is older than its sources: `npm start` calls `ensureBuilt`, a plain
 * `node build.ts` builds in any case.
 */
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that the console serves. */
export const distFolder: string = fileURLToPath(new URL('./dist', import.meta.url));

const root = fileURLToPath(new URL('.', import.meta.url));
/** What a build reads, besides the packages, whose versions package.json names. */
const sources = [
  ...['src', 'index.html', 'vite.config.ts', 'build.ts', 'package.json'].map((name) => join(root, name)),
  fileURLToPath(import.meta.resolve('@adherence/domain/calendar.ts')),
];

/** True when it had to build. Takes some seconds then, some milliseconds otherwise. */
export async function ensureBuilt(): Promise<boolean> {
  if (await isFresh()) return false;
  await build();
  return true;
}

/** Into a folder beside, which then takes the place of dist/: a build that is interrupted leaves nothing half done. */
export async function build(): Promise<void> {
  // Vite is loaded only when there is something to build: it takes longer to load than to find that there is not.
  const vite = await import('vite');
  const outDir = join(root, 'node_modules', `.dist-${process.pid}`);
  await vite.build({ root, configFile: join(root, 'vite.config.ts'), logLevel: 'warn', build: { outDir } });
  await rm(distFolder, { recursive: true, force: true });
  await rename(outDir, distFolder);
}

async function isFresh(): Promise<boolean> {
  const built = await modifiedAt(join(distFolder, 'index.html'));
  if (built === null) return false;
  const times = await Promise.all(sources.map(newestIn));
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

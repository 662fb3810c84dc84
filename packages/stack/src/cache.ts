import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where downloaded parts are kept: outside the data directory, so that a reset of it is cheap. */
export function cacheDirectory(env: NodeJS.ProcessEnv = process.env): string {
  if (env.ODIGO_ADHERENCE_CACHE) return env.ODIGO_ADHERENCE_CACHE;
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'odigo-adherence');
}

/**
 * The folder `name` in the cache, filled by `fill` the first time. It appears whole or not at all: it is filled under
 * another name and renamed, so that an interrupted download or two starts at once leave nothing half done.
 */
export async function cached(name: string, fill: (directory: string) => Promise<void>): Promise<string> {
  const target = join(cacheDirectory(), name);
  if (existsSync(join(target, marker))) return target;
  await mkdir(cacheDirectory(), { recursive: true });
  const partial = `${target}.partial-${process.pid}`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  try {
    await fill(partial);
    await writeFile(join(partial, marker), '');
    if (!existsSync(join(target, marker))) {
      await rm(target, { recursive: true, force: true });
      await rename(partial, target);
    }
  } catch (error) {
    if (!existsSync(join(target, marker))) throw error;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return target;
}
const marker = '.complete';

/** True when that folder of the cache needs no download any more. */
export const isCached = (name: string): boolean => existsSync(join(cacheDirectory(), name, marker));

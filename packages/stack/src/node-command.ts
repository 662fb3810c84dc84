import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A Node that runs TypeScript as it is: this one, or the one that comes with the development dependencies. */
export function nodeCommand(): string {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  const manifest = createRequire(import.meta.url).resolve('node/package.json');
  return join(dirname(manifest), 'bin', 'node');
}

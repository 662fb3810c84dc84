/** The built web application: files as they are, and index.html for every address that is one of its screens. */
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import { acceptsGzip } from './accepts-gzip.ts';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
};

export interface StaticFiles {
  /** `acceptEncoding`: the header of the request. */
  readonly respond: (pathname: string, acceptEncoding?: string | null) => Response;
}

/** What is text gets smaller; pictures and fonts are packed already. */
const packable = new Set(['.html', '.js', '.css', '.json', '.svg', '.webmanifest', '.txt']);

/** Reads and packs the folder once: only what was there then is served, whatever an address may say. */
export async function readStaticFiles(folder: string): Promise<StaticFiles> {
  const files = new Map<string, StaticFile>();
  for (const file of await filesIn(folder)) {
    const bytes = new Uint8Array(await readFile(join(folder, file)));
    const type = types[extname(file)] ?? 'application/octet-stream';
    const packed = packable.has(extname(file)) ? new Uint8Array(gzipSync(bytes)) : null;
    files.set(`/${file.split(sep).join('/')}`, { bytes, packed, type });
  }
  return {
    respond(pathname, acceptEncoding = null) {
      const found = files.get(pathname);
      // Addresses of screens may end in an id with a dot; files are at the top or below /assets/.
      const isFile = pathname.startsWith('/assets/') || /^\/[^/]*\.[^/]*$/.test(pathname);
      const file = found ?? (isFile ? undefined : files.get('/index.html'));
      if (!file) return files.size === 0 ? notBuilt() : new Response('Not found', { status: 404 });
      // Names of assets change with their content.
      const isAsset = found !== undefined && pathname.startsWith('/assets/');
      const cache = isAsset ? 'public, max-age=31536000, immutable' : 'no-cache';
      const headers = { 'content-type': file.type, 'cache-control': cache };
      if (!file.packed) return new Response(file.bytes, { headers });
      const vary = { ...headers, vary: 'accept-encoding' };
      if (!acceptsGzip(acceptEncoding)) return new Response(file.bytes, { headers: vary });
      return new Response(file.packed, { headers: { ...vary, 'content-encoding': 'gzip' } });
    },
  };
}

interface StaticFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** With gzip; null where that would be in vain. */
  readonly packed: Uint8Array<ArrayBuffer> | null;
  readonly type: string;
}

const notBuilt = (): Response =>
  new Response('The web application is not built: run "npm run build" in services/console/web.', {
    status: 503,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
  });

async function filesIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

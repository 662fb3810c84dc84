/**
 * What remains of a sequence of writes: the last document under each address, the last version of what has versions
 * (domain.md, "What has versions"). Writing only that must lead to the same numbers as writing all of it.
 */
import type { ApiRequest } from './api-request.ts';

/** In an order in which it can be written: that of the first write of each. */
export function finalRequests(requests: readonly ApiRequest[]): ApiRequest[] {
  const remaining = new Map<string, ApiRequest>();
  for (const request of requests) {
    if (request.method !== 'DELETE') remaining.set(identityOf(request), request);
    else for (const key of removedBy(request, remaining.keys())) remaining.delete(key);
  }
  return [...remaining.values()];
}

interface Versioned {
  readonly status?: string;
  readonly breakType?: string | null;
  readonly validFrom?: string | null;
}

const versioned = /^\/(settings|matches|integrations\/[^/]+\/status-mappings)$/;

function identityOf({ path, body }: ApiRequest): string {
  if (!versioned.test(path)) return path;
  const { status = null, breakType = null, validFrom } = body as Versioned;
  if (validFrom === undefined) throw new Error(`${path} without validFrom depends on the clock`);
  return `${mappingPrefix(path, status, breakType)}${validFrom}`;
}

const mappingPrefix = (path: string, status: string | null, breakType: string | null): string =>
  `${path} ${JSON.stringify([status, breakType])} `;

function removedBy({ path }: ApiRequest, keys: Iterable<string>): string[] {
  const [address, query] = path.split('?');
  if (query === undefined) return [path];
  const parameters = new URLSearchParams(query);
  const prefix = mappingPrefix(address!, parameters.get('status'), parameters.get('breakType'));
  return [...keys].filter((key) => key.startsWith(prefix));
}

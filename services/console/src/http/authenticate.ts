/** Who calls: a bearer token, or the session of a browser, whose writes must come from our own pages. */
import type { ConfigurationState } from '@adherence/domain/configuration/tables.ts';
import type { Instant } from '@adherence/domain/model.ts';
import type { FailureThrottle } from './failure-throttle.ts';
import { HttpProblem } from './problem.ts';
import type { Principal } from './route.ts';
import { cookieOf, openSession } from './session.ts';
import { isSameSecret, sha256 } from './tokens.ts';

export interface Authentication {
  readonly operatorToken: string;
  /** The current one first; sessions of the others are still good. */
  readonly sessionKeys: readonly Uint8Array[];
  readonly throttle: FailureThrottle;
  readonly now: () => Instant;
  readonly configuration: () => ConfigurationState;
}

/** null for a request without any token; a token that is not valid is a 401. */
export function authenticate(
  request: Request,
  client: string,
  authentication: Authentication,
): Principal | null {
  const header = request.headers.get('authorization');
  if (header !== null) {
    const token = /^Bearer +(\S+)$/i.exec(header)?.[1];
    const principal = principalOf(token ?? '', client, authentication);
    if (!principal) {
      throw new HttpProblem(401, 'This token is not valid.', [], { 'www-authenticate': 'Bearer' });
    }
    return principal;
  }
  const cookie = cookieOf(request.headers);
  if (cookie === null) return null;
  const principal = principalOfSession(cookie, authentication);
  if (principal && !isSafe(request.method)) refuseForgery(request.headers, new URL(request.url));
  return principal;
}

/** Throws 429 for an address that has failed too often, unless the token is a tenant's. */
export function principalOf(
  token: string,
  client: string,
  { operatorToken, configuration, throttle, now }: Authentication,
): Principal | null {
  const known = configuration().tokens.get(sha256(token));
  if (known) return { kind: 'tenant', ...known };
  const wait = throttle.waitSeconds(client, now());
  if (wait > 0) {
    const headers = { 'retry-after': String(wait) };
    throw new HttpProblem(429, 'Too many tokens from here were not valid; try again later.', [], headers);
  }
  if (isSameSecret(token, operatorToken)) return { kind: 'operator' };
  throttle.failed(client, now());
  return null;
}

/** Browsers say where a request comes from; one that says nothing, or another site, is not from our pages. */
export function refuseForgery(headers: Headers, url: URL): void {
  const site = headers.get('sec-fetch-site');
  const origin = headers.get('origin');
  const isOwn = site === null ? origin !== null && isSameHost(origin, headers, url) : site === 'same-origin';
  if (isOwn) return;
  throw new HttpProblem(403, 'Writes of a signed-in browser must come from the pages of this console.');
}

function isSameHost(origin: string, headers: Headers, url: URL): boolean {
  const host = headers.get('host') ?? url.host;
  return URL.canParse(origin) && new URL(origin).host === host;
}

function principalOfSession(cookie: string, authentication: Authentication): Principal | null {
  const { operatorToken, sessionKeys, now, configuration } = authentication;
  const session = openSession(cookie, sessionKeys, now());
  if (!session) return null;
  if (session.tenantId === '')
    return isSameSecret(session.hash, sha256(operatorToken)) ? { kind: 'operator' } : null;
  const known = configuration().tokens.get(session.hash);
  const isIt = known && known.tenantId === session.tenantId && known.tokenId === session.tokenId;
  return isIt ? { kind: 'tenant', ...known } : null;
}

const isSafe = (method: string): boolean => method === 'GET' || method === 'HEAD' || method === 'OPTIONS';

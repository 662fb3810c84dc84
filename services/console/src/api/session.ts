import { z } from 'zod';
import type { Environment } from '../environment.ts';
import { type Authentication, principalOf, refuseForgery } from '../http/authenticate.ts';
import { HttpProblem } from '../http/problem.ts';
import { json, noContent, type Principal, type Route, route } from '../http/route.ts';
import { cookieHeader, sealSession, sessionKey, sessionMs } from '../http/session.ts';
import { sha256 } from '../http/tokens.ts';

const tag = 'session';
const sessionView = z.object({
  role: z.enum(['operator', 'admin', 'planner', 'analyst', 'viewer']),
  tokenId: z.string().nullable(),
  /** Teams that the token is limited to; null = the whole tenant. */
  teams: z.array(z.string()).nullable(),
  tenant: z.object({ id: z.string(), name: z.string(), timeZone: z.string() }).nullable(),
});

/** Signing the browser in with a token, and out. */
export const sessionRoutes = (env: Environment, authentication: Authentication): Route[] => [
  route({
    method: 'post',
    path: '/session',
    tag,
    summary: 'Sign in with a token: sets an HttpOnly cookie',
    access: 'public',
    body: z.strictObject({ token: z.string().trim().min(1).max(500) }),
    answers: { 200: { description: 'Signed in', schema: sessionView } },
    handle: ({ body: { token }, headers, client, url, now }) => {
      // Nobody is signed in as somebody else by a page of another site.
      if (headers.has('origin') || headers.has('sec-fetch-site')) refuseForgery(headers, url);
      const { secretsKey, secureCookies } = env.config;
      const principal = principalOf(token, client, authentication);
      if (!principal) throw new HttpProblem(401, 'This token is not valid.');
      const [tenantId, tokenId] =
        principal.kind === 'tenant' ? [principal.tenantId, principal.tokenId] : ['', ''];
      const session = { tenantId, tokenId, hash: sha256(token), expiresAt: now + sessionMs };
      const cookie = cookieHeader(sealSession(session, sessionKey(secretsKey)), sessionMs, secureCookies);
      return json(200, sessionOf(env, principal), { 'set-cookie': cookie });
    },
  }),
  route({
    method: 'get',
    path: '/session',
    tag,
    summary: 'Who is signed in, with which role',
    access: 'session',
    answers: { 200: { description: 'The session', schema: sessionView } },
    handle: ({ principal }) => json(200, sessionOf(env, principal!)),
  }),
  route({
    method: 'delete',
    path: '/session',
    tag,
    summary: 'Sign out',
    access: 'public',
    answers: { 204: { description: 'Signed out' } },
    handle: () => noContent({ 'set-cookie': cookieHeader('', 0, env.config.secureCookies) }),
  }),
];

function sessionOf(env: Environment, principal: Principal): z.output<typeof sessionView> {
  if (principal.kind === 'operator') return { role: 'operator', tokenId: null, teams: null, tenant: null };
  const { tenantId, tokenId, role, teams } = principal;
  const { name, timeZone } = env.configuration.state().tenants.get(tenantId)!.tenant.document;
  return { role, tokenId, teams: teams && [...teams], tenant: { id: tenantId, name, timeZone } };
}

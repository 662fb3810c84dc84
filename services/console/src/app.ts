/** The console as a web application: the API under /api/v1, readiness, and the pages. */
import { Hono } from 'hono';
import type { Environment } from './environment.ts';
import { authenticate } from './http/authenticate.ts';
import { type MountOptions, mountRoutes } from './http/mount.ts';
import { json } from './http/route.ts';
import { withSecurityHeaders } from './http/security-headers.ts';
import { sessionKey } from './http/session.ts';
import type { StaticFiles } from './http/static-files.ts';
import { allRoutes } from './routes.ts';

export interface AppOptions {
  readonly env: Environment;
  readonly pages: StaticFiles;
  /** Names what keeps answers from being right; empty when nothing does. */
  readonly missing: () => Promise<readonly string[]>;
  readonly onError: MountOptions['onError'];
  readonly onAnswer: MountOptions['onAnswer'];
}

export interface App {
  readonly fetch: (request: Request) => Promise<Response>;
}

export function createApp({ env, pages, missing, onError, onAnswer }: AppOptions): App {
  const configuration = env.configuration.state;
  const now = () => env.clock.now();
  const authentication = {
    operatorToken: env.config.operatorToken,
    sessionKey: sessionKey(env.config.secretsKey),
    now,
    configuration,
  };
  const api = mountRoutes(allRoutes(env), {
    now,
    configuration,
    authenticate: (request) => authenticate(request, authentication),
    onError,
    onAnswer,
  });
  const app = new Hono();
  app.get('/readyz', () => readiness(missing));
  app.route('/', api);
  app.get('*', (context) => pages.respond(new URL(context.req.url).pathname));
  return {
    fetch: async (request) => withSecurityHeaders(await app.fetch(request)),
  };
}

async function readiness(missing: () => Promise<readonly string[]>): Promise<Response> {
  const faults = await missing();
  return json(faults.length === 0 ? 200 : 503, { ready: faults.length === 0, missing: faults });
}

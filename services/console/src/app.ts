/** The console as a web application: the API under /api/v1, readiness, and the pages. */
import { Hono } from 'hono';
import { secretsKeysOf } from './config.ts';
import type { Environment } from './environment.ts';
import { authenticate } from './http/authenticate.ts';
import { createFailureThrottle } from './http/failure-throttle.ts';
import { type CallerEnv, type MountOptions, mountRoutes } from './http/mount.ts';
import { packed } from './http/pack.ts';
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
  /** `client` is the address that the request comes from. */
  readonly fetch: (request: Request, client?: string) => Promise<Response>;
}

export function createApp({ env, pages, missing, onError, onAnswer }: AppOptions): App {
  const configuration = env.configuration.state;
  const now = () => env.clock.now();
  const authentication = {
    operatorToken: env.config.operatorToken,
    sessionKeys: secretsKeysOf(env.config).map(sessionKey),
    throttle: createFailureThrottle(),
    now,
    configuration,
  };
  const api = mountRoutes(allRoutes(env, authentication), {
    now,
    configuration,
    authenticate: (request, client) => authenticate(request, client, authentication),
    onError,
    onAnswer,
  });
  const app = new Hono<CallerEnv>();
  app.get('/readyz', () => readiness(missing));
  app.route('/', api);
  app.get('*', (context) =>
    pages.respond(new URL(context.req.url).pathname, context.req.header('accept-encoding')),
  );
  return {
    fetch: async (request, client = '') =>
      withSecurityHeaders(
        await packed(request, await app.fetch(request, { client })),
        env.config.secureCookies,
      ),
  };
}

async function readiness(missing: () => Promise<readonly string[]>): Promise<Response> {
  const faults = await missing();
  return json(faults.length === 0 ? 200 : 503, { ready: faults.length === 0, missing: faults });
}

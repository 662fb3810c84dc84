/** The console as a web application: the API under /api/v1, readiness, and the pages. */
import { Hono } from 'hono';
import type { Environment } from './environment.ts';
import { authenticate } from './http/authenticate.ts';
import { mountRoutes } from './http/mount.ts';
import { json } from './http/route.ts';
import { withSecurityHeaders } from './http/security-headers.ts';
import { sessionKey } from './http/session.ts';
import type { StaticFiles } from './http/static-files.ts';
import { allRoutes } from './routes.ts';

export interface AppOptions {
  readonly env: Environment;
  readonly pages: StaticFiles;
  /** Resolves when everything that answers need is there; rejects with what is not. */
  readonly ready: () => Promise<void>;
  readonly onError: (error: unknown, route: string) => void;
}

export interface App {
  readonly fetch: (request: Request) => Promise<Response>;
}

export function createApp({ env, pages, ready, onError }: AppOptions): App {
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
  });
  const app = new Hono();
  app.get('/readyz', () => readiness(ready));
  app.route('/', api);
  app.get('*', (context) => pages.respond(new URL(context.req.url).pathname));
  return {
    fetch: async (request) => withSecurityHeaders(await app.fetch(request)),
  };
}

async function readiness(ready: () => Promise<void>): Promise<Response> {
  try {
    await ready();
    return json(200, { ready: true });
  } catch (error) {
    return json(503, { ready: false, reason: error instanceof Error ? error.message : String(error) });
  }
}

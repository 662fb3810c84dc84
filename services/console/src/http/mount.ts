/** Routes -> a Hono application: authentication, roles, validation with every fault at once, problems. */
import { type Fault, faultsOf } from '@adherence/domain/configuration/command.ts';
import type { ConfigurationState, TenantTables } from '@adherence/domain/configuration/tables.ts';
import { isOperational } from '@adherence/runtime/errors.ts';
import { Hono } from 'hono';
import type { z } from 'zod';
import { readBody, readJson } from './body.ts';
import { tablesSeenBy } from './principal-tables.ts';
import { HttpProblem, invalid, notFound, problemResponse } from './problem.ts';
import type { Principal, Route, RouteRequest } from './route.ts';

export interface MountOptions {
  readonly now: () => number;
  readonly configuration: () => ConfigurationState;
  /** Who calls; null for nobody. Throws HttpProblem for a token that is not valid or a forged browser request. */
  readonly authenticate: (request: Request, client: string) => Principal | null;
  /** Told of errors that are ours, and of nothing else. */
  readonly onError: (error: unknown, route: string) => void;
  /** Told of every request to a route, once it is answered (streams: once they begin). */
  readonly onAnswer: (answered: Answered) => void;
}

export interface Answered {
  readonly method: string;
  /** As it is described, with the names of its parameters. */
  readonly route: string;
  readonly status: number;
  readonly tookMs: number;
  readonly tenantId: string | null;
}

/** What the server tells of a request besides the request itself. */
export interface CallerEnv {
  readonly Bindings: { readonly client: string };
}

export const apiPath = '/api/v1';
const defaultBodyLimitBytes = 1024 * 1024;

export function mountRoutes(routes: readonly Route[], options: MountOptions): Hono<CallerEnv> {
  const app = new Hono<CallerEnv>();
  for (const route of routes) {
    const path = apiPath + route.path.replaceAll(/\{(\w+)\}/g, ':$1');
    app.on(route.method.toUpperCase(), path, (context) =>
      answer(route, context.req.raw, context.env.client, context.req.param(), options),
    );
  }
  app.all(`${apiPath}/*`, (context) => {
    const { pathname } = new URL(context.req.url);
    const allowed = routes
      .filter(({ path }) => matches(path, pathname))
      .map(({ method }) => method.toUpperCase());
    if (allowed.length === 0) return problemResponse(notFound());
    const allow = [...new Set(allowed)].join(', ');
    return problemResponse(new HttpProblem(405, `Only ${allow} is possible here.`, [], { allow }));
  });
  return app;
}

async function answer(
  route: Route,
  request: Request,
  client: string,
  params: Record<string, string>,
  options: MountOptions,
): Promise<Response> {
  const startedAt = options.now();
  let tenant: TenantTables | null = null;
  const respond = async (): Promise<Response> => {
    try {
      const principal = options.authenticate(request, client);
      tenant = authorize(route, principal, options.configuration());
      return await route.handle(
        await readRequest(route, request, client, params, principal, tenant, options),
      );
    } catch (error) {
      if (error instanceof HttpProblem) return problemResponse(error);
      options.onError(error, `${route.method} ${route.path}`);
      return problemResponse(ourFault(error));
    }
  };
  const response = await respond();
  options.onAnswer({
    method: route.method.toUpperCase(),
    route: route.path,
    status: response.status,
    tookMs: options.now() - startedAt,
    tenantId: (tenant as TenantTables | null)?.tenantId ?? null,
  });
  return response;
}

/** What is away for now is worth another try; what is a bug tells nothing about itself. */
function ourFault(error: unknown): HttpProblem {
  return isOperational(error)
    ? new HttpProblem(503, 'A part of the system does not answer; try again.', [], { 'retry-after': '5' })
    : new HttpProblem(500, 'Something went wrong here; it has been recorded.');
}

/** The tables of the caller's tenant, null where a route is not for tenants. */
function authorize(
  { access, teams }: Route,
  principal: Principal | null,
  state: ConfigurationState,
): TenantTables | null {
  if (access === 'public') return null;
  if (!principal) {
    throw new HttpProblem(401, 'This needs a token.', [], { 'www-authenticate': 'Bearer' });
  }
  if (principal.kind === 'operator') {
    if (access === 'operator' || access === 'session') return null;
    throw new HttpProblem(403, 'The operator token manages tenants only.');
  }
  const tables = tablesSeenBy(principal, state);
  if (!tables) throw new HttpProblem(401, 'This token is not valid.', [], { 'www-authenticate': 'Bearer' });
  if (access === 'session') return tables;
  const { role } = principal;
  if (access === 'operator' || !(role === 'admin' || access.includes(role))) {
    throw new HttpProblem(403, `A token with the role ${role} may not do this.`);
  }
  if (principal.teams && !teams) throw new HttpProblem(403, 'A token limited to teams may not do this.');
  return tables;
}

async function readRequest(
  route: Route,
  request: Request,
  client: string,
  params: Record<string, string>,
  principal: Principal | null,
  tenant: TenantTables | null,
  options: MountOptions,
): Promise<RouteRequest<unknown, unknown, unknown>> {
  const url = new URL(request.url);
  const limit = route.bodyLimitBytes ?? defaultBodyLimitBytes;
  const readsBody = route.body !== undefined;
  const parsedParams = check(route.params, params);
  // An address that cannot be is an unknown one, except where it would be created.
  if (parsedParams.faults.length > 0 && route.method !== 'put') throw notFound();
  const query = check(route.query, queryOf(url.searchParams));
  if (!route.query && url.searchParams.size > 0) {
    query.faults.push(
      ...[...url.searchParams.keys()].map((path) => ({ path, message: 'unknown parameter' })),
    );
  }
  const body = readsBody
    ? check(route.body, await readJson(request, limit))
    : { value: undefined, faults: [] };
  const faults = [...parsedParams.faults, ...query.faults, ...body.faults];
  if (faults.length > 0) throw invalid(...faults);
  return {
    params: parsedParams.value,
    query: query.value,
    body: body.value,
    headers: request.headers,
    client,
    signal: request.signal,
    url,
    now: options.now(),
    principal,
    get tenant(): TenantTables {
      if (!tenant) throw new Error('this route is not for tenants');
      return tenant;
    },
    bytes: () => readBody(request, limit),
  };
}

function check(schema: z.ZodType | undefined, value: unknown): { value: unknown; faults: Fault[] } {
  if (!schema) return { value: {}, faults: [] };
  const parsed = schema.safeParse(value);
  return parsed.success
    ? { value: parsed.data, faults: [] }
    : { value: undefined, faults: faultsOf(parsed.error) };
}

/** A parameter that is given once is a string, one that is repeated a list. */
function queryOf(params: URLSearchParams): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = Object.create(null);
  for (const key of params.keys()) {
    const values = params.getAll(key);
    query[key] = values.length === 1 ? values[0]! : values;
  }
  return { ...query };
}

function matches(routePath: string, pathname: string): boolean {
  const pattern = routePath.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+');
  return new RegExp(`^${apiPath}${pattern}$`).test(pathname);
}

/** Just enough of the console's API and the ingress to run the demo against, in one Node server. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseItem } from '@adherence/domain/notifications/parse.ts';
import { splitBody } from '@adherence/domain/notifications/split-body.ts';

export const operatorToken = 'operator';

export interface FakePlatform {
  readonly url: string;
  /** `METHOD path` of every request that was answered 2xx, in order; hooks as `METHOD hook`. */
  readonly calls: string[];
  readonly tenants: Map<string, FakeTenant>;
  /** Texts of accepted items, by URL token. */
  readonly items: Map<string, string[]>;
  /** Statuses that the next hooks are answered with instead of being taken. */
  readonly hookFaults: number[];
  /** Called after each accepted notification. */
  onHook: () => void;
  close(): Promise<void>;
}

export interface FakeTenant {
  readonly token: string;
  readonly documents: Map<string, unknown>;
  readonly urlTokens: { id: string; token: string; integrationId: string; createdAt: string }[];
  readonly schedule: Set<string>;
}

interface Answer {
  readonly status: number;
  readonly value?: unknown;
  readonly headers?: Record<string, string>;
}

export async function startFakePlatform(): Promise<FakePlatform> {
  const calls: string[] = [];
  const tenants = new Map<string, FakeTenant>();
  const items = new Map<string, string[]>();
  const hookFaults: number[] = [];
  let tokens = 0;

  const server: Server = createServer(async (request, response) => {
    const path = request.url ?? '';
    const body = await bodyOf(request);
    const isHook = path.startsWith('/hooks/odigo/');
    const answer = isHook
      ? hook(path.slice(13), request, body)
      : api(request, path.replace('/api/v1', ''), body);
    if (answer.status < 300) calls.push(`${request.method} ${isHook ? 'hook' : path.replace('/api/v1', '')}`);
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    response.end(JSON.stringify(answer.value ?? {}));
    if (isHook && answer.status === 200) platform.onHook();
  });

  const hook = (token: string, request: IncomingMessage, body: Buffer): Answer => {
    const fault = hookFaults.shift();
    if (fault !== undefined) return { status: fault, headers: { 'retry-after': '1' } };
    const isValid = [...tenants.values()].some(({ urlTokens }) => urlTokens.some((t) => t.token === token));
    if (!isValid) return { status: 404 };
    const split = splitBody(body, request.headers['content-type']);
    const found = split.kind === 'items' ? split.items : [];
    const good = found
      .filter(({ format, bytes }) => parseItem(format, bytes).ok)
      .map(({ bytes }) => bytes.toString());
    items.set(token, [...(items.get(token) ?? []), ...good]);
    return {
      status: 200,
      value: { accepted: good.length, rejected: found.length - good.length, requestId: 'r' },
    };
  };

  const api = (request: IncomingMessage, path: string, body: Buffer): Answer => {
    const bearer = request.headers.authorization?.replace('Bearer ', '');
    if (path === '/tenants')
      return bearer === operatorToken ? createTenant(JSON.parse(body.toString())) : { status: 401 };
    const tenant = [...tenants.values()].find(({ token }) => token === bearer);
    if (!tenant) return { status: 401 };
    if (path.endsWith('/url-tokens') || path.includes('/url-tokens/'))
      return urlTokens(tenant, request.method!, path);
    if (path === '/schedules/import') return importSchedules(tenant, body.toString());
    if (request.method === 'GET') return { status: 200, value: tenant.documents.get(path) };
    const value = JSON.parse(body.toString());
    const key = path.endsWith('/status-mappings') ? `${path} ${value.status} ${value.breakType}` : path;
    const isNew = !tenant.documents.has(key);
    tenant.documents.set(key, value);
    return { status: isNew ? 201 : 200 };
  };

  const createTenant = ({ id }: { id: string }): Answer => {
    if (tenants.has(id)) return { status: 409 };
    const token = `token-${++tokens}`;
    tenants.set(id, { token, documents: new Map(), urlTokens: [], schedule: new Set() });
    return { status: 201, value: { id, token } };
  };

  const urlTokens = (tenant: FakeTenant, method: string, path: string): Answer => {
    const [, , integrationId = '', , id] = path.split('/');
    const own = tenant.urlTokens.filter((t) => t.integrationId === integrationId);
    if (method === 'GET')
      return { status: 200, value: { items: own.map(({ token: _, ...shown }) => shown) } };
    if (method === 'DELETE') {
      tenant.urlTokens.splice(
        tenant.urlTokens.findIndex((t) => t.id === id),
        1,
      );
      return { status: 204 };
    }
    if (own.length >= 2) return { status: 409 };
    const number = ++tokens;
    const created = {
      id: `id-${number}`,
      token: `url-${number}`,
      integrationId,
      createdAt: new Date(number).toISOString(),
    };
    tenant.urlTokens.push(created);
    return { status: 201, value: created };
  };

  const importSchedules = (tenant: FakeTenant, csv: string): Answer => {
    const lines = csv.trim().split('\n').slice(1);
    for (const line of lines) tenant.schedule.add(line);
    return { status: 200, value: { accepted: lines.length, rejected: [] } };
  };

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const platform: FakePlatform = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    tenants,
    items,
    hookFaults,
    onHook: () => {},
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return platform;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

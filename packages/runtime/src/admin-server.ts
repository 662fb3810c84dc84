/** The admin port of a service: /livez, /readyz (?verbose), /metrics. Not for the outside. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Metrics } from './metrics.ts';

export interface AdminServerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** The loop makes progress; must not ask other servers. */
  readonly live: () => boolean;
  /** Names what this role needs and does not have; empty when it is ready. */
  readonly missing: () => Promise<readonly string[]>;
  readonly metrics: Pick<Metrics, 'text' | 'contentType'>;
}

export interface AdminServer {
  readonly port: number;
  close(): Promise<void>;
}

export async function startAdminServer(options: AdminServerOptions): Promise<AdminServer> {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://admin');
    const route = routes[pathname];
    if (!route) return answer(response, 404, 'not found\n');
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(response, 405, 'only GET\n');
    route(options, searchParams.has('verbose')).then(
      ({ status, body, type }) => answer(response, status, body, type),
      () => answer(response, 500, 'error\n'),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly type?: string;
}

const routes: Readonly<Record<string, (options: AdminServerOptions, verbose: boolean) => Promise<Answer>>> = {
  '/livez': async ({ live }) =>
    live() ? { status: 200, body: 'ok\n' } : { status: 503, body: 'no progress\n' },
  '/readyz': async ({ missing }, verbose) => {
    const faults = await missing();
    const status = faults.length === 0 ? 200 : 503;
    const lines = faults.map((fault) => `[-] ${fault}\n`).join('');
    return { status, body: `${verbose ? lines : ''}${status === 200 ? 'ok' : 'not ready'}\n` };
  },
  '/metrics': async ({ metrics }) => ({ status: 200, body: await metrics.text(), type: metrics.contentType }),
};

function answer(
  response: ServerResponse,
  status: number,
  body: string,
  type = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
  response.end(body);
}

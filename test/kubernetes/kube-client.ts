/** The API server by plain requests, as much as tests need. */
import { Agent, request as httpsRequest } from 'node:https';
import type { Manifest } from './render-chart.ts';

export interface KubeAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the server has, read by tests.
  readonly body: any;
}

export interface KubeClient {
  request(method: string, path: string, body?: unknown, contentType?: string): Promise<KubeAnswer>;
  /** Creates or changes it (server-side apply); throws with the server's reason. */
  apply(manifest: Manifest, namespace?: string): Promise<void>;
  /** Items of a list; `path` as `/apis/apps/v1/namespaces/x/deployments`. */
  list(path: string): Promise<readonly Manifest[]>;
  get(path: string): Promise<Manifest>;
}

/** The server's certificate is its own: it is on loopback and ours. */
export function createKubeClient(server: string, token: string): KubeClient {
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });

  const request: KubeClient['request'] = (method, path, body, contentType = 'application/json') =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': contentType };
      const sent = httpsRequest(`${server}${path}`, { method, agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const isJson = (response.headers['content-type'] ?? '').includes('json');
          resolve({ status: response.statusCode ?? 0, body: isJson ? JSON.parse(text) : text });
        });
      });
      sent.on('error', reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });

  const get: KubeClient['get'] = async (path) => {
    const { status, body } = await request('GET', path);
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${body?.message ?? body}`);
    return body;
  };

  return {
    request,
    get,
    list: async (path) => (await get(path)).items,
    async apply(manifest, namespace) {
      const path = `${collectionOf(manifest, namespace)}/${manifest.metadata.name}?fieldManager=test&force=true`;
      const { status, body } = await request('PATCH', path, manifest, 'application/apply-patch+yaml');
      if (status >= 300)
        throw new Error(`${manifest.kind} ${manifest.metadata.name}: ${body?.message ?? body}`);
    },
  };
}

/** Where objects of its kind are, by the rule that names of resources are plurals of kinds. */
export function collectionOf({ apiVersion, kind }: Manifest, namespace?: string): string {
  const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const lower = kind.toLowerCase();
  const plural = lower.endsWith('y')
    ? `${lower.slice(0, -1)}ies`
    : /(s|ss)$/.test(lower)
      ? `${lower}es`
      : `${lower}s`;
  return namespace ? `${base}/namespaces/${namespace}/${plural}` : `${base}/${plural}`;
}

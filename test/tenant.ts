/** One tenant of the product under test, as its administrator and Odigo reach it. */
import { operatorToken, type WholeProduct } from './whole-product.ts';

export interface TestTenant {
  /** Of an administrator. */
  readonly token: string;
  /** JSON answer of the console's API; fails the test on a status that is not expected. */
  call(method: string, path: string, body?: unknown, contentType?: string): Promise<unknown>;
  text(path: string): Promise<string>;
  /** Posts to the webhook of an integration. */
  notify(integrationId: string, request: Notification): Promise<{ accepted: number; rejected: number }>;
}

export interface Notification {
  readonly method?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

export async function createTenant(product: WholeProduct, id: string, timeZone: string): Promise<TestTenant> {
  const request = async (
    method: string,
    path: string,
    token: string,
    body?: unknown,
    contentType?: string,
  ) => {
    const headers = new Headers({ Authorization: `Bearer ${token}` });
    if (body !== undefined) headers.set('Content-Type', contentType ?? 'application/json');
    const text = typeof body === 'string' ? body : body === undefined ? undefined : JSON.stringify(body);
    const url = `http://console.example/api/v1${path}`;
    const response = await product.fetch(new Request(url, { method, headers, body: text }));
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  const created = await request('POST', '/tenants', operatorToken, { id, name: id, timeZone });
  const { token } = (await created.json()) as { token: string };
  const urls = new Map<string, string>();

  const call: TestTenant['call'] = async (method, path, body, contentType) => {
    const response = await request(method, path, token, body, contentType);
    const text = await response.text();
    return text === '' ? null : JSON.parse(text);
  };
  return {
    token,
    call,
    text: async (path) => (await request('GET', path, token)).text(),
    async notify(integrationId, { method = 'POST', headers, body }) {
      let hook = urls.get(integrationId);
      if (!hook) {
        const answer = await call('POST', `/integrations/${integrationId}/url-tokens`, {});
        hook = `${product.ingressUrl}/hooks/odigo/${(answer as { token: string }).token}`;
        urls.set(integrationId, hook);
      }
      const response = await fetch(hook, {
        method,
        headers,
        body: typeof body === 'string' ? body : new Uint8Array(body),
      });
      if (response.status !== 200) throw new Error(`webhook: ${response.status} ${await response.text()}`);
      return (await response.json()) as { accepted: number; rejected: number };
    },
  };
}

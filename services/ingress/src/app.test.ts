import { describe, expect, it } from 'vitest';
import { createApp } from './app.ts';

const app = createApp({ missing: async () => [] });

describe('the ingress beside its notifications', () => {
  it('answers a GET or HEAD of the address kindly, the same for every token', async () => {
    const [one, other] = [await app.request('/hooks/odigo/abc'), await app.request('/hooks/odigo/xyz')];
    expect([one.status, other.status]).toEqual([200, 200]);
    expect(await one.text()).toBe(await other.text());
    const head = await app.request('/hooks/odigo/abc', { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it('names the methods that it takes', async () => {
    const answer = await app.request('/hooks/odigo/abc', { method: 'DELETE' });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST, PUT, GET, HEAD']);
  });

  it('says whether it is ready, and what is missing', async () => {
    expect((await app.request('/readyz')).status).toBe(200);
    const unready = await createApp({ missing: async () => ['broker'] }).request('/readyz');
    expect([unready.status, await unready.text()]).toEqual([503, 'not ready: broker\n']);
    expect((await app.request('/livez')).status).toBe(200);
  });

  it('answers 404 as a problem elsewhere', async () => {
    const answer = await app.request('/');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
  });
});

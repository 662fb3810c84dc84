import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { ConfigError } from '@adherence/runtime/env-config.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from './config.ts';
import { startTestConsole, type TestConsole } from './console.testing.ts';

let folder: string;
let console_: TestConsole;
const get = (path: string) => console_.running.fetch(new Request(`http://console.test${path}`));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'adherence-pages-'));
  const pages = join(folder, 'pages');
  await mkdir(join(pages, 'assets'), { recursive: true });
  await writeFile(join(pages, 'index.html'), '<!doctype html><title>Adherence</title>');
  await writeFile(join(pages, 'assets', 'app-1a2b.js'), 'export {}');
  await writeFile(join(folder, 'outside.txt'), 'secret');
  console_ = await startTestConsole({ pages });
});
afterAll(async () => {
  await console_.stop();
  await rm(folder, { recursive: true });
});

describe('pages', () => {
  it.each([
    ['/', 200, 'text/html; charset=utf-8', 'no-cache'],
    ['/people/ada/today', 200, 'text/html; charset=utf-8', 'no-cache'],
    ['/assets/app-1a2b.js', 200, 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
    ['/assets/gone.js', 404, null, null],
    ['/../outside.txt', 404, null, null],
    ['/%2e%2e/outside.txt', 404, null, null],
    ['/assets/..%2f..%2foutside.txt', 404, null, null],
  ])('%s', async (path, status, type, cache) => {
    const response = await get(path);
    expect(response.status).toBe(status);
    expect(await response.text()).not.toContain('secret');
    if (type)
      expect([response.headers.get('content-type'), response.headers.get('cache-control')]).toEqual([
        type,
        cache,
      ]);
  });

  it.each([
    ['gzip, deflate, br', 'gzip'],
    ['br;q=1.0, gzip;q=0.8', 'gzip'],
    ['gzip;q=0', null],
    ['identity', null],
  ])('packed for who takes %s', async (accepted, encoding) => {
    const request = new Request('http://console.test/assets/app-1a2b.js', {
      headers: { 'accept-encoding': accepted },
    });
    const response = await console_.running.fetch(request);
    expect([response.headers.get('content-encoding'), response.headers.get('vary')]).toEqual([
      encoding,
      'accept-encoding',
    ]);
    const bytes = Buffer.from(await response.arrayBuffer());
    expect((encoding ? gunzipSync(bytes) : bytes).toString()).toBe('export {}');
  });

  it('tells how to build them while they are not', async () => {
    const bare = await startTestConsole();
    const response = await bare.running.fetch(new Request('http://console.test/'));
    expect([response.status, await response.text()]).toEqual([503, expect.stringContaining('npm run build')]);
    await bare.stop();
  });
});

describe('the description', () => {
  it('has every route once, with schemas of what it takes and answers', async () => {
    const { body, status } = await console_.as(null)('GET', '/openapi.json');
    expect([status, body.openapi]).toEqual([200, '3.1.0']);
    // biome-ignore lint/suspicious/noExplicitAny: a document of any shape
    const operations = Object.values<any>(body.paths).flatMap((path) => Object.values<any>(path));
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThan(50);
    const person = body.paths['/api/v1/people/{id}'].put;
    expect(person.parameters).toMatchObject([{ name: 'id', in: 'path', required: true }]);
    expect(person.requestBody.content['application/json'].schema).toMatchObject({
      additionalProperties: false,
      required: ['name'],
      properties: {
        externalUsers: { items: { properties: { validFrom: { anyOf: [{ format: 'date-time' }, {}] } } } },
      },
    });
    expect(body.paths['/api/v1/adherence'].get.parameters).toContainEqual(
      expect.objectContaining({ name: 'from', in: 'query', required: true }),
    );
  });
});

describe('readiness', () => {
  it('names what is missing', async () => {
    const response = await get('/readyz');
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({
      ready: false,
      missing: ['ClickHouse', 'an owner of every partition'],
    });
  });
});

describe('settings', () => {
  const good = { OPERATOR_TOKEN: 'sixteen-letters-and-more', SECRETS_KEY: '07'.repeat(32) };

  it('have defaults for all but the secrets', () => {
    expect(parseConfig(good)).toMatchObject({
      port: 8081,
      ingressUrl: 'http://127.0.0.1:8080',
      secureCookies: false,
    });
    expect(parseConfig({ ...good, INGRESS_PUBLIC_URL: 'https://odigo.example/' }).ingressUrl).toBe(
      'https://odigo.example',
    );
  });

  it('tell every fault at once', () => {
    const faults = { OPERATOR_TOKEN: 'short', SECRETS_KEY: 'short', CONSOLE_PORT: 'x' };
    try {
      parseConfig(faults);
      expect.unreachable();
    } catch (error) {
      expect((error as ConfigError).faults).toHaveLength(3);
      expect(String(error)).not.toContain('short');
    }
  });
});

/**
 * What no route takes: bodies that are too large, too deep, of another type, no JSON, no UTF-8, or cut off; stale
 * versions; the same twice at once. Wrong roles and wrong tenants: security.test.ts and isolation.test.ts.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Call, startTestConsole, type TestConsole } from './console.testing.ts';
import { operationsOfConsole } from './every-route.testing.ts';
import { type Named, nameOf, type Operation, requestOf, sampled } from './requests.testing.ts';

let testConsole: TestConsole;
let admin: Call & { token: string };
/** Every route that takes a document. */
let operations: Operation[];
const anything: Named = (_, isId) => (isId ? fc.constant('some') : null);

beforeAll(async () => {
  testConsole = await startTestConsole({ config: { scheduleOutcomeLimitMs: 50 } });
  admin = await testConsole.tenant('t1');
  const all = await operationsOfConsole(admin);
  operations = all.filter(({ path, body }) => body !== null && !path.startsWith('/tenants'));
});
afterAll(() => testConsole.stop());

const json = { 'content-type': 'application/json' };
const megabyte = 1024 * 1024;
const deep = (text: string, levels: number) => text.repeat(levels);

type Body = string | Uint8Array | ReadableStream<Uint8Array>;

interface BadBody {
  readonly what: string;
  readonly body: Body;
  readonly headers: Readonly<Record<string, string>>;
  readonly statuses: readonly number[];
  /** Only where bodies are not allowed to be as large as a file. */
  readonly small?: true;
}

const badBodies: readonly (() => BadBody)[] = [
  () => ({
    what: 'too large',
    body: JSON.stringify({ name: 'x'.repeat(2 * megabyte) }),
    headers: json,
    statuses: [413],
    small: true,
  }),
  () => ({
    what: 'too large, of a length that nobody tells',
    body: endless(),
    headers: json,
    statuses: [413],
  }),
  () => ({ what: 'too deep', body: deep('[', 200_000), headers: json, statuses: [400] }),
  () => ({ what: 'deep objects', body: deep('{"a":', 100_000), headers: json, statuses: [400] }),
  () => ({ what: 'of another type', body: 'a=b', headers: form, statuses: [415] }),
  () => ({ what: 'no JSON', body: '{"name":', headers: json, statuses: [400] }),
  () => ({ what: 'an array', body: '[]', headers: json, statuses: [422] }),
  () => ({ what: 'null', body: 'null', headers: json, statuses: [422] }),
  () => ({ what: 'a number', body: '1e400', headers: json, statuses: [422] }),
  () => ({ what: 'no UTF-8', body: Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d), headers: json, statuses: [400] }),
  () => ({
    what: 'an unknown field',
    body: '{"__proto__":{"admin":true},"surely not known":1}',
    headers: json,
    statuses: [422],
  }),
];
const form = { 'content-type': 'application/x-www-form-urlencoded' };

/** Chunks without end: whoever reads all of it never answers. */
const endless = () =>
  new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(4 * megabyte).fill(0x20)),
  });

describe('every route that takes a document', () => {
  it('is looked at', () => expect(operations.length).toBeGreaterThanOrEqual(20));

  it.each(badBodies.map((make) => [make().what, make] as const))(
    'refuses one that is %s',
    async (_, make) => {
      for (const operation of operations) {
        const { body, headers, statuses, small } = make();
        const allowsFiles = operation.path.startsWith('/configuration/');
        if (small && allowsFiles) continue;
        const [request] = sampled(requestOf(operation, anything), 1);
        const response = await testConsole.running.fetch(
          new Request(`http://console.test/api/v1${request!.path}`, {
            method: operation.method,
            headers: { authorization: `Bearer ${admin.token}`, ...headers },
            body,
            duplex: 'half',
          } as RequestInit),
        );
        const text = await response.text();
        expect(statuses, `${nameOf(operation)}: ${response.status} ${text.slice(0, 200)}`).toContain(
          response.status,
        );
        expect(response.headers.get('content-type')).toBe('application/problem+json');
      }
    },
  );
});

it('an import is refused for the same, and never read to its end', async () => {
  for (const path of ['/people/import', '/schedules/import']) {
    const send = async (body: Body, headers: Readonly<Record<string, string>>) => {
      const init = { method: 'POST', headers: { authorization: `Bearer ${admin.token}`, ...headers }, body };
      const request = new Request(`http://console.test/api/v1${path}`, {
        ...init,
        duplex: 'half',
      } as RequestInit);
      return (await testConsole.running.fetch(request)).status;
    };
    expect(await send(endless(), { 'content-type': 'text/csv' })).toBe(413);
    expect(await send('a=b', form)).toBe(415);
    expect(await send(Uint8Array.of(0x61, 0xff), { 'content-type': 'text/csv' })).toBe(400);
    expect(await send(deep('[', 200_000), json)).toBe(400);
    expect(await send('{"a":1}\n{', json)).toBe(200);
  }
});

describe('every document that can be written', () => {
  const puts = () => operations.filter(({ method }) => method === 'PUT');
  const send = (method: string, path: string, body: unknown, headers = {}) =>
    admin(method, path, body, { ...json, ...headers });
  const written = () => testConsole.broker.records('configuration').length;

  it('is not overwritten or deleted under a version that is not the one there', async () => {
    const before = written();
    for (const operation of puts()) {
      for (const { path, body } of sampled(requestOf(operation, anything), 2, 1)) {
        for (const [method, content] of [
          ['PUT', body],
          ['DELETE', undefined],
        ] as const) {
          for (const tag of ['"999999"', '"x"', '*,"1"']) {
            const { status } = await send(method, path, content, { 'if-match': tag });
            const isScheduled = operation.path.startsWith('/schedules/') && status === 503;
            expect(isScheduled || (status >= 400 && status < 500), `${nameOf(operation)}: ${status}`).toBe(
              true,
            );
          }
        }
      }
    }
    expect(written()).toBe(before);
  });

  it('is written once when it comes twice at once', async () => {
    for (const operation of puts().filter(({ path }) => !path.startsWith('/schedules/'))) {
      for (const { path, body } of sampled(requestOf(operation, anything), 3, 3)) {
        const both = await Promise.all([send('PUT', path, body), send('PUT', path, body)]);
        const statuses = both.map(({ status }) => status).sort();
        const isRefused = statuses.every((status) => status >= 400 && status < 500);
        expect(
          isRefused || statuses.every((status) => status < 300),
          `${nameOf(operation)}: ${statuses}`,
        ).toBe(true);
        if (isRefused) continue;
        expect(statuses.filter((status) => status === 201).length, nameOf(operation)).toBeLessThan(2);
        const before = written();
        expect((await send('PUT', path, body)).status, nameOf(operation)).toBe(200);
        expect(written(), nameOf(operation)).toBe(before);
      }
    }
  });
});

import { lookup } from 'node:dns';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addressPolicy, parseNetwork } from './allowed-address.ts';
import type { BreakFaultKind } from './break-fault.ts';
import type { BreakTypeSource } from './break-type-source.ts';
import {
  type FakeBehaviour,
  type FakeOdigoWebService,
  startFakeOdigoWebService,
} from './fake-odigo-web-service.ts';
import { type HttpBreakTypeSourceOptions, httpBreakTypeSource } from './http-break-type-source.ts';

const credentials = { username: 'adherence', password: 'pässwörd:with:colons' };
const loopback = addressPolicy([parseNetwork('127.0.0.0/8')!, parseNetwork('::1')!]);
const anna = { externalUserId: 'Anna Lee/1@centre.example', status: 'BREAK' };

describe('break types over HTTP', () => {
  let fake: FakeOdigoWebService;
  const sources: BreakTypeSource[] = [];

  beforeEach(async () => {
    fake = await startFakeOdigoWebService(credentials);
    fake.agents.set(anna.externalUserId, { status: 'BREAK', breakType: ' lunch ' });
  });
  afterEach(async () => {
    for (const source of sources.splice(0)) source.close();
    await fake.close();
  });

  function open(options: Partial<HttpBreakTypeSourceOptions> = {}): BreakTypeSource {
    const source = httpBreakTypeSource({
      url: fake.url,
      ...credentials,
      allowed: loopback,
      timeoutMs: 10_000,
      connections: 2,
      ...options,
    });
    sources.push(source);
    return source;
  }
  const failure = (kind: BreakFaultKind, status: number | null = null) => ({
    kind: 'failed',
    fault: { kind, status },
  });

  it('answers the break type of an agent, whatever characters its id has', async () => {
    expect(await open().lookUp(anna)).toEqual({ kind: 'found', breakType: 'lunch' });
    expect(fake.questions).toEqual([anna.externalUserId]);
  });

  it('answers none for an agent without a break type, or in another status by now', async () => {
    fake.agents.set('ben', { status: 'BREAK', breakType: null });
    fake.agents.set('cleo', { status: 'TALK', breakType: 'lunch' });
    expect(await open().lookUp({ externalUserId: 'ben', status: 'BREAK' })).toEqual({ kind: 'none' });
    expect(await open().lookUp({ externalUserId: 'cleo', status: 'BREAK' })).toEqual({ kind: 'none' });
  });

  it('tells an unknown agent from a wrong path', async () => {
    expect(await open().lookUp({ ...anna, externalUserId: 'nobody' })).toEqual({ kind: 'unknown-agent' });
    const wrongPath = open({ url: `${fake.url}/v9` });
    expect(await wrongPath.lookUp(anna)).toEqual(failure('not-found', 404));
  });

  it('takes a 404 of any content for an unknown agent, once anything of the web service was found', async () => {
    const source = open();
    fake.behaviour = 'not-found';
    expect(await source.lookUp(anna)).toEqual(failure('not-found', 404));
    fake.behaviour = 'well';
    expect(await source.lookUp(anna)).toMatchObject({ kind: 'found' });
    fake.behaviour = 'not-found';
    expect(await source.lookUp(anna)).toEqual({ kind: 'unknown-agent' });
  });

  it.each(['.', '..', '', '\ud800'])(
    'never asks for the id %j, which no path can name',
    async (externalUserId) => {
      const requests: string[] = [];
      const server = createHttpServer((request, response) => {
        requests.push(request.url ?? '');
        response.end();
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const source = open({ url: `http://127.0.0.1:${port}/ws/tenant` });
      expect(await source.lookUp({ ...anna, externalUserId })).toEqual({ kind: 'unknown-agent' });
      expect(requests).toEqual([]);
      source.close();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  );

  it.each<[FakeBehaviour, BreakFaultKind, number | null]>([
    ['password', 'password', 401],
    ['redirect', 'redirect', 302],
    ['server-error', 'server-error', 500],
    ['overloaded', 'overloaded', 429],
    ['not-found', 'not-found', 404],
    ['html', 'unreadable', 200],
    ['truncated', 'unreadable', 200],
    ['empty', 'unreadable', 200],
    ['other-agent', 'unreadable', 200],
    ['other-document', 'unreadable', 200],
    ['huge', 'unreadable', 200],
    ['gzip', 'unreadable', 200],
    ['reset', 'unreachable', null],
  ])('says what is wrong when the web service behaves as %s', async (behaviour, kind, status) => {
    fake.behaviour = behaviour;
    expect(await open().lookUp(anna)).toEqual(failure(kind, status));
  });

  it('refuses wrong credentials without repeating them', async () => {
    const answer = await open({ password: 'wrong-secret' }).lookUp(anna);
    expect(answer).toEqual(failure('password', 401));
    expect(JSON.stringify(answer)).not.toContain('secret');
  });

  it.each<FakeBehaviour>(['slow', 'endless'])(
    'gives up in time when the web service is %s',
    async (behaviour) => {
      fake.behaviour = behaviour;
      expect(await open({ timeoutMs: 60 }).lookUp(anna)).toEqual(failure('timeout'));
    },
  );

  it('is answered at once when it is closed', async () => {
    fake.behaviour = 'slow';
    const source = open();
    const asked = source.lookUp(anna);
    source.close();
    expect(await asked).toMatchObject({ kind: 'failed' });
  });

  it('asks again when an idle connection turns out to be closed', async () => {
    const source = open({ connections: 1 });
    expect(await source.lookUp(anna)).toMatchObject({ kind: 'found' });
    // The next question on this connection is answered by its end, a new connection properly.
    fake.behaviour = 'reset-reused';
    expect(await source.lookUp(anna)).toMatchObject({ kind: 'found' });
  });

  it('finds no name, no listener and no TLS', async () => {
    const unknown = open({
      url: 'https://odigo.invalid/ws',
      resolve: (_, __, done) => done(coded('ENOTFOUND'), []),
    });
    expect(await unknown.lookUp(anna)).toEqual(failure('dns'));
    const plain = open({ url: fake.url.replace('http:', 'https:') });
    expect(await plain.lookUp(anna)).toEqual(failure('tls'));
    const port = await unusedPort();
    expect(await open({ url: `http://127.0.0.1:${port}/ws` }).lookUp(anna)).toEqual(failure('refused'));
  });

  it('connects to no private address, by number or by name', async () => {
    const allowed = addressPolicy([]);
    expect(await open({ allowed }).lookUp(anna)).toEqual(failure('address-not-allowed'));
    const named = open({ allowed, url: fake.url.replace('127.0.0.1', 'localhost') });
    expect(await named.lookUp(anna)).toEqual(failure('address-not-allowed'));
    expect(fake.questions).toEqual([]);
  });

  it('judges the very addresses that it connects to, and all of them', async () => {
    const url = fake.url.replace('127.0.0.1', 'odigo.example');
    let asked = 0;
    const rebinding = open({
      url,
      allowed: (address) => address === '198.51.100.7',
      // First a public address, a moment later a private one.
      resolve: (_, __, done) => {
        asked += 1;
        const address = asked === 1 ? '198.51.100.7' : '127.0.0.1';
        done(null, [
          { address, family: 4 },
          { address: '127.0.0.1', family: 4 },
        ]);
      },
    });
    expect(await rebinding.lookUp(anna)).toEqual(failure('address-not-allowed'));
    expect(await rebinding.lookUp(anna)).toEqual(failure('address-not-allowed'));
    const pinned = open({ url, resolve: (_, options, done) => lookup('127.0.0.1', options, done) });
    expect(await pinned.lookUp(anna)).toMatchObject({ kind: 'found' });
  });
});

const coded = (code: string) => Object.assign(new Error(code), { code });

async function unusedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

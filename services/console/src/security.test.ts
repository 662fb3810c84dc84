import { breakDetailContext, openSecret } from '@adherence/domain/configuration/secret.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Call,
  integrationBody,
  operatorToken,
  startTestConsole,
  type TestConsole,
  testConfig,
} from './console.testing.ts';
import { about, answersOf, operationsOfConsole } from './every-route.testing.ts';
import { type Named, nameOf } from './requests.testing.ts';

let console_: TestConsole;
let admin: Call & { token: string };

beforeAll(async () => {
  console_ = await startTestConsole();
  admin = await console_.tenant('t1');
});
afterAll(() => console_.stop());

const tokenOf = async (role: string): Promise<string> => {
  const { body } = await admin('POST', '/tokens', { name: role, role });
  return body.token;
};

describe('roles', () => {
  // What each role may do: 2xx, 404 and 503 (no database here) all mean that it got past the door.
  const requests: [string, string, string, unknown, string[]][] = [
    ['write an activity', 'PUT', '/activities/a', { name: 'A', type: 'Break' }, ['admin']],
    ['read activities', 'GET', '/activities', undefined, ['admin', 'planner', 'analyst', 'viewer']],
    ['write a person', 'PUT', '/people/p', { name: 'P' }, ['admin', 'planner']],
    ['read people', 'GET', '/people', undefined, ['admin', 'planner', 'analyst']],
    ['import people', 'POST', '/people/import', '[]', ['admin', 'planner']],
    ['import schedules', 'POST', '/schedules/import', '[]', ['admin', 'planner']],
    ['read integrations', 'GET', '/integrations', undefined, ['admin', 'planner', 'analyst']],
    ['delete an integration', 'DELETE', '/integrations/none', undefined, ['admin']],
    ['list URL tokens', 'GET', '/integrations/none/url-tokens', undefined, ['admin']],
    [
      'delete a mapping',
      'DELETE',
      '/integrations/none/status-mappings?status=X',
      undefined,
      ['admin', 'planner'],
    ],
    ['write settings', 'PUT', '/settings', {}, ['admin']],
    ['delete an exception', 'DELETE', '/exceptions/none', undefined, ['admin', 'planner']],
    ['list tokens', 'GET', '/tokens', undefined, ['admin']],
    ['read changes', 'GET', '/changes', undefined, ['admin', 'planner', 'analyst']],
    [
      'read results',
      'GET',
      '/adherence?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z',
      undefined,
      ['admin', 'planner', 'analyst'],
    ],
    [
      'export',
      'GET',
      '/reports/adherence.csv?from=2026-01-01&to=2026-01-02&personId=none',
      undefined,
      ['admin', 'planner', 'analyst'],
    ],
    ['see rejected', 'GET', '/rejected', undefined, ['admin']],
    ['watch', 'GET', '/live', undefined, ['admin', 'planner', 'analyst', 'viewer']],
    ['create tenants', 'POST', '/tenants', { id: 'x', name: 'x', timeZone: 'UTC' }, []],
  ];

  it.each(['admin', 'planner', 'analyst', 'viewer'])('%s', async (role) => {
    const call = console_.as(await tokenOf(role));
    for (const [what, method, path, body, allowed] of requests) {
      const { status } = await call(method, path, body);
      expect([what, status === 403], `${role}: ${what} (${status})`).toEqual([what, !allowed.includes(role)]);
    }
  });

  it('nobody gets in without a valid token', async () => {
    for (const [, method, path, body] of requests) {
      expect((await console_.as(null)(method, path, body)).status).toBe(401);
      expect((await console_.as('adh_nonsense')(method, path, body)).status).toBe(401);
    }
  });

  it('a revoked token is none', async () => {
    const { body } = await admin('POST', '/tokens', { name: 'short', role: 'viewer' });
    expect((await console_.as(body.token)('GET', '/live')).status).toBe(200);
    await admin('DELETE', `/tokens/${body.id}`);
    expect((await console_.as(body.token)('GET', '/live')).status).toBe(401);
  });

  it('tokens are kept as hashes and shown once', async () => {
    const token = await tokenOf('viewer');
    const log = console_.broker.records('configuration').map(({ value }) => value!.toString());
    expect(log.join()).not.toContain(token);
    expect((await admin('GET', '/tokens')).text).not.toMatch(/adh_|[0-9a-f]{64}/);
  });
});

const own = { 'sec-fetch-site': 'same-origin' };

async function signIn(token: string, headers: Record<string, string> = own) {
  const answer = await console_.as(null)('POST', '/session', { token }, headers);
  return { ...answer, cookie: (answer.headers.get('set-cookie') ?? '').split(';')[0]! };
}

describe('the session of a browser', () => {
  it('is a cookie that scripts cannot read and other sites do not send', async () => {
    const { status, body, headers, cookie } = await signIn(admin.token);
    expect([status, body.role, body.tenant.id]).toEqual([200, 'admin', 't1']);
    expect(headers.get('set-cookie')).toMatch(/; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/);
    expect(cookie).not.toContain(admin.token);
    expect((await console_.as(null)('GET', '/session', undefined, { cookie })).body.role).toBe('admin');
  });

  it('does not open with a wrong token, a forged or a cut cookie', async () => {
    expect((await signIn('adh_wrong')).status).toBe(401);
    const { cookie } = await signIn(admin.token);
    const [name, value] = cookie.split('=') as [string, string];
    const other = Buffer.from(JSON.stringify(['t1', 'x', 'y', 9e15])).toString('base64url');
    for (const forged of [`${value}x`, value.slice(5), `${other}.${value.split('.')[1]}`, 'x', '.']) {
      const answer = await console_.as(null)('GET', '/session', undefined, { cookie: `${name}=${forged}` });
      expect(answer.status).toBe(401);
    }
  });

  it('writes only from our own pages', async () => {
    const { cookie } = await signIn(admin.token);
    const put = (headers: Record<string, string>) =>
      console_.as(null)('PUT', '/activities/s', { name: 'S', type: 'Break' }, { cookie, ...headers });
    expect((await put({})).status).toBe(403);
    expect((await put({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await put({ 'sec-fetch-site': 'same-site' })).status).toBe(403);
    expect((await put({ origin: 'https://evil.example' })).status).toBe(403);
    expect((await put({ origin: 'null' })).status).toBe(403);
    expect((await put({ origin: 'http://console.test' })).status).toBe(201);
    expect((await put(own)).status).toBe(200);
  });

  it('cannot be opened by a page of another site', async () => {
    expect((await signIn(admin.token, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await signIn(admin.token, { origin: 'https://evil.example' })).status).toBe(403);
  });

  it('ends with its token, and by signing out', async () => {
    const { body } = await admin('POST', '/tokens', { name: 'short', role: 'viewer' });
    const { cookie } = await signIn(body.token);
    await admin('DELETE', `/tokens/${body.id}`);
    expect((await console_.as(null)('GET', '/session', undefined, { cookie })).status).toBe(401);
    const out = await console_.as(null)('DELETE', '/session', undefined, own);
    expect([out.status, out.headers.get('set-cookie')]).toEqual([204, expect.stringContaining('Max-Age=0')]);
  });

  it('works for the operator', async () => {
    const { cookie, body } = await signIn(operatorToken);
    expect(body).toEqual({ role: 'operator', tokenId: null, teams: null, tenant: null });
    expect((await console_.as(null)('GET', '/tenants', undefined, { cookie })).status).toBe(200);
  });
});

describe('tries of tokens', () => {
  const guess = (token: string, client: string) =>
    console_.running.fetch(
      new Request('http://console.test/api/v1/session', {
        method: 'POST',
        headers: { ...own, 'content-type': 'application/json' },
        body: JSON.stringify({ token }),
      }),
      client,
    );

  it('are slowed down per address, by sign-in and by header alike; valid tokens of tenants still pass', async () => {
    for (let i = 0; i < 50; i++) expect((await guess(`adh_${i}`, '203.0.113.7')).status).toBe(401);
    const slowed = await guess('adh_x', '203.0.113.7');
    expect([slowed.status, slowed.headers.get('retry-after')]).toEqual([429, '1']);
    const byHeader = new Request('http://console.test/api/v1/live', {
      headers: { authorization: 'Bearer x' },
    });
    expect((await console_.running.fetch(byHeader, '203.0.113.7')).status).toBe(429);
    // The operator token is one that people choose.
    expect((await guess(operatorToken, '203.0.113.7')).status).toBe(429);
    expect((await guess(operatorToken, '203.0.113.8')).status).toBe(200);
    expect((await guess(admin.token, '203.0.113.7')).status).toBe(200);
  });
});

describe('rotation of the key that seals secrets', () => {
  const secrets = () =>
    console_.broker.records('configuration').flatMap(({ value }) => {
      const { entity, document } = JSON.parse(value!.toString());
      return entity === 'integration' ? [document.breakDetail.passwordCiphertext as string] : [];
    });

  it('seals anew at the start, once, and keeps sessions', async () => {
    const breakDetail = { url: 'https://odigo.example/t', username: 'u', password: 'top secret' };
    await admin('PUT', '/integrations/rotated', { ...integrationBody('Rotated'), breakDetail });
    const context = breakDetailContext('t1', 'rotated');
    const [first] = secrets();
    const { cookie } = await signIn(admin.token);
    const rotated = { secretsKey: Buffer.alloc(32, 8), previousSecretsKey: testConfig.secretsKey };
    for (let start = 0; start < 2; start++) {
      const again = await startTestConsole({ broker: console_.broker, config: rotated });
      expect((await again.as(null)('GET', '/session', undefined, { cookie })).body.role).toBe('admin');
      await again.stop();
    }
    const [, second, ...more] = secrets();
    expect(more).toEqual([]);
    expect(openSecret(first!, testConfig.secretsKey, context)).toBe('top secret');
    expect(openSecret(second!, rotated.secretsKey, context)).toBe('top secret');
    expect(openSecret(second!, testConfig.secretsKey, context)).toBeNull();
  });
});

describe('every route', () => {
  const strict = {
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
  };
  const anything: Named = () => null;

  it('answers with strict headers, whoever calls', async () => {
    const operations = await operationsOfConsole(admin);
    for (const operation of operations.filter(({ path }) => path !== '/tenants')) {
      for (const token of [null, admin.token, operatorToken]) {
        const [answer] = await answersOf(console_, token, operation, anything, 1);
        const headers = Object.fromEntries(answer!.headers);
        expect(headers, about(operation, answer!)).toMatchObject(strict);
        expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'");
        expect(headers['content-security-policy']).not.toMatch(/unsafe|\*/);
        expect(headers['access-control-allow-origin']).toBeUndefined();
        if (answer!.status >= 400) expect(headers['content-type']).toBe('application/problem+json');
      }
    }
  });

  it('needs a token, unless it is public', async () => {
    const operations = await operationsOfConsole(admin);
    const open = operations.filter(({ isPublic }) => isPublic).map(nameOf);
    expect(open.sort()).toEqual(['DELETE /session', 'POST /session']);
    for (const operation of operations.filter(({ isPublic }) => !isPublic)) {
      const [answer] = await answersOf(console_, null, operation, anything, 1);
      expect(answer!.status, about(operation, answer!)).toBe(401);
    }
  });

  it('refuses the operator token unless it manages tenants', async () => {
    for (const operation of await operationsOfConsole(admin)) {
      if (operation.isPublic || operation.path === '/session') continue;
      const [answer] = await answersOf(console_, operatorToken, operation, anything, 1);
      expect(answer!.status === 403, about(operation, answer!)).toBe(!operation.path.startsWith('/tenants'));
    }
  });

  it('is only reached by https again once it was, where cookies are for https only', async () => {
    const secure = await startTestConsole({ config: { secureCookies: true } });
    const { headers } = await secure.as(null)('GET', '/openapi.json');
    expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
    const { token } = await secure.tenant('secure');
    const signedIn = await secure.as(null)('POST', '/session', { token }, own);
    expect([signedIn.status, signedIn.headers.get('set-cookie')]).toEqual([
      200,
      expect.stringMatching(/; HttpOnly; SameSite=Strict; Max-Age=43200; Secure$/),
    ]);
    const { headers: out } = await secure.as(token)('DELETE', '/session', undefined, own);
    expect(out.get('set-cookie')).toMatch(/Max-Age=0; Secure$/);
    await secure.stop();
  });
});

describe('headers', () => {
  it('are strict on every answer', async () => {
    for (const path of ['/api/v1/openapi.json', '/api/v1/nothing', '/', '/board']) {
      const { headers } = await console_.running.fetch(new Request(`http://console.test${path}`));
      expect(headers.get('content-security-policy')).toContain("script-src 'self'");
      expect(headers.get('content-security-policy')).not.toContain('unsafe');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
    }
  });
});

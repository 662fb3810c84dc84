import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Call, operatorToken, startTestConsole, type TestConsole } from './console.testing.ts';

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

describe('the session of a browser', () => {
  const own = { 'sec-fetch-site': 'same-origin' };

  async function signIn(token: string, headers: Record<string, string> = own) {
    const answer = await console_.as(null)('POST', '/session', { token }, headers);
    return { ...answer, cookie: (answer.headers.get('set-cookie') ?? '').split(';')[0]! };
  }

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

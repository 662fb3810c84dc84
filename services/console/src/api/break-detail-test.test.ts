import { parseNetworks } from '@adherence/odigo-web-service/allowed-address.ts';
import {
  type FakeBehaviour,
  type FakeOdigoWebService,
  startFakeOdigoWebService,
} from '@adherence/odigo-web-service/fake-odigo-web-service.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { integrationBody, startTestConsole, type TestConsole } from '../console.testing.ts';

const credentials = { username: 'the-user', password: 'the-password' };

describe('testing the connection to a break web service', () => {
  let console: TestConsole;
  let fake: FakeOdigoWebService;
  let call: Awaited<ReturnType<TestConsole['tenant']>>;
  let access: { url: string; username: string; password: string };

  beforeAll(async () => {
    fake = await startFakeOdigoWebService(credentials);
    fake.agents.set('anna', { status: 'PAUSE', breakType: 'lunch' });
    fake.agents.set('ben', { status: 'TALK', breakType: null });
    console = await startTestConsole({ config: { breakDetailNetworks: parseNetworks('127.0.0.1')! } });
    call = await console.tenant('acme');
    access = { url: fake.url, ...credentials };
    await call('PUT', '/integrations/odigo', { ...integrationBody('Odigo'), breakDetail: access });
  });
  afterAll(async () => {
    await console.stop();
    await fake.close();
  });
  beforeEach(() => {
    fake.behaviour = 'well';
  });

  const stored = (body: object = {}) => call('POST', '/integrations/odigo/break-detail/test', body);
  const unsaved = (breakDetail: object, more: object = {}) =>
    call('POST', '/break-detail/test', { breakDetail, ...more });

  it('is well when the way and the password are', async () => {
    for (const answer of [await stored(), await unsaved(access)]) {
      expect(answer.status).toBe(200);
      expect(answer.body).toMatchObject({ ok: true, fault: null, breakType: null });
      expect(answer.body.message).toMatch(/accepts the user name and the password/);
    }
  });

  it.each([
    ['anna', { ok: true, breakType: 'lunch' }],
    ['ben', { ok: true, breakType: null }],
    ['nobody', { ok: false, fault: 'unknown-agent' }],
  ])('tells what is known of the agent %s', async (externalUserId, expected) => {
    expect((await stored({ externalUserId })).body).toMatchObject(expected);
  });

  it.each<[FakeBehaviour, string, RegExp]>([
    ['password', 'password', /refuses the user name or the password/],
    ['redirect', 'redirect', /redirect/],
    ['server-error', 'server-error', /HTTP 500/],
    ['html', 'unreadable', /cannot be read/],
    ['not-found', 'not-found', /tenant id/],
    ['reset', 'unreachable', /connection/],
  ])('says in a sentence what is wrong when it is %s', async (behaviour, fault, message) => {
    fake.behaviour = behaviour;
    const { status, body } = await stored({ externalUserId: 'anna' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ ok: false, fault, breakType: null });
    expect(body.message).toMatch(message);
    expect(body.message).toMatch(/^[A-Z].*\.$/);
  });

  it('says so of an address that does not answer, has no TLS or is not allowed', async () => {
    const { port } = new URL(fake.url);
    const cases = [
      [{ ...access, url: 'http://127.0.0.1:1/ws' }, 'refused'],
      [{ ...access, url: `https://127.0.0.1:${port}/ws` }, 'tls'],
      [{ ...access, url: 'https://10.0.0.1/ws' }, 'address-not-allowed'],
      [{ ...access, url: 'https://[::ffff:a9fe:a9fe]/ws' }, 'address-not-allowed'],
    ] as const;
    for (const [given, fault] of cases)
      expect((await unsaved(given)).body).toMatchObject({ ok: false, fault });
  });

  it('uses the stored password for its own address only', async () => {
    const { url, username } = access;
    expect((await stored({ breakDetail: { url, username } })).body).toMatchObject({ ok: true });
    expect((await stored({ breakDetail: { url, username: 'other' } })).body).toMatchObject({
      fault: 'password',
    });
    const elsewhere = await stored({ breakDetail: { url: `${url}/elsewhere`, username } });
    expect(elsewhere.status).toBe(422);
    expect(elsewhere.body.errors).toEqual([
      { path: 'breakDetail.password', message: 'is needed for a new address' },
    ]);
  });

  it('has one test of a tenant under way', async () => {
    fake.behaviour = 'slow';
    const first = stored();
    await vi.waitFor(() => expect(fake.waiting()).toBe(1), { timeout: 20_000 });
    expect((await stored()).status).toBe(429);
    fake.behaviour = 'well';
    fake.release();
    expect((await first).body).toMatchObject({ ok: true });
    expect((await stored()).status).toBe(200);
  });

  it('needs an integration, something to test, and an admin', async () => {
    expect((await call('POST', '/integrations/other/break-detail/test', {})).status).toBe(404);
    await call('PUT', '/integrations/bare', integrationBody('Bare'));
    expect((await call('POST', '/integrations/bare/break-detail/test', {})).status).toBe(422);
    expect((await unsaved({ url: access.url, username: 'u' })).status).toBe(422);
    expect((await unsaved({ ...access, url: 'ftp://127.0.0.1/ws' })).status).toBe(422);
    const planner = await call('POST', '/tokens', { name: 'Planner', role: 'planner' });
    const answer = await console.as(planner.body.token)('POST', '/integrations/odigo/break-detail/test', {});
    expect(answer.status).toBe(403);
  });

  it('repeats no credential', async () => {
    const wrong = await unsaved({ ...access, password: 'a-wrong-secret' });
    expect(wrong.text).not.toMatch(/a-wrong-secret|the-user/);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Call,
  integrationBody,
  operatorToken,
  startTestConsole,
  type TestConsole,
} from './console.testing.ts';

let console_: TestConsole;
let call: Call & { token: string };

beforeAll(async () => {
  console_ = await startTestConsole();
  call = await console_.tenant('t1');
});
afterAll(() => console_.stop());

describe('documents', () => {
  it('are created, read, replaced, listed and deleted', async () => {
    const created = await call('PUT', '/activities/calls', { name: 'Calls', type: 'Presence' });
    expect([created.status, created.body]).toEqual([201, { id: 'calls', name: 'Calls', type: 'Presence' }]);
    const read = await call('GET', '/activities/calls');
    expect(read.headers.get('etag')).toBe(created.headers.get('etag'));
    const same = await call('PUT', '/activities/calls', read.body);
    expect([same.status, same.headers.get('etag')]).toEqual([200, read.headers.get('etag')]);
    const replaced = await call('PUT', '/activities/calls', { name: 'Phone', type: 'Presence' });
    expect([replaced.status, replaced.headers.get('etag') === read.headers.get('etag')]).toEqual([
      200,
      false,
    ]);
    await call('PUT', '/activities/email', { name: 'E-mail', type: 'Presence' });
    expect((await call('GET', '/activities')).body).toMatchObject({
      items: [{ id: 'calls' }, { id: 'email' }, { id: 'present' }],
      nextCursor: null,
    });
    expect((await call('DELETE', '/activities/email')).status).toBe(204);
    expect((await call('GET', '/activities/email')).status).toBe(404);
    expect((await call('DELETE', '/activities/email')).status).toBe(404);
  });

  it('an unchanged one writes nothing', async () => {
    await call('PUT', '/activities/chat', { name: 'Chat', type: 'Presence' });
    const before = console_.broker.records('configuration').length;
    await call('PUT', '/activities/chat', { type: 'Presence', name: 'Chat' });
    expect(console_.broker.records('configuration')).toHaveLength(before);
  });

  it('nor does one that is refused', async () => {
    const before = console_.broker.records('configuration').length;
    expect((await call('DELETE', '/activities/present')).status).toBe(409);
    expect((await call('PUT', '/people/x', { name: 'X', planningUnitId: 'none' })).status).toBe(422);
    expect(console_.broker.records('configuration')).toHaveLength(before);
  });

  it('are paged', async () => {
    for (const id of ['u1', 'u2', 'u3'])
      await call('PUT', `/planning-units/${id}`, { name: id, timeZone: 'UTC' });
    const first = await call('GET', '/planning-units?limit=2');
    expect(first.body.items.map(({ id }: { id: string }) => id)).toEqual(['default', 'u1']);
    const second = await call('GET', `/planning-units?limit=2&cursor=${first.body.nextCursor}`);
    expect(second.body).toMatchObject({ items: [{ id: 'u2' }, { id: 'u3' }], nextCursor: null });
  });

  it('with a stale tag are not overwritten', async () => {
    const first = await call('PUT', '/exceptions/x1', {
      everyone: true,
      from: '2026-01-01T00:00:00Z',
      to: '2026-01-01T01:00:00+00:00',
      reason: 'fire drill',
    });
    const tag = first.headers.get('etag')!;
    expect(first.body).toMatchObject({ from: '2026-01-01T00:00:00.000Z', to: '2026-01-01T01:00:00.000Z' });
    const second = await call(
      'PUT',
      '/exceptions/x1',
      { ...first.body, reason: 'second' },
      { 'if-match': tag },
    );
    expect(second.status).toBe(200);
    for (const stale of [tag, '"nonsense"', 'W/"1"']) {
      const refused = await call(
        'PUT',
        '/exceptions/x1',
        { ...first.body, reason: 'third' },
        { 'if-match': stale },
      );
      expect(refused.status).toBe(412);
      expect((await call('DELETE', '/exceptions/x1', undefined, { 'if-match': stale })).status).toBe(412);
    }
    expect((await call('GET', '/exceptions/x1')).body.reason).toBe('second');
    const absent = await call('PUT', '/exceptions/x1', { ...first.body }, { 'if-none-match': '*' });
    expect(absent.status).toBe(412);
    expect(
      (await call('PUT', '/exceptions/x9', { ...first.body, id: 'x9' }, { 'if-match': '*' })).status,
    ).toBe(412);
    expect((await call('DELETE', '/exceptions/x1', undefined, { 'if-match': '*' })).status).toBe(204);
  });

  it('report every fault at once, as problem+json', async () => {
    const { status, body, headers } = await call('PUT', '/people/-bad', {
      nam: 'x',
      externalUsers: [{ integrationId: '?' }],
    });
    expect(status).toBe(422);
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(body.errors.map(({ path }: { path: string }) => path).sort()).toEqual([
      'externalUsers[0].externalUserId',
      'externalUsers[0].integrationId',
      'id',
      'nam',
      'name',
    ]);
  });

  it.each([
    ['not JSON', '{', { 'content-type': 'application/json' }, 400],
    ['another type', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    [
      'too large',
      JSON.stringify({ name: 'x'.repeat(1_100_000) }),
      { 'content-type': 'application/json' },
      413,
    ],
    ['deeply nested', '['.repeat(100_000), { 'content-type': 'application/json' }, 400],
    ['no object', '[]', { 'content-type': 'application/json' }, 422],
    ['not UTF-8', '\ud800', { 'content-type': 'application/json' }, 400],
  ])('a body that is %s', async (_, body, headers, status) => {
    expect((await call('PUT', '/activities/x', body, headers)).status).toBe(status);
  });
});

describe('people and integrations', () => {
  it('an external user belongs to one person at a time, and the other one is named', async () => {
    await call('PUT', '/integrations/odigo', integrationBody('Odigo'));
    const externalUsers = [{ integrationId: 'odigo', externalUserId: 'ada@centre.example' }];
    const ada = await call('PUT', '/people/ada', { name: 'Ada', team: 'blue', externalUsers });
    expect(ada.body).toEqual({
      id: 'ada',
      name: 'Ada',
      team: 'blue',
      planningUnitId: 'default',
      externalUsers: [{ ...externalUsers[0], validFrom: null, validTo: null }],
    });
    const bob = await call('PUT', '/people/bob', { name: 'Bob', externalUsers });
    expect(bob.status).toBe(409);
    expect(bob.body.errors[0].message).toContain('ada');
    expect((await call('PUT', '/people/ada', ada.body)).status).toBe(200);
    expect((await call('GET', '/people?team=blue')).body.items).toHaveLength(1);
    expect((await call('GET', '/people?search=ADA@')).body.items).toHaveLength(1);
    expect((await call('GET', '/people?team=red')).body.items).toHaveLength(0);
  });

  it('a password is never shown, and kept for the same address', async () => {
    const breakDetail = { url: 'https://odigo.example/tenant', username: 'u', password: 'very-secret' };
    const body = { ...integrationBody('With breaks'), breakDetail };
    const created = await call('PUT', '/integrations/breaks', body);
    expect(created.status).toBe(201);
    expect(created.body.breakDetail).toEqual({ url: breakDetail.url, username: 'u' });
    const log = console_.broker.records('configuration').map(({ value }) => value!.toString());
    expect(log.join()).not.toContain('very-secret');
    const tag = created.headers.get('etag');
    expect((await call('PUT', '/integrations/breaks', body)).headers.get('etag')).toBe(tag);
    expect((await call('PUT', '/integrations/breaks', created.body)).headers.get('etag')).toBe(tag);
    const moved = { ...created.body, breakDetail: { url: 'https://elsewhere.example/', username: 'u' } };
    expect((await call('PUT', '/integrations/breaks', moved)).body.errors[0].path).toBe(
      'breakDetail.password',
    );
    const changes = await call('GET', '/changes?entity=integration');
    expect(changes.text).not.toContain('iphertext');
  });

  it('URL tokens are shown once, and two are valid at a time', async () => {
    const first = await call('POST', '/integrations/odigo/url-tokens');
    expect(first.status).toBe(201);
    expect(Buffer.from(first.body.token, 'base64url').length).toBeGreaterThanOrEqual(32);
    expect(first.body.notificationUrl).toBe(`https://ingress.example/hooks/odigo/${first.body.token}`);
    await call('POST', '/integrations/odigo/url-tokens');
    expect((await call('POST', '/integrations/odigo/url-tokens')).status).toBe(409);
    const list = await call('GET', '/integrations/odigo/url-tokens');
    expect(list.body.items).toHaveLength(2);
    expect(list.text).not.toContain(first.body.token);
    expect((await call('DELETE', `/integrations/odigo/url-tokens/${first.body.id}`)).status).toBe(204);
    expect((await call('POST', '/integrations/odigo/url-tokens')).status).toBe(201);
    const log = console_.broker.records('configuration').map(({ value }) => value!.toString());
    expect(log.join()).not.toContain(first.body.token);
  });
});

describe('versions', () => {
  it('matches and settings have built-in defaults, and a version per PUT', async () => {
    const settings = await call('GET', '/settings');
    expect(settings.body).toEqual({
      targetScore: 0.9,
      bufferSeconds: { notPresent: 0, wrongActivity: 0, notScheduled: 0 },
      graceMode: 'forgive',
      missingLogout: { afterShiftEndSeconds: 3600, maxStatusSeconds: 43200 },
      validFrom: null,
    });
    const tag = settings.headers.get('etag')!;
    const first = await call('PUT', '/settings', { ...settings.body, targetScore: 0.8 }, { 'if-match': tag });
    expect([first.status, first.body.validFrom]).toEqual([201, null]);
    expect((await call('PUT', '/settings', { targetScore: 0.7 }, { 'if-match': tag })).status).toBe(412);
    const later = await call('PUT', '/settings', { targetScore: 0.7 });
    expect(later.status).toBe(200);
    expect(Date.parse(later.body.validFrom)).toBeGreaterThan(0);
    expect((await call('GET', '/settings/versions')).body.items).toHaveLength(2);
    expect((await call('PUT', '/settings', { targetScore: 2 })).body.errors[0].path).toBe('targetScore');
    expect((await call('GET', '/matches')).body.rules).toHaveLength(12);
    expect(
      (await call('PUT', '/matches', { rules: [{ actual: 'offline', scheduled: 'type:Break' }] })).status,
    ).toBe(201);
  });
});

describe('the operator', () => {
  const operator: Call = (...request) => console_.as(operatorToken)(...request);

  it('manages tenants only', async () => {
    expect((await operator('GET', '/activities')).status).toBe(403);
    expect((await operator('GET', '/tenants')).body.items).toContainEqual({
      id: 't1',
      name: 't1',
      timeZone: 'Europe/Paris',
    });
    const again = await operator('POST', '/tenants', { id: 't1', name: 'Again', timeZone: 'UTC' });
    expect(again.status).toBe(409);
    expect(
      (await operator('POST', '/tenants', { id: 't3', name: 'T', timeZone: 'Mars/Olympus' })).status,
    ).toBe(422);
    expect(
      (await operator('PUT', '/tenants/t1', { name: 'Renamed', timeZone: 'Europe/Paris' })).body.name,
    ).toBe('Renamed');
  });

  it('gives a tenant that lost its tokens a new one', async () => {
    const { body } = await operator('POST', '/tenants/t1/tokens', { name: 'Found again', role: 'admin' });
    expect((await console_.as(body.token)('GET', '/session')).body).toMatchObject({
      role: 'admin',
      tenant: { id: 't1' },
    });
    expect((await operator('POST', '/tenants/none/tokens', { name: 'x', role: 'admin' })).status).toBe(404);
  });
});

describe('changes', () => {
  it('tell who changed what, newest first, without secrets', async () => {
    await call('PUT', '/activities/tell', { name: 'One', type: 'Break' });
    await call('PUT', '/activities/tell', { name: 'Two', type: 'Break' });
    await call('DELETE', '/activities/tell');
    const { body } = await call('GET', '/changes?limit=2&entity=activity&id=tell');
    expect(body.items).toMatchObject([
      { change: 'deleted', before: { name: 'Two' }, after: null, writtenByName: 'First administrator' },
      { change: 'replaced', before: { name: 'One' }, after: { name: 'Two' } },
    ]);
    const rest = await call('GET', `/changes?limit=2&entity=activity&id=tell&cursor=${body.nextCursor}`);
    expect(rest.body).toMatchObject({ items: [{ change: 'created', before: null }], nextCursor: null });
    for (const search of ['TELL', 'two', 'first admin']) {
      const found = await call('GET', `/changes?entity=activity&search=${encodeURIComponent(search)}`);
      expect(found.body.items[0]).toMatchObject({ id: 'tell', change: 'deleted' });
    }
    expect((await call('GET', '/changes?entity=activity&search=nowhere')).body.items).toEqual([]);
    const tokens = await call('GET', '/changes?limit=1000&entity=token');
    expect([tokens.status, tokens.body.items.length > 0]).toEqual([200, true]);
    expect(tokens.text).not.toContain('hash');
  });
});

describe('what does not fit', () => {
  it('unknown addresses, methods and parameters', async () => {
    expect((await call('GET', '/nothing')).status).toBe(404);
    const method = await call('DELETE', '/settings');
    expect([method.status, method.headers.get('allow')]).toEqual([405, 'GET, PUT']);
    expect((await call('GET', '/activities?colour=red')).body.errors[0].path).toBe('colour');
    expect((await call('GET', '/settings?x=1')).status).toBe(422);
  });

  it('a database that is away is told as such, and nothing of it', async () => {
    const { status, headers, text } = await call('GET', '/integrations/odigo/status-mappings');
    expect([status, headers.get('retry-after')]).toEqual([503, '5']);
    expect(text).not.toContain('no database in this test');
  });
});

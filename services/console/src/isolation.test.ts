/** Ids of another tenant look exactly like unknown ones, on every route that takes an id. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Call, integrationBody, startTestConsole, type TestConsole } from './console.testing.ts';

let console_: TestConsole;
let owner: Call & { token: string };
let stranger: Call & { token: string };
let ids: Record<string, string>;
let routes: { method: string; path: string; takesBody: boolean }[];

beforeAll(async () => {
  console_ = await startTestConsole();
  owner = await console_.tenant('owner');
  stranger = await console_.tenant('stranger');
  await owner('PUT', '/integrations/secret', integrationBody('Secret'));
  await owner('PUT', '/activities/secret', { name: 'Secret', type: 'Break' });
  await owner('PUT', '/planning-units/secret', { name: 'Secret', timeZone: 'UTC' });
  await owner('PUT', '/people/secret', { name: 'Secret' });
  await owner('PUT', '/exceptions/secret', {
    everyone: true,
    from: '2026-01-01T00:00:00Z',
    to: '2026-01-02T00:00:00Z',
    reason: 'r',
  });
  const urlToken = (await owner('POST', '/integrations/secret/url-tokens')).body.id;
  const token = (await owner('POST', '/tokens', { name: 'x', role: 'viewer' })).body.id;
  const recomputation = (
    await owner('POST', '/recomputations', { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' })
  ).body.id;
  ids = { '/tokens/{id}': token, '/recomputations/{id}': recomputation, tokenId: urlToken };
  const { body } = await owner('GET', '/openapi.json');
  routes = Object.entries<Record<string, object>>(body.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path: path.replace('/api/v1', ''),
      takesBody: 'requestBody' in operation,
    })),
  );
});
afterAll(() => console_.stop());

const filled = (path: string, id: (name: string) => string): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => id(name));
const own = (path: string) => (name: string) =>
  name === 'tokenId' ? ids.tokenId! : name === 'shiftDate' ? '2026-01-01' : (ids[path] ?? 'secret');
const unknown = () => (name: string) => (name === 'shiftDate' ? '2026-01-01' : 'unknown');
const queries: Record<string, string> = {
  '/people/{id}/timeline': '?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z',
  '/integrations/{id}/status-mappings': '?status=X',
};

describe('tenant isolation', () => {
  it('reads, deletes and writes under an id of another tenant are answered as under an unknown one', async () => {
    const withIds = routes.filter(
      ({ path, method }) => path.includes('{') && !path.startsWith('/tenants') && method !== 'PUT',
    );
    expect(withIds.length).toBeGreaterThan(20);
    for (const { method, path, takesBody } of withIds) {
      const query = method === 'DELETE' || path.endsWith('timeline') ? (queries[path] ?? '') : '';
      const body = takesBody ? { status: 'X', activityId: 'present' } : undefined;
      const theirs = await stranger(method, filled(path, own(path)) + query, body);
      const nobodys = await stranger(method, filled(path, unknown()) + query, body);
      expect(theirs.status, `${method} ${path}`).toBe(404);
      expect(theirs.text).toBe(nobodys.text);
    }
  });

  it('a PUT under an id of another tenant makes one of the own', async () => {
    expect((await stranger('PUT', '/activities/secret', { name: 'Mine', type: 'Break' })).status).toBe(201);
    expect((await owner('GET', '/activities/secret')).body.name).toBe('Secret');
    expect((await stranger('PUT', '/schedules/secret/2026-01-01', { activities: [] })).status).toBe(404);
  });

  it('documents cannot refer to what another tenant has', async () => {
    const refer = await stranger('PUT', '/people/me', {
      name: 'Me',
      planningUnitId: 'secret',
      externalUsers: [{ integrationId: 'secret', externalUserId: 'x' }],
    });
    expect(refer.body.errors).toMatchObject([
      { message: 'unknown planning unit secret' },
      { message: 'unknown integration secret' },
    ]);
    const range = { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' };
    expect((await stranger('POST', '/recomputations', { ...range, personIds: ['secret'] })).status).toBe(422);
  });

  it('filters by an id of another tenant find what unknown ones do', async () => {
    const range = 'from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z';
    for (const filter of ['personId', 'planningUnitId']) {
      for (const id of ['secret', 'unknown']) {
        // The stranger has made an activity of this name only.
        expect((await stranger('GET', `/adherence?${range}&${filter}=${id}`)).status).toBe(404);
        expect((await stranger('GET', `/schedules?${filter}=${id}`)).status).toBe(404);
        expect(
          (await stranger('GET', `/reports/adherence.csv?from=2026-01-01&to=2026-01-02&${filter}=${id}`))
            .status,
        ).toBe(404);
      }
    }
    for (const id of ['secret', 'unknown']) {
      expect((await stranger('GET', `/live?planningUnitId=${id}`)).status).toBe(404);
      expect((await stranger('GET', `/live/events?planningUnitId=${id}`)).status).toBe(404);
    }
  });

  it('lists and changes show nothing of another tenant', async () => {
    for (const path of [
      '/people',
      '/integrations',
      '/exceptions',
      '/planning-units',
      '/tokens',
      '/changes',
      '/live',
    ]) {
      expect((await stranger('GET', path)).text).not.toContain('Secret');
    }
  });
});

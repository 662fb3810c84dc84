/** Ids of another tenant look exactly like unknown ones, on every route that there is. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Call, integrationBody, startTestConsole, type TestConsole } from './console.testing.ts';
import { about, answersOf, operationsOfConsole } from './every-route.testing.ts';
import { createRecordingDatabase } from './recording-database.testing.ts';
import type { Named, Operation } from './requests.testing.ts';

const database = createRecordingDatabase();
let console_: TestConsole;
let owner: Call & { token: string };
let stranger: Call & { token: string };
let operations: Operation[];
/** Ids that the API chose itself, by the path that takes them. */
let chosen: Record<string, string>;

beforeAll(async () => {
  console_ = await startTestConsole({ database, config: { scheduleOutcomeLimitMs: 100 } });
  owner = await console_.tenant('owner');
  stranger = await console_.tenant('stranger');
  await owner('PUT', '/integrations/secret', integrationBody('Secret'));
  await owner('PUT', '/activities/secret', { name: 'Secret', type: 'Break' });
  await owner('PUT', '/planning-units/secret', { name: 'Secret', timeZone: 'UTC' });
  await owner('PUT', '/people/secret', { name: 'Secret', team: 'Secret' });
  const range = { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' };
  await owner('PUT', '/exceptions/secret', { everyone: true, ...range, reason: 'Secret' });
  const urlToken = await owner('POST', '/integrations/secret/url-tokens');
  const token = await owner('POST', '/tokens', { name: 'Secret', role: 'viewer' });
  const recomputation = await owner('POST', '/recomputations', range);
  chosen = {
    '/tokens/{id}': token.body.id,
    '/recomputations/{id}': recomputation.body.id,
    tokenId: urlToken.body.id,
  };
  operations = (await operationsOfConsole(owner)).filter(({ path }) => !path.startsWith('/tenants'));
});
afterAll(() => console_.stop());

/** Requests that name what the owner has, wherever an id or a name may stand. */
const theirs =
  (path: string): Named =>
  (name, isId) => {
    if (isId) return fc.constant(name === 'tokenId' ? chosen.tokenId! : (chosen[path] ?? 'secret'));
    return ['name', 'team', 'teams'].includes(name) ? fc.constant('Secret') : null;
  };
const nobodys: Named = (_, isId) => (isId ? fc.constant('unknown') : null);

describe('tenant isolation', () => {
  it('reads and deletes under an id of another tenant are answered as under an unknown one', async () => {
    const withIds = operations.filter(
      ({ method, parameters }) => method !== 'PUT' && parameters.some((each) => each.in === 'path'),
    );
    expect(withIds.length).toBeGreaterThan(20);
    for (const operation of withIds) {
      const [answer] = await answersOf(console_, stranger.token, operation, theirs(operation.path), 1);
      const [unknown] = await answersOf(console_, stranger.token, operation, nobodys, 1);
      expect([404, 422], about(operation, answer!)).toContain(answer!.status);
      expect(answer!.text, about(operation, answer!)).toBe(unknown!.text);
    }
  });

  it('no read shows, and no statement asks for, what another tenant has', async () => {
    database.taken();
    for (const operation of operations.filter(({ method }) => method === 'GET')) {
      for (const answer of await answersOf(console_, stranger.token, operation, nobodys)) {
        expect(answer.status, about(operation, answer)).toBeLessThan(500);
        expect(answer.text, about(operation, answer)).not.toContain('Secret');
      }
      for (const { sql, parameters } of database.taken()) {
        // How much is under way is told of all tenants together, in numbers.
        if (operation.path === '/pipeline' || sql.includes('system.mutations')) continue;
        expect(sql, operation.path).toMatch(/\btenant = \{tenant:String\}/);
        expect(parameters.tenant, operation.path).toBe('stranger');
      }
    }
  });

  it('no write of any route changes what another tenant has', async () => {
    const seen = async () => {
      const lists = operations.filter(
        ({ method, path, parameters }) =>
          method === 'GET' &&
          !path.includes('{') &&
          !path.startsWith('/live') &&
          parameters.every((p) => !p.required),
      );
      const answers = [];
      for (const { path } of lists) answers.push([path, (await owner('GET', path)).text]);
      return answers.filter(([path]) => path !== '/pipeline');
    };
    const before = await seen();
    const writes = operations.filter(({ method, path }) => method !== 'GET' && path !== '/session');
    expect(writes.length).toBeGreaterThan(20);
    for (const operation of writes) {
      for (const answer of await answersOf(console_, stranger.token, operation, theirs(operation.path))) {
        // 503: a schedule of a person of its own, of which nobody here tells the outcome.
        expect([200, 201, 202, 204, 404, 409, 412, 422, 503], about(operation, answer)).toContain(
          answer.status,
        );
      }
    }
    expect(await seen()).toEqual(before);
  });

  it('a PUT under an id of another tenant makes one of the own', async () => {
    expect(
      (await stranger('PUT', '/activities/secret', { name: 'Mine', type: 'Break' })).status,
    ).toBeLessThan(202);
    expect((await owner('GET', '/activities/secret')).body.name).toBe('Secret');
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
});

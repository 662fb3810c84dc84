/** Break types from the configuration to the numbers, with every service and a break web service (acceptance example 6). */
import {
  type FakeOdigoWebService,
  startFakeOdigoWebService,
} from '@adherence/odigo-web-service/fake-odigo-web-service.ts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { logFaults } from './log-faults.ts';
import { createTenant, type TestTenant } from './tenant.ts';
import { operatorToken, startWholeProduct, type WholeProduct } from './whole-product.ts';

const credentials = { username: 'web-service-user', password: 'break-secret' };
let logs = '';
const headers = { 'content-type': 'application/json' };
let fake: FakeOdigoWebService;
let product: WholeProduct;
let tenant: TestTenant;

beforeAll(async () => {
  fake = await startFakeOdigoWebService(credentials);
  product = await startWholeProduct({
    onLogLine: (line) => {
      logs += line;
    },
    settings: { BREAK_DETAIL_ALLOWED_NETWORKS: '127.0.0.1', BREAK_LOOKUP_TIMEOUT_MS: '10000' },
  });
  tenant = await createTenant(product, 'acme', 'UTC');
  const put = (path: string, body: object) => tenant.call('PUT', path, body);
  await put('/activities/lunch', { name: 'Lunch', type: 'Break' });
  await put('/activities/short', { name: 'Short break', type: 'Break' });
  await put('/integrations/odigo', {
    name: 'Odigo',
    timeZone: 'UTC',
    contact: { name: 'Ops', email: 'ops@acme.example' },
    breakDetail: { url: fake.url, ...credentials },
    feedGapSeconds: null,
  });
  for (const [breakType, activityId] of [
    [null, 'short'],
    ['lunch', 'lunch'],
  ] as const) {
    await tenant.call('POST', '/integrations/odigo/status-mappings', {
      status: 'BREAK',
      breakType,
      activityId,
    });
  }
  for (const id of ['anna', 'ben', 'cleo']) {
    await put(`/people/${id}`, { name: id, externalUsers: [{ integrationId: 'odigo', externalUserId: id }] });
  }
});
afterAll(async () => {
  await product.stop();
  await fake.close();
});

const take = (agentId: string, status: string) =>
  tenant.notify('odigo', { headers, body: JSON.stringify({ agentId, status }) });
const activityOf = async (personId: string) => {
  const { items } = (await tenant.call('GET', '/live')) as {
    items: { personId: string; actual: { activityId: string; breakType: string | null } }[];
  };
  const actual = items.find((item) => item.personId === personId)?.actual;
  return actual && [actual.activityId, actual.breakType];
};
const pending = async () => ((await tenant.call('GET', '/pipeline')) as { pending: number }).pending;
const segmentsOf = async (personId: string) => {
  const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
  const { segments } = (await tenant.call(
    'GET',
    `/people/${personId}/timeline?from=${day(-1)}&to=${day(0)}`,
  )) as {
    segments: { actual: { externalStatus: string | null; activityId: string; breakType: string | null } }[];
  };
  return segments
    .filter(({ actual }) => actual.externalStatus !== null)
    .map(({ actual }) => `${actual.externalStatus}/${actual.breakType ?? '*'} ${actual.activityId}`);
};

test('a break is on the board at once, and becomes what it is when the web service tells', async () => {
  fake.agents.set('anna', { status: 'BREAK', breakType: 'lunch' });
  fake.behaviour = 'slow';
  await take('anna', 'BREAK');
  await vi.waitFor(async () => expect(await activityOf('anna')).toEqual(['short', null]), {
    timeout: 30_000,
  });
  await vi.waitFor(() => expect(fake.waiting()).toBe(1), { timeout: 30_000 });
  expect(await pending()).toBeGreaterThan(0);
  fake.behaviour = 'well';
  fake.release();
  await product.idle();
  expect(await pending()).toBe(0);
  expect(await activityOf('anna')).toEqual(['lunch', 'lunch']);
  expect(await segmentsOf('anna')).toEqual(['BREAK/lunch lunch']);
});

test('a break of unknown type, and one with a type of its own, count as they came', async () => {
  await take('ben', 'BREAK');
  await tenant.notify('odigo', {
    headers,
    body: JSON.stringify({ agentId: 'cleo', status: 'BREAK', breakType: 'lunch' }),
  });
  await product.idle();
  expect(await activityOf('ben')).toEqual(['short', null]);
  expect(await activityOf('cleo')).toEqual(['lunch', 'lunch']);
  expect(fake.questions).toEqual(['anna', 'ben']);
});

test('the integration shows the types that were found, and how the web service does', async () => {
  const { items } = (await tenant.call('GET', '/integrations/odigo/status-mappings')) as { items: object[] };
  expect(items).toMatchObject([
    { status: 'BREAK', breakType: null, activityId: 'short', count: 1 },
    { status: 'BREAK', breakType: 'lunch', activityId: 'lunch', count: 2 },
  ]);
  const health = async () =>
    ((await tenant.call('GET', '/integrations/odigo/health')) as { breakDetail: object }).breakDetail;
  await vi.waitFor(
    async () =>
      expect(await health()).toMatchObject({ configured: true, state: { state: 'ok', fault: null } }),
    {
      timeout: 30_000,
    },
  );
});

test('a refused password is told by health in a sentence, and people keep what they have', async () => {
  fake.behaviour = 'password';
  fake.agents.set('cleo', { status: 'BREAK', breakType: 'lunch' });
  await take('cleo', 'TALK');
  await take('cleo', 'BREAK');
  await product.idle();
  expect(await activityOf('cleo')).toEqual(['short', null]);
  const health = async () =>
    (await tenant.call('GET', '/integrations/odigo/health')) as {
      breakDetail: { state: { state: string; fault: { kind: string; message: string } } };
    };
  await vi.waitFor(async () => expect((await health()).breakDetail.state.fault?.kind).toBe('password'), {
    timeout: 30_000,
  });
  const { state } = (await health()).breakDetail;
  expect(state).toMatchObject({ state: 'paused', fault: { message: expect.stringContaining('password') } });
});

test('none of this is told to the logs: no password, no user of the web service, no token, no contact', () => {
  expect(logs).toContain('request');
  const secrets = [...Object.values(credentials), operatorToken, tenant.token, 'ops@acme.example'];
  const faults = logFaults({ logs: new Map([['all', logs]]), secrets, serviceOf: () => 'tests' });
  expect(faults).toEqual([]);
  expect(logs).not.toMatch(/"(anna|cleo)"/);
});

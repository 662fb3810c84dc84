/**
 * The set-up guide by the API, in its order, on every service and the real engine: from the operator's tenant to people
 * on the board with their history. docs/connecting-odigo.md is the same by clicks (browser/set-up.browser.stack.test.ts).
 */
import {
  type FakeOdigoWebService,
  startFakeOdigoWebService,
} from '@adherence/odigo-web-service/fake-odigo-web-service.ts';
import { createTracing } from '@adherence/runtime/open-telemetry.ts';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { logFaults } from './log-faults.ts';
import { createTenant, type TestTenant } from './tenant.ts';
import { operatorToken, startWholeProduct, type WholeProduct } from './whole-product.ts';

const hour = 3_600_000;
const credentials = { username: 'web-service-user', password: 'break-secret' };
const contact = { name: 'Olga Petrova', email: 'ops@acme.example', phone: '+33 1 23 45 67 89' };
const anna = 'Anna.Keller@acme.example';
const louis = 'l.martin@acme.example';
const patience = { timeout: 30_000 };

const exporter = new InMemorySpanExporter();
let logs = '';
let product: WholeProduct;
let fake: FakeOdigoWebService;
let tenant: TestTenant;
/** Two hours of a shift that is over, in UTC. */
const start = Math.floor(Date.now() / hour) * hour - 4 * hour;
const at = (hours: number) => new Date(start + hours * hour).toISOString();
/** By their order. */
const urls: string[] = [];

beforeAll(async () => {
  fake = await startFakeOdigoWebService(credentials);
  const processor = new SimpleSpanProcessor({ exporter });
  product = await startWholeProduct({
    settings: { BREAK_DETAIL_ALLOWED_NETWORKS: '127.0.0.1' },
    tracing: createTracing({ service: 'all', ratio: 1, processor }),
    onLogLine: (line) => {
      logs += line;
    },
  });
});
afterAll(async () => {
  await product?.stop();
  await fake?.close();
});

// biome-ignore lint/suspicious/noExplicitAny: answers of the API, judged by what is expected of them
const call = (method: string, path: string, body?: unknown): Promise<any> => tenant.call(method, path, body);
const send = async (events: readonly object[], url = urls.at(-1)!) => {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(events) });
  return { status: response.status, ...((await response.json()) as object) };
};
/** As the contract says it: every answer reflects everything accepted and written so far. */
const settled = () =>
  expect
    .poll(() => call('GET', '/pipeline'), patience)
    .toMatchObject({ pending: 0, recomputationsPending: 0 });
const shiftOf = async (personId: string) => {
  const query = `from=${at(0)}&to=${at(2)}&granularity=total&groupBy=person&personId=${personId}`;
  const { items } = await call('GET', `/adherence?${query}`);
  const { inMs, notPresentMs, wrongActivityMs, noDataMs } = items[0];
  return { inMs, notPresentMs, wrongActivityMs, noDataMs };
};
const boardOf = async (personId: string) => {
  const { items } = await call('GET', '/live');
  return items.find((item: { personId: string }) => item.personId === personId)?.actual ?? null;
};

it('1. a tenant, and an integration whose name is unique and whose mandatory fields are checked', async () => {
  tenant = await createTenant(product, 'acme', 'UTC');
  await call('PUT', '/activities/calls', { name: 'Calls', type: 'Presence' });
  await call('PUT', '/activities/lunch', { name: 'Lunch', type: 'Break' });
  await call('PUT', '/people/anna-keller', { name: 'Anna Keller' });
  await call('PUT', '/people/louis-martin', { name: 'Louis Martin' });
  for (const personId of ['anna-keller', 'louis-martin']) {
    await call('PUT', `/schedules/${personId}/${at(0).slice(0, 10)}`, {
      activities: [
        { activityId: 'calls', start: at(0), end: at(1) },
        { activityId: 'lunch', start: at(1), end: at(2) },
      ],
    });
  }
  const breakDetail = { url: fake.url, ...credentials };
  await expect(call('PUT', '/integrations/odigo', { name: '' })).rejects.toThrow(
    /422 .*timeZone.*contact|422 .*contact.*timeZone/,
  );
  const tested = await call('POST', '/break-detail/test', { breakDetail });
  expect(tested).toMatchObject({ ok: true, fault: null });
  const integration = { name: 'Odigo EMEA', timeZone: 'UTC', contact, breakDetail, feedGapSeconds: null };
  await call('PUT', '/integrations/odigo', integration);
  await expect(call('PUT', '/integrations/other', integration)).rejects.toThrow(/409 .*odigo/);
  expect(JSON.stringify(await call('GET', '/integrations/odigo'))).not.toContain(credentials.password);
});

it('2. its URL token is shown once, and the address answers a probe kindly', async () => {
  const { id, token, notificationUrl } = await call('POST', '/integrations/odigo/url-tokens', {});
  expect(notificationUrl).toBe(`${product.ingressUrl}/hooks/odigo/${token}`);
  urls.push(notificationUrl);
  const { items } = await call('GET', '/integrations/odigo/url-tokens');
  expect(items).toEqual([{ id, createdAt: expect.any(String), lastUsedAt: null }]);
  expect((await fetch(notificationUrl)).status).toBe(200);
  expect((await fetch(notificationUrl, { method: 'HEAD' })).status).toBe(200);
  expect(await call('GET', '/integrations/odigo/health')).toMatchObject({ accepted: 0, rejected: 0 });
});

it('3. the first notification turns it, and is shown as it came', async () => {
  const first = { login: anna, state: 'READY', timestamp: at(0) };
  expect(await send([first])).toMatchObject({ status: 200, accepted: 1, rejected: 0 });
  await settled();
  expect(await call('GET', '/integrations/odigo/first-notification')).toMatchObject({
    externalUserId: anna,
    status: 'READY',
    occurredAt: at(0),
    payload: JSON.stringify(first),
  });
  const rest = [
    { login: anna, state: 'BREAK', pauseType: 'lunch', timestamp: at(1) },
    { login: anna, eventType: 'LOGOUT', timestamp: at(2) },
    { login: louis, state: 'READY', timestamp: at(0) },
    { login: louis, state: 'WRAPUP', timestamp: at(0.5) },
    { login: louis, state: 'BREAK', pauseType: 'lunch', timestamp: at(1) },
    { login: louis, eventType: 'LOGOUT', timestamp: at(2) },
    { login: louis, state: 'WRAPUP' },
    { state: 'READY' },
  ];
  expect(await send(rest)).toMatchObject({ status: 200, accepted: 7, rejected: 1 });
  await settled();
  expect(await call('GET', '/integrations/odigo/health')).toMatchObject({
    accepted: 8,
    rejected: 1,
    unmappedUsers: 2,
    unmappedStatuses: 3,
  });
});

it('4. external users are listed with the nearest spellings, and their history counts at once', async () => {
  const { items } = await call('GET', '/integrations/odigo/unmapped-users');
  expect(items).toMatchObject([
    { externalUserId: louis, count: 5, suggestions: [{ personId: 'louis-martin' }] },
    { externalUserId: anna, count: 3, suggestions: [{ personId: 'anna-keller', distance: 0 }] },
  ]);
  const nobody = { inMs: 0, notPresentMs: 0, wrongActivityMs: 0, noDataMs: 2 * hour };
  expect(await shiftOf('anna-keller')).toEqual(nobody);
  for (const { externalUserId, suggestions } of items) {
    const [{ personId }] = suggestions;
    const person = await call('GET', `/people/${personId}`);
    const externalUsers = [{ integrationId: 'odigo', externalUserId }];
    await call('PUT', `/people/${personId}`, { ...person, externalUsers });
  }
  await settled();
  expect((await call('GET', '/integrations/odigo/unmapped-users')).items).toEqual([]);
  // A status that is not mapped yet counts as Present: right for the calls, not for lunch.
  const present = { inMs: hour, notPresentMs: 0, wrongActivityMs: hour, noDataMs: 0 };
  expect(await shiftOf('anna-keller')).toEqual(present);
  expect(await shiftOf('louis-martin')).toEqual(present);
});

it('5. statuses are listed unmapped first and mapped several at once; what was sent counts by them', async () => {
  const mappings = async () => (await call('GET', '/integrations/odigo/status-mappings')).items;
  expect(await mappings()).toMatchObject([
    { status: 'BREAK', breakType: 'lunch', activityId: null, count: 2 },
    { status: 'READY', breakType: null, activityId: null, count: 2 },
    { status: 'WRAPUP', breakType: null, activityId: null, count: 2 },
  ]);
  const mapped = [
    { status: 'READY', breakType: null, activityId: 'calls' },
    { status: 'WRAPUP', breakType: null, activityId: 'calls' },
    { status: 'BREAK', breakType: 'lunch', activityId: 'lunch' },
    { status: 'BREAK', breakType: null, activityId: 'present' },
  ];
  await Promise.all(mapped.map((each) => call('POST', '/integrations/odigo/status-mappings', each)));
  await settled();
  expect((await mappings()).filter((each: { activityId: null }) => each.activityId === null)).toEqual([]);
  const right = { inMs: 2 * hour, notPresentMs: 0, wrongActivityMs: 0, noDataMs: 0 };
  expect(await shiftOf('anna-keller')).toEqual(right);
  expect(await shiftOf('louis-martin')).toEqual(right);
});

it('6. the board shows them, with the type of a break that the web service tells', async () => {
  expect(await boardOf('louis-martin')).toMatchObject({ kind: 'activity', activityId: 'calls' });
  // Who is offline and not scheduled is not listed.
  expect(await boardOf('anna-keller')).toBeNull();
  fake.agents.set(anna, { status: 'BREAK', breakType: 'lunch' });
  expect(await send([{ login: anna, state: 'BREAK' }])).toMatchObject({ status: 200, accepted: 1 });
  await settled();
  await expect
    .poll(() => boardOf('anna-keller'), patience)
    .toMatchObject({ activityId: 'lunch', breakType: 'lunch' });
  const { breakDetail } = await call('GET', '/integrations/odigo/health');
  expect(breakDetail).toMatchObject({ configured: true, state: { state: 'ok', fault: null } });
});

it('7. the URL is changed without losing anything: two at once, last used, revoked', async () => {
  const path = '/integrations/odigo/url-tokens';
  const tokens = async () => (await call('GET', path)).items;
  const [{ id: old }] = await tokens();
  const { id: fresh, notificationUrl } = await call('POST', path, {});
  await expect(call('POST', path, {})).rejects.toThrow('409');
  const [oldUrl] = urls;
  urls.push(notificationUrl);
  expect(await send([{ login: louis, state: 'WRAPUP' }], oldUrl)).toMatchObject({ status: 200 });
  expect(await tokens()).toContainEqual(expect.objectContaining({ id: fresh, lastUsedAt: null }));
  expect(await send([{ login: louis, state: 'READY' }])).toMatchObject({ status: 200, accepted: 1 });
  await expect
    .poll(tokens, patience)
    .toContainEqual(expect.objectContaining({ id: fresh, lastUsedAt: expect.any(String) }));
  await call('DELETE', `${path}/${old}`);
  await expect
    .poll(async () => (await fetch(oldUrl!, { method: 'POST', body: '{}' })).status, patience)
    .toBe(404);
  expect(await send([{ login: louis, state: 'READY' }])).toMatchObject({ status: 200, accepted: 1 });
});

it('none of it is told to traces or logs: no token, no password, nothing of a person', async () => {
  await settled();
  const spans = exporter.getFinishedSpans();
  const names = new Set(spans.map(({ name }) => name));
  expect([...names].sort()).toEqual([
    'adherence-enrichment process',
    'adherence-enrichment settle',
    'adherence-results process',
    'adherence-results settle',
    'notifications',
  ]);
  const traces = spans.map(({ name, attributes, events, links, status, resource }) =>
    JSON.stringify({ name, attributes, events, links, status, resource: resource.attributes }),
  );
  const tokens = urls.map((url) => url.split('/').at(-1)!);
  const secrets = [
    ...[operatorToken, tenant.token, ...tokens, ...Object.values(credentials), ...Object.values(contact)],
    ...[anna, louis, 'Anna Keller', 'Louis Martin', 'anna-keller', 'louis-martin'],
  ];
  expect(logs).toContain('"route"');
  const told = new Map([
    ['traces', traces.join('\n')],
    ['logs', logs],
  ]);
  const serviceOf = (name: string) => (name === 'logs' ? 'tests' : null);
  expect(logFaults({ logs: told, secrets, serviceOf })).toEqual([]);
});

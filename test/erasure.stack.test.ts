/** Everything that is stored of a person is gone after its erasure, and nothing of anybody else. */
import { tables } from '@adherence/schemas/tables.ts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { operatorToken, startWholeProduct, type WholeProduct } from './whole-product.ts';

let product: WholeProduct;
let token = operatorToken;
let hook = '';

async function call(method: string, path: string, body?: unknown) {
  const response = await product.fetch(
    new Request(`http://console.test/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : JSON.parse(text) };
}

async function notify(...items: unknown[]): Promise<void> {
  const url = `${product.ingressUrl}${new URL(hook).pathname}`;
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(items) });
  expect(response.status).toBe(200);
}

/** Every row of every table, as text. */
async function stored(): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const { name, ddl } of tables.filter((table) => table.ddl.startsWith('CREATE TABLE'))) {
    if (!/\btenant /.test(ddl)) continue;
    const decoded = name === 'rejected' ? '*, base64Decode(body_base64) AS decoded' : '*';
    found[name] = JSON.stringify(await product.db.query(`SELECT ${decoded} FROM ${name} FINAL ORDER BY ALL`));
  }
  return found;
}

const secondsAgo = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();
const person = (name: string) => ({
  name,
  externalUsers: [{ integrationId: 'odigo', externalUserId: `${name}@x.example` }],
});

beforeAll(async () => {
  product = await startWholeProduct();
  token = (await call('POST', '/tenants', { id: 't1', name: 'One', timeZone: 'UTC' })).body.token;
  const contact = { name: 'Ops', email: 'ops@x.example' };
  const integration = { name: 'Odigo', timeZone: 'UTC', contact, breakDetail: null, feedGapSeconds: null };
  await call('PUT', '/integrations/odigo', integration);
  hook = (await call('POST', '/integrations/odigo/url-tokens')).body.notificationUrl;
});
afterAll(() => product.stop());

describe('the erasure of a person', () => {
  it('deletes facts, days, schedules and quarantined payloads of that person only', async () => {
    for (const name of ['ada', 'bob']) {
      await call('PUT', `/people/${name}`, person(name));
      const shift = { activityId: 'present', start: secondsAgo(3600), end: secondsAgo(600) };
      const date = shift.start.slice(0, 10);
      expect((await call('PUT', `/schedules/${name}/${date}`, { activities: [shift] })).status).toBe(201);
      await notify(
        { agentId: `${name}@x.example`, status: 'TALKING', occurredAt: secondsAgo(3000) },
        { agentId: `${name}@x.example`, occurredAt: secondsAgo(2000) },
      );
    }
    await product.idle();
    const before = await stored();
    for (const table of ['facts', 'person_days', 'schedules', 'rejected'])
      expect(before[table]).toMatch(/ada.*bob/s);

    expect((await call('POST', '/people/ada/erasure')).status).toBe(202);
    await product.idle();
    await vi.waitFor(async () => {
      expect((await call('GET', '/erasures')).body.items).toMatchObject([{ personId: 'ada', state: 'done' }]);
    }, 30_000);

    const after = await stored();
    for (const [table, rows] of Object.entries(after)) expect(rows, table).not.toContain('ada');
    for (const table of ['facts', 'person_days', 'schedules', 'rejected'])
      expect(after[table]).toContain('bob');
    expect(
      (await call('GET', '/live')).body.items.map((item: { personId: string }) => item.personId),
    ).not.toContain('ada');
    const pipeline = (await call('GET', '/pipeline')).body;
    expect(pipeline).toMatchObject({ pending: 0, stored: 1, duplicates: 0, gaps: 0 });
  });

  it('keeps what comes later of the same user, who may be somebody else by then', async () => {
    await notify({ agentId: 'ada@x.example', status: 'TALKING', occurredAt: secondsAgo(1) });
    await product.idle();
    expect((await stored()).facts).toContain('ada@x.example');
  });
});

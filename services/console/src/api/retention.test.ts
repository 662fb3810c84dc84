import { topics } from '@adherence/schemas/topics.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Call, operatorToken, startTestConsole, type TestConsole } from '../console.testing.ts';

let testConsole: TestConsole;
let call: Call;
beforeAll(async () => {
  testConsole = await startTestConsole();
  call = await testConsole.tenant('t1');
});
afterAll(() => testConsole.stop());

it('is as long as the operator keeps data, unless the tenant says less; the operator says what is the most', async () => {
  const first = await call('GET', '/retention');
  expect(first.body).toEqual({ days: null, mostDays: null });
  const producer = await testConsole.broker.producer();
  const value = Buffer.from(JSON.stringify({ days: 400 }));
  await producer.send([{ topic: topics.health.name, partition: 0, key: 'retention', value }]);
  const set = await call('PUT', '/retention', { days: 90 }, { 'if-match': first.headers.get('etag')! });
  expect([set.status, set.body]).toEqual([200, { days: 90, mostDays: 400 }]);
  const tooLong = await call('PUT', '/retention', { days: 401 });
  expect([tooLong.status, tooLong.body.errors[0].path]).toEqual([422, 'days']);
  expect((await call('PUT', '/retention', { days: 30 })).status).toBe(422);
  const stale = await call('PUT', '/retention', { days: 50 }, { 'if-match': first.headers.get('etag')! });
  expect(stale.status).toBe(412);
});

it('stays when the operator renames the tenant, and goes when the tenant says so', async () => {
  await call('PUT', '/retention', { days: 60 });
  const operator = testConsole.as(operatorToken);
  const renamed = await operator('PUT', '/tenants/t1', { name: 'Renamed', timeZone: 'UTC' });
  expect(renamed.body).toEqual({ id: 't1', name: 'Renamed', timeZone: 'UTC' });
  expect((await call('GET', '/retention')).body.days).toBe(60);
  await call('PUT', '/retention', { days: null });
  expect((await call('GET', '/retention')).body.days).toBeNull();
  expect((await operator('GET', '/tenants')).body.items).toEqual([
    { id: 't1', name: 'Renamed', timeZone: 'UTC' },
  ]);
});

it('is set by administrators only, and the log says who did', async () => {
  for (const role of ['planner', 'analyst', 'viewer']) {
    const { token } = (await call('POST', '/tokens', { name: role, role })).body;
    expect((await testConsole.as(token)('PUT', '/retention', { days: 90 })).status).toBe(403);
  }
  await call('PUT', '/retention', { days: 77 });
  const last = JSON.parse(testConsole.broker.records('configuration').at(-1)!.value!.toString());
  expect(last).toMatchObject({ entity: 'tenant', document: { retentionDays: 77 } });
  expect(last.writtenBy).toMatch(/^token:/);
});

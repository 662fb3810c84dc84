/** Deleting a tenant in the console; that rows go, and stay away, is in test/day-two. */
import { topics } from '@adherence/schemas/topics.ts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type Call,
  integrationBody,
  operatorToken,
  startTestConsole,
  type TestConsole,
} from './console.testing.ts';
import { createRecordingDatabase } from './recording-database.testing.ts';

let rows = 3;
let console_: TestConsole;
let operator: Call;
let admin: Call;

beforeEach(async () => {
  rows = 3;
  const database = createRecordingDatabase(({ sql }) =>
    sql.includes("'facts' AS name") ? [{ name: 'facts', number: rows }] : [],
  );
  console_ = await startTestConsole({ database });
  operator = console_.as(operatorToken);
  admin = await console_.tenant('t1');
  await console_.tenant('t2');
  await admin('PUT', '/integrations/odigo', integrationBody('Odigo'));
  await admin('PUT', '/people/ada', { name: 'Ada Secret', externalUsers: [] });
});
afterEach(() => console_.stop());

/** Values of records that no tombstone is over, as a compacted log has them. */
const compacted = () => {
  const records = new Map<string, string>();
  for (const { key, value } of console_.broker.records(topics.configuration.name)) {
    if (value === null) records.delete(key!);
    else records.set(key!, value.toString());
  }
  return [...records.values()].map((text) => JSON.parse(text));
};
const remove = () => operator('DELETE', '/tenants/t1?name=t1');

describe('the deletion of a tenant', () => {
  it('is counted first, and changes nothing by that', async () => {
    const before = compacted();
    const { status, body } = await operator('GET', '/tenants/t1/data');
    expect(status).toBe(200);
    expect(body).toEqual({
      state: 'there',
      people: 1,
      integrations: 1,
      tokens: 1,
      configurationRecords: 3,
      boardRows: 0,
      healthRecords: 0,
      rows: { facts: 3 },
    });
    expect(compacted()).toEqual(before);
  });

  it('needs its name, an operator, and a tenant', async () => {
    expect((await operator('DELETE', '/tenants/t1')).status).toBe(422);
    expect((await operator('DELETE', '/tenants/t1?name=t2')).status).toBe(422);
    expect((await operator('DELETE', '/tenants/nobody?name=nobody')).status).toBe(404);
    expect((await operator('GET', '/tenants/nobody/data')).status).toBe(404);
    expect((await admin('DELETE', '/tenants/t1?name=t1')).status).toBe(403);
    expect((await admin('GET', '/people/ada')).status).toBe(200);
  });

  it('leaves one record on the log, which names nobody; its tokens are good no more and others notice nothing', async () => {
    const others = compacted().filter(({ tenantId }) => tenantId === 't2');
    const { status, body } = await remove();
    expect([status, body.state, body.rows]).toEqual([202, 'deleting', { facts: 3 }]);
    const left = compacted();
    expect(left.filter(({ tenantId }) => tenantId === 't2')).toEqual(others);
    expect(left.filter(({ tenantId }) => tenantId === 't1')).toMatchObject([
      { entity: 'tenant', id: 't1', action: 'delete', document: null, writtenBy: 'operator' },
    ]);
    expect((await admin('GET', '/people')).status).toBe(401);
    const { body: tenants } = await operator('GET', '/tenants');
    expect(tenants.items.map(({ id }: { id: string }) => id)).toEqual(['t2']);
    rows = 0;
    expect((await operator('GET', '/tenants/t1/data')).body.state).toBe('deleted');
  });

  it('takes its people off the board, and what is told of it off the topic of health', async () => {
    const told = (topic: string, key: string) => ({
      topic,
      partition: 0,
      key,
      value: Buffer.from(
        JSON.stringify({ tenantId: key.split('|')[0], personId: 'ada', asOf: 1, eventsUntil: 1 }),
      ),
    });
    const producer = await console_.broker.producer();
    const { live, health } = topics;
    const keys = ['openBreak|t1|odigo|ada', 'integration|t1|odigo', 'integration|t2|odigo', 'results|1'];
    await producer.send([told(live.name, 't1|ada'), told(live.name, 't2|ada')]);
    await producer.send(keys.map((key) => told(health.name, key)));
    await producer.close();
    const counts = async () => {
      const { boardRows, healthRecords } = (await operator('GET', '/tenants/t1/data')).body;
      return [boardRows, healthRecords];
    };
    await vi.waitFor(async () => expect(await counts()).toEqual([1, 2]));
    await remove();
    await vi.waitFor(async () => expect(await counts()).toEqual([0, 0]));
    const tombstones = (topic: string) =>
      console_.broker.records(topic).flatMap(({ key, value }) => (value === null ? [key] : []));
    expect([tombstones(live.name), tombstones(health.name)]).toEqual([
      ['t1|ada'],
      ['openBreak|t1|odigo|ada', 'integration|t1|odigo'],
    ]);
  });

  it('goes on where it was interrupted: asked again, it deletes what is left', async () => {
    const { commandId } = compacted().find(({ id }) => id === 'ada')!;
    await remove();
    const deletion = compacted().find(({ action }) => action === 'delete')!;
    // As if it had ended before the tombstones.
    const producer = await console_.broker.producer();
    const put = { ...deletion, commandId: 'late', entity: 'person', id: 'ada', action: 'put' };
    const late = { ...put, document: { name: 'Ada Secret' } };
    await producer.send([
      {
        topic: topics.configuration.name,
        partition: 0,
        key: commandId,
        value: Buffer.from(JSON.stringify(late)),
      },
    ]);
    expect((await operator('GET', '/tenants/t1/data')).body.configurationRecords).toBe(1);
    expect((await remove()).body.configurationRecords).toBe(0);
    expect(compacted().filter(({ tenantId }) => tenantId === 't1')).toEqual([deletion]);
    await producer.close();
  });

  it('is for good: the id is not given again', async () => {
    await remove();
    const again = await operator('POST', '/tenants', { id: 't1', name: 't1', timeZone: 'UTC' });
    expect([again.status, again.body.errors]).toEqual([
      409,
      [{ path: 'id', message: 'tenant t1 was deleted: take another id' }],
    ]);
  });
});

/** Erasing a person from the configuration; what the owners delete is in test/erasure.stack.test.ts. */
import { erasedUserHash } from '@adherence/domain/configuration/erased.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Call, integrationBody, startTestConsole, type TestConsole } from './console.testing.ts';
import { createRecordingDatabase } from './recording-database.testing.ts';

const database = createRecordingDatabase(({ sql }) =>
  sql.includes('base64Decode') ? [{ rejected_partition: 3, rejected_offset: 17 }] : [],
);
let console_: TestConsole;
let call: Call & { token: string };

const user = (externalUserId: string, validity: object = {}) => ({
  integrationId: 'odigo',
  externalUserId,
  ...validity,
});

beforeAll(async () => {
  console_ = await startTestConsole({ database });
  call = await console_.tenant('t1');
  await call('PUT', '/integrations/odigo', integrationBody('Odigo'));
  await call('PUT', '/people/ada', { name: 'Ada Secret', externalUsers: [user('secret@x.example')] });
  const shared = user('desk@x.example', { validTo: '2026-02-01T00:00:00Z' });
  await call('PUT', '/people/ada', { name: 'Ada Secret', externalUsers: [shared] });
  const later = user('desk@x.example', { validFrom: '2026-02-01T00:00:00Z' });
  await call('PUT', '/people/bob', { name: 'Bob', externalUsers: [later] });
  const range = { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' };
  await call('PUT', '/exceptions/both', { personIds: ['ada', 'bob'], ...range, reason: 'r' });
});
afterAll(() => console_.stop());

/** Values of records that no tombstone is over, as a compacted log has them. */
const compacted = () => {
  const records = new Map<string, string>();
  for (const { key, value } of console_.broker.records('configuration')) {
    if (value === null) records.delete(key!);
    else records.set(key!, value.toString());
  }
  return [...records.values()];
};

describe('the erasure of a person', () => {
  it('leaves nothing of the person on the log but what names nobody', async () => {
    expect(compacted().join()).toContain('Ada Secret');
    const { status, body } = await call('POST', '/people/ada/erasure');
    expect([status, body.more]).toEqual([202, false]);
    expect(compacted().join()).not.toMatch(/Ada Secret|secret@x/);
    const erasures = compacted()
      .map((text) => JSON.parse(text))
      .filter(({ entity }) => entity === 'erasure');
    expect(erasures.map(({ document }) => document)).toEqual([
      {
        personId: 'ada',
        users: [
          { hash: erasedUserHash('t1', 'odigo', 'secret@x.example'), from: null, to: null },
          // At other times it is Bob's.
          {
            hash: erasedUserHash('t1', 'odigo', 'desk@x.example'),
            from: null,
            to: Date.parse('2026-02-01T00:00:00Z'),
          },
        ],
        rejected: ['3-17'],
      },
    ]);
  });

  it('takes the person away, and out of the audit trail, which tells who asked', async () => {
    expect((await call('GET', '/people/ada')).status).toBe(404);
    const { text, body } = await call('GET', '/changes');
    expect(text).not.toContain('Ada Secret');
    expect(body.items[0]).toMatchObject({ entity: 'erasure', writtenByName: 'First administrator' });
    expect((await call('GET', '/erasures')).body.items).toMatchObject([{ personId: 'ada', state: 'asked' }]);
  });

  it('is asked for once, however often it is', async () => {
    const before = console_.broker.records('configuration').length;
    const [again, list] = [await call('POST', '/people/ada/erasure'), await call('GET', '/erasures')];
    expect([again.status, again.body.id]).toEqual([200, list.body.items[0].id]);
    expect(console_.broker.records('configuration')).toHaveLength(before);
    expect((await call('POST', '/people/nobody/erasure')).status).toBe(404);
  });

  it('leaves others as they are, also for whoever reads the log from its beginning', async () => {
    const other = await startTestConsole({ database, broker: console_.broker });
    for (const path of ['/people', '/exceptions', '/changes?entity=exception', '/erasures']) {
      expect((await other.as(call.token)('GET', path)).body).toEqual((await call('GET', path)).body);
    }
    expect((await call('GET', '/exceptions/both')).body.personIds).toEqual(['ada', 'bob']);
    await other.stop();
  });

  it('does not stand in the way of somebody new under the same id', async () => {
    expect((await call('PUT', '/people/ada', { name: 'Another Ada' })).status).toBe(201);
    expect((await call('POST', '/people/ada/erasure')).status).toBe(202);
    expect((await call('GET', '/erasures')).body.items).toHaveLength(2);
  });

  it("leaves alone what is somebody else's by now, and payloads that may be", async () => {
    await call('PUT', '/people/carl', { name: 'Carl', externalUsers: [user('line@x.example')] });
    await call('PUT', '/people/carl', { name: 'Carl' });
    await call('PUT', '/people/dora', { name: 'Dora', externalUsers: [user('line@x.example')] });
    expect(
      (await call('PUT', '/people/carl', { name: 'Carl', externalUsers: [user('desk@x.example')] })).status,
    ).toBe(409);
    expect((await call('POST', '/people/carl/erasure')).status).toBe(202);
    const last = JSON.parse(compacted().at(-1)!);
    expect(last).toMatchObject({
      entity: 'erasure',
      document: { personId: 'carl', users: [], rejected: [] },
    });
  });

  it('is for administrators', async () => {
    const { body } = await call('POST', '/tokens', { name: 'p', role: 'planner' });
    expect((await console_.as(body.token)('POST', '/people/bob/erasure')).status).toBe(403);
  });
});

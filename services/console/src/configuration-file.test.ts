/** A tenant as one file: what is exported comes back as it was, and a file with one bad entry changes nothing. */
import { topics } from '@adherence/schemas/topics.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Call, integrationBody, startTestConsole, type TestConsole } from './console.testing.ts';

let console_: TestConsole;
let call: Call & { token: string };
let count = 0;

beforeAll(async () => {
  console_ = await startTestConsole();
});
afterAll(() => console_.stop());
beforeEach(async () => {
  count += 1;
  call = await console_.tenant(`t${count}`);
});

const user = (externalUserId: string, validFrom: string | null = null) => ({
  integrationId: 'odigo',
  externalUserId,
  validFrom,
  validTo: null,
});

/** Something of everything that a file holds. */
async function fill(into: Call): Promise<void> {
  const breakDetail = { url: 'https://odigo.example/t', username: 'u', password: 'top secret' };
  await into('PUT', '/integrations/odigo', { ...integrationBody('Odigo'), breakDetail });
  await into('PUT', '/planning-units/north', { name: 'North', timeZone: 'Europe/Oslo' });
  await into('PUT', '/activities/calls', { name: 'Calls', type: 'Presence', color: '#00ff00' });
  await into('PUT', '/activities/old', { name: 'Old', type: 'Break' });
  await into('DELETE', '/activities/old');
  const externalUsers = [user('ada@x.example'), user('ada2@x.example', '2026-01-01T00:00:00.000Z')];
  await into('PUT', '/people/ada', { name: 'Ada', team: 'Blue', planningUnitId: 'north', externalUsers });
  await into('PUT', '/people/bob', { name: 'Bob', externalUsers: [user('bob@x.example')] });
  const mapping = { status: 'TALKING', breakType: null, activityId: 'calls' };
  await into('POST', '/integrations/odigo/status-mappings', mapping);
  const later = { ...mapping, activityId: 'present', validFrom: '2026-02-01T00:00:00Z' };
  await into('POST', '/integrations/odigo/status-mappings', later);
  await into('PUT', '/matches', { rules: [{ actual: 'offline', scheduled: 'activity:calls' }] });
  await into('PUT', '/settings', { targetScore: 0.8 });
  await into('PUT', '/settings', { targetScore: 0.7, validFrom: '2026-03-01T00:00:00Z' });
  await into('PUT', '/settings', { targetScore: 0.75, validFrom: '2026-03-01T00:00:00Z' });
  const range = { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' };
  await into('PUT', '/exceptions/drill', { teams: ['Blue'], ...range, reason: 'Fire drill' });
  await into('PUT', '/retention', { days: 120 });
}

const format = 'odigo-adherence/1';
const written = () => console_.broker.records('configuration').length;
const exported = async (from: Call = call) => (await from('GET', '/configuration/export')).body;

describe('the configuration as one file', () => {
  it('changes nothing where it came from, and writes nothing', async () => {
    await fill(call);
    const file = await exported();
    const before = written();
    for (const remove of ['', '?remove=true']) {
      expect((await call('POST', `/configuration/diff${remove}`, file)).body).toEqual({ changes: [] });
      const { body } = await call('POST', `/configuration/import${remove}`, file);
      expect(body).toEqual({ created: 0, replaced: 0, deleted: 0 });
    }
    expect(written()).toBe(before);
  });

  it('is the same after it was brought back into an empty tenant, with the password given', async () => {
    await fill(call);
    const file = await exported();
    const other = await console_.tenant(`empty${count}`);
    const refused = await other('POST', '/configuration/import', file);
    expect([refused.status, refused.body.errors]).toEqual([
      422,
      [
        {
          path: 'integrations[0].breakDetail.password',
          message: 'is needed: the sealed one does not open here',
        },
        ...['people[0].externalUsers[0]', 'people[0].externalUsers[1]', 'people[1].externalUsers[0]'].map(
          (path) => ({
            path: `${path}.integrationId`,
            message: 'unknown integration odigo',
          }),
        ),
        ...['statusMappings[0]', 'statusMappings[1]'].map((path) => ({
          path: `${path}.integrationId`,
          message: 'unknown integration odigo',
        })),
      ],
    ]);
    const { passwordSealed: _, ...breakDetail } = file.integrations[0].breakDetail;
    file.integrations[0].breakDetail = { ...breakDetail, password: 'top secret' };
    const { status, body } = await other('POST', '/configuration/import', file);
    expect([status, body.deleted]).toEqual([200, 0]);
    const again = await exported(other);
    file.integrations[0].breakDetail = again.integrations[0].breakDetail;
    expect(again).toEqual(file);
  });

  it('never holds a secret in clear, nor tokens', async () => {
    await fill(call);
    await call('POST', '/integrations/odigo/url-tokens');
    const { text } = await call('GET', '/configuration/export');
    expect(text).not.toMatch(/top secret|adh_|odigo_|[0-9a-f]{64}/);
    expect(text).toMatch(/"passwordSealed": "v1\./);
  });

  it('with one bad entry is refused whole, and every fault is told', async () => {
    await fill(call);
    const file = await exported();
    const before = written();
    file.people.push({
      id: 'new',
      name: 'New',
      planningUnitId: 'nowhere',
      externalUsers: [user('bob@x.example')],
    });
    file.people.push({ id: 'ada', name: 'Ada again' });
    file.exceptions[0].personIds = ['nobody'];
    file.statusMappings[0].activityId = 'old';
    const twice = await call('POST', '/configuration/import', file);
    expect(twice.body.errors).toEqual([{ path: 'people[3]', message: 'is given by people[0] already' }]);
    file.people.pop();
    const { status, body } = await call('POST', '/configuration/import', file);
    expect([status, body.errors]).toEqual([
      422,
      expect.arrayContaining([
        { path: 'people[2].planningUnitId', message: 'unknown planning unit nowhere' },
        {
          path: 'people[2].externalUsers[0]',
          message: 'this external user belongs to person bob at that time',
        },
        { path: 'statusMappings[0].activityId', message: 'unknown activity old' },
        { path: 'exceptions[0].personIds[0]', message: 'unknown person nobody' },
      ]),
    ]);
    expect(body.errors).toHaveLength(4);
    const unreadable = await call('POST', '/configuration/import', {
      format,
      people: [{}],
      x: 1,
    });
    expect(unreadable.body.errors).toHaveLength(3);
    expect(written()).toBe(before);
  });

  it('says what it would change, and changes that', async () => {
    await fill(call);
    const file = await exported();
    file.people[1].name = 'Robert';
    file.people.push({ id: 'cleo', name: 'Cleo' });
    file.exceptions = [];
    const diff = (await call('POST', '/configuration/diff', file)).body.changes;
    expect(
      diff.map((each: { entity: string; id: string; change: string }) => [each.entity, each.id, each.change]),
    ).toEqual([
      ['person', 'bob', 'replaced'],
      ['person', 'cleo', 'created'],
    ]);
    expect([diff[0].before.name, diff[0].after.name]).toEqual(['Bob', 'Robert']);
    const removing = (await call('POST', '/configuration/diff?remove=true', file)).body.changes;
    expect(removing[0]).toMatchObject({ entity: 'exception', id: 'drill', change: 'deleted', after: null });
    const { body } = await call('POST', '/configuration/import?remove=true', file);
    expect(body).toEqual({ created: 1, replaced: 1, deleted: 1 });
    expect((await call('POST', '/configuration/diff?remove=true', await exported())).body.changes).toEqual(
      [],
    );
  });

  it('moves external users between people, also where they are exchanged', async () => {
    await fill(call);
    const file = await exported();
    const [ada, bob] = file.people;
    [ada.externalUsers, bob.externalUsers] = [bob.externalUsers, ada.externalUsers];
    file.people.unshift({ id: 'new', name: 'New', externalUsers: [ada.externalUsers.pop()] });
    expect((await call('POST', '/configuration/import', file)).status).toBe(200);
    expect((await call('GET', '/people/new')).body.externalUsers).toMatchObject([
      { externalUserId: 'bob@x.example' },
    ]);
    expect((await call('GET', '/people/ada')).body.externalUsers).toEqual([]);
    expect((await call('GET', '/people/bob')).body.externalUsers).toHaveLength(2);
  });

  it('that removes makes the past what the file says, although versions are never deleted', async () => {
    await fill(call);
    const file = await exported();
    file.settings = file.settings.slice(0, 1);
    file.statusMappings = file.statusMappings.slice(0, 1);
    file.matches = [];
    file.integrations = undefined;
    expect((await call('POST', '/configuration/import?remove=true', file)).status).toBe(200);
    const again = await exported();
    expect(again.statusMappings).toEqual(file.statusMappings);
    expect(again.settings.map(({ targetScore }: { targetScore: number }) => targetScore)).toEqual([0.8, 0.8]);
    expect(again.matches[0].rules.length).toBeGreaterThan(5);
    expect(again.integrations).toHaveLength(1);
    expect((await call('POST', '/configuration/diff?remove=true', file)).body.changes).toEqual([]);
  });

  it('leaves alone what is built in, and tells why something in use cannot be removed', async () => {
    await fill(call);
    const empty = { format, planningUnits: [], activities: [] };
    const { status, body } = await call('POST', '/configuration/import?remove=true', empty);
    expect([status, body.errors.map(({ message }: { message: string }) => message)]).toEqual([
      422,
      [
        'planningUnit north cannot be removed: planning unit is in use by people: ada',
        expect.stringContaining('activity calls cannot be removed: in use by'),
      ],
    ]);
  });

  it('says for how long data is kept: shown before it is done, no longer than the operator allows', async () => {
    const put = (days: unknown) => call('POST', '/configuration/import', { format, retentionDays: days });
    const kept = async () => (await call('GET', '/retention')).body.days;
    const diff = await call('POST', '/configuration/diff', { format, retentionDays: 90 });
    const name = `t${count}`;
    expect(diff.body.changes).toMatchObject([
      {
        entity: 'tenant',
        id: name,
        change: 'replaced',
        before: { name },
        after: { name, retentionDays: 90 },
      },
    ]);
    expect(await kept()).toBeNull();
    expect((await put(90)).body).toEqual({ created: 0, replaced: 1, deleted: 0 });
    expect(await kept()).toBe(90);
    expect((await exported()).retentionDays).toBe(90);
    // A file that does not say leaves it alone, also one that removes what it does not list.
    expect((await call('POST', '/configuration/import?remove=true', { format })).body.replaced).toBe(0);
    expect(await kept()).toBe(90);
    const producer = await console_.broker.producer();
    const value = Buffer.from(JSON.stringify({ days: 400 }));
    await producer.send([{ topic: topics.health.name, partition: 0, key: 'retention', value }]);
    const refused = await put(401);
    expect([refused.status, refused.body.errors]).toEqual([
      422,
      [{ path: 'retentionDays', message: 'must be at most 400, for which the operator keeps data' }],
    ]);
    expect((await put(null)).body.replaced).toBe(1);
    expect(await kept()).toBeNull();
  });

  it('is for administrators only', async () => {
    const { body } = await call('POST', '/tokens', { name: 'p', role: 'planner' });
    expect((await console_.as(body.token)('GET', '/configuration/export')).status).toBe(403);
  });
});

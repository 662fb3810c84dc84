/** A token limited to teams sees and changes what concerns their people only, on every route and in the live stream. */
import { partitionOf, streamPartitions, topics } from '@adherence/schemas/topics.ts';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  answerSchedules,
  type Call,
  integrationBody,
  startTestConsole,
  type TestConsole,
} from './console.testing.ts';
import { about, answersOf, operationsOfConsole } from './every-route.testing.ts';
import { createRecordingDatabase } from './recording-database.testing.ts';
import { type Named, nameOf, type Operation } from './requests.testing.ts';

const database = createRecordingDatabase();
let console_: TestConsole;
let admin: Call & { token: string };
let operations: Operation[];
/** A planner of the team Red; Anna is of Red, Bert of Blue, Nemo of none. */
let lead: Call;
let leadToken: string;

const range = { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' };
const user = (externalUserId: string) => ({ integrationId: 'odigo', externalUserId });

async function limited(role: string): Promise<string> {
  const { body } = await admin('POST', '/tokens', { name: 'Lead of Red', role, teams: ['Red'] });
  return body.token;
}

async function publishLive(personId: string): Promise<void> {
  const producer = await console_.broker.producer();
  const key = `t1|${personId}`;
  const actual = {
    kind: 'offline',
    activityId: null,
    externalStatus: null,
    breakType: null,
    estimated: false,
  };
  const row = {
    ...{
      tenantId: 't1',
      personId,
      asOf: 1,
      eventsUntil: 1,
      scheduledActivityId: 'present',
      scheduledUntil: null,
    },
    ...{ actual, state: 'NOT_PRESENT', since: 1, inBuffer: false, bufferEndsAt: null },
  };
  const partition = partitionOf(key, streamPartitions);
  await producer.send([{ topic: topics.live.name, partition, key, value: Buffer.from(JSON.stringify(row)) }]);
}

beforeAll(async () => {
  console_ = await startTestConsole({ database });
  admin = await console_.tenant('t1');
  await admin('PUT', '/integrations/odigo', integrationBody('Odigo'));
  await admin('PUT', '/people/anna', { name: 'Anna', team: 'Red', externalUsers: [user('anna@a.example')] });
  await admin('PUT', '/people/bert', {
    name: 'Hidden',
    team: 'Blue',
    externalUsers: [user('hidden@a.example')],
  });
  await admin('PUT', '/people/nemo', { name: 'Hidden', externalUsers: [user('hidden2@a.example')] });
  await admin('PUT', '/exceptions/blue', { teams: ['Blue'], ...range, reason: 'Hidden' });
  await admin('PUT', '/exceptions/bert', { personIds: ['bert'], ...range, reason: 'Hidden' });
  await admin('PUT', '/exceptions/both', { personIds: ['anna', 'bert'], ...range, reason: 'Both' });
  await admin('PUT', '/exceptions/red', { teams: ['Red'], ...range, reason: 'Red' });
  await admin('POST', '/recomputations', { ...range, personIds: ['bert'] });
  leadToken = await limited('planner');
  lead = console_.as(leadToken);
  for (const id of ['anna', 'bert', 'nemo']) await publishLive(id);
  operations = await operationsOfConsole(admin);
  await answerSchedules(console_.broker, ({ documents }) =>
    documents.map(({ shiftDate }) => ({
      ...{ shiftDate, ok: true, created: true, unchanged: false, etag: '"1"', problem: null, errors: [] },
    })),
  );
});
afterAll(() => console_.stop());

/** Requests that name people, teams and exceptions of others. */
const hidden =
  (path: string): Named =>
  (name, isId) => {
    if (name === 'team' || name === 'teams') return fc.constant('Blue');
    if (name === 'planningUnitId') return fc.constant('default');
    if (!isId) return null;
    return fc.constant(path.startsWith('/exceptions') && name === 'id' ? 'blue' : 'bert');
  };

const isFor = (treatment: string) => (operation: Operation) => operation.description.endsWith(treatment);
const narrowed = isFor('what concerns their people only.');
const open = isFor('Tokens limited to teams too.');

describe('a token limited to teams', () => {
  it('is refused by every route that does not say what such a token may do', async () => {
    const others = operations.filter((each) => !narrowed(each) && !open(each) && !each.isPublic);
    expect(others.length).toBeGreaterThan(20);
    for (const operation of others.filter(({ path }) => path !== '/session')) {
      for (const role of ['planner', 'analyst', 'viewer']) {
        const [answer] = await answersOf(console_, await limited(role), operation, hidden(operation.path), 1);
        expect(answer!.status, about(operation, answer!)).toBe(403);
      }
    }
  });

  it('changes nothing by a route that is open to it', () => {
    expect(operations.filter(open).filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  it('is never shown, and never asks the database for, anybody else', async () => {
    database.taken();
    const reads = operations.filter((each) => (narrowed(each) || open(each)) && each.method === 'GET');
    expect(reads.map(nameOf)).toEqual(
      expect.arrayContaining(['GET /adherence', 'GET /live/events', 'GET /people', 'GET /changes']),
    );
    for (const operation of reads) {
      const anybody: Named = (name) => (name === 'planningUnitId' ? fc.constant('default') : null);
      const own: Named = (name) => (name.toLowerCase().endsWith('id') ? fc.constant('anna') : null);
      for (const named of [anybody, own, hidden(operation.path)]) {
        for (const answer of await answersOf(console_, leadToken, operation, named, 6)) {
          expect(answer.status, about(operation, answer)).toBeLessThan(500);
          expect(answer.text, about(operation, answer)).not.toMatch(/hidden|"(bert|nemo|Blue)"/i);
        }
      }
      for (const { sql, parameters } of database.taken()) {
        const statement = sql + JSON.stringify(parameters);
        expect(statement, nameOf(operation)).not.toMatch(/bert|nemo|hidden|Blue/);
        if (narrowed(operation)) expect(statement, nameOf(operation)).toContain('anna');
      }
    }
  });

  it('changes nothing of anybody else, whatever it sends', async () => {
    const seen = async () => {
      const paths = ['/people', '/exceptions', '/recomputations', '/schedules', '/settings', '/matches'];
      return Promise.all(paths.map(async (path) => (await admin('GET', path)).body));
    };
    const before = await seen();
    const writes = operations.filter((each) => narrowed(each) && each.method !== 'GET');
    expect(writes.length).toBeGreaterThan(5);
    for (const operation of writes) {
      for (const answer of await answersOf(console_, leadToken, operation, hidden(operation.path), 6)) {
        const isRefused = answer.status >= 400 || (operation.isImport && answer.body.accepted === 0);
        // A question that is posted stores nothing, and tells nothing of others.
        const isNobody = operation.path.endsWith('/what-if') && answer.body.people?.length === 0;
        expect(isRefused || isNobody, about(operation, answer)).toBe(true);
        expect(answer.status, about(operation, answer)).toBeLessThan(500);
      }
    }
    expect(await seen()).toEqual(before);
  });

  it('works on what is its own', async () => {
    expect((await lead('GET', '/people')).body.items.map(({ id }: { id: string }) => id)).toEqual(['anna']);
    expect((await lead('PUT', '/people/new', { name: 'New', team: 'Red' })).status).toBe(201);
    expect((await lead('DELETE', '/people/new')).status).toBe(204);
    expect(
      (await lead('PUT', '/exceptions/mine', { personIds: ['anna'], ...range, reason: 'r' })).status,
    ).toBe(201);
    expect((await lead('PUT', '/schedules/anna/2026-01-05', { activities: [] })).status).toBe(201);
    expect((await lead('POST', '/recomputations', { ...range, personIds: ['anna'] })).status).toBe(201);
    const imported = await lead('POST', '/people/import', [
      { personId: 'anna', name: 'Anna', team: 'Red' },
      { personId: 'bert', name: 'Bert', team: 'Red' },
      { personId: 'cleo', name: 'Cleo', team: 'Blue' },
    ]);
    expect(imported.body).toMatchObject({ accepted: 1, rejected: [{ line: 2 }, { line: 3 }] });
  });

  it('neither moves people out of its teams nor takes them from others', async () => {
    expect((await lead('PUT', '/people/anna', { name: 'Anna', team: 'Blue' })).status).toBe(403);
    expect((await lead('PUT', '/people/bert', { name: 'Bert', team: 'Red' })).status).toBe(403);
    expect((await lead('PUT', '/people/nemo', { name: 'Nemo', team: 'Red' })).status).toBe(403);
    expect((await lead('DELETE', '/people/bert')).status).toBe(404);
    const taken = { name: 'Anna', team: 'Red', externalUsers: [user('hidden@a.example')] };
    const conflict = await lead('PUT', '/people/anna', taken);
    expect([conflict.status, conflict.text.includes('bert')]).toEqual([409, false]);
  });

  it('sees what an exception says of its people, and writes those of its people alone', async () => {
    expect((await lead('GET', '/exceptions/both')).body.personIds).toEqual(['anna']);
    expect((await lead('GET', '/exceptions/bert')).status).toBe(404);
    expect((await lead('DELETE', '/exceptions/both')).status).toBe(403);
    expect((await lead('PUT', '/exceptions/red', { everyone: true, ...range, reason: 'r' })).status).toBe(
      403,
    );
    expect((await lead('DELETE', '/exceptions/red')).status).toBe(204);
  });

  it('is told by the live stream of its people, and of who leaves them', async () => {
    const gone = new AbortController();
    const request = new Request('http://console.test/api/v1/live/events', {
      headers: { authorization: `Bearer ${leadToken}` },
      signal: gone.signal,
    });
    const reader = (await console_.running.fetch(request)).body!.getReader();
    const next = async () => {
      const text = new TextDecoder().decode((await reader.read()).value);
      return JSON.parse(/data: (.*)/.exec(text)![1]!);
    };
    expect((await next()).items.map(({ personId }: { personId: string }) => personId)).toEqual(['anna']);
    await publishLive('bert');
    await publishLive('anna');
    expect(await next()).toMatchObject({ personId: 'anna', state: 'NOT_PRESENT' });
    await admin('PUT', '/people/anna', { name: 'Anna', team: 'Blue' });
    expect(await next()).toMatchObject({ personId: 'anna', state: null });
    await publishLive('anna');
    await admin('PUT', '/people/bert', { name: 'Bert', team: 'Red' });
    expect(await next()).toMatchObject({ personId: 'bert', name: 'Bert' });
    gone.abort();
  });

  it('is told of its limits, and cannot be an administrator', async () => {
    expect((await lead('GET', '/session')).body).toMatchObject({ role: 'planner', teams: ['Red'] });
    const refused = await admin('POST', '/tokens', { name: 'x', role: 'admin', teams: ['Red'] });
    expect(refused.body.errors).toEqual([
      { path: 'teams', message: 'an administrator cannot be limited to teams' },
    ]);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  answerSchedules,
  type Call,
  integrationBody,
  startTestConsole,
  type TestConsole,
} from '../console.testing.ts';

let console_: TestConsole;
let call: Call & { token: string };

beforeAll(async () => {
  console_ = await startTestConsole();
  call = await console_.tenant('t1');
  await call('PUT', '/integrations/odigo', integrationBody('Odigo'));
});
afterAll(() => console_.stop());

const ndjson = { accept: 'application/x-ndjson' };
const lineOf = (i: number, name = `Person ${i}`) =>
  `p${i},${name},Team ${i % 10},odigo,user${i}@centre.example`;
const csv = (lines: readonly string[]) =>
  ['personId,name,team,integrationId,externalUserId', ...lines].join('\n');
const linesOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('an import', () => {
  it('tells its progress line by line, and at the end what every bad line has', async () => {
    const lines = Array.from({ length: 12_000 }, (_, i) => lineOf(i));
    lines[4_999] = 'p4999,,x,odigo,u';
    lines[9_999] = lineOf(9_999).replace('user9999', 'user0');
    const answer = await call('POST', '/people/import', csv(lines), {
      'content-type': 'text/csv',
      ...ndjson,
    });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/x-ndjson']);
    const told = linesOf(answer.text);
    expect(told.slice(0, -1)).toEqual(
      [1, 5_001, 10_001, 12_000].map((done) => ({ progress: { lines: 12_000, done } })),
    );
    expect(told.at(-1)).toEqual({
      accepted: 11_998,
      rejected: [
        { line: 5_001, errors: [{ path: 'name', message: expect.any(String) }] },
        {
          line: 10_001,
          errors: [
            { path: 'externalUsers[0]', message: 'this external user belongs to person p0 at that time' },
          ],
        },
      ],
    });
  });

  it('changes nothing when it is repeated, and writes nothing', async () => {
    const written = () => console_.broker.records('configuration').length;
    const before = written();
    const body = csv([lineOf(0), lineOf(1)]);
    expect((await call('POST', '/people/import', body, { 'content-type': 'text/csv' })).body.accepted).toBe(
      2,
    );
    expect(written()).toBe(before);
  });

  it('gives an external user to the next line that wants it, once the line before gave it up', async () => {
    const give = [
      { id: 'p0', name: 'Person 0', externalUsers: [] },
      {
        id: 'new',
        name: 'New',
        externalUsers: [{ integrationId: 'odigo', externalUserId: 'user0@centre.example' }],
      },
    ];
    expect((await call('POST', '/people/import', give)).body).toEqual({ accepted: 2, rejected: [] });
  });

  it('reads fields with line breaks, semicolons and characters of four bytes, wherever the text is cut', async () => {
    const long = `"${'😀 '.repeat(90)}"`;
    const lines = Array.from({ length: 500 }, (_, i) => `w${i};${i % 7 === 0 ? '"Two\nlines"' : long}`);
    const body = ['personId;name', ...lines].join('\r\n');
    const { status, body: result } = await call('POST', '/people/import', body, {
      'content-type': 'text/csv',
    });
    expect([status, result.accepted, result.rejected.length]).toEqual([200, 500 - 72, 72]);
    expect(result.rejected[1].errors).toEqual([
      { path: 'name', message: 'must not contain control characters' },
    ]);
    expect((await call('GET', '/people/w1')).body.name).toBe('😀 '.repeat(90).trim());
  });

  describe('of people as CSV', () => {
    const csvType = { 'content-type': 'text/csv' };
    const user = (externalUserId: string, validFrom: string | null = null) => ({
      ...{ integrationId: 'odigo', externalUserId, validFrom, validTo: null },
    });
    const before = {
      name: 'Kim',
      team: 'Care',
      planningUnitId: 'paris',
      externalUsers: [user('kim'), user('kim.old', '2025-01-01T00:00:00.000Z')],
    };
    const after = async (id: string, ...lines: string[]) => {
      await call('PUT', '/planning-units/paris', { name: 'Paris', timeZone: 'Europe/Paris' });
      const externalUsers = before.externalUsers.map((each) => ({
        ...each,
        externalUserId: each.externalUserId.replace('kim', id),
      }));
      await call('PUT', `/people/${id}`, { ...before, externalUsers });
      const answer = await call('POST', '/people/import', lines.join('\n'), csvType);
      expect(answer.body).toEqual({ accepted: lines.length - 1, rejected: [] });
      return (await call('GET', `/people/${id}`)).body;
    };

    it('leaves what it has no column for, and adds its external users', async () => {
      const kim = await after(
        'k1',
        'personId,name,integrationId,externalUserId',
        'k1,Kim,odigo,k1.new',
        'k1,Kim,odigo,k1.old',
      );
      expect(kim).toMatchObject({
        team: 'Care',
        planningUnitId: 'paris',
        externalUsers: [user('k1'), user('k1.old', '2025-01-01T00:00:00.000Z'), user('k1.new')],
      });
      expect(await after('k2', 'personId,name', 'k2,Kim B')).toMatchObject({
        ...{ name: 'Kim B', team: 'Care', planningUnitId: 'paris' },
        externalUsers: [user('k2'), user('k2.old', '2025-01-01T00:00:00.000Z')],
      });
    });

    it('clears by a column that is there and empty', async () => {
      const header = 'personId,name,team,planningUnitId,integrationId,externalUserId,validFrom';
      expect(await after('k3', header, 'k3,Kim,,,odigo,k3.old,')).toMatchObject({
        ...{ team: null, planningUnitId: 'default', externalUsers: [user('k3'), user('k3.old')] },
      });
      expect(await after('k4', header, 'k4,Kim,Care,paris,,,')).toMatchObject({
        ...{ team: 'Care', planningUnitId: 'paris', externalUsers: [] },
      });
    });

    it('refuses half of an external user, blanks included, and leaves the person as it is', async () => {
      await after('k6', 'personId,name', 'k6,Kim');
      const header = 'personId,name,integrationId,externalUserId';
      for (const half of ['odigo,', 'odigo,  ', ',k6.new']) {
        const answer = await call('POST', '/people/import', `${header}\nk6,Kim,${half}`, csvType);
        expect(answer.body).toMatchObject({
          accepted: 0,
          rejected: [{ line: 2, errors: [{ path: expect.stringContaining('externalUsers[0]') }] }],
        });
      }
      const document = {
        id: 'k6',
        name: 'Kim',
        externalUsers: [{ integrationId: 'odigo', externalUserId: '' }],
      };
      const { body } = await call('POST', '/people/import', [document]);
      expect(body.rejected).toMatchObject([{ errors: [{ path: 'externalUsers[0].externalUserId' }] }]);
      expect((await call('GET', '/people/k6')).body.externalUsers).toEqual([
        user('k6'),
        user('k6.old', '2025-01-01T00:00:00.000Z'),
      ]);
    });

    it('of JSON is a whole person, as a PUT', async () => {
      await after('k5', 'personId,name', 'k5,Kim');
      await call('POST', '/people/import', [{ id: 'k5', name: 'Kim' }]);
      expect((await call('GET', '/people/k5')).body).toMatchObject({
        ...{ team: null, planningUnitId: 'default', externalUsers: [] },
      });
    });
  });

  it('that stops says so in its last line', async () => {
    // Nobody tells an outcome here, and it waits for none for long.
    const other = await startTestConsole({
      broker: console_.broker,
      config: { scheduleOutcomeLimitMs: 100 },
    });
    const lines = [{ personId: 'p1', shiftDate: '2026-01-05' }];
    const told = linesOf((await other.as(call.token)('POST', '/schedules/import', lines, ndjson)).text);
    expect(told[0]).toEqual({ progress: { lines: 1, done: 0 } });
    expect(told[1].problem).toMatchObject({ status: 503, title: 'Not available now' });
    await other.stop();
  });

  it('that cannot be read at all is refused before anything is told', async () => {
    const answer = await call('POST', '/people/import', 'who,what\n1,2', {
      'content-type': 'text/csv',
      ...ndjson,
    });
    expect([answer.status, answer.body.errors.length]).toEqual([422, 4]);
  });

  it('of schedules tells its progress too', async () => {
    await answerSchedules(console_.broker, ({ documents }) =>
      documents.map(({ shiftDate }) => ({
        ...{ shiftDate, ok: true, created: true, unchanged: false, etag: '"1"', problem: null, errors: [] },
      })),
    );
    const lines = Array.from({ length: 6_000 }, (_, i) => ({
      personId: `p${i + 1}`,
      shiftDate: '2026-01-05',
    }));
    const told = linesOf((await call('POST', '/schedules/import', lines, ndjson)).text);
    // One of them was refused above, and is nobody.
    expect(told.map(({ progress }) => progress?.done)).toEqual([1, 5_001, 6_000, undefined]);
    expect([told.at(-1).accepted, told.at(-1).rejected.length]).toEqual([5_999, 1]);
  });
});

import { createManualClock } from '@adherence/runtime/manual-clock.ts';
import type { ScheduleSet } from '@adherence/schemas/records.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerSchedules, type Call, startTestConsole, type TestConsole } from './console.testing.ts';
import type { ScheduleResult } from './schedules/commands.ts';

let console_: TestConsole;
let call: Call & { token: string };
let commands: ScheduleSet[];
let judge: (document: ScheduleSet['documents'][number], offset: number) => Partial<ScheduleResult>;

const taken = (shiftDate: string, offset: number): ScheduleResult => ({
  shiftDate,
  ok: true,
  created: true,
  unchanged: false,
  etag: `"${offset}"`,
  problem: null,
  errors: [],
});

beforeAll(async () => {
  console_ = await startTestConsole();
  call = await console_.tenant('t1');
  await call('PUT', '/planning-units/ny', { name: 'New York', timeZone: 'America/New_York' });
  await call('PUT', '/people/ada', { name: 'Ada' });
  await call('PUT', '/people/bob', { name: 'Bob', planningUnitId: 'ny' });
  commands = [];
  judge = () => ({});
  await answerSchedules(console_.broker, (command, offset) => {
    commands.push(command);
    return command.documents.map((document) => ({
      ...taken(document.shiftDate, offset),
      ...judge(document, offset),
    }));
  });
});
afterAll(() => console_.stop());

const shift = (start: string, end: string) => ({ activities: [{ activityId: 'calls', start, end }] });
const refusal = (problem: 'stale' | 'invalid', path: string): Partial<ScheduleResult> => ({
  ok: false,
  created: false,
  etag: null,
  problem,
  errors: [{ path, message: 'is wrong' }],
});

describe('PUT /schedules', () => {
  it('sends the command to the owner and answers what became of it', async () => {
    judge = () => ({});
    const put = await call(
      'PUT',
      '/schedules/bob/2026-11-18',
      shift('2026-11-18T09:00', '2026-11-18T17:00:00Z'),
    );
    expect(put.status).toBe(201);
    expect(put.headers.get('etag')).toMatch(/^"\d+"$/);
    expect(put.body).toEqual({
      personId: 'bob',
      shiftDate: '2026-11-18',
      activities: [
        { activityId: 'calls', start: '2026-11-18T14:00:00.000Z', end: '2026-11-18T17:00:00.000Z' },
      ],
    });
    expect(commands.at(-1)).toMatchObject({
      tenantId: 't1',
      personId: 'bob',
      documents: [{ shiftDate: '2026-11-18', ifMatch: null, remove: false }],
    });
    judge = () => ({ created: false });
    expect((await call('PUT', '/schedules/bob/2026-11-18', put.body, { 'if-match': '"7"' })).status).toBe(
      200,
    );
    expect(commands.at(-1)!.documents[0]!.ifMatch).toBe('"7"');
  });

  it.each([
    ['stale', refusal('stale', 'If-Match'), 412],
    ['invalid', refusal('invalid', 'activities[0].activityId'), 422],
  ])('%s', async (_, result, status) => {
    judge = () => result;
    const answer = await call('PUT', '/schedules/ada/2026-11-18', { activities: [] });
    expect(answer.status).toBe(status);
    expect(answer.body.errors).toEqual(result.errors);
  });

  it.each([
    ['a time that the clocks skip', 'ada', '2026-03-29', shift('2026-03-29T02:30', '2026-03-29T04:00'), 422],
    ['a date that does not exist', 'ada', '2026-02-30', { activities: [] }, 422],
    ['an unknown person', 'eve', '2026-02-20', { activities: [] }, 404],
    ['unknown fields', 'ada', '2026-02-20', { activities: [], note: 'x' }, 422],
    ['another address inside', 'ada', '2026-02-20', { personId: 'bob', activities: [] }, 422],
  ])('%s', async (_, person, date, body, status) => {
    const before = commands.length;
    expect((await call('PUT', `/schedules/${person}/${date}`, body)).status).toBe(status);
    expect(commands).toHaveLength(before);
  });

  it('DELETE removes, and of nothing is a 404', async () => {
    judge = () => ({ etag: null });
    expect((await call('DELETE', '/schedules/ada/2026-11-18')).status).toBe(204);
    expect(commands.at(-1)!.documents[0]!.remove).toBe(true);
    judge = () => ({ unchanged: true, etag: null });
    expect((await call('DELETE', '/schedules/ada/2026-11-18')).status).toBe(404);
  });

  it('without an outcome in time says that nobody knows, and that it may be repeated', async () => {
    const clock = createManualClock();
    const silent = await startTestConsole({ clock });
    const own = await silent.tenant('t1');
    await own('PUT', '/people/ada', { name: 'Ada' });
    const pending = own('PUT', '/schedules/ada/2026-11-18', { activities: [] });
    while (silent.broker.records('activity.events').length === 0) await clock.advance(0);
    await clock.advance(10_000);
    const { status, headers, body } = await pending;
    expect([status, headers.get('retry-after')]).toEqual([503, '5']);
    expect(body.detail).toContain('may be repeated');
    await silent.stop();
  });
});

describe('POST /schedules/import', () => {
  const csv = { 'content-type': 'text/csv' };
  const head = 'personId,shiftDate,activityId,start,end\n';
  const post = (text: string, headers: Record<string, string> = csv) =>
    call('POST', '/schedules/import', text, headers);

  it('reads CSV in the zone of the planning unit, one record per person', async () => {
    judge = () => ({});
    const before = commands.length;
    const { status, body } = await post(
      `${head}bob,2026-11-18,lunch,2026-11-18T12:00,2026-11-18T12:30\r\nbob,2026-11-18,calls,2026-11-18T09:00,2026-11-18T12:00\r\nbob,2026-11-19,,,\r\n\r\nada,2026-11-18,calls,2026-11-18T09:00,2026-11-18T12:00Z\r\n`,
    );
    expect([status, body]).toEqual([200, { accepted: 4, rejected: [] }]);
    const sent = commands.slice(before);
    expect(sent).toHaveLength(2);
    const [bob, ada] = ['bob', 'ada'].map((id) => sent.find(({ personId }) => personId === id));
    expect(bob!.documents).toMatchObject([
      { shiftDate: '2026-11-18', activities: [{ activityId: 'calls' }, { activityId: 'lunch' }] },
      { shiftDate: '2026-11-19', activities: [] },
    ]);
    expect(bob!.documents[0]!.activities[0]!.start).toBe(Date.parse('2026-11-18T14:00:00Z'));
    expect(ada!.documents[0]!.activities[0]!.start).toBe(Date.parse('2026-11-18T08:00:00Z'));
  });

  it('refuses a document with a bad line as a whole and reports every line of it', async () => {
    judge = () => ({});
    const before = commands.length;
    const { body } = await post(
      `${head}ada,2026-03-29,calls,2026-03-29T01:00,2026-03-29T02:30\nada,2026-03-29,calls,2026-03-29T05:00,2026-03-29T06:00\nada,2026-03-30,calls,2026-03-30T05:00,2026-03-30T06:00\neve,2026-03-30,calls,2026-03-30T05:00,2026-03-30T06:00\nada,soon,calls,2026-03-30T05:00,2026-03-30T06:00\nada,2026-03-31,calls\n`,
    );
    expect(body.accepted).toBe(1);
    expect(
      body.rejected.map(({ line, errors }: { line: number; errors: { path: string }[] }) => [
        line,
        errors[0]!.path,
      ]),
    ).toEqual([
      [2, 'end'],
      [3, ''],
      [5, 'personId'],
      [6, 'shiftDate'],
      [7, ''],
    ]);
    expect(commands.slice(before).flatMap(({ documents }) => documents.map((d) => d.shiftDate))).toEqual([
      '2026-03-30',
    ]);
  });

  it('leads what the owner refuses back to its lines', async () => {
    judge = ({ shiftDate }) => (shiftDate === '2026-11-18' ? refusal('invalid', 'activities[1].start') : {});
    const { body } = await post(
      `${head}ada,2026-11-18,calls,2026-11-18T09:00,2026-11-18T12:00\nada,2026-11-18,lunch,2026-11-18T11:00,2026-11-18T13:00\nada,2026-11-19,calls,2026-11-19T09:00,2026-11-19T12:00\n`,
    );
    expect(body).toEqual({
      accepted: 1,
      rejected: [
        { line: 2, errors: [{ path: '', message: 'refused with line 3 of the same schedule' }] },
        { line: 3, errors: [{ path: 'start', message: 'is wrong' }] },
      ],
    });
  });

  it.each([
    [
      'a JSON array',
      JSON.stringify([
        { personId: 'ada', shiftDate: '2026-11-18', ...shift('2026-11-18T09:00', '2026-11-18T10:00') },
        3,
      ]),
      'application/json',
      1,
      [2],
    ],
    [
      'NDJSON',
      '{"personId":"ada","shiftDate":"2026-11-18","activities":[]}\n\n{oops\n{"personId":"bob","shiftDate":"2026-11-18"}',
      'application/x-ndjson',
      2,
      [3],
    ],
    [
      'the same document twice',
      '{"personId":"ada","shiftDate":"2026-11-18","activities":[]}\n{"personId":"ada","shiftDate":"2026-11-18","activities":[]}',
      'application/x-ndjson',
      0,
      [1, 2],
    ],
  ])('reads %s', async (_, text, type, accepted, lines) => {
    judge = () => ({});
    const { status, body } = await post(text, { 'content-type': type });
    expect(status).toBe(200);
    expect(body.accepted).toBe(accepted);
    expect(body.rejected.map(({ line }: { line: number }) => line)).toEqual(lines);
  });

  it.each([
    ['unknown and missing columns', 'personId,day\n', csv, 422],
    ['no JSON', '[', { 'content-type': 'application/json' }, 400],
    ['another type', '<x/>', { 'content-type': 'application/xml' }, 415],
  ])('refuses %s as a whole', async (_, text, headers, status) => {
    expect((await post(text, headers)).status).toBe(status);
  });
});

describe('POST /people/import', () => {
  it('takes good lines, reports bad ones, and puts the lines of a person together', async () => {
    await call('PUT', '/integrations/odigo', {
      name: 'Odigo',
      timeZone: 'UTC',
      contact: { name: 'x', email: 'x@y.example' },
      breakDetail: null,
      feedGapSeconds: null,
    });
    const text = [
      '\ufeffpersonId;name;team;planningUnitId;integrationId;externalUserId;validFrom;validTo',
      'p1;Person One;blue;ny;odigo;one@x.example;2026-01-01;',
      'p1;Person One;blue;ny;odigo;uno@x.example;;2026-01-01T00:00',
      'p2;Person Two;;;odigo;one@x.example;;',
      'p3;Person Three;;nowhere;;;;',
      'p4;Person Four;;;;;;',
      '-bad;x;;;;;;',
      'p5;Person Five;red;;;;;',
      'p5;Person 5;red;;;;;',
    ].join('\n');
    const { body } = await call('POST', '/people/import', text, { 'content-type': 'text/csv' });
    expect(
      body.rejected.map(({ line, errors }: { line: number; errors: { path: string }[] }) => [
        line,
        errors[0]!.path,
      ]),
    ).toEqual([
      [4, 'externalUsers[0]'],
      [5, 'planningUnitId'],
      [7, 'personId'],
      [8, ''],
      [9, 'name'],
    ]);
    expect(body.accepted).toBe(3);
    expect((await call('GET', '/people/p1')).body.externalUsers).toEqual([
      {
        integrationId: 'odigo',
        externalUserId: 'one@x.example',
        validFrom: '2026-01-01T05:00:00.000Z',
        validTo: null,
      },
      {
        integrationId: 'odigo',
        externalUserId: 'uno@x.example',
        validFrom: null,
        validTo: '2026-01-01T05:00:00.000Z',
      },
    ]);
  });

  it('takes what a list shows', async () => {
    const { body: list } = await call('GET', '/people');
    const before = console_.broker.records('configuration').length;
    const { body } = await call('POST', '/people/import', list.items);
    expect(body).toEqual({ accepted: list.items.length, rejected: [] });
    expect(console_.broker.records('configuration')).toHaveLength(before);
  });
});

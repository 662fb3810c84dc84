/** Input that contradicts itself or the clock: a clear refusal with the place of the fault, or the documented rule. */
import type { ScheduleSet } from '@adherence/schemas/records.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  answerSchedules,
  type Call,
  integrationBody,
  startTestConsole,
  type TestConsole,
} from './console.testing.ts';

let console_: TestConsole;
let call: Call & { token: string };
const commands: ScheduleSet[] = [];

beforeAll(async () => {
  console_ = await startTestConsole();
  call = await console_.tenant('t1');
  await call('PUT', '/planning-units/paris', { name: 'Paris', timeZone: 'Europe/Paris' });
  await call('PUT', '/integrations/odigo', integrationBody('Odigo'));
  await call('PUT', '/activities/calls', { name: 'Calls', type: 'Presence' });
  await call('PUT', '/people/ann', { name: 'Ann', planningUnitId: 'paris' });
  await answerSchedules(console_.broker, (command, offset) => {
    commands.push(command);
    return command.documents.map(({ shiftDate }) => ({
      ...{ shiftDate, ok: true, created: true, unchanged: false, problem: null, errors: [] },
      etag: `"${offset}"`,
    }));
  });
});
afterAll(() => console_.stop());

const paths = ({ body }: { readonly body: { readonly errors?: readonly { readonly path: string }[] } }) =>
  body.errors?.map(({ path }) => path);
const user = (validFrom?: string, validTo?: string) => ({
  integrationId: 'odigo',
  externalUserId: 'ann@x',
  ...(validFrom ? { validFrom } : {}),
  ...(validTo ? { validTo } : {}),
});

describe('validity that contradicts', () => {
  it.each([
    ['itself', [user('2026-03-02T00:00:00Z', '2026-03-01T00:00:00Z')], ['externalUsers[0].validTo']],
    ['itself, empty', [user('2026-03-01T00:00:00Z', '2026-03-01T00:00:00Z')], ['externalUsers[0].validTo']],
    ['the same user once more', [user(), user('2026-03-01T00:00:00Z')], ['externalUsers[1]']],
  ])('%s is refused', async (_, externalUsers, expected) => {
    const put = await call('PUT', '/people/eve', { name: 'Eve', externalUsers });
    expect([put.status, paths(put)]).toEqual([422, expected]);
  });

  it('another person is refused, naming them; from where that one ends it is taken', async () => {
    await call('PUT', '/people/ann', {
      ...{ name: 'Ann', planningUnitId: 'paris' },
      externalUsers: [user(undefined, '2026-03-01T00:00:00Z')],
    });
    const eve = (from: string) => call('PUT', '/people/eve', { name: 'Eve', externalUsers: [user(from)] });
    const early = await eve('2026-02-28T23:59:59.999Z');
    expect([early.status, JSON.stringify(early.body)]).toEqual([409, expect.stringContaining('ann')]);
    expect((await eve('2026-03-01T00:00:00Z')).status).toBe(201);
  });
});

it('a mapping and a match to an activity that is deleted are refused', async () => {
  await call('PUT', '/activities/gone', { name: 'Gone', type: 'Break' });
  expect((await call('DELETE', '/activities/gone')).status).toBe(204);
  const mapping = { status: 'PAUSE', breakType: null, activityId: 'gone' };
  const mapped = await call('POST', '/integrations/odigo/status-mappings', mapping);
  expect([mapped.status, paths(mapped)]).toEqual([422, ['activityId']]);
  const rules = [{ actual: 'offline', scheduled: 'activity:gone' }];
  const matched = await call('PUT', '/matches', { rules });
  expect([matched.status, paths(matched)]).toEqual([422, ['rules[0].scheduled']]);
});

it('an empty user, status or break type is refused everywhere, and never taken for all or for none', async () => {
  const address = '/integrations/odigo/status-mappings';
  await call('POST', address, { status: 'PAUSE', breakType: null, activityId: 'calls' });
  for (const empty of ['', '  ', '\u00a0']) {
    const refused = [
      await call('POST', address, { status: empty, breakType: null, activityId: 'calls' }),
      await call('POST', address, { status: 'PAUSE', breakType: empty, activityId: 'calls' }),
      await call('DELETE', `${address}?status=PAUSE&breakType=${encodeURIComponent(empty)}`),
      await call('DELETE', `${address}?status=${encodeURIComponent(empty)}`),
      await call('PUT', '/people/empty', {
        name: 'E',
        externalUsers: [{ ...user(), externalUserId: empty }],
      }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([422, 422, 422, 422, 422]);
    expect(refused.map(paths)).toEqual([
      ['status'],
      ['breakType'],
      ['breakType'],
      ['status'],
      ['externalUsers[0].externalUserId'],
    ]);
  }
  expect((await call('DELETE', `${address}?status=PAUSE`)).status).toBe(204);
});

it('settings out of range are refused, every fault at its place', async () => {
  const put = await call('PUT', '/settings', {
    targetScore: 1.01,
    bufferSeconds: { notPresent: -1, wrongActivity: 86_401, notScheduled: 0.5 },
    graceMode: 'kind',
    missingLogout: { afterShiftEndSeconds: -1, maxStatusSeconds: 0 },
  });
  expect([put.status, paths(put)?.toSorted()]).toEqual([
    422,
    [
      'bufferSeconds.notPresent',
      'bufferSeconds.notScheduled',
      'bufferSeconds.wrongActivity',
      'graceMode',
      'missingLogout.afterShiftEndSeconds',
      'missingLogout.maxStatusSeconds',
      'targetScore',
    ],
  ]);
});

describe('a schedule in local time on the day of a clock change', () => {
  const put = (date: string, start: string, end: string) =>
    call('PUT', `/schedules/ann/${date}`, { activities: [{ activityId: 'calls', start, end }] });
  const csv = (...lines: readonly string[]) =>
    call('POST', '/schedules/import', ['personId,shiftDate,activityId,start,end', ...lines].join('\n'), {
      'content-type': 'text/csv',
    });

  it('is refused where the time does not exist, by itself and in an import, with its place', async () => {
    const single = await put('2026-03-29', '2026-03-29T02:30', '2026-03-29T10:00');
    expect([single.status, paths(single)]).toEqual([422, ['activities[0].start']]);
    expect(JSON.stringify(single.body)).toContain('does not exist in Europe/Paris');
    const before = commands.length;
    const imported = await csv('ann,2026-03-29,calls,2026-03-28T22:00,2026-03-29T02:30');
    expect(imported.body).toMatchObject({
      accepted: 0,
      rejected: [{ line: 2, errors: [{ path: 'end', message: expect.stringContaining('does not exist') }] }],
    });
    expect(commands.length).toBe(before);
  });

  it('is the earlier of two where it exists twice; with an offset it is exact', async () => {
    const starts = () =>
      commands.at(-1)!.documents[0]!.activities.map(({ start }) => new Date(start).toISOString());
    const twice = await put('2026-10-25', '2026-10-25T02:30', '2026-10-25T10:00');
    expect(twice.body.activities[0].start).toBe('2026-10-25T00:30:00.000Z');
    expect((await csv('ann,2026-10-25,calls,2026-10-25T02:30,2026-10-25T10:00')).body.accepted).toBe(1);
    expect(starts()).toEqual(['2026-10-25T00:30:00.000Z']);
    await csv('ann,2026-10-25,calls,2026-10-25T02:30+01:00,2026-10-25T10:00');
    expect(starts()).toEqual(['2026-10-25T01:30:00.000Z']);
  });
});

it('the rules that hold instead of a refusal are told in the description of the API', async () => {
  const { body } = await call('GET', '/openapi.json');
  const at = (path: string) => body.paths[`/api/v1${path}`];
  for (const { summary } of [at('/schedules/{personId}/{shiftDate}').put, at('/schedules/import').post]) {
    expect(summary).toContain('where it exists twice (the clocks are set back) it is the earlier one');
  }
  expect(at('/people/{id}').delete.summary).toContain('only the numbers of closed periods stand');
});

/**
 * The reading side through the whole product. Random histories: after each step the answers are written down, and at
 * the end asked for again as they were known then. What-if: what it says is what the change then makes.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  bodyOf,
  dateOf,
  mappingBody,
  matchesBody,
  type Step,
  settingsBody,
  step,
  stepDays,
  stepPeople,
  withClosedPeriod,
} from './model/random-steps.ts';
import { createTenant, type TestTenant } from './tenant.ts';
import { startWholeProduct, type WholeProduct } from './whole-product.ts';

const hourMs = 60 * 60_000;
const dayMs = 24 * hourMs;
/** Long enough ago that every status has ended, whatever the policy. */
const start = Math.floor(Date.now() / dayMs) * dayMs - 20 * dayMs;
const range = { from: new Date(start).toISOString(), to: new Date(start + stepDays * dayMs).toISOString() };
const seed = Number(process.env.STEPS_SEED ?? 4);

let product: WholeProduct;
beforeAll(async () => {
  product = await startWholeProduct();
});
afterAll(() => product.stop());

const odigo = (feedGapSeconds: number | null) => ({
  name: 'Odigo',
  timeZone: 'Europe/Paris',
  contact: { name: 'Operations', email: 'operations@centre.example' },
  breakDetail: null,
  feedGapSeconds,
});

async function contactCentre(id: string): Promise<TestTenant> {
  const tenant = await createTenant(product, id, 'Europe/Paris');
  await tenant.call('PUT', '/integrations/odigo', odigo(null));
  for (const [activity, type] of [
    ['calls', 'Presence'],
    ['lunch', 'Break'],
    ['meeting', 'Meeting'],
    ['vacation', 'Vacation'],
  ]) {
    await tenant.call('PUT', `/activities/${activity}`, { name: activity, type });
  }
  const until = new Date(start + 1.5 * dayMs).toISOString();
  const users = {
    anna: [{ integrationId: 'odigo', externalUserId: 'anna@x' }],
    bruno: [{ integrationId: 'odigo', externalUserId: 'bruno@x', validTo: until }],
    // Gets one by a step.
    cleo: [],
    dora: [],
  } as const;
  // Dora is deleted by a step.
  for (const person of [...stepPeople, 'dora'] as const) {
    const team = person === 'bruno' ? 'red' : 'blue';
    await tenant.call('PUT', `/people/${person}`, { name: person, team, externalUsers: users[person] });
    const shift = [{ activityId: 'calls', start: 'minutes:480', end: 'minutes:960' }];
    const date = range.from.slice(0, 10);
    await tenant.call('PUT', `/schedules/${person}/${date}`, bodyOf({ activities: shift }, start));
  }
  return tenant;
}

async function take(tenant: TestTenant, each: Step): Promise<void> {
  if (each.kind === 'call') {
    const day = /day:(\d+)/.exec(each.path)?.[1];
    const date = dateOf(start, Number(day ?? 0));
    await tenant.call(each.method, each.path.replace(/day:\d+/, date), each.body && bodyOf(each.body, start));
  } else {
    const items = each.items.map(({ agent, minute, status, breakType, eventType }) => ({
      agentId: agent,
      timestamp: start + minute * 60_000,
      eventType,
      ...(eventType === 'LOGOUT' ? {} : { status, ...(breakType ? { breakType } : {}) }),
    }));
    await tenant.notify('odigo', {
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(items),
    });
  }
  await product.idle();
}

const questions: readonly Readonly<Record<string, string>>[] = [
  { ...range, granularity: '15m', groupBy: 'person' },
  { ...range, granularity: 'day', groupBy: 'team', shiftDate: 'true' },
  { ...range, granularity: 'total', groupBy: 'tenant' },
  {
    from: range.from.slice(0, 10),
    to: range.from.slice(0, 10),
    granularity: 'week',
    groupBy: 'planningUnit',
  },
];

/** What the API says of the range, but for the time up to which it is computed. */
async function answers(tenant: TestTenant, asked: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const rows = [];
  for (const question of questions) {
    const answer = await tenant.call('GET', `/adherence?${new URLSearchParams({ ...question, ...asked })}`);
    rows.push((answer as { items: Row[] }).items);
  }
  const timelines = [];
  for (const person of stepPeople) {
    const query = new URLSearchParams({ ...range, ...asked });
    const answer = await tenant.call('GET', `/people/${person}/timeline?${query}`);
    timelines.push((answer as { segments: unknown }).segments);
  }
  return { rows, timelines };
}

/** The same as files. */
async function exports(tenant: TestTenant, asked: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const dates = { from: dateOf(start, 0), to: dateOf(start, stepDays - 1) };
  const files = [];
  for (const only of [dates, { from: dates.from, to: dates.from, team: 'red' }]) {
    const query = new URLSearchParams({ ...only, ...asked });
    files.push(await tenant.text(`/reports/adherence.csv?${query}`));
  }
  const days = new URLSearchParams({ ...dates, granularity: 'day', ...asked });
  files.push(await csvRows(tenant, `/adherence?${days}`));
  return files;
}

/** An instant that everything so far was before, and everything after is later than. */
async function instantBetween(): Promise<string> {
  const at = Date.now() + 1;
  while (Date.now() <= at) await new Promise((resolve) => setImmediate(resolve));
  return new Date(at).toISOString();
}

const histories = Number(process.env.STEPS_RUNS ?? 2);
const stepsEach = 9;
const history = fc.array(step, { minLength: stepsEach, maxLength: stepsEach });
const tenants = new Map<string, TestTenant>();

describe('as known at', () => {
  it.each(fc.sample(history, { seed, numRuns: histories }).map((steps, i) => [`h${i}`, steps] as const))(
    'any instant, the answers are what they were then: %s',
    async (id, steps) => {
      const tenant = await contactCentre(id);
      tenants.set(id, tenant);
      const isClosing = id === 'h0';
      // Files have the people and days of closed periods their own way.
      const known = async (asked: Readonly<Record<string, string>> = {}) => ({
        answers: await answers(tenant, asked),
        exports: isClosing ? await exports(tenant, asked) : null,
      });
      const stood: { at: string; step: Step; known: unknown }[] = [];
      for (const each of isClosing ? withClosedPeriod(steps.slice(0, 5)) : steps) {
        await take(tenant, each);
        stood.push({ at: await instantBetween(), step: each, known: await known() });
      }
      expect(new Set(stood.map((then) => JSON.stringify(then.known))).size).toBeGreaterThan(3);
      for (const then of stood) {
        expect({ ...then, known: await known({ asKnownAt: then.at }) }).toEqual(then);
      }
    },
  );
});

interface Difference {
  readonly people: readonly { readonly personId: string; readonly before: Row; readonly after: Row }[];
  readonly teams: readonly { readonly team: string | null; readonly after: Row }[];
}
type Row = Readonly<Record<string, unknown>>;

describe('what if', () => {
  const hypotheses = fc.tuple(settingsBody, matchesBody, mappingBody);

  it('says what a change then makes, and stores nothing', async () => {
    const tenant = tenants.get('h0')!;
    const [settings, matches, mapping] = fc.sample(hypotheses, { seed, numRuns: 1 })[0]!;
    const bodies = [
      [{ settings }, 'PUT', '/settings', settings],
      [{ matches }, 'PUT', '/matches', matches],
      [
        { statusMappings: [{ integrationId: 'odigo', ...mapping }] },
        'POST',
        '/integrations/odigo/status-mappings',
        mapping,
      ],
    ] as const;
    for (const [hypothesis, method, path, body] of bodies) {
      const before = await answers(tenant);
      const said = await tenant.call('POST', '/what-if', { ...range, ...bodyOf(hypothesis, start) });
      expect(await answers(tenant)).toEqual(before);
      const people = await totals(tenant, 'person');
      await tenant.call(method, path, bodyOf(body, start));
      await product.idle();
      const { people: differences, teams } = said as Difference;
      const told = (rows: readonly Row[]) => rows.filter(isSomething);
      expect(told(differences.map(({ personId, before: row }) => ({ personId, ...row })))).toEqual(people);
      expect(told(differences.map(({ personId, after }) => ({ personId, ...after })))).toEqual(
        await totals(tenant, 'person'),
      );
      expect(told(teams.map(({ team, after }) => ({ team, ...after })))).toEqual(
        await totals(tenant, 'team'),
      );
    }
  });
});

const isSomething = (row: Row): boolean =>
  ['scheduledMs', 'excludedMs', 'notScheduledMs', 'workedMs'].some((name) => row[name] !== 0);

async function totals(tenant: TestTenant, groupBy: string): Promise<Row[]> {
  const query = new URLSearchParams({ ...range, granularity: 'total', groupBy });
  const { items } = (await tenant.call('GET', `/adherence?${query}`)) as { items: Row[] };
  return items.map(({ from: _, to: __, final: ___, closed: ____, ...row }) => row);
}

describe('explain', () => {
  it('says of each segment which notification, mapping, match, schedule, settings and grace made it', async () => {
    const tenant = await contactCentre('e1');
    const at = (minutes: number) => new Date(start + minutes * 60_000).toISOString();
    const shift = [
      { activityId: 'calls', start: at(480), end: at(720) },
      { activityId: 'lunch', start: at(720), end: at(750) },
      { activityId: 'calls', start: at(750), end: at(960) },
    ];
    const date = range.from.slice(0, 10);
    await tenant.call('PUT', `/schedules/anna/${date}`, { activities: shift });
    await tenant.call('PUT', '/settings', { bufferSeconds: { notPresent: 300 } });
    await tenant.call('PUT', '/matches', {
      rules: [
        { actual: 'offline', scheduled: 'activity:lunch' },
        { actual: 'type:Presence', scheduled: 'type:Presence' },
      ],
    });
    await tenant.call('POST', '/integrations/odigo/status-mappings', {
      status: 'READY',
      activityId: 'calls',
    });
    const items = [
      { id: 'e-1', status: 'READY', minute: 484 },
      { id: 'e-2', status: 'READY', minute: 600 },
      { id: 'e-3', eventType: 'LOGOUT', minute: 720 },
      { id: 'e-4', status: 'READY', minute: 750 },
      { id: 'e-5', status: 'PAUSE', breakType: 'tea', minute: 840 },
      { id: 'e-6', eventType: 'LOGOUT', minute: 960 },
    ].map(({ minute, ...item }) => ({ agentId: 'anna@x', timestamp: at(minute), ...item }));
    const headers = { 'Content-Type': 'application/json' };
    await tenant.notify('odigo', { headers, body: JSON.stringify(items) });
    await product.idle();
    const query = new URLSearchParams({ from: at(480), to: at(960), explain: 'true' });
    const { segments } = (await tenant.call('GET', `/people/anna/timeline?${query}`)) as {
      segments: { from: string; state: string; why: Row[] }[];
    };
    const written = { writtenBy: expect.stringMatching(/^token:/), writtenAt: expect.any(String) };
    const always = { validFrom: null, offset: expect.any(Number), ...written };
    const schedule = {
      shiftDate: date,
      commandId: expect.any(String),
      offset: expect.any(Number),
      ...written,
    };
    const source = {
      topic: 'odigo.notifications',
      partition: expect.any(Number),
      offset: expect.any(Number),
    };
    const told = (eventId: string, minute: number) => ({
      eventId,
      occurredAt: at(minute),
      source,
      flags: [],
    });
    const quiet = { missingLogout: null, feedGaps: [], exceptions: [], closedPeriodId: null, schedule };
    expect(segments.map(({ from, state, why }) => ({ from, state, why }))).toMatchObject([
      {
        from: at(480),
        state: 'NOT_PRESENT',
        why: [
          {
            ...{ cause: 'noNotification', notification: null, mapping: null, ...quiet },
            match: { by: 'none', rule: null, version: always },
            grace: {
              ...{ mode: 'forgive', episodeFrom: at(480), episodeTo: at(484), bufferEndsAt: at(485) },
              ...{ inBufferCountsAs: 'in', afterBufferCountsAs: 'out', settings: always },
            },
          },
        ],
      },
      {
        from: at(484),
        state: 'IN_ADHERENCE',
        why: [
          {
            ...{ cause: 'notification', grace: null, ...quiet },
            externalUser: { integrationId: 'odigo', externalUserId: 'anna@x' },
            notification: { ...told('e-1', 484), status: 'READY', eventType: 'STATUS' },
            latest: told('e-2', 600),
            repeats: 1,
            mapping: { rule: 'own', version: always },
            match: { by: 'sameActivity', rule: null },
          },
        ],
      },
      {
        from: at(720),
        state: 'IN_ADHERENCE',
        why: [
          {
            ...{ cause: 'notification', mapping: null, ...quiet },
            notification: { ...told('e-3', 720), status: null, eventType: 'LOGOUT' },
            match: { by: 'rule', rule: { actual: 'offline', scheduled: 'activity:lunch' }, version: always },
          },
        ],
      },
      { from: at(750), state: 'IN_ADHERENCE', why: [{ notification: told('e-4', 750) }] },
      {
        from: at(840),
        state: 'IN_ADHERENCE',
        why: [
          {
            notification: { ...told('e-5', 840), status: 'PAUSE', breakType: 'tea' },
            mapping: { rule: 'unmapped', version: null },
            match: { by: 'rule', rule: { actual: 'type:Presence', scheduled: 'type:Presence' } },
          },
        ],
      },
    ]);
  });
});

describe('finality', () => {
  it('of a feed with a threshold goes as far as it was heard, and what was silent until then is no data', async () => {
    const tenant = await contactCentre('f1');
    await tenant.call('PUT', '/integrations/odigo', odigo(1_800));
    const heard = (hours: readonly number[], agentId = 'anna@x') =>
      tenant.notify('odigo', {
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(
          hours.map((hour) => ({ agentId, timestamp: start + hour * hourMs, status: 'READY' })),
        ),
      });
    const day = { from: range.from, to: new Date(start + dayMs).toISOString(), personId: 'anna' };
    /** The hours of the shift, 8 to 16: whether final, how much without data, how much not present. */
    const told = async (asked: Readonly<Record<string, string>> = {}) => {
      await product.idle();
      const query = new URLSearchParams({ ...day, granularity: '1h', ...asked });
      const { items } = (await tenant.call('GET', `/adherence?${query}`)) as { items: Row[] };
      const rows = items.filter(({ scheduledMs }) => scheduledMs !== 0);
      return {
        isFinal: rows.map(({ final }) => (final ? 'f' : '-')).join(''),
        noData: rows.map(({ noDataMs }) => Number(noDataMs) / hourMs),
        missing: rows.map(({ notPresentMs }) => Number(notPresentMs) / hourMs),
      };
    };
    const none = [0, 0, 0, 0, 0, 0, 0, 0];
    const stood: (readonly [Awaited<ReturnType<typeof told>>, string])[] = [];
    const look = async () => stood.push([await told(), await instantBetween()] as const);
    // Never heard: nothing is a gap, and nothing is decided.
    await look();
    // Half an hour apart is no gap yet; what follows the last of them is one, and goes on.
    await heard([8, 8.5, 9, 9.5, 10]);
    await look();
    // Of another person, whom nobody knows: the feed lives. What was silent is decided.
    await heard([13], 'nobody@x');
    await look();
    // What comes late makes the silence shorter.
    await heard([11, 11.5]);
    await look();
    await tenant.call('PUT', '/integrations/odigo', odigo(null));
    await look();
    expect(stood.map(([then]) => then)).toEqual([
      { isFinal: '--------', noData: none, missing: [1, 1, 1, 1, 1, 1, 1, 1] },
      { isFinal: 'ff------', noData: [0, 0, 1, 1, 1, 1, 1, 1], missing: none },
      { isFinal: 'fffff---', noData: [0, 0, 1, 1, 1, 1, 1, 1], missing: none },
      { isFinal: 'fffff---', noData: [0, 0, 1, 0.5, 1, 1, 1, 1], missing: none },
      { isFinal: 'ffffffff', noData: none, missing: none },
    ]);
    for (const [then, at] of stood) expect(await told({ asKnownAt: at })).toEqual(then);
  });
});

describe('the sum identity', () => {
  it('holds in every interval, group and export, and every way of asking adds up to the same', async () => {
    const tenant = tenants.get('h1')!;
    const groups = ['person', 'team', 'planningUnit', 'tenant'];
    const cuts = ['15m', '30m', '1h', 'day', 'week', 'month', 'total'];
    const shiftDates = ['day', 'week', 'month'];
    const asked = [
      ...cuts.flatMap((granularity) => groups.map((groupBy) => ({ granularity, groupBy }))),
      ...shiftDates.flatMap((granularity) =>
        groups.map((groupBy) => ({ granularity, groupBy, shiftDate: 'true' })),
      ),
    ];
    const sums = new Set<string>();
    for (const question of asked) {
      const query = new URLSearchParams({ ...range, ...question });
      const { items } = (await tenant.call('GET', `/adherence?${query}`)) as { items: Row[] };
      for (const row of items) requireIdentity(row);
      const lines = await csvRows(tenant, `/adherence?${query}`);
      expect(lines.length).toBe(items.length);
      for (const line of lines) requireIdentity(line);
      sums.add(JSON.stringify(sumOf(items)));
      expect(sumOf(lines)).toEqual(sumOf(items));
    }
    expect([...sums]).toHaveLength(1);
    expect(Number(sumOf([JSON.parse([...sums][0]!)]).scheduledMs)).toBeGreaterThan(0);
  });
});

const graced = ['inMs', 'notPresentMs', 'wrongActivityMs', 'noDataMs'];

function requireIdentity(row: Row): void {
  const raw = (row.raw ?? {
    inMs: row['raw.inMs'],
    notPresentMs: row['raw.notPresentMs'],
    wrongActivityMs: row['raw.wrongActivityMs'],
  }) as Row;
  const total = (of: Row, names: readonly string[]) => names.reduce((sum, name) => sum + Number(of[name]), 0);
  expect(total(row, graced)).toBe(Number(row.scheduledMs));
  expect(total(raw, graced.slice(0, 3)) + Number(row.noDataMs)).toBe(Number(row.scheduledMs));
}

function sumOf(rows: readonly Row[]): Record<string, number> {
  const names = [...graced, 'scheduledMs', 'excludedMs', 'notScheduledMs', 'workedMs'];
  return Object.fromEntries(
    names.map((name) => [name, rows.reduce((sum, row) => sum + Number(row[name]), 0)]),
  );
}

async function csvRows(tenant: TestTenant, path: string): Promise<Row[]> {
  const response = await product.fetch(
    new Request(`http://console.example/api/v1${path}`, {
      headers: { Authorization: `Bearer ${tenant.token}`, Accept: 'text/csv' },
    }),
  );
  const [head, ...lines] = (await response.text()).trimEnd().split('\r\n');
  const names = head!.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((value, i) => [names[i]!, value])));
}

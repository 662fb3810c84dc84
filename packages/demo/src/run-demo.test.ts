import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  activitySchema,
  integrationSchema,
  personSchema,
  planningUnitSchema,
  settingsSchema,
  statusMappingSchema,
} from '@adherence/domain/configuration/entities.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { americas, centre, emea } from './centre.ts';
import type { Clock } from './clock.ts';
import { type FakePlatform, operatorToken, startFakePlatform } from './fake-platform.testing.ts';
import { feedOf } from './feed.ts';
import { runDemo } from './run-demo.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
/** A Tuesday morning, of any time zone. */
const morning = Date.parse('2026-11-24T09:40:00Z');

let platform: FakePlatform;
let stateDir: string;
let now: number;
let printed: string[];
let breakService: boolean;

beforeEach(async () => {
  platform = await startFakePlatform();
  stateDir = await mkdtemp(join(tmpdir(), 'demo-'));
  now = morning;
  printed = [];
  breakService = false;
});
afterEach(async () => {
  await platform.close();
  await rm(stateDir, { recursive: true });
});

describe('runDemo', () => {
  test('sets up, tells the history, says that it is ready, and goes on live in the real order of things', async () => {
    await runUntil(morning + 10 * minute);
    const tenant = platform.tenants.get('demo')!;
    expect([...tenant.documents.keys()].filter((path) => path.startsWith('/people/'))).toHaveLength(45);
    expect(tenant.documents.get('/people/noe-garnier')).toMatchObject({ externalUsers: [] });
    expect(tenant.documents.get('/people/rosa-almeida')).toMatchObject({
      externalUsers: [
        {
          integrationId: emea,
          externalUserId: 'rosa.almeida@helios.example',
          validFrom: '2026-11-22T23:00:00.000Z',
        },
        { integrationId: americas, externalUserId: 'chat.rosa.almeida@helios.example' },
      ],
    });
    const dates = [...tenant.schedule].map((line) => line.split(',')[1]!).sort();
    expect([dates[0], dates.at(-1)]).toEqual(['2026-11-22', '2026-12-01']);
    expect(printed.filter((line) => line === 'demo ready')).toHaveLength(1);
    expect(allItems().length).toBe(deliveriesUntil(now));
  });

  test('every document that it puts is a right one by the schemas of the domain', async () => {
    await runUntil(morning + minute);
    const { documents } = platform.tenants.get('demo')!;
    const kinds = new Set<string>();
    for (const [path, document] of documents) {
      const kind = path.includes('/status-mappings') ? 'status-mappings' : path.split('/')[1]!;
      kinds.add(kind);
      expect(schemas[kind]!(document as never).error, path).toBeUndefined();
    }
    expect([...kinds].sort()).toEqual(Object.keys(schemas).sort());
  });

  test('keeps its sign-in from other users of the machine and never prints a secret', async () => {
    await runUntil(morning + minute);
    const signIn = JSON.parse(await readFile(join(stateDir, 'sign-in.json'), 'utf8'));
    expect(signIn).toEqual({ tenantId: 'demo', token: platform.tenants.get('demo')!.token });
    for (const file of ['sign-in.json', 'demo-state.json']) {
      expect((await stat(join(stateDir, file))).mode & 0o777).toBe(0o600);
    }
    const secrets = [
      signIn.token,
      operatorToken,
      ...platform.tenants.get('demo')!.urlTokens.map((t) => t.token),
    ];
    expect(secrets.filter((secret) => printed.some((line) => line.includes(secret)))).toEqual([]);
  });

  test('a second start sets nothing up again, tells what it missed, and extends the schedules', async () => {
    await runUntil(morning + minute);
    const told = allItems().length;
    platform.calls.length = 0;
    now = morning + 2 * day;
    await runUntil(now + minute);
    const setUpAgain = platform.calls.filter((call) => !call.endsWith(' hook'));
    expect(setUpAgain).toEqual(['GET /settings', 'POST /schedules/import']);
    expect(told).toBeLessThan(allItems().length);
    expect(allItems().length).toBe(deliveriesUntil(now));
    const dates = [...platform.tenants.get('demo')!.schedule].map((line) => line.split(',')[1]!).sort();
    expect(dates.at(-1)).toBe('2026-12-03');
  });

  test('enters its break web service once, beside all else that the visitor sees there', async () => {
    breakService = true;
    await runUntil(morning + minute);
    const path = `/integrations/${americas}`;
    const integration = platform.tenants.get('demo')!.documents.get(path) as Record<string, unknown>;
    expect(integration).toMatchObject({
      name: 'Odigo Americas',
      feedGapSeconds: 300,
      breakDetail: { url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:/), username: 'adherence' },
    });
    const { password } = integration.breakDetail as { password: string };
    expect(printed.some((line) => line.includes(password))).toBe(false);
    platform.calls.length = 0;
    await runUntil(now + minute);
    expect(platform.calls.filter((call) => call.includes(path))).toEqual([]);
  });

  test('the day changes while it runs: the schedules of one more day are imported', async () => {
    now = Date.parse('2026-11-24T22:55:00Z');
    await runUntil(now + 10 * minute);
    const dates = [...platform.tenants.get('demo')!.schedule].map((line) => line.split(',')[1]!).sort();
    expect(dates.at(-1)).toBe('2026-12-02');
  });

  test('a set-up that was broken off is done to its end by the next start', async () => {
    const controller = new AbortController();
    await run(controller, (line) => {
      if (line === 'Tenant demo created') controller.abort();
    });
    expect(platform.calls).toEqual(['POST /tenants']);
    await runUntil(morning + minute);
    expect([...platform.tenants.keys()]).toEqual(['demo']);
    expect(printed).toContain('demo ready');
  });

  test('where the token of tenant demo is lost, another tenant is made', async () => {
    await runUntil(morning + minute);
    await rm(join(stateDir, 'sign-in.json'));
    await runUntil(now + minute);
    expect([...platform.tenants.keys()]).toEqual(['demo', 'demo-2']);
    expect(platform.tenants.get('demo-2')!.schedule.size).toBeGreaterThan(2000);
  });

  test('where the data were reset but not the state, it begins anew', async () => {
    await runUntil(morning + minute);
    platform.tenants.clear();
    platform.items.clear();
    await runUntil(now + minute);
    expect(platform.tenants.get('demo')!.schedule.size).toBeGreaterThan(2000);
    expect(allItems().length).toBe(deliveriesUntil(now));
  });

  test('a notification that was answered 503, 502 or 429 is sent again until it is taken, and nothing twice', async () => {
    platform.hookFaults.push(503, 503, 502, 429, 503, 503);
    await runUntil(morning + minute);
    expect(allItems().length).toBe(deliveriesUntil(now));
    expect(printed.some((line) => line.startsWith('The ingress answered 503'))).toBe(true);
  });

  test('a revoked notification URL is replaced, even where two are valid', async () => {
    await runUntil(morning + minute);
    const { urlTokens } = platform.tenants.get('demo')!;
    const revoked = urlTokens.find(({ integrationId }) => integrationId === emea)!;
    const others = ['a', 'b'].map((id) => ({ ...revoked, id, token: id, createdAt: '2026-01-01' }));
    urlTokens.splice(urlTokens.indexOf(revoked), 1, ...others);
    await runUntil(now + 20 * minute);
    expect(urlTokens.filter(({ integrationId }) => integrationId === emea).map(({ id }) => id)).not.toContain(
      'a',
    );
    expect(printed).toContain('The notification URL of Odigo EMEA was revoked: generating another one');
    expect(allItems().length).toBe(deliveriesUntil(now));
  });

  test('a refused operator token ends it with a sentence', async () => {
    const promise = run(new AbortController(), () => {}, 'wrong');
    await expect(promise).rejects.toThrow('POST /tenants was answered 401');
  });

  test('aborted in the middle of the history it ends at once, and the next start goes on from there', async () => {
    const controller = new AbortController();
    let hooks = 0;
    platform.onHook = () => {
      if (++hooks === 20) controller.abort(new Error('stopped'));
    };
    await run(controller);
    expect(printed).not.toContain('demo ready');
    platform.onHook = () => {};
    const before = allItems().length;
    await runUntil(morning + minute);
    const total = deliveriesUntil(now);
    // What was under way when it was stopped may be told twice; nothing is left out.
    expect(new Set(allItems()).size).toBeGreaterThan(total * 0.97);
    expect(allItems().length).toBeGreaterThanOrEqual(total);
    expect(allItems().length).toBeLessThan(total + before);
  });
});

/** Checks by first part of the path. Instants are ISO 8601 in the API, milliseconds in the domain's own documents. */
const schemas: Record<string, (document: never) => { readonly error?: unknown }> = {
  'planning-units': (document) => planningUnitSchema.safeParse(document),
  activities: (document) => activitySchema.safeParse(document),
  integrations: (document) => integrationSchema.safeParse(document),
  'status-mappings': (document: object) =>
    statusMappingSchema.safeParse({ ...document, integrationId: emea }),
  settings: (document) => settingsSchema.safeParse(document),
  people: ({ externalUsers, ...person }: { externalUsers: { validFrom: string }[] }) =>
    personSchema.safeParse({
      ...person,
      externalUsers: externalUsers.map((user) => ({ ...user, validFrom: Date.parse(user.validFrom) })),
    }),
};
/** Runs against a clock that moves only when the demo sleeps, until that clock has passed `end`. */
async function runUntil(end: number): Promise<void> {
  const controller = new AbortController();
  await run(controller, () => {}, operatorToken, end);
}

async function run(
  controller: AbortController,
  onPrint: (line: string) => void = () => {},
  token = operatorToken,
  end = Number.POSITIVE_INFINITY,
): Promise<void> {
  const clock: Clock = {
    now: () => now,
    sleep: async (ms, signal) => {
      if (now >= end) controller.abort();
      signal.throwIfAborted();
      now += ms;
    },
  };
  await runDemo({
    consoleUrl: platform.url,
    ingressUrl: platform.url,
    operatorToken: token,
    breakService,
    stateDir,
    signal: controller.signal,
    clock,
    seed: 'a',
    print: (line) => {
      printed.push(line);
      onPrint(line);
    },
  });
}

const allItems = (): string[] => [...platform.items.values()].flat();

/** How many well-formed items the simulated platforms have to tell from the start of the history on. */
function deliveriesUntil(until: number): number {
  const historyFrom = Date.parse('2026-11-22T23:00:00Z');
  return feedOf(centre, 'a')
    .between(historyFrom - 10 * 60 * minute, until)
    .filter(({ item }) => item.kind === 'event').length;
}

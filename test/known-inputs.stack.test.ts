/**
 * What is computed from the real store equals one computation of everything that was known: at any instant, over any
 * part of the time, whatever had been received, found and written later.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { userKey } from '@adherence/domain/compute/actual.ts';
import { compute } from '@adherence/domain/compute/compute.ts';
import { compileRules, defaultSettings } from '@adherence/domain/compute/rules.ts';
import { appendSegments, clipSegments } from '@adherence/domain/compute/segments.ts';
import type { Instant, Interval, LineFact, ScheduleDocument, Segment } from '@adherence/domain/model.ts';
import { longestStatusMs, shiftReachMs } from '@adherence/domain/schedule-limits.ts';
import { type ClickHouse, openClickHouse } from '@adherence/runtime/clickhouse.ts';
import { migrateTables } from '@adherence/runtime/migrate.ts';
import { type ClickHousePart, startClickHouse } from '@adherence/stack/clickhouse.ts';
import { computePeople, readFeeds } from '@adherence/store/compute-people.ts';
import { factColumns, factRow, type Row, scheduleColumns } from '@adherence/store/rows.ts';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { computeScenario, tablesOf } from './model/compute-scenario.ts';
import { scenarioArbitrary, scenarioWindow } from './model/random-scenario.ts';
import type { Scenario } from './model/scenario.ts';

let folder: string;
let engine: ClickHousePart;
let db: ClickHouse;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'adherence-known-'));
  engine = await startClickHouse({ dataDir: join(folder, 'clickhouse') });
  db = openClickHouse({ url: engine.url });
  await migrateTables(db);
});
afterAll(async () => {
  await db?.close();
  await engine?.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Case {
  readonly tenantId: string;
  readonly scenario: Scenario;
  readonly facts: readonly (LineFact & { readonly replayedAt: Instant | null })[];
  readonly schedules: readonly (ScheduleDocument & {
    readonly offset: number;
    readonly writtenAt: Instant;
  })[];
  readonly knownAt: Instant;
  readonly range: Interval;
}

const minute = 60_000;
const hour = 60 * minute;
const { from: windowFrom, to: windowTo } = scenarioWindow;
const inWindow = fc.integer({ min: windowFrom, max: windowTo });
const delays = [0, 0, 0, 500, minute, hour, 5 * hour, 26 * hour] as const;

const plan = fc.record({
  scenario: scenarioArbitrary,
  delays: fc.array(fc.constantFrom(...delays), { minLength: 7, maxLength: 7 }),
  writtenAt: fc.array(inWindow, { minLength: 6, maxLength: 6 }),
  knownAt: inWindow,
  border: inWindow,
  lengthMs: fc.integer({ min: 1, max: 40 * hour }),
});

type Plan = typeof plan extends fc.Arbitrary<infer P> ? P : never;

function caseOf({ scenario, delays: delayOf, ...times }: Plan, i: number): Case {
  // A dedup key names its instant (normalise.ts), unless the sender gave none.
  const named = new Map<string, Instant>();
  const facts = scenario.facts
    .filter((fact) => {
      const key = `${fact.integrationId}|${fact.externalUserId}|${fact.dedupKey}`;
      if (!named.has(key)) named.set(key, fact.occurredAt);
      return named.get(key) === fact.occurredAt;
    })
    .map((fact, n) => {
      const receivedAt = fact.occurredAt + delayOf[n % delayOf.length]!;
      // Every fifth was in quarantine until it was read again.
      const replayedAt = n % 5 === 4 ? receivedAt + delayOf[(n + 3) % delayOf.length]! : null;
      return { ...fact, receivedAt, replayedAt };
    });
  const schedules = writtenTwice(scenario.scheduleDocuments, times.writtenAt);
  const to = Math.min(times.border + times.lengthMs, windowTo + 3 * hour);
  return {
    tenantId: `t${i}`,
    scenario,
    facts,
    schedules,
    knownAt: times.knownAt,
    range: { from: Math.min(times.border, to - 1), to },
  };
}

/** Each document as it is and, before or after that, some minutes later; the greater offset holds. */
const writtenTwice = (
  documents: readonly ScheduleDocument[],
  writtenAt: readonly Instant[],
): Case['schedules'] =>
  documents.flatMap(({ shiftDate, activities }, n) =>
    [0, 7 * minute].map((laterMs, version) => ({
      shiftDate,
      activities: activities.map(({ activityId, start, end }) => ({
        activityId,
        start: start + laterMs,
        end: end + laterMs,
      })),
      offset: 2 * n + version,
      writtenAt: writtenAt[(2 * n + version) % writtenAt.length]!,
    })),
  );

/** Everything at once, of what was known. */
function expected({ scenario, facts, schedules, knownAt, range }: Case): Segment[] {
  const known = facts.filter(({ receivedAt, replayedAt }) => (replayedAt ?? receivedAt) <= knownAt);
  const held = new Map(
    schedules
      .filter(({ writtenAt }) => writtenAt <= knownAt)
      .toSorted((a, b) => a.offset - b.offset)
      .map((document) => [document.shiftDate, document]),
  );
  const { segments } = computeScenario(
    {
      ...scenario,
      facts: known,
      scheduleDocuments: [...held.values()],
      feeds: scenario.feeds.map((feed) => ({
        ...feed,
        notifiedAt: known
          .filter(({ integrationId }) => integrationId === feed.integrationId)
          .map(({ occurredAt }) => occurredAt),
      })),
      asOf: knownAt,
    },
    { from: windowFrom - 48 * hour, to: knownAt },
  );
  return merged(clipSegments(segments, range.from, range.to));
}

async function computed({ tenantId, scenario, knownAt, range }: Case): Promise<Segment[]> {
  const integrations = scenario.feeds.flatMap(({ integrationId, feedGapSeconds }) =>
    feedGapSeconds === null ? [] : [{ integrationId, thresholdMs: feedGapSeconds * 1000 }],
  );
  const feeds = await readFeeds(db, tenantId, integrations, knownAt);
  const rules = [compileRules(tablesOf(scenario))];
  const question = { tenantId, ...range, asOf: knownAt, knownAt, rules, withReasons: false };
  const { externalUsers, exceptions } = scenario;
  for await (const { results } of computePeople(
    db,
    question,
    [{ personId: 'p', externalUsers, exceptions }],
    feeds,
  )) {
    return merged(clipSegments(results[0]!.segments, range.from, range.to));
  }
  throw new Error('nobody was computed');
}

const merged = (segments: readonly Segment[]): Segment[] => {
  const list: Segment[] = [];
  appendSegments(list, segments);
  return list;
};

const factRows = ({ tenantId, facts }: Pick<Case, 'tenantId' | 'facts'>): Row[] =>
  facts.map((fact) =>
    factRow({
      ...fact,
      tenantId,
      flags: [],
      detail: {},
      personId: null,
      activityId: null,
      configurationOffset: 0,
      sourcePartition: 0,
      sourceOffset: 0,
    }),
  );

const scheduleRows = ({ tenantId, schedules }: Pick<Case, 'tenantId' | 'schedules'>): Row[] =>
  schedules.map(({ shiftDate, offset, activities, writtenAt }) => [
    tenantId,
    'p',
    shiftDate,
    offset,
    0,
    activities.map(({ activityId }) => activityId),
    activities.map(({ start }) => start),
    activities.map(({ end }) => end),
    `c${offset}`,
    'token:test',
    writtenAt,
  ]);

it('computes any part of any person as it was known at any instant', async () => {
  const seed = Number(process.env.KNOWN_SEED ?? 20_261_124);
  const cases = fc.sample(plan, { seed, numRuns: Number(process.env.KNOWN_RUNS ?? 120) }).map(caseOf);
  await db.insertRows('facts', factColumns, cases.flatMap(factRows));
  await db.insertRows('schedules', scheduleColumns, cases.flatMap(scheduleRows));
  let counting = 0;
  for (const each of cases) {
    const wanted = expected(each);
    const context = { tenantId: each.tenantId, seed };
    expect({ ...context, segments: await computed(each) }).toEqual({ ...context, segments: wanted });
    if (wanted.some(({ countedAs }) => countedAs !== null)) counting++;
  }
  expect(counting).toBeGreaterThan(cases.length / 10);
});

it('reads the shift that ended a status, with the longest limits of both', async () => {
  const shiftDate = '2026-03-02';
  const shiftEnd = Date.parse(`${shiftDate}T00:00:00Z`) + 24 * hour + shiftReachMs - minute;
  const e = shiftEnd - minute;
  const fact: LineFact = {
    ...{
      integrationId: 'odigo',
      externalUserId: 'ann',
      eventType: 'STATUS',
      status: 'READY',
      breakType: null,
    },
    ...{ occurredAt: e, sequence: null, dedupKey: 'e', contentHash: 'e', receivedAt: e },
  };
  const activities = [{ activityId: 'calls', start: shiftEnd - 36 * hour, end: shiftEnd }];
  const scheduled = { shiftDate, activities, offset: 1, writtenAt: 0 };
  const missingLogout = { afterShiftEndSeconds: 3600, maxStatusSeconds: longestStatusMs / 1000 };
  const rules = compileRules({
    activityTypes: new Map([['calls', 'Presence']]),
    statusMappings: new Map(),
    matches: [],
    settings: [{ validFrom: null, value: { ...defaultSettings, missingLogout } }],
  });
  const stored = { tenantId: 'longest', facts: [{ ...fact, replayedAt: null }], schedules: [scheduled] };
  await db.insertRows('facts', factColumns, factRows(stored));
  await db.insertRows('schedules', scheduleColumns, scheduleRows(stored));
  const externalUsers = [{ integrationId: 'odigo', externalUserId: 'ann', validFrom: null, validTo: null }];
  const range = { from: e + longestStatusMs - 2 * hour, to: e + longestStatusMs + hour };
  const asOf = range.to;
  const question = { ...range, tenantId: 'longest', asOf, knownAt: null, rules: [rules], withReasons: false };
  const people = [{ personId: 'p', externalUsers, exceptions: [] }];
  const facts = new Map([[userKey('odigo', 'ann'), [fact]]]);
  const inputs = { externalUsers, facts, feeds: new Map(), schedules: [scheduled], exceptions: [] };
  const whole = compute(inputs, rules, { from: e, to: asOf, asOf, carry: null });
  for await (const { results } of computePeople(db, question, people, new Map())) {
    const { from, to } = range;
    const segments = clipSegments(results[0]!.segments, from, to);
    expect(segments).toEqual(clipSegments(whole.segments, from, to));
    expect(segments).toMatchObject([{ state: null, actual: { kind: 'offline', estimated: true } }]);
  }
  expect.assertions(2);
});

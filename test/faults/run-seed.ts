/**
 * One fault run: a load under chaos and changes, then the same inputs without either, and the comparison. A seed and
 * a day give the same inputs, the same changes and the same chaos again; how they interleave is up to the machine.
 */
import { mkdir, rm } from 'node:fs/promises';
import { instantOf } from '@adherence/domain/calendar.ts';
import { openClickHouse } from '@adherence/runtime/clickhouse.ts';
import { logFaults } from '../log-faults.ts';
import { changesOf, scheduleRequest } from './changes.ts';
import { type ChaosStep, chaosOf } from './chaos.ts';
import { compareRows, compareSets, differingColumns, type RowDifference } from './compare.ts';
import { configurationView } from './configuration-view.ts';
import {
  type Centre,
  centreOf,
  contact,
  personDocument,
  type Shift,
  tenantTimeZone,
} from './contact-centre.ts';
import { finalRequests } from './final-configuration.ts';
import { type Load, loadOf, postsInOtherOrder } from './load.ts';
import { type Pipeline, settled } from './pipeline.ts';
import { createProgress } from './progress.ts';
import { type Ledger, send } from './sender.ts';
import { type Stack, startStack } from './stack.ts';
import { isEmptyDay, personDays, quarantinedBodies, storedFacts, unbalancedRows } from './stored.ts';
import { type CreatedTenant, createTenant, type Tenant } from './tenant.ts';

export interface SeedOptions {
  readonly seed: number;
  /** Local date in the zone of the tenant; the load tells of the three days before. */
  readonly today: string;
  readonly dataDir: string;
  readonly print: (line: string) => void;
  /** Keeps data and logs of a run without faults too. */
  readonly keep?: boolean;
}

export interface SeedReport {
  readonly seed: number;
  readonly today: string;
  /** Empty when nothing was lost, nothing counted twice and nothing differs. */
  readonly faults: readonly string[];
  readonly chaos: readonly { readonly atMs: number; readonly what: string; readonly tookMs: number }[];
  readonly changes: number;
  readonly items: number;
  readonly facts: number;
  readonly requests: number;
  readonly retries: number;
  readonly personDays: number;
  readonly pipeline: Pipeline | null;
  /** Ends of processes that nobody asked for. */
  readonly unexpected: readonly string[];
  /** How long after everything had settled the two tenants still differed. */
  readonly lateMs: number;
  /** Days that differed at first. */
  readonly late: readonly string[];
  readonly tookMs: Readonly<Record<string, number>>;
}

const loadMs = 60_000;
const loadLimitMs = 240_000;
const settleLimitMs = 90_000;
/** Silent feeds are declared by time, not by input: the tenants may learn of them one after the other. */
const alikeLimitMs = 30_000;

export async function runSeed(options: SeedOptions): Promise<SeedReport> {
  const { seed, today, dataDir } = options;
  await rm(dataDir, { recursive: true, force: true });
  await mkdir(dataDir, { recursive: true });
  const run = newRun(options);
  let stack: Stack | null = null;
  try {
    stack = await run.timed('start', () => startStack(dataDir));
    await disturbedAndUndisturbed(run, stack);
  } catch (error) {
    run.faults.push(error instanceof Error ? error.message : String(error));
  } finally {
    stack?.end();
  }
  const { faults, chaos, tookMs } = run;
  const unexpected = stack?.unexpected ?? [];
  if (faults.length === 0 && !options.keep) await rm(dataDir, { recursive: true, force: true });
  return { seed, today, faults, chaos, tookMs, unexpected, changes: run.changes.length, ...run.counts };
}

type Run = ReturnType<typeof newRun>;

function newRun({ seed, today, print }: SeedOptions) {
  const centre = centreOf(seed, today);
  const counts = {
    items: 0,
    facts: 0,
    requests: 0,
    retries: 0,
    personDays: 0,
    lateMs: 0,
    late: [] as readonly string[],
    pipeline: null as Pipeline | null,
  };
  const tookMs: Record<string, number> = {};
  return {
    seed,
    today,
    print,
    centre,
    load: loadOf(seed, centre),
    changes: changesOf(seed, centre),
    steps: chaosOf(seed),
    faults: [] as string[],
    chaos: [] as { atMs: number; what: string; tookMs: number }[],
    counts,
    tookMs,
    async timed<T>(phase: string, work: () => Promise<T>): Promise<T> {
      const startedAt = performance.now();
      try {
        return await work();
      } finally {
        tookMs[phase] = Math.round(performance.now() - startedAt);
      }
    },
  };
}

async function disturbedAndUndisturbed(run: Run, stack: Stack): Promise<void> {
  const { seed, centre, load, changes, timed } = run;
  const signal = AbortSignal.timeout(900_000);
  const disturbed = await timed('set-up', () =>
    createTenant(stack, `disturbed-${seed}`, centre.configuration, centre.shifts, signal),
  );
  const ledger = await timed('load', () => loadUnderChaos(run, stack, disturbed));
  await timed('settle', () => settled(disturbed, settleLimitMs));

  const requests = [...centre.configuration, ...changes.flatMap((change) => change.requests)];
  const final = finalRequests(requests).filter(({ path }) => !path.startsWith('/schedules/'));
  const undisturbed = await timed('undisturbed', async () => {
    const shifts = finalShifts(centre, changes);
    const tenant = await createTenant(stack, `undisturbed-${seed}`, final, shifts, signal);
    const posts = postsInOtherOrder(seed, load);
    const { ingressUrls } = stack;
    await send({ load, posts, ingressUrls, tokens: tenant.tokens, signal, overMs: 0, onProgress: () => {} });
    await settled(tenant, settleLimitMs);
    return tenant;
  });
  run.counts.pipeline = await settled(disturbed, settleLimitMs);
  await timed('compare', () => compare(run, stack, ledger, disturbed, undisturbed));
  run.faults.push(
    ...some('lines of logs are not as they should be', leaks(centre, stack, [disturbed, undisturbed])),
  );
}

const services = ['ingress', 'enrichment', 'adherence', 'console'];

/** Nothing that could be used or that names a person is in any log, whatever went wrong meanwhile. */
function leaks(centre: Centre, stack: Stack, tenants: readonly CreatedTenant[]): string[] {
  const users = [...centre.agents.flatMap((agent) => agent.users), ...centre.strangers];
  return logFaults({
    logs: stack.logs(),
    serviceOf: (name) => services.find((service) => name.startsWith(service)) ?? null,
    secrets: [
      ...stack.secrets,
      ...tenants.flatMap(({ token, tokens }) => [token, ...tokens.values()]),
      ...users.map(({ externalUserId }) => externalUserId),
      ...centre.agents.map((agent) => personDocument(agent, []).name),
      contact.name,
      contact.email,
    ],
  });
}

async function loadUnderChaos(run: Run, stack: Stack, tenant: Tenant): Promise<Ledger> {
  const { load, steps, changes, chaos, print } = run;
  const startedAt = performance.now();
  const limit = AbortSignal.timeout(loadLimitMs);
  const progress = createProgress(limit);
  const disturb = async (step: ChaosStep, before: Promise<void>) => {
    await progress.reached(step.at);
    await before;
    const atMs = Math.round(performance.now() - startedAt);
    const what = `${step.action} ${step.kind}-${step.instance}`;
    const since = performance.now();
    await stack.disturb(step);
    chaos.push({ atMs, what, tookMs: Math.round(performance.now() - since) });
  };
  const administrate = async (lane: string) => {
    for (const change of changes.filter((each) => each.lane === lane)) {
      await progress.reached(change.at);
      for (const request of change.requests) await tenant.client.write(request);
    }
  };
  // Steps on the same process wait for one another; else they overlap as they come.
  const last = new Map<string, Promise<void>>();
  const disturbances = steps.map((step) => {
    const name = `${step.kind}-${step.instance}`;
    const done = disturb(step, last.get(name) ?? Promise.resolve());
    last.set(name, done);
    return done;
  });
  const { ingressUrls } = stack;
  const sending = send({
    load,
    posts: load.posts,
    ingressUrls,
    tokens: tenant.tokens,
    signal: limit,
    overMs: loadMs,
    onProgress: progress.note,
  });
  const all = [
    sending,
    administrate('people and rules'),
    administrate('schedules'),
    ...disturbances,
  ] as const;
  const [ledger] = await Promise.all(all).finally(() => Promise.allSettled(all));
  print(
    `  ${chaos
      .toSorted((a, b) => a.atMs - b.atMs)
      .map(({ atMs, what }) => `${(atMs / 1000).toFixed(1)}s ${what}`)
      .join(', ')}`,
  );
  return ledger;
}

/** The schedules that remain, as shifts. */
function finalShifts(centre: Centre, changes: Run['changes']): Shift[] {
  const written = [
    ...centre.shifts.map(scheduleRequest),
    ...changes.filter(({ lane }) => lane === 'schedules').flatMap(({ requests }) => requests),
  ];
  return finalRequests(written).flatMap(({ path, body }) => {
    const [, , personId, shiftDate] = path.split('/');
    const { activities } = body as { activities: { activityId: string; start: string; end: string }[] };
    const read = activities.map(({ activityId, start, end }) => ({
      activityId,
      start: Date.parse(start),
      end: Date.parse(end),
    }));
    return read.length === 0 ? [] : [{ personId: personId!, shiftDate: shiftDate!, activities: read }];
  });
}

const shown = 5;
const some = (what: string, list: readonly string[]): string[] =>
  list.length === 0 ? [] : [`${list.length} ${what}: ${list.slice(0, shown).join('; ')}`];

async function compare(
  run: Run,
  { clickhouseUrl }: Stack,
  ledger: Ledger,
  disturbed: Tenant,
  undisturbed: Tenant,
): Promise<void> {
  const { load, faults, counts, today } = run;
  const db = openClickHouse({ url: clickhouseUrl });
  try {
    counts.items = ledger.acknowledged.size;
    counts.requests = ledger.requests;
    counts.retries = ledger.retries;
    for (const tenant of [disturbed, undisturbed]) {
      faults.push(...(await factFaults(db, tenant, load, ledger)));
      faults.push(...countFaults(tenant.tenantId, await settled(tenant, settleLimitMs)));
    }
    counts.facts = (await storedFacts(db, disturbed.tenantId)).rows;
    const views = await Promise.all([
      configurationView(disturbed.client),
      configurationView(undisturbed.client),
    ]);
    const configuration = compareRows(views[0], views[1], () => false);
    faults.push(
      ...some(
        'documents of the configuration differ',
        configuration.map(({ key, disturbed: a, undisturbed: b }) => `${key}: ${a} instead of ${b}`),
      ),
    );
    const until = instantOf(tenantTimeZone, Date.parse(`${today}T00:00:00Z`)).instant;
    const rows = await alikeRows(db, disturbed, undisturbed, until);
    counts.personDays = rows.rows.size;
    counts.lateMs = rows.lateMs;
    counts.late = rows.late;
    faults.push(
      ...some('days differ', rows.differences),
      ...some('days do not add up', unbalancedRows(rows.rows)),
    );
    if (rows.rows.size === 0) faults.push('there are no results');
  } finally {
    await db.close();
  }
}

type Db = ReturnType<typeof openClickHouse>;

async function factFaults(db: Db, { tenantId }: Tenant, load: Load, ledger: Ledger): Promise<string[]> {
  const acknowledged = [...ledger.acknowledged].map((index) => load.items[index]!);
  const expected = new Set(acknowledged.flatMap(({ identity }) => identity ?? []));
  const bad = acknowledged.filter(({ identity }) => identity === null);
  const expectedBad = new Set(
    bad.map(({ integrationId, json }) => `${integrationId} ${JSON.stringify(json)}`),
  );
  const facts = await storedFacts(db, tenantId);
  const found = compareSets(expected, facts.identities);
  const quarantined = compareSets(expectedBad, await quarantinedBodies(db, tenantId));
  const twice = facts.rows - facts.identities.size;
  return [
    ...some(`of ${tenantId} acknowledged and lost`, found.missing),
    ...some(`of ${tenantId} stored and never sent`, found.invented),
    ...some(`of ${tenantId} refused and not in quarantine`, quarantined.missing),
    ...some(`of ${tenantId} in quarantine and not refused`, quarantined.invented),
    ...(twice === 0 ? [] : [`${twice} facts of ${tenantId} are stored twice`]),
    ...(ledger.acknowledged.size === load.items.length
      ? []
      : [`not every item of ${tenantId} was acknowledged`]),
  ];
}

function countFaults(tenantId: string, { accepted, stored, gaps, duplicates }: Pipeline): string[] {
  return [
    ...(gaps === 0 ? [] : [`${gaps} gaps in the ledger of the raw topic`]),
    ...(accepted === stored + duplicates
      ? []
      : [`counts of ${tenantId}: ${accepted} accepted are not ${stored} stored + ${duplicates} duplicates`]),
  ];
}

/** Compares until the two are alike, or the limit has passed. */
async function alikeRows(db: Db, disturbed: Tenant, undisturbed: Tenant, until: number) {
  const startedAt = performance.now();
  const describe = (each: RowDifference) => `${each.key} in ${differingColumns(each).join(', ')}`;
  const late: string[] = [];
  for (;;) {
    const rows = await personDays(db, disturbed.tenantId, until);
    const found = compareRows(rows, await personDays(db, undisturbed.tenantId, until), isEmptyDay);
    const lateMs = Math.round(performance.now() - startedAt);
    if (found.length > 0 && lateMs < alikeLimitMs) {
      if (late.length === 0) late.push(...found.map(describe));
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      continue;
    }
    return { rows, differences: found.map(describe), lateMs: late.length === 0 ? 0 : lateMs, late };
  }
}

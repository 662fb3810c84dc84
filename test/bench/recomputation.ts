/** Computing the past again, on real parts: tenant-wide settings, a user mapped late, an old hour, a new person. */
import { sleep, systemClock } from '@adherence/runtime/clock.ts';
import { tenantId } from './centre.ts';
import {
  type Api,
  dayMs,
  eventsPerDay,
  people,
  setUpHistory,
  storeHistory,
  veteranDays,
  veteranId,
  veteranUser,
} from './history.ts';
import type { LiveLoad, LiveLoadOptions } from './live-load.ts';
import { type LocalStack, startStack } from './local-stack.ts';
import { askScript, cpuSeconds, memoryMb } from './processes.ts';
import { quantile, type Row, type Section } from './report.ts';

const newPeople = 20;
const liveRate = 100;
/** Live events go on as long as the settings take, this long at most. */
const longestLoadMs = 300_000;

export async function benchRecomputation(say: (line: string) => void): Promise<Section[]> {
  const stack = await startStack({ clickhouse: true, registry: 'real' });
  try {
    await storeHistory(stack.db);
    say('a month of events of everybody, and 13 months of one, are stored');
    const names = ['ingress', 'enrichment', 'adherence', 'console'] as const;
    const [ingress, , adherence, pages] = await Promise.all(names.map((name) => stack.service(name)));
    const api = await setUpHistory(pages!.url, ingress!.url);
    const pids = { adherence: adherence!.pid, engine: stack.engine!.pid };
    const rows: Row[] = [];
    const measure = async (what: string, ask: () => Promise<unknown>, isDone: () => Promise<boolean>) => {
      const before = Object.values(pids).map(cpuSeconds);
      const [startedAt, asOf] = [performance.now(), Date.now()];
      await ask();
      while (!(await isDone())) await sleep(systemClock, 100);
      const seconds = (performance.now() - startedAt) / 1000;
      const [adherenceCpu, engineCpu] = Object.values(pids).map((pid, i) => cpuSeconds(pid) - before[i]!);
      const written = await rowsWritten(stack, asOf);
      rows.push({
        what,
        seconds,
        'rows of days written': written,
        'adherence CPU s': adherenceCpu!,
        'engine CPU s': engineCpu!,
        'adherence peak MB': memoryMb(pids.adherence).peak,
      });
      say(`${what}: ${seconds.toFixed(1)} s`);
    };
    const idle = () => isIdle(api);

    await measure('everybody for the first time', () => api.people(), idle);
    const load = startLoad({ ...api.load, clickhouseUrl: stack.engine!.url });
    await sleep(systemClock, 8_000);
    // While events go on some are always under way: what counts is that nobody is to be computed any more.
    const isComputed = async () => (await api.pipeline()).recomputationsPending === 0;
    await measure(
      'settings of a month back, with live events',
      () => api.settings(30, Date.now() - 31 * dayMs),
      isComputed,
    );
    load.end();
    const live = await load.result;
    say(`live meanwhile: board p99 ${Math.round(live.board.p99Ms)} ms, ${live.missing} missing`);
    await measure('the same settings again', () => api.settings(30, Date.now() - 31 * dayMs + 1), idle);
    const known = async () => (await daysOf(stack, veteranId)) >= veteranDays - 1 && (await isIdle(api));
    await measure(`a user mapped after ${veteranDays} days`, () => api.person(veteranId, veteranUser), known);
    const hour = Date.now() - 300 * dayMs;
    await measure('an hour of 300 days ago', () => api.recompute([veteranId], hour, hour + 3_600_000), idle);
    const first = await firstEvents(api);
    return [
      {
        title: 'Recomputation: the past computed again',
        rows,
        notes: [
          `${people.toLocaleString('en-US')} people with 30 days of ${eventsPerDay} events, one with ${veteranDays} days of them; from the request until GET /pipeline has nothing pending. Live events go on at ${liveRate}/s as long as the settings are computed.`,
        ],
        aims: [
          { what: 'settings of a month back, s,', value: rows[1]!.seconds as number, most: 120 },
          { what: 'live meanwhile, p99 in ms,', value: live.board.p99Ms, most: 2_000 },
          { what: 'user mapped late, s,', value: rows[3]!.seconds as number, most: 5 },
        ],
      },
      {
        title: 'Recomputation: live meanwhile, and new people',
        rows: [
          latencyRow('on the board during the settings', live.board.count, live.board),
          latencyRow('first event of a new person on the board', first.length, {
            p50Ms: quantile(first, 0.5),
            p95Ms: quantile(first, 0.95),
            p99Ms: quantile(first, 0.99),
            maxMs: first.at(-1)!,
          }),
        ],
      },
    ];
  } finally {
    await stack.stop();
  }
}

type Quantiles = Pick<LiveLoad['board'], 'p50Ms' | 'p95Ms' | 'p99Ms' | 'maxMs'>;

const latencyRow = (what: string, count: number, { p50Ms, p95Ms, p99Ms, maxMs }: Quantiles): Row => ({
  'from the POST to': what,
  events: count,
  'p50 ms': p50Ms,
  'p95 ms': p95Ms,
  'p99 ms': p99Ms,
  'max ms': maxMs,
});

function startLoad(
  options: Omit<LiveLoadOptions, 'firstEvent' | 'people' | 'ratePerSecond' | 'warmUpMs' | 'measureMs'>,
) {
  const ended = Promise.withResolvers<void>();
  const load: LiveLoadOptions = {
    ...options,
    people,
    firstEvent: 0,
    ratePerSecond: liveRate,
    warmUpMs: 5_000,
    measureMs: longestLoadMs,
    untilTold: true,
  };
  const result = askScript<LiveLoad>('live-load.ts', load, ended.promise);
  result.catch(() => {}); // Whoever waits for it gets the error.
  return { result, end: ended.resolve };
}

async function isIdle(api: Api): Promise<boolean> {
  const { pending, recomputationsPending } = await api.pipeline();
  return pending <= 200 && recomputationsPending === 0;
}

/** Days before the window that an owner holds in memory and writes anyhow. */
async function rowsWritten({ db }: LocalStack, since: number): Promise<number> {
  const [row] = await db.query<{ rows: number }>(
    `SELECT count() AS rows FROM person_days FINAL WHERE tenant = '${tenantId}' AND as_of >= ${since} AND day < today() - 1`,
  );
  return row!.rows;
}

async function daysOf({ db }: LocalStack, personId: string): Promise<number> {
  const [row] = await db.query<{ days: number }>(
    `SELECT count() AS days FROM person_days FINAL WHERE tenant = '${tenantId}' AND person = '${personId}' AND worked_ms > 0`,
  );
  return row!.days;
}

/** People are made one by one, each tells its first event at once: how long until it is on the board. */
async function firstEvents(api: Api): Promise<number[]> {
  const took: number[] = [];
  for (let n = 0; n < newPeople; n++) {
    const [id, user] = [`new-${n}`, `new-${n}@centre.example`];
    await api.person(id, user);
    const startedAt = performance.now();
    await api.tell(user, 'TALKING');
    while ((await api.statusOf(id)) !== 'TALKING') await sleep(systemClock, 10);
    took.push(performance.now() - startedAt);
  }
  return took.sort((a, b) => a - b);
}

/** Imports of 100,000 lines over HTTP into services on real parts, with their progress and every bad line told. */
import { activities, tenantId, timeZone } from './centre.ts';
import { type LocalStack, operatorToken, startStack } from './local-stack.ts';
import { cpuSeconds } from './processes.ts';
import type { Row, Section } from './report.ts';

const lines = 100_000;
/** One line of so many is bad. */
const badEvery = 1_000;
const mostSeconds = 20;
const slotsOfShift = ['calls', 'pause', 'calls', 'meeting'];
const datesOfPerson = 5;

interface Import {
  readonly what: string;
  readonly path: string;
  readonly type: 'text/csv' | 'application/x-ndjson';
  readonly body: string;
}

export async function benchImports(say: (line: string) => void): Promise<Section[]> {
  const stack = await startStack({ clickhouse: true, registry: 'stub' });
  try {
    const [adherence, pages] = await Promise.all(['adherence', 'console'].map((name) => stack.service(name)));
    const api = `${pages!.url}/api/v1`;
    const token = await setUp(api);
    const pids = { console: pages!.pid, adherence: adherence!.pid, engine: stack.engine!.pid };
    const rows: Row[] = [];
    for (const each of imports()) {
      rows.push(await measure(api, token, each, pids));
      say(`${each.what}: ${Number(rows.at(-1)!.seconds).toFixed(1)} s`);
    }
    await checkStored(stack);
    const slowest = Math.max(...rows.map(({ seconds }) => Number(seconds)));
    return [
      {
        title: 'Imports of 100,000 lines',
        rows,
        notes: [
          `${lines} people; schedules of ${datesOfPerson} days each, of ${slotsOfShift.length} lines, with an answer of each owner after it was stored. One line of ${badEvery} is bad and told with its fault. Beside it somebody asks for the session 20 times a second.`,
        ],
        aims: [{ what: 'the slowest, in seconds,', value: slowest, most: mostSeconds }],
      },
    ];
  } finally {
    await stack.stop();
  }
}

function* imports(): Generator<Import> {
  const people = Array.from({ length: lines }, (_, n) => personLine(n));
  yield {
    what: 'people, CSV',
    path: '/people/import',
    type: 'text/csv',
    body: `personId,name,team\n${people.map((each) => Object.values(each).join(',')).join('\n')}`,
  };
  yield {
    what: 'people again with other names, NDJSON',
    path: '/people/import',
    type: 'application/x-ndjson',
    body: ndjson(people.map((each) => ({ ...each, name: `${each.name} again` }))),
  };
  yield {
    what: 'schedules, CSV',
    path: '/schedules/import',
    type: 'text/csv',
    body: `personId,shiftDate,activityId,start,end\n${scheduleLines('2026-03')
      .map((each) => Object.values(each).join(','))
      .join('\n')}`,
  };
  yield {
    what: 'schedules, NDJSON',
    path: '/schedules/import',
    type: 'application/x-ndjson',
    body: ndjson(scheduleLines('2026-04')),
  };
}

const ndjson = (items: readonly object[]): string => items.map((item) => JSON.stringify(item)).join('\n');

/** A bad one has a team that is too long. */
const personLine = (n: number) => ({
  personId: `p${n}`,
  name: `Person ${n}`,
  team: n % badEvery === badEvery - 1 ? 'x'.repeat(101) : `Team ${n % 100}`,
});

/** In the zone of the unit; the last line of a bad document has no such activity. */
function scheduleLines(month: string): object[] {
  const documents = lines / slotsOfShift.length;
  return Array.from({ length: documents }, (_, n) => {
    const shiftDate = `${month}-${String((n % datesOfPerson) + 1).padStart(2, '0')}`;
    return slotsOfShift.map((activityId, slot) => ({
      // Those of odd numbers are partly bad.
      personId: `p${2 * Math.floor(n / datesOfPerson)}`,
      shiftDate,
      activityId: (n * slotsOfShift.length) % badEvery === 0 && slot === 3 ? 'none' : activityId,
      start: `${shiftDate}T${String(8 + slot * 2).padStart(2, '0')}:00`,
      end: `${shiftDate}T${String(10 + slot * 2).padStart(2, '0')}:00`,
    }));
  }).flat();
}

async function measure(
  api: string,
  token: string,
  { what, path, type, body }: Import,
  pids: Readonly<Record<string, number>>,
): Promise<Row> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': type, accept: 'application/x-ndjson' };
  const before = Object.values(pids).map(cpuSeconds);
  const other = askBeside(api, token);
  const startedAt = performance.now();
  const response = await fetch(`${api}${path}`, { method: 'POST', headers, body });
  let text = '';
  let progress = 0;
  let firstAt = Number.NaN;
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    if (Number.isNaN(firstAt)) firstAt = performance.now();
    text += chunk;
    progress += chunk.split('\n').length - 1;
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const slowestMs = await other.stop();
  const answer = JSON.parse(text.trimEnd().split('\n').at(-1)!) as {
    readonly accepted?: number;
    readonly rejected?: readonly object[];
  };
  const bad = answer.rejected?.length ?? 0;
  const cpu = Object.entries(pids).map(
    ([name, pid], i) => [`${name} CPU s`, cpuSeconds(pid) - before[i]!] as const,
  );
  const expected = path.startsWith('/people') ? lines / badEvery : (lines / badEvery) * slotsOfShift.length;
  if (answer.accepted !== lines - expected || bad !== expected) {
    throw new Error(`${what}: ${answer.accepted} accepted, ${bad} rejected: ${text.slice(-300)}`);
  }
  return {
    import: what,
    seconds,
    'first progress s': (firstAt - startedAt) / 1000,
    'lines of progress': progress - 1,
    'bad lines': bad,
    'slowest other request ms': slowestMs,
    ...Object.fromEntries(cpu),
  };
}

/** Somebody else who works with the console meanwhile. */
function askBeside(api: string, token: string): { stop(): Promise<number> } {
  let slowestMs = 0;
  let stopped = false;
  const asking = (async () => {
    while (!stopped) {
      const startedAt = performance.now();
      const response = await fetch(`${api}/session`, { headers: { authorization: `Bearer ${token}` } });
      await response.arrayBuffer();
      slowestMs = Math.max(slowestMs, performance.now() - startedAt);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  return {
    async stop() {
      stopped = true;
      await asking;
      return slowestMs;
    },
  };
}

async function setUp(api: string): Promise<string> {
  const send = async (method: string, path: string, token: string, body: unknown): Promise<string> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const response = await fetch(`${api}${path}`, { method, headers, body: JSON.stringify(body) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text;
  };
  const tenant = { id: tenantId, name: 'Benchmark', timeZone };
  const { token } = JSON.parse(await send('POST', '/tenants', operatorToken, tenant)) as { token: string };
  for (const [id, type] of activities) await send('PUT', `/activities/${id}`, token, { name: id, type });
  return token;
}

/** What was said to be taken is there. */
async function checkStored({ db }: LocalStack): Promise<void> {
  const documents = (2 * lines) / slotsOfShift.length - (2 * lines) / badEvery;
  const [row] = await db.query<{ documents: number }>(
    'SELECT uniqExact(person, shift_date) AS documents FROM schedules FINAL WHERE NOT removed',
  );
  if (row!.documents !== documents)
    throw new Error(`${row!.documents} schedules are stored, not ${documents}`);
}

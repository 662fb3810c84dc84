/**
 * The sender and the watcher of the live benchmark, a process of its own: posts single notifications at a steady rate
 * and sees when each is on the stream of the board, and, for some people, when it is in `person_days`.
 */
import { Agent, get, request } from 'node:http';
import { notification, personIdOf, statuses, tenantId } from './centre.ts';
import { quantile } from './report.ts';

export interface LiveLoadOptions {
  readonly hookUrl: string;
  readonly eventsUrl: string;
  readonly token: string;
  readonly clickhouseUrl: string;
  readonly people: number;
  /** Number of each person's next event: the statuses go on in turn. */
  readonly firstEvent: number;
  readonly ratePerSecond: number;
  readonly warmUpMs: number;
  /** At most. */
  readonly measureMs: number;
  /** The load ends when standard input does. */
  readonly untilTold?: boolean;
}

export interface Latencies {
  readonly count: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export interface LiveLoad {
  readonly answer: Latencies;
  readonly board: Latencies;
  readonly history: Latencies;
  readonly sent: number;
  /** Not on the board, or not in the history, when the wait for them ended. */
  readonly missing: number;
  /** To go on from. */
  readonly nextEvent: number;
}

interface Sent {
  readonly status: string;
  /** When it was due to be sent: a late sender is no excuse. */
  readonly dueAt: number;
  readonly occurredAt: number;
  readonly measured: boolean;
}

const watchedPeople = 25;
const historyEveryMs = 100;
const patienceMs = 20_000;

async function load(options: LiveLoadOptions): Promise<LiveLoad> {
  const { people, ratePerSecond, warmUpMs, measureMs, firstEvent, untilTold = false } = options;
  let told = false;
  if (untilTold) {
    process.stdin.resume().once('end', () => {
      told = true;
    });
  }
  const answers: number[] = [];
  const board: number[] = [];
  const history: number[] = [];
  const waiting = new Map<string, Sent[]>();
  const unstored = new Map<string, Sent[]>();
  const stream = await watchBoard(options, (personId, status) => {
    const sent = waiting.get(personId);
    const seen = sent?.findIndex((event) => event.status === status) ?? -1;
    if (seen === -1) return;
    const now = performance.now();
    for (const { dueAt, measured } of sent!.splice(0, seen + 1)) if (measured) board.push(now - dueAt);
  });
  const poll = pollHistory(options, (personId, newest) => {
    const sent = unstored.get(personId) ?? [];
    const now = performance.now();
    while (sent[0] && sent[0].occurredAt <= newest) {
      const { dueAt, measured } = sent.shift()!;
      if (measured) history.push(now - dueAt);
    }
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const startedAt = performance.now();
  const most = Math.floor((ratePerSecond * (warmUpMs + measureMs)) / 1000);
  let failed = 0;
  let open = 0;
  let total = 0;
  for (let i = 0; i < most && !told; total = i) {
    const due = Math.min(most, Math.floor(((performance.now() - startedAt) / 1000) * ratePerSecond) + 1);
    for (; i < due; i++) {
      const [n, k] = [i % people, firstEvent + Math.floor(i / people)];
      const dueAt = startedAt + (i / ratePerSecond) * 1000;
      const occurredAt = Date.now();
      const measured = dueAt - startedAt >= warmUpMs;
      const sent = { status: statuses[k % statuses.length]![0], dueAt, occurredAt, measured };
      add(waiting, personIdOf(n), sent);
      if (n < watchedPeople) add(unstored, personIdOf(n), sent);
      open += 1;
      post(agent, options.hookUrl, notification(n, k, occurredAt, `live-${firstEvent}-${i}`))
        .then(
          () => {
            if (measured) answers.push(performance.now() - dueAt);
          },
          () => {
            failed += 1;
          },
        )
        .finally(() => {
          open -= 1;
        });
    }
    await wait(2);
  }
  const isOpen = () => open > 0 || left(waiting) > 0 || left(unstored) > 0;
  for (const until = performance.now() + patienceMs; isOpen() && performance.now() < until; ) await wait(20);
  poll.stop();
  stream.stop();
  agent.destroy();
  if (failed > 0) throw new Error(`${failed} of ${total} notifications were not accepted`);
  return {
    answer: latenciesOf(answers),
    board: latenciesOf(board),
    history: latenciesOf(history),
    sent: total,
    missing: left(waiting) + left(unstored),
    nextEvent: firstEvent + Math.ceil(total / people),
  };
}

function add(map: Map<string, Sent[]>, key: string, sent: Sent): void {
  const list = map.get(key);
  if (list) list.push(sent);
  else map.set(key, [sent]);
}

const left = (map: ReadonlyMap<string, readonly Sent[]>): number =>
  [...map.values()].reduce((total, { length }) => total + length, 0);

function latenciesOf(values: number[]): Latencies {
  values.sort((a, b) => a - b);
  return {
    count: values.length,
    p50Ms: quantile(values, 0.5),
    p95Ms: quantile(values, 0.95),
    p99Ms: quantile(values, 0.99),
    maxMs: values.at(-1) ?? Number.NaN,
  };
}

function post(agent: Agent, url: string, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const sending = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.on('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`answered ${response.statusCode}`));
      });
    });
    sending.on('error', reject);
    sending.end(body);
  });
}

/** Resolves once the stream has told its snapshot. */
function watchBoard(
  { eventsUrl, token }: LiveLoadOptions,
  onUpdate: (personId: string, status: string | null) => void,
): Promise<{ stop(): void }> {
  return new Promise((resolve, reject) => {
    const asking = get(eventsUrl, { headers: { authorization: `Bearer ${token}` } }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${eventsUrl} answered ${response.statusCode}`));
      let text = '';
      response.setEncoding('utf8');
      response.on('error', () => response.destroy());
      response.on('data', (chunk: string) => {
        const events = (text + chunk).split('\n\n');
        text = events.pop()!;
        for (const event of events) {
          if (event.startsWith('event: snapshot')) resolve({ stop: () => asking.destroy() });
          if (!event.startsWith('event: update')) continue;
          const row = JSON.parse(event.slice(event.indexOf('\ndata: ') + 7)) as Update;
          onUpdate(row.personId, row.actual?.externalStatus ?? null);
        }
      });
    });
    asking.on('error', reject);
  });
}

interface Update {
  readonly personId: string;
  readonly actual?: { readonly externalStatus: string | null };
}

/** Asks for the newest segment of each watched person, again and again. */
function pollHistory(
  { clickhouseUrl, people }: LiveLoadOptions,
  onNewest: (personId: string, newest: number) => void,
): { stop(): void } {
  const persons = Array.from({ length: Math.min(watchedPeople, people) }, (_, n) => `'${personIdOf(n)}'`);
  const sql =
    `SELECT person, toString(max(arrayMax(segments.from_at))) FROM person_days FINAL WHERE tenant = '${tenantId}' ` +
    `AND person IN (${persons.join(',')}) AND day >= today() - 1 AND notEmpty(segments.from_at) GROUP BY person FORMAT TSV`;
  let stopped = false;
  const ask = async () => {
    while (!stopped) {
      const response = await fetch(clickhouseUrl, { method: 'POST', body: sql });
      const text = await response.text();
      if (!response.ok) throw new Error(text);
      for (const line of text.split('\n')) {
        const [personId, newest] = line.split('\t');
        if (personId) onNewest(personId, Number(newest));
      }
      await wait(historyEveryMs);
    }
  };
  void ask();
  return {
    stop() {
      stopped = true;
    },
  };
}

function wait(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}

const options = JSON.parse(process.argv[2]!) as LiveLoadOptions;
const result = await load(options);
process.stdout.write(JSON.stringify(result), () => process.exit(0));

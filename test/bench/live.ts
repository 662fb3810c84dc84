/** The whole road on real parts: from the POST to the board, and to the row that history is read from. */
import { consumerGroups, topics } from '@adherence/schemas/topics.ts';
import {
  activities,
  integration,
  integrationId,
  notification,
  personDocument,
  personIdOf,
  statuses,
  tenantId,
  timeZone,
} from './centre.ts';
import type { Latencies, LiveLoad, LiveLoadOptions } from './live-load.ts';
import { type LocalStack, operatorToken, type Service, startStack } from './local-stack.ts';
import { askScript, cpuSeconds, memoryMb } from './processes.ts';
import { startWatch } from './progress.ts';
import type { Row, Section } from './report.ts';

const people = 1_000;
const hourMs = 60 * 60_000;
/** Of the day so far, in memory and stored before anything is measured. */
const eventsBefore = 100;
const rates = [100, 1_000];
const warmUpMs = 5_000;
const measureMs = 20_000;

export async function benchLive(say: (line: string) => void): Promise<Section[]> {
  const stack = await startStack({ clickhouse: true, registry: 'real' });
  try {
    const names = ['ingress', 'enrichment', 'adherence', 'console'] as const;
    const [ingress, enrichment, adherence, pages] = await Promise.all(
      names.map((name) => stack.service(name)),
    );
    const centre = await setUp(pages!, ingress!);
    say(`${people} people are set up`);
    await tellTheDay(stack, centre.hookUrl);
    say(`${people * eventsBefore} events of the day so far are stored`);
    const processes: readonly (readonly [string, number])[] = [
      ['ingress', ingress!.pid],
      ['enrichment', enrichment!.pid],
      ['adherence', adherence!.pid],
      ['console', pages!.pid],
      ['ClickHouse engine', stack.engine!.pid],
      ['Kafka', stack.kafka.pid],
    ];
    const costs: Row[] = processes.map(([name, pid]) => ({ process: name, 'peak MB': memoryMb(pid).peak }));
    const rows: Row[] = [];
    let nextEvent = eventsBefore;
    let boardP99 = Number.NaN;
    for (const ratePerSecond of rates) {
      const before = processes.map(([, pid]) => cpuSeconds(pid));
      const options: LiveLoadOptions = {
        ...centre,
        clickhouseUrl: stack.engine!.url,
        people,
        firstEvent: nextEvent,
        ratePerSecond,
        warmUpMs,
        measureMs,
      };
      const load = await askScript<LiveLoad>('live-load.ts', options);
      for (const [i, [name, pid]] of processes.entries()) {
        const cpu = ((cpuSeconds(pid) - before[i]!) / load.sent) * 1_000;
        costs[i] = {
          ...costs[i]!,
          process: name,
          'peak MB': memoryMb(pid).peak,
          [`CPU s/1k at ${ratePerSecond}/s`]: cpu,
        };
      }
      rows.push(latencyRow('answered (durable)', ratePerSecond, load.answer));
      rows.push(latencyRow('on the board', ratePerSecond, load.board));
      rows.push(latencyRow('in person_days', ratePerSecond, load.history));
      nextEvent = load.nextEvent;
      boardP99 = load.board.p99Ms;
      say(`${ratePerSecond}/s: board p99 ${Math.round(load.board.p99Ms)} ms, ${load.missing} missing`);
    }
    return [
      {
        title: 'End to end: from the POST to the board and to the history',
        rows,
        notes: [
          `${people} people with ${eventsBefore} events of the day each; ${measureMs / 1000} s at each rate, one event a request, from the instant it was due.`,
        ],
        aims: [{ what: 'event to board, p99 in ms at 1,000 events/s,', value: boardP99, most: 1_000 }],
      },
      { title: 'End to end: what each process costs', rows: costs },
    ];
  } finally {
    await stack.stop();
  }
}

function latencyRow(to: string, rate: number, { p50Ms, p95Ms, p99Ms, maxMs, count }: Latencies): Row {
  return {
    'from the POST to': to,
    'events/s': rate,
    events: count,
    'p50 ms': p50Ms,
    'p95 ms': p95Ms,
    'p99 ms': p99Ms,
    'max ms': maxMs,
  };
}

interface Centre {
  readonly hookUrl: string;
  readonly eventsUrl: string;
  readonly token: string;
}

/** Through the public API, as an administrator would. */
async function setUp(pages: Service, ingress: Service): Promise<Centre> {
  const api = `${pages.url}/api/v1`;
  const call = async (
    method: string,
    path: string,
    token: string,
    body: unknown,
  ): Promise<{ token: string }> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const response = await fetch(`${api}${path}`, { method, headers, body: JSON.stringify(body) });
    const text = await response.text();
    const refused = path.endsWith('/import') && !text.includes('"rejected":[]');
    if (!response.ok || refused)
      throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 300)}`);
    return text === '' ? { token: '' } : JSON.parse(text);
  };
  const { token } = await call('POST', '/tenants', operatorToken, {
    id: tenantId,
    name: 'Benchmark',
    timeZone,
  });
  for (const [id, type] of activities) await call('PUT', `/activities/${id}`, token, { name: id, type });
  await call('PUT', `/integrations/${integrationId}`, token, integration);
  for (const [status, activityId] of statuses) {
    await call('POST', `/integrations/${integrationId}/status-mappings`, token, {
      status,
      breakType: null,
      activityId,
    });
  }
  for (let from = 0; from < people; from += 250) {
    const some = Array.from({ length: 250 }, (_, i) => from + i);
    await call(
      'POST',
      '/people/import',
      token,
      some.map((n) => ({ personId: personIdOf(n), ...personDocument(n) })),
    );
    await call('POST', '/schedules/import', token, some.flatMap(scheduleLines));
  }
  const hook = await call('POST', `/integrations/${integrationId}/url-tokens`, token, {});
  return { hookUrl: `${ingress.url}/hooks/odigo/${hook.token}`, eventsUrl: `${api}/live/events`, token };
}

/** From before the first event to after the last one. */
function scheduleLines(n: number): object[] {
  const shiftDate = new Date(Date.now() - 8 * hourMs).toISOString().slice(0, 10);
  const start = Date.now() - 9 * hourMs;
  const line = (activityId: string, from: number, to: number) => ({
    personId: personIdOf(n),
    shiftDate,
    activityId,
    start: new Date(start + from * hourMs).toISOString(),
    end: new Date(start + to * hourMs).toISOString(),
  });
  return [
    line('calls', 0, 3),
    line('pause', 3, 4),
    line('calls', 4, 7),
    line('meeting', 7, 8),
    line('calls', 8, 12),
  ];
}

/** The events of the last eight hours, in big bodies; resolves when adherence has stored them. */
async function tellTheDay({ broker }: LocalStack, hookUrl: string): Promise<void> {
  const [from, stepMs] = [Date.now() - 8 * hourMs, (8 * hourMs) / eventsBefore];
  for (let k = 0; k < eventsBefore; k += 2) {
    const items = Array.from({ length: 2 * people }, (_, i) => {
      const [n, event] = [i % people, k + Math.floor(i / people)];
      return notification(n, event, Math.floor(from + event * stepMs), `day-${event}-${n}`);
    });
    const response = await fetch(hookUrl, { method: 'POST', body: `[${items.join(',')}]` });
    if (!response.ok) throw new Error(`the webhook answered ${response.status}`);
    await response.arrayBuffer();
  }
  for (const [groupId, topic] of [
    [consumerGroups.enrichment, topics.notifications.name],
    [consumerGroups.adherence, topics.activityEvents.name],
  ] as const) {
    const untilDone = await startWatch({ broker, groupId, topic, pids: [] });
    await untilDone();
  }
}

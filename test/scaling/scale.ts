/**
 * Consumers are scaled, rolled and killed under steady load; then what they computed is compared with what the same
 * notifications give without any of it.
 */
import { localDateOf } from '@adherence/domain/calendar.ts';
import { openKafkaBroker } from '@adherence/runtime/broker/kafka-broker.ts';
import { silentLog } from '@adherence/runtime/log.ts';
import { consoleClient } from '../faults/console-client.ts';
import { settled } from '../faults/pipeline.ts';
import { type Stack, startStack } from '../faults/stack.ts';
import type { Tenant } from '../faults/tenant.ts';
import { type Pauses, pausesOf } from './pauses.ts';
import { type Sent, type SteadyLoad, startSteadyLoad } from './steady-load.ts';
import type { Phase } from './steps.ts';

export interface ScaleOptions {
  /** For data and logs; must be empty. */
  readonly dataDir: string;
  readonly phases: readonly Phase[];
  readonly people: number;
  readonly eventsPerSecond: number;
  /** Waited after each step. */
  readonly settleMs: number;
  /** Told each phase when it is over. */
  readonly onPhase: (phase: PhaseReport) => void;
}

export interface PhaseReport extends Pauses {
  readonly phase: string;
  readonly steps: number;
}

export interface ScaleReport {
  readonly phases: readonly PhaseReport[];
  /** What was lost or differs; empty when all is well. */
  readonly faults: readonly string[];
  /** Ends of processes that nobody asked for. */
  readonly unexpected: readonly string[];
  readonly notifications: number;
}

const timeZone = 'Europe/Paris';
const integrationId = 'odigo';
const settleLimitMs = 120_000;

/** Starts the stack with one process of each consumer, and ends it. */
export async function scale(options: ScaleOptions): Promise<ScaleReport> {
  const instances = { kafka: 1, clickhouse: 1, ingress: 2, enrichment: 1, adherence: 1, console: 1 };
  const stack = await startStack(options.dataDir, instances);
  try {
    return await scaleOn(stack, options);
  } finally {
    stack.end();
  }
}

async function scaleOn(stack: Stack, options: ScaleOptions): Promise<ScaleReport> {
  const { phases, eventsPerSecond, settleMs, onPhase } = options;
  const people = Array.from({ length: options.people }, (_, n) => `p${String(n).padStart(4, '0')}`);
  const signal = AbortSignal.timeout(1_800_000);
  const scaled = await tenantOf(stack, 'scaled', people, signal);
  const broker = await openKafkaBroker({
    brokers: stack.brokers.split(','),
    clientId: 'scaling',
    log: silentLog,
  });
  const { tenantId } = scaled.tenant;
  const load = await startSteadyLoad({ broker, tenantId, people, hooks: scaled.hooks, eventsPerSecond });
  const reports: PhaseReport[] = [];
  for (const { name, steps } of phases) {
    const from = Date.now();
    for (const atOnce of steps) {
      await Promise.all(atOnce.map((step) => stack.disturb(step)));
      await new Promise((done) => setTimeout(done, settleMs));
    }
    if (steps.length === 0) await new Promise((done) => setTimeout(done, 2 * settleMs));
    const to = Date.now();
    await allShown(load, to);
    const report = { phase: name, steps: steps.flat().length, ...pausesOf(load.passages, from, to) };
    reports.push(report);
    onPhase(report);
  }
  await load.stop();
  await broker.close();
  await settled(scaled.tenant, settleLimitMs);

  const still = await tenantOf(stack, 'still', people, signal);
  await sendAgain(load.sent, still.hooks[0]!);
  await settled(still.tenant, settleLimitMs);
  const faults = await compare(people, load.sent, scaled.tenant, still.tenant);
  return { phases: reports, faults, unexpected: stack.unexpected, notifications: load.sent.length };
}

/** Waits until everything that was sent before `at` is on the board. */
async function allShown({ oldestUnderWay }: SteadyLoad, at: number): Promise<void> {
  const deadline = performance.now() + settleLimitMs;
  while ((oldestUnderWay() ?? at) < at) {
    if (performance.now() > deadline) throw new Error('the board stands still');
    await new Promise((done) => setTimeout(done, 100));
  }
}

async function tenantOf(
  { consoleUrl, ingressUrls, operatorToken }: Stack,
  id: string,
  people: readonly string[],
  signal: AbortSignal,
) {
  const operator = consoleClient(consoleUrl, operatorToken, signal);
  const body = { id, name: id, timeZone };
  const { text } = await operator.write({ method: 'POST', path: '/tenants', body });
  const client = consoleClient(consoleUrl, (JSON.parse(text) as { token: string }).token, signal);
  const put = (path: string, document: object) => client.write({ method: 'PUT', path, body: document });
  const contact = { name: 'Scaling', email: 'scaling@example.com' };
  await put(`/integrations/${integrationId}`, {
    name: 'Odigo',
    timeZone,
    contact,
    breakDetail: null,
    feedGapSeconds: null,
  });
  for (let n = 0; n < people.length; n += 20) {
    await Promise.all(
      people.slice(n, n + 20).map((personId) =>
        put(`/people/${personId}`, {
          name: personId,
          externalUsers: [{ integrationId, externalUserId: personId }],
        }),
      ),
    );
  }
  const today = localDateOf(timeZone, Date.now());
  const hour = 3_600_000;
  const start = Math.floor(Date.now() / hour) * hour - hour;
  const [from, to] = [start, start + 4 * hour].map((instant) => new Date(instant).toISOString());
  const lines = people.map((personId) => `${personId},${today},present,${from},${to}\n`);
  await client.importSchedules(`personId,shiftDate,activityId,start,end\n${lines.join('')}`);
  const answer = await client.write({
    method: 'POST',
    path: `/integrations/${integrationId}/url-tokens`,
    body: null,
  });
  const { token } = JSON.parse(answer.text) as { token: string };
  const tenant: Tenant = { tenantId: id, client, tokens: new Map([[integrationId, token]]) };
  await settled(tenant, settleLimitMs);
  return { tenant, hooks: ingressUrls.map((url) => `${url}/hooks/odigo/${token}`) };
}

async function sendAgain(sent: readonly Sent[], hook: string): Promise<void> {
  for (let n = 0; n < sent.length; n += 1_000) {
    const body = JSON.stringify(
      sent.slice(n, n + 1_000).map(({ personId, occurredAt, eventType }) => ({
        agentId: personId,
        eventType,
        occurredAt,
      })),
    );
    const answer = await fetch(hook, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    if (answer.status !== 200) throw new Error(`the webhook answers ${answer.status}`);
  }
}

/** Counts, and every person's amounts and segments up to the last notification. */
async function compare(
  people: readonly string[],
  sent: readonly Sent[],
  scaled: Tenant,
  still: Tenant,
): Promise<string[]> {
  const found: string[] = [];
  for (const tenant of [scaled, still]) {
    const { stored, gaps } = await settled(tenant, settleLimitMs);
    if (stored !== sent.length) found.push(`${tenant.tenantId}: ${stored} facts of ${sent.length} sent`);
    if (gaps !== 0) found.push(`${tenant.tenantId}: ${gaps} gaps in the ledger of the raw topic`);
  }
  const from = new Date(sent[0]!.occurredAt - 3_600_000).toISOString();
  const to = new Date(sent.at(-1)!.occurredAt).toISOString();
  const amounts = (tenant: Tenant) =>
    tenant.client
      .read<{ items: object[] }>(`/adherence?from=${from}&to=${to}&granularity=15m&groupBy=person`)
      .then(({ items }) => items.map((item) => JSON.stringify({ ...item, final: undefined })).sort());
  const [one, other] = [await amounts(scaled), await amounts(still)];
  if (one.length === 0) found.push('there are no results');
  const differing = one.filter((row, index) => row !== other[index]);
  if (differing.length > 0 || one.length !== other.length) {
    found.push(`${differing.length} of ${one.length} rows differ: ${differing[0]}`);
  }
  for (const personId of people) {
    const path = `/people/${personId}/timeline?from=${from}&to=${to}`;
    const [a, b] = await Promise.all(
      [scaled, still].map(({ client }) => client.read<{ segments: object[] }>(path)),
    );
    if (JSON.stringify(a!.segments) !== JSON.stringify(b!.segments)) {
      found.push(`the day of ${personId} differs`);
    }
  }
  return found;
}

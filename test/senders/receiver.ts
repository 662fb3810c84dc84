/**
 * A receiver as a sender meets it: ingress over HTTP and enrichment on the memory broker, one contact centre in
 * Paris, and what its numbers come to. The clock of receipt stands where the test puts it.
 */
import { createHash } from 'node:crypto';
import { userKey } from '@adherence/domain/compute/actual.ts';
import { cellsOf, sumAmounts } from '@adherence/domain/compute/cells.ts';
import { compute } from '@adherence/domain/compute/compute.ts';
import { orderFacts } from '@adherence/domain/compute/facts.ts';
import { compileRules } from '@adherence/domain/compute/rules.ts';
import { fold } from '@adherence/domain/configuration/decide.ts';
import { command, contactCentre } from '@adherence/domain/configuration/given.testing.ts';
import { emptyState } from '@adherence/domain/configuration/tables.ts';
import type { Amounts, Instant, LineFact, ScheduledActivity } from '@adherence/domain/model.ts';
import { configSchema as enrichmentConfig } from '@adherence/enrichment/config.ts';
import { start as startEnrichment } from '@adherence/enrichment/start.ts';
import { configSchema as ingressConfig } from '@adherence/ingress/config.ts';
import { start as startIngress } from '@adherence/ingress/start.ts';
import { createMemoryBroker } from '@adherence/runtime/broker/memory-broker.ts';
import { type Clock, systemClock } from '@adherence/runtime/clock.ts';
import { createLocalCodec } from '@adherence/runtime/codec.ts';
import { followConfiguration } from '@adherence/runtime/configuration-log.ts';
import { silentLog } from '@adherence/runtime/log.ts';
import { noMetrics } from '@adherence/runtime/metrics.ts';
import type { ActivityEvent, RejectedNotification } from '@adherence/schemas/records.ts';
import { topics } from '@adherence/schemas/topics.ts';

export const token = 'the-token-in-odigo';
const codec = createLocalCodec();
const tenantId = 't1';
const personId = 'p1';

/** A fact as it came out of enrichment. */
export type Fact = ActivityEvent;

export interface Answer {
  readonly status: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly headers: Headers;
  readonly text: string;
}

export interface PostOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly token?: string;
}

export type Receiver = Awaited<ReturnType<typeof startReceiver>>;

const mapping = (status: string, breakType: string | null, activityId: string) =>
  command('statusMapping', '', { integrationId: 'odigo', status, breakType, activityId });

/** Person p1 is the external user `anna@acme.example`; TALK and WRAPUP are Calls, BREAK/lunch is Lunch. */
export async function startReceiver(now = '2026-11-18T12:00:00Z', env: Record<string, string> = {}) {
  const clock = settableClock(Date.parse(now));
  const broker = createMemoryBroker();
  await broker.ensureTopics(Object.values(topics));
  const producer = await broker.producer();
  let written = 0;
  const configure = async (...commands: object[]) => {
    const messages = commands.map((each) => ({
      topic: topics.configuration.name,
      partition: 0,
      key: `c${written++}`,
      value: Buffer.from(JSON.stringify(each)),
    }));
    await producer.send(messages);
  };
  await configure(
    ...contactCentre,
    urlToken('k1', token),
    person('anna@acme.example'),
    mapping('TALK', null, 'calls'),
    mapping('WRAPUP', null, 'calls'),
    mapping('BREAK', 'lunch', 'lunch'),
  );
  const configuration = await followConfiguration({ broker, initial: emptyState(), fold, log: silentLog });
  const resources = { broker, codec, clock, log: silentLog, metrics: noMetrics, configuration };
  const ingress = await startIngress(
    ingressConfig.parse({ INGRESS_HOST: '127.0.0.1', INGRESS_PORT: '0', ...env }),
    resources,
  );
  const enrichment = await startEnrichment(
    enrichmentConfig.parse({ ENRICHMENT_SETTLE_DELAY_MS: '1' }),
    resources,
  );

  const post = async (body: string | Buffer, options: PostOptions = {}): Promise<Answer> => {
    const { method = 'POST', headers = {}, token: used = token } = options;
    const url = `http://127.0.0.1:${ingress.port}/hooks/odigo/${used}`;
    const bodyOf = method === 'GET' || method === 'HEAD' ? {} : { body: new Uint8Array(Buffer.from(body)) };
    const response = await fetch(url, { method, headers, ...bodyOf });
    const text = await response.text();
    const counts = response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : {};
    return { accepted: 0, rejected: 0, ...counts, status: response.status, headers: response.headers, text };
  };
  const recordsOf = (topic: string) => broker.records(topic).map(({ value }) => codec.decode(value));

  /** Facts in the order in which they reached activity.events, of all partitions. */
  const facts = async (): Promise<Fact[]> => {
    await enrichment.idle();
    return recordsOf(topics.activityEvents.name).flatMap(({ name, record }) =>
      name === 'ActivityEvent' ? [record as Fact] : [],
    );
  };
  return {
    port: ingress.port,
    clock,
    configure,
    post,
    /** Items as one JSON array. */
    send: (...items: object[]) => post(JSON.stringify(items)),
    facts,
    rejected: () => recordsOf(topics.rejected.name).map(({ record }) => record as RejectedNotification),
    /** Amounts of person p1 on the day, scheduled for Calls between the times (UTC) of `shift`, in minutes. */
    async minutes(shift: readonly [string, string] | null, asOf = '2026-11-18T23:00:00Z') {
      const tables = configuration.state().tenants.get(tenantId)!;
      const rules = compileRules(tables.rules);
      const byUser = Map.groupBy((await facts()) as LineFact[], (fact) =>
        userKey(fact.integrationId, fact.externalUserId),
      );
      const at = (time: string): Instant => Date.parse(`2026-11-18T${time}:00Z`);
      const activities: ScheduledActivity[] =
        shift === null ? [] : [{ activityId: 'calls', start: at(shift[0]), end: at(shift[1]) }];
      const { segments } = compute(
        {
          externalUsers: tables.people.get(personId)!.document.externalUsers,
          facts: new Map([...byUser].map(([key, of]) => [key, orderFacts(of)])),
          feeds: new Map(),
          schedules: activities.length > 0 ? [{ shiftDate: '2026-11-18', activities }] : [],
          exceptions: [],
        },
        rules,
        { from: at('00:00'), to: Date.parse(asOf), asOf: Date.parse(asOf), carry: null },
      );
      return { ...inMinutes(sumAmounts(cellsOf(segments, rules.activityType))), segments };
    },
    async stop() {
      await ingress.stop();
      await enrichment.stop();
      await configuration.stop();
      await broker.close();
    },
  };
}

export const person = (...externalUserIds: string[]) =>
  command('person', personId, {
    name: 'Anna',
    externalUsers: externalUserIds.map((externalUserId) => ({ integrationId: 'odigo', externalUserId })),
  });

export const statusMapping = mapping;

export const urlToken = (id: string, secret: string) =>
  command('urlToken', id, {
    integrationId: 'odigo',
    hash: createHash('sha256').update(secret).digest('hex'),
  });

export const noUrlToken = (id: string) => command('urlToken', id, null);

function inMinutes({ inMs, notPresentMs, wrongActivityMs, notScheduledMs, workedMs }: Amounts) {
  const minutes = (ms: number) => ms / 60_000;
  return {
    in: minutes(inMs),
    notPresent: minutes(notPresentMs),
    wrongActivity: minutes(wrongActivityMs),
    notScheduled: minutes(notScheduledMs),
    worked: minutes(workedMs),
  };
}

/** Timers run; the time of day stands still until it is set. */
function settableClock(startAt: Instant): Clock & { set(time: string): void } {
  let now = startAt;
  return {
    now: () => now,
    setTimer: systemClock.setTimer,
    set: (time) => {
      now = Date.parse(time);
    },
  };
}

/** An ingress on the memory broker, reached over HTTP, with trouble on demand. */
import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { command, contactCentre } from '@adherence/domain/configuration/given.testing.ts';
import type { Broker, OutMessage, Producer } from '@adherence/runtime/broker/broker.ts';
import {
  createMemoryBroker,
  type Fault,
  type MemoryBroker,
} from '@adherence/runtime/broker/memory-broker.ts';
import { systemClock } from '@adherence/runtime/clock.ts';
import { createLocalCodec } from '@adherence/runtime/codec.ts';
import { OperationalError } from '@adherence/runtime/errors.ts';
import { silentLog } from '@adherence/runtime/log.ts';
import { type Metrics, noMetrics } from '@adherence/runtime/metrics.ts';
import type { RawNotification, RejectedNotification } from '@adherence/schemas/records.ts';
import { topics } from '@adherence/schemas/topics.ts';
import { configSchema } from './config.ts';
import { openLateBroker } from './late-broker.ts';
import { type RunningIngress, start } from './start.ts';

export const token = 'a-token-of-the-integration-odigo';
/** Of another tenant. */
export const otherToken = 'a-token-of-another-tenant';
export const codec = createLocalCodec();
const running = new Set<RunningIngress>();

export async function closeWorlds(): Promise<void> {
  for (const ingress of running) await ingress.stop();
  running.clear();
}

export interface Trouble {
  /** The broker is away from the start, and cannot be reached until it is back. */
  readonly late?: boolean;
  /** Of the nth send after the start. */
  readonly fault?: (nth: number) => Fault;
  /** The ingress waits for this before the broker has its messages. */
  readonly sendsWait?: Promise<void>;
  readonly metrics?: Metrics;
}

interface Outage {
  away: boolean;
  /** Sends wait for it. */
  hangs: Promise<void> | null;
}

export async function newWorld(env: Record<string, string> = {}, trouble: Trouble = {}) {
  let sends = 0;
  const memory = createMemoryBroker({
    fault: (operation) => (operation === 'send' ? (trouble.fault?.(++sends) ?? null) : null),
  });
  await memory.ensureTopics(Object.values(topics));
  const configure = await configureMemoryBroker(memory);
  return { ...(await startIngress(memory, env, trouble)), configure };
}

/** Writes two tenants; answers how to write more. */
export async function configureMemoryBroker(memory: MemoryBroker) {
  const writer = await memory.producer();
  let sequence = 0;
  const configure = (...commands: object[]) =>
    writer.send(commands.map((each) => configurationMessage(sequence++, each)));
  const integration2 = { ...(contactCentre[1]!.document as object), name: 'Second' };
  await configure(
    ...contactCentre,
    command('integration', 'odigo2', integration2),
    urlToken('k1', token, 'odigo'),
    ...contactCentre.map((each) => ({ ...each, tenantId: 't2', id: each.id === 't1' ? 't2' : each.id })),
    urlToken('k1', otherToken, 'odigo', 't2'),
  );
  return configure;
}

/** One more ingress on a broker that has a configuration. */
export async function startIngress(
  memory: MemoryBroker,
  env: Record<string, string> = {},
  trouble: Trouble = {},
) {
  const outage: Outage = { away: trouble.late ?? false, hangs: null };
  const reachable = withOutage(memory, outage, trouble);
  const open = async (): Promise<Broker> => {
    if (outage.away) throw new OperationalError('AWAY', 'the broker is away');
    return reachable;
  };
  const broker = trouble.late ? openLateBroker({ open, clock: systemClock, log: silentLog }) : reachable;
  const config = configSchema.parse({ INGRESS_HOST: '127.0.0.1', INGRESS_PORT: '0', ...env });
  const ingress = await start(config, {
    broker,
    codec,
    clock: systemClock,
    log: silentLog,
    metrics: trouble.metrics ?? noMetrics,
  });
  running.add(ingress);
  const { port } = ingress;
  return {
    broker: memory,
    ingress,
    port,
    /** While it is away this ingress reaches no broker; others do. */
    outage,
    stop: () => {
      running.delete(ingress);
      return ingress.stop();
    },
    post: (
      body: NonNullable<RequestInit['body']>,
      { path = `/hooks/odigo/${token}`, method = 'POST', headers = {} } = {},
    ) =>
      fetch(`http://127.0.0.1:${port}${path}`, {
        method,
        headers,
        body,
        duplex: 'half',
      } as RequestInit),
    open: (method: string, headers: Record<string, string>) => {
      const request = httpRequest({
        port,
        host: '127.0.0.1',
        method,
        path: `/hooks/odigo/${token}`,
        headers,
      });
      request.on('error', () => {}); // Cut off by the test or by the ingress: that is what it is for.
      return request;
    },
    raw: () => recordsOf<RawNotification>(memory, topics.notifications.name),
    rejected: () => recordsOf<RejectedNotification>(memory, topics.rejected.name),
  };
}

function withOutage(memory: MemoryBroker, outage: Outage, { sendsWait }: Trouble): Broker {
  const unlessAway = async <T>(work: () => Promise<T>): Promise<T> => {
    if (outage.away) throw new OperationalError('AWAY', 'the broker is away');
    return work();
  };
  return {
    ...memory,
    endOffsets: (topic) => unlessAway(() => memory.endOffsets(topic)),
    async tail(options, onBatch) {
      await new Promise((resolve) => setImmediate(resolve)); // A network takes its time.
      return memory.tail(options, onBatch);
    },
    async producer(): Promise<Producer> {
      const producer = await memory.producer();
      return {
        ...producer,
        async send(messages) {
          await sendsWait;
          await outage.hangs;
          await unlessAway(() => producer.send(messages));
        },
      };
    },
  };
}

export const recordsOf = <T>(broker: MemoryBroker, topic: string): T[] =>
  broker.records(topic).map(({ value }) => codec.decode(value).record as T);

const configurationMessage = (sequence: number, each: object): OutMessage => ({
  topic: topics.configuration.name,
  partition: 0,
  key: `c${sequence}`,
  value: Buffer.from(JSON.stringify(each)),
});

export function urlToken(id: string, secret: string, integrationId: string, tenantId = 't1') {
  const hash = createHash('sha256').update(secret).digest('hex');
  return command('urlToken', id, { integrationId, hash }, { tenantId });
}

/**
 * Posts fuzzed bodies to an ingress over HTTP and keeps a ledger: what was answered against what reached the topics,
 * request by request and item by item, and every accepted record through enrichment.
 */
import { createHash } from 'node:crypto';
import { Agent, request as httpRequest } from 'node:http';
import { fold } from '@adherence/domain/configuration/decide.ts';
import { command, contactCentre } from '@adherence/domain/configuration/given.testing.ts';
import { emptyState } from '@adherence/domain/configuration/tables.ts';
import { enrich } from '@adherence/enrichment/domain/enrich.ts';
import { configSchema } from '@adherence/ingress/config.ts';
import { start } from '@adherence/ingress/start.ts';
import type { Broker, OutMessage } from '@adherence/runtime/broker/broker.ts';
import { createMemoryBroker } from '@adherence/runtime/broker/memory-broker.ts';
import { systemClock } from '@adherence/runtime/clock.ts';
import { createLocalCodec } from '@adherence/runtime/codec.ts';
import { followConfiguration } from '@adherence/runtime/configuration-log.ts';
import { asError } from '@adherence/runtime/errors.ts';
import { silentLog } from '@adherence/runtime/log.ts';
import { noMetrics } from '@adherence/runtime/metrics.ts';
import type { RawNotification, RejectedNotification } from '@adherence/schemas/records.ts';
import { topics } from '@adherence/schemas/topics.ts';
import { type FuzzedBody, fuzzedBody } from './webhook-bodies.ts';

export interface WebhookFuzz {
  readonly bodies: number;
  readonly seed: number;
  /** Number of the first body; the others follow. */
  readonly from?: number;
  readonly onProgress?: (done: number) => void;
}

export interface WebhookFuzzResult {
  /** The first of them, with the number of the body that shows it again under the same seed. */
  readonly failures: readonly string[];
  readonly statuses: Readonly<Record<number, number>>;
  readonly accepted: number;
  readonly rejected: number;
  readonly reasons: Readonly<Record<string, number>>;
  /** Bodies whose every item was known beforehand. */
  readonly foretold: number;
}

const token = 'the-token-of-the-fuzzer';
const codec = createLocalCodec();
const atOnce = 48;
const maxFailures = 20;
/** 413: too much of it; 400: the request line or the headers are no HTTP. Nothing else is an answer to a body. */
const allowed: ReadonlySet<number> = new Set([200, 413]);

export async function fuzzWebhook({
  bodies,
  seed,
  from = 0,
  onProgress,
}: WebhookFuzz): Promise<WebhookFuzzResult> {
  const world = await startWorld();
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const failures: string[] = [];
  const statuses: Record<number, number> = {};
  const reasons: Record<string, number> = {};
  const sums = { accepted: 0, rejected: 0, foretold: 0, recorded: 0 };
  let next = from;
  let done = 0;

  const fail = (n: number, what: string) => {
    if (failures.length < maxFailures) failures.push(`body ${n}: ${what}`);
  };
  const check = (n: number, body: FuzzedBody, { status, text }: Answer) => {
    statuses[status] = (statuses[status] ?? 0) + 1;
    if (!allowed.has(status)) fail(n, `answered ${status}: ${text.slice(0, 200)}`);
    if (status !== 200) {
      if (!body.great) fail(n, `well-formed, not great, and answered ${status}`);
      return;
    }
    const answer = JSON.parse(text) as { accepted: number; rejected: number; requestId: string };
    const recorded = world.takeRecords(answer.requestId);
    sums.accepted += answer.accepted;
    sums.rejected += answer.rejected;
    sums.recorded += recorded.length;
    for (const { record } of recorded) {
      if ('reason' in record) reasons[record.reason] = (reasons[record.reason] ?? 0) + 1;
    }
    if (body.expected !== null) sums.foretold += 1;
    for (const fault of faultsOf(answer, recorded, body)) fail(n, fault);
  };
  const work = async () => {
    while (next < from + bodies) {
      const n = next++;
      const body = fuzzedBody(randomOf(seed, n));
      try {
        check(n, body, await post(world.port, agent, body));
      } catch (error) {
        fail(n, asError(error).stack ?? String(error));
      }
      done += 1;
      onProgress?.(done);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, bodies) }, work));
  if (world.left() > 0) failures.push(`records of ${world.left()} requests that nobody was answered for`);
  if (sums.recorded !== sums.accepted + sums.rejected) failures.push(`sums differ: ${JSON.stringify(sums)}`);
  agent.destroy();
  await world.stop();
  return { failures, statuses, reasons, ...sums };
}

type Recorded =
  | { readonly topic: 'accepted'; readonly record: RawNotification }
  | { readonly topic: 'rejected'; readonly record: RejectedNotification };

function faultsOf(
  answer: { readonly accepted: number; readonly rejected: number },
  recorded: readonly Recorded[],
  { expected }: FuzzedBody,
): string[] {
  const faults: string[] = [];
  const accepted = recorded.filter(({ topic }) => topic === 'accepted').length;
  const rejected = recorded.length - accepted;
  if (accepted !== answer.accepted || rejected !== answer.rejected) {
    faults.push(`answered ${JSON.stringify(answer)}, recorded ${accepted} and ${rejected}`);
  }
  const places = recorded.map(({ record }) => record.itemIndex).sort((a, b) => a - b);
  if (places.some((place, i) => place !== i)) faults.push(`places of items: ${places}`);
  for (const { topic, record } of recorded) {
    if (topic === 'accepted' && !becomesAnEvent(record)) faults.push(`item ${record.itemIndex} is no event`);
  }
  if (expected === null) return faults;
  if (recorded.length !== expected.length) {
    return [...faults, `${expected.length} items, of which ${recorded.length} were recorded`];
  }
  for (const { topic, record } of recorded) {
    const { text, agentId } = expected[record.itemIndex]!;
    const found = topic === 'accepted' ? record.externalUserId : null;
    if (found !== agentId)
      faults.push(`item ${record.itemIndex} of ${agentId} became one of ${found}: ${text}`);
    if (record.body.toString() !== Buffer.from(text).toString())
      faults.push(`bytes of ${text} were not kept`);
  }
  return faults;
}

/** What the ingress accepts, enrichment understands, and its event can be written. */
function becomesAnEvent(record: RawNotification): boolean {
  const source = { topic: topics.notifications.name, partition: 0, offset: 0 };
  const enriched = enrich(record, source, { tenant: () => undefined, offset: 0 });
  if (enriched.kind !== 'event') return false;
  return codec.decode(codec.encode('ActivityEvent', enriched.event)).name === 'ActivityEvent';
}

async function startWorld() {
  const memory = createMemoryBroker({ keepRecords: 10 });
  await memory.ensureTopics(Object.values(topics));
  const hash = createHash('sha256').update(token).digest('hex');
  const commands = [...contactCentre, command('urlToken', 'k1', { integrationId: 'odigo', hash })];
  const writer = await memory.producer();
  await writer.send(
    commands.map((each, i) => ({
      topic: topics.configuration.name,
      partition: 0,
      key: `c${i}`,
      value: Buffer.from(JSON.stringify(each)),
    })),
  );
  const records = new Map<string, Recorded[]>();
  const note = ({ topic, value }: OutMessage) => {
    if (topic !== topics.notifications.name && topic !== topics.rejected.name) return;
    const { record } = codec.decode(value);
    const recorded = { topic: topic === topics.rejected.name ? 'rejected' : 'accepted', record } as Recorded;
    const ofRequest = records.get(recorded.record.requestId) ?? [];
    ofRequest.push(recorded);
    records.set(recorded.record.requestId, ofRequest);
  };
  const broker: Broker = {
    ...memory,
    async producer() {
      const producer = await memory.producer();
      return {
        ...producer,
        async send(messages) {
          for (const message of messages) note(message);
          await producer.send(messages);
        },
      };
    },
  };
  const configuration = await followConfiguration({ broker, initial: emptyState(), fold, log: silentLog });
  const config = configSchema.parse({
    INGRESS_HOST: '127.0.0.1',
    INGRESS_PORT: '0',
    TOKEN_EVENTS_PER_SECOND: '10000000',
    TOKEN_EVENTS_BURST: '100000000',
  });
  const resources = { broker, codec, clock: systemClock, log: silentLog, metrics: noMetrics, configuration };
  const ingress = await start(config, resources);
  return {
    port: ingress.port,
    takeRecords(requestId: string): readonly Recorded[] {
      const found = records.get(requestId) ?? [];
      records.delete(requestId);
      return found;
    },
    left: () => records.size,
    async stop() {
      await ingress.stop();
      await configuration.stop();
    },
  };
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

function post(port: number, agent: Agent, { method, headers, body }: FuzzedBody): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { port, host: '127.0.0.1', method, path: `/hooks/odigo/${token}`, agent };
    const request = httpRequest(
      { ...options, headers: { ...headers, 'content-length': body.length } },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

/** mulberry32 of the seed and the number of the body: each can be made again by itself. */
function randomOf(seed: number, n: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1) ^ Math.imul(n + 1, 0x85ebca6b);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

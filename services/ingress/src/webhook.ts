/**
 * `POST|PUT /hooks/odigo/{urlToken}`, on the Node request itself: this route is the hot one, and a body limit or late
 * headers in a framework cost it a multiple. 200 only when every record of the request is durable.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { configurationOffsetHeader, traceParentHeader } from '@adherence/domain/notifications/raw-headers.ts';
import type { OutMessage } from '@adherence/runtime/broker/broker.ts';
import type { Clock } from '@adherence/runtime/clock.ts';
import type { Codec } from '@adherence/runtime/codec.ts';
import { asError, isOperational, OverloadError } from '@adherence/runtime/errors.ts';
import type { Log } from '@adherence/runtime/log.ts';
import type { Metrics } from '@adherence/runtime/metrics.ts';
import { noTracing, type Span, type Tracing } from '@adherence/runtime/tracing.ts';
import { externalUserKey, integrationKey, partitionOf, topics } from '@adherence/schemas/topics.ts';
import type { IngressConfig } from './config.ts';
import type { ConnectionShares } from './connection-shares.ts';
import { type Acceptance, acceptBody, type Origin, quarantineBody } from './domain/accept.ts';
import type { FairBudget, Hold } from './fair-budget.ts';
import { inflateBody } from './inflate.ts';
import type { IntegrationHealth } from './integration-health.ts';
import type { RateLimit } from './rate-limit.ts';
import { readBody } from './read-body.ts';
import type { TokenDirectory, TokenOwner } from './token-directory.ts';

export interface WebhookEnvironment {
  readonly config: IngressConfig;
  readonly tokens: TokenDirectory;
  /** Resolves when all messages are durable; rejects with an OperationalError when that cannot be told in time. */
  readonly publish: (messages: readonly OutMessage[]) => Promise<void>;
  readonly codec: Codec;
  /** Next offset of the configuration to fold. */
  readonly configurationOffset: () => number;
  readonly budget: FairBudget;
  readonly connections: ConnectionShares;
  readonly rateLimit: RateLimit;
  /** Of what is quarantined: who sends nothing but rubbish does not fill the quarantine of all. */
  readonly rubbishLimit: RateLimit;
  readonly health: IntegrationHealth;
  readonly clock: Clock;
  readonly newRequestId: () => string;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly tracing?: Tracing | undefined;
}

export const hookPrefix = '/hooks/odigo/';

export type Webhook = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Never rejects. */
export function createWebhook(environment: WebhookEnvironment): Webhook {
  const { clock, metrics, log } = environment;
  return async (request, response) => {
    const startedAt = clock.now();
    let answer: Answer | null;
    try {
      answer = await answerTo(environment, request);
    } catch (error) {
      answer = onError(environment, asError(error));
    }
    if (answer === null) {
      metrics.observe(
        'adherence_ingress_request_seconds',
        { status: 'aborted' },
        (clock.now() - startedAt) / 1000,
      );
      return;
    }
    send(response, answer);
    const tookMs = clock.now() - startedAt;
    metrics.observe('adherence_ingress_request_seconds', { status: String(answer.status) }, tookMs / 1000);
    log.debug({ status: answer.status, tookMs }, 'request');
  };
}

interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly retryAfterSeconds?: number;
  /** The connection is not to be used again: some of the request is unread. */
  readonly close?: boolean;
}

/** null when there is nobody left to answer. */
async function answerTo(environment: WebhookEnvironment, request: IncomingMessage): Promise<Answer | null> {
  const { tokens, budget, connections } = environment;
  const found = tokens.find(tokenOf(request.url ?? ''));
  const owner = found instanceof Promise ? await identify(environment, found) : found;
  if (owner === undefined) return unknownToken;
  connections.assign(request.socket, owner.tenantId);
  const hold = budget.open(owner.tenantId);
  try {
    return await read(environment, owner, request, hold);
  } finally {
    hold.release();
  }
}

/** Strangers share what one sender may hold: they can ask in any number over one connection. */
async function identify({ budget }: WebhookEnvironment, found: Promise<TokenOwner | undefined>) {
  const hold = budget.open(strangers);
  try {
    if (!hold.take(requestBytes)) throw new OverloadError('the share of unknown senders');
    return await found;
  } finally {
    hold.release();
    found.catch(() => {}); // Refused before it could be told who it is.
  }
}

/** No tenant has this id. */
const strangers = '';
/** What a request costs beside its body, roughly. */
const requestBytes = 8 * 1024;
/** What an item costs beside its bytes, as a record and as a message, roughly. */
const itemBytes = 1_000;

async function read(
  environment: WebhookEnvironment,
  owner: TokenOwner,
  request: IncomingMessage,
  hold: Hold,
): Promise<Answer | null> {
  const { config, rateLimit, metrics, connections } = environment;
  const waitMs = rateLimit.waitMs(addressOf(owner));
  if (waitMs > 0) {
    metrics.count('adherence_ingress_refused_total', { reason: 'rate' });
    return tooFast(waitMs);
  }
  if (!hold.take(requestBytes)) return overload(environment, true);
  const body = await readBody(request, config.MAX_BODY_BYTES, hold);
  switch (body.kind) {
    case 'aborted':
      return null;
    case 'too-large':
      return tooLarge;
    case 'overload':
      return overload(environment, true);
  }
  const answered = connections.hold(request.socket);
  try {
    return await receive(environment, owner, request, body.bytes, hold);
  } finally {
    answered();
  }
}

/** Ids of tokens are unique within their tenant only. */
const addressOf = ({ tenantId, tokenId }: TokenOwner): string => `${tenantId}|${tokenId}`;
/** All URL tokens of an integration share what it may fill the quarantine with. */
const senderOf = ({ tenantId, integrationId }: TokenOwner): string => `${tenantId}|${integrationId}`;

async function receive(
  environment: WebhookEnvironment,
  owner: TokenOwner,
  request: IncomingMessage,
  bytes: Buffer,
  hold: Hold,
): Promise<Answer> {
  const { config, clock, newRequestId, health, rateLimit, rubbishLimit, metrics } = environment;
  const { tenantId, integrationId } = owner;
  const origin: Origin = { tenantId, integrationId, requestId: newRequestId(), receivedAt: clock.now() };
  const acceptance = await accept(config, request, bytes, origin, hold);
  if (acceptance.kind === 'too-large') return tooLarge;
  if (acceptance.kind === 'overload') return overload(environment, false);
  const { accepted, rejected, unparseable } = acceptance;
  const items = accepted.length + rejected.length;
  const waitMs = accepted.length === 0 && rejected.length > 0 ? rubbishLimit.waitMs(senderOf(owner)) : 0;
  if (waitMs > 0) {
    metrics.count('adherence_ingress_refused_total', { reason: 'rubbish' });
    return tooMuchRubbish(waitMs);
  }
  if (!hold.take(acceptance.bytes + items * itemBytes)) return overload(environment, false);
  await publish(environment, acceptance, request);
  rateLimit.spend(addressOf(owner), items);
  rubbishLimit.spend(senderOf(owner), rejected.length);
  health.note(owner, origin.receivedAt, accepted.length, rejected.length);
  if (accepted.length > 0) {
    metrics.count('adherence_ingress_notifications_total', { outcome: 'accepted' }, accepted.length);
  }
  if (rejected.length > 0) {
    metrics.count('adherence_ingress_notifications_total', { outcome: 'rejected' }, rejected.length);
  }
  for (const { reason } of rejected)
    metrics.count('adherence_dead_letters_total', { stage: 'ingress', reason });
  const counts = { accepted: accepted.length, rejected: rejected.length, requestId: origin.requestId };
  if (unparseable && config.UNPARSEABLE_ANSWER === '400') {
    return problem(400, 'Unparseable body', rejected[0]!.detail, counts);
  }
  return { status: 200, contentType: json, body: JSON.stringify(counts) };
}

type Records = Acceptance & { readonly kind: 'records' };

async function accept(
  config: IngressConfig,
  request: IncomingMessage,
  bytes: Buffer,
  origin: Origin,
  hold: Hold,
): Promise<
  (Records & { readonly bytes: number }) | { readonly kind: 'too-large' } | { readonly kind: 'overload' }
> {
  const inflated = await inflateBody(bytes, config.MAX_INFLATED_BYTES, hold);
  if (inflated.kind === 'too-large' || inflated.kind === 'overload') return inflated;
  const acceptance =
    inflated.kind === 'corrupt'
      ? quarantineBody(bytes, 'body-encoding', origin)
      : acceptBody(inflated.bytes, request.headers['content-type'], origin);
  if (acceptance.kind === 'too-large') return acceptance;
  return { ...acceptance, bytes: inflated.kind === 'body' ? inflated.bytes.length : bytes.length };
}

/** What the sender's own trace says is linked to; whether a request is traced is for us to say. */
async function publish(environment: WebhookEnvironment, records: Records, { headers }: IncomingMessage) {
  const span = (environment.tracing ?? noTracing).begin('notifications', headers[traceParentHeader]);
  try {
    await environment.publish(messagesOf(environment, records, span));
    span?.end();
  } catch (error) {
    span?.end(asError(error));
    throw error;
  }
}

/** The first notification of a request that is traced stands for all of it. */
function messagesOf(
  { codec, configurationOffset }: WebhookEnvironment,
  { accepted, rejected }: Records,
  span: Span | null,
): OutMessage[] {
  const headers: Record<string, string> = { [configurationOffsetHeader]: String(configurationOffset()) };
  const traced = span === null ? headers : { ...headers, ...span.headers };
  const messages: OutMessage[] = [];
  for (const record of accepted) {
    const key = externalUserKey(record.tenantId, record.integrationId, record.externalUserId);
    const { name: topic, partitions } = topics.notifications;
    const value = codec.encode('RawNotification', record);
    const partition = partitionOf(key, partitions);
    messages.push({ topic, partition, key, value, headers: messages.length === 0 ? traced : headers });
  }
  for (const record of rejected) {
    const key = integrationKey(record.tenantId, record.integrationId ?? '');
    const { name: topic, partitions } = topics.rejected;
    const value = codec.encode('RejectedNotification', record);
    messages.push({ topic, partition: partitionOf(key, partitions), key, value });
  }
  return messages;
}

/** What follows the prefix, without query and without a slash that somebody added. */
function tokenOf(url: string): string {
  const query = url.indexOf('?');
  const path = query === -1 ? url.slice(hookPrefix.length) : url.slice(hookPrefix.length, query);
  return path.endsWith('/') ? path.slice(0, -1) : path;
}

function onError(environment: WebhookEnvironment, error: Error): Answer {
  const { log, metrics } = environment;
  if (!isOperational(error)) {
    log.error({ error }, 'request failed by a fault of ours');
    return problem(500, 'Internal error', 'Nothing of this request was accepted for certain; send it again.');
  }
  metrics.count('adherence_operational_errors_total', { operation: 'accept', code: error.code });
  log.warn({ code: error.code, status: 503 }, 'request not taken for now');
  return overload(environment, false, 'time');
}

const json = 'application/json; charset=utf-8';

function problem(status: number, title: string, detail: string, more: object = {}): Answer {
  const body = JSON.stringify({ type: 'about:blank', title, status, detail, ...more });
  return { status, contentType: 'application/problem+json', body };
}

/** One answer, byte by byte, for every token that is not valid. */
const unknownToken = problem(404, 'Not found', 'There is nothing at this address.');

const tooLarge: Answer = {
  ...problem(413, 'Too large', 'A request may have 1 MiB (4 MiB inflated) and 5,000 events.'),
  close: true,
};

function overload(
  { config, metrics }: WebhookEnvironment,
  close: boolean,
  reason: 'memory' | 'time' = 'memory',
): Answer {
  metrics.count('adherence_ingress_refused_total', { reason });
  return {
    ...problem(503, 'Not now', 'The notifications could not be stored in time; send them again.'),
    retryAfterSeconds: config.RETRY_AFTER_SECONDS,
    close,
  };
}

/** 503 as for all overload (odigo-notifications.md): senders that do not know 429 repeat it too. */
const tooFast = (waitMs: number): Answer => ({
  ...problem(503, 'Too many events', 'More events a second than agreed for this address; send them again.'),
  retryAfterSeconds: Math.ceil(waitMs / 1000),
});

const tooMuchRubbish = (waitMs: number): Answer => ({
  ...problem(
    503,
    'Too much that cannot be read',
    'Nothing in this request can be read, and too much before could not: nothing of it is kept.',
  ),
  retryAfterSeconds: Math.ceil(waitMs / 1000),
});

function send(
  response: ServerResponse,
  { status, contentType, body, retryAfterSeconds, close }: Answer,
): void {
  const headers: Record<string, string | number> = {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
  };
  if (retryAfterSeconds !== undefined) headers['retry-after'] = retryAfterSeconds;
  if (close) headers.connection = 'close';
  response.writeHead(status, headers).end(body);
}

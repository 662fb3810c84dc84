/**
 * Gathers the messages of many callers into few sends. One batch is in flight; what has come meanwhile goes with the
 * next one at once, so no timer adds to the latency and the batches grow with the load.
 */
import type { OutMessage, Producer } from './broker/broker.ts';
import { type Clock, systemClock, type Timer } from './clock.ts';
import { asError, DeadlineError, isOperational, OperationalError, OverloadError } from './errors.ts';
import { type Metrics, noMetrics } from './metrics.ts';

export interface MicroBatcher {
  /**
   * Resolves when all messages are durable. Rejects with OverloadError when nothing was taken, with DeadlineError
   * when there was no answer in time (they may still land), with OperationalError when the send failed (some may
   * have landed). Repeating is safe only because records have an identity.
   */
  add(messages: readonly OutMessage[]): Promise<void>;
  /** Messages waiting, those in flight included. */
  depth(): number;
  /** Takes no more, sends what is waiting, closes nothing else. */
  drain(): Promise<void>;
}

export interface MicroBatcherOptions {
  readonly producer: Pick<Producer, 'send'>;
  readonly maxBatchMessages?: number;
  readonly maxBatchBytes?: number;
  readonly maxQueueMessages?: number;
  readonly maxQueueBytes?: number;
  /** For one `add`. */
  readonly deadlineMs?: number;
  readonly clock?: Clock;
  readonly metrics?: Metrics;
}

/** One `add`, of which some messages may be sent and others not yet. */
interface Call {
  readonly messages: readonly OutMessage[];
  readonly sizes: readonly number[];
  readonly deadlineAt: number;
  /** Messages handed to a send, and those that are durable. */
  sent: number;
  durable: number;
  settled: boolean;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

interface Part {
  readonly call: Call;
  readonly messages: number;
}

export function createMicroBatcher(options: MicroBatcherOptions): MicroBatcher {
  const { producer, clock = systemClock, metrics = noMetrics, deadlineMs = 2_000 } = options;
  const { maxBatchMessages = 2_000, maxBatchBytes = 900_000 } = options;
  const { maxQueueMessages = 50_000, maxQueueBytes = 64 * 1024 * 1024 } = options;
  const waiting: Call[] = [];
  /** In the order of their deadlines; settled ones are dropped when they come to the front, with their messages. */
  let open: Call[] = [];
  let queuedMessages = 0;
  let queuedBytes = 0;
  let closed = false;
  let flight: Promise<void> | null = null;
  let timer: Timer | null = null;

  function add(messages: readonly OutMessage[]): Promise<void> {
    if (messages.length === 0) return Promise.resolve();
    const sizes = messages.map(sizeOf);
    const bytes = sum(sizes);
    if (
      closed ||
      queuedMessages + messages.length > maxQueueMessages ||
      queuedBytes + bytes > maxQueueBytes
    ) {
      return Promise.reject(new OverloadError('the queue of messages to send'));
    }
    return new Promise((resolve, reject) => {
      const deadlineAt = clock.now() + deadlineMs;
      const call = { messages, sizes, deadlineAt, sent: 0, durable: 0, settled: false, resolve, reject };
      waiting.push(call);
      open.push(call);
      queuedMessages += messages.length;
      queuedBytes += bytes;
      if (!timer) armDeadline();
      flight ??= fly();
    });
  }

  /** Sends until nothing waits. */
  async function fly(): Promise<void> {
    await null; // What the same tick adds goes with the first batch.
    for (let parts = nextParts(); parts.length > 0; parts = nextParts()) await sendBatch(parts);
    flight = null;
  }

  function nextParts(): Part[] {
    const parts: Part[] = [];
    let messages = 0;
    let bytes = 0;
    while (waiting.length > 0) {
      const call = waiting[0]!;
      let count = 0;
      for (let i = call.sent; !call.settled && i < call.messages.length; i += 1) {
        const size = call.sizes[i]!;
        // A message greater than a whole batch travels alone: the broker judges it, not we.
        if (messages > 0 && (messages >= maxBatchMessages || bytes + size > maxBatchBytes)) break;
        messages += 1;
        bytes += size;
        count += 1;
      }
      if (count > 0) parts.push({ call, messages: count });
      if (!call.settled && call.sent + count < call.messages.length) break;
      waiting.shift();
    }
    return parts;
  }

  async function sendBatch(parts: readonly Part[]): Promise<void> {
    const messages = parts.flatMap(({ call, messages: count }) =>
      call.messages.slice(call.sent, call.sent + count),
    );
    for (const part of parts) part.call.sent += part.messages;
    const startedAt = clock.now();
    let failure: Error | null = null;
    try {
      await producer.send(messages);
    } catch (error) {
      failure = isOperational(error)
        ? error
        : new OperationalError('SEND_FAILED', asError(error).message, error);
    }
    metrics.observe('adherence_batch_messages', {}, messages.length);
    metrics.observe(
      'adherence_batch_seconds',
      { outcome: failure ? 'failed' : 'ok' },
      (clock.now() - startedAt) / 1000,
    );
    for (const { call, messages: count } of parts) {
      if (failure) settle(call, failure);
      else call.durable += count;
      if (call.durable === call.messages.length) settle(call, null);
    }
    dropSettled();
    reportQueue();
  }

  function settle(call: Call, error: Error | null): void {
    if (call.settled) return;
    call.settled = true;
    queuedMessages -= call.messages.length;
    queuedBytes -= sum(call.sizes);
    if (error) call.reject(error);
    else call.resolve();
  }

  function dropSettled(): void {
    let settled = 0;
    while (open[settled]?.settled) settled += 1;
    if (settled > 0) open = open.slice(settled);
  }

  function reportQueue(): void {
    metrics.set('adherence_batch_queue_messages', {}, queuedMessages);
    metrics.set('adherence_batch_queue_bytes', {}, queuedBytes);
  }

  /** One timer for all calls: they have the same deadline, so the oldest is the next. */
  function armDeadline(): void {
    open = open.filter(({ settled }) => !settled);
    timer = open[0] ? clock.setTimer(expire, open[0].deadlineAt - clock.now()) : null;
  }
  function expire(): void {
    const now = clock.now();
    for (const call of open) if (call.deadlineAt <= now) settle(call, new DeadlineError('send', deadlineMs));
    reportQueue();
    armDeadline();
  }

  return {
    add,
    depth: () => queuedMessages,
    async drain() {
      closed = true;
      await flight;
      timer?.clear();
    },
  };
}

/** Value, key and what Kafka adds for one record, roughly. */
const sizeOf = ({ key, value, headers }: OutMessage): number =>
  (value?.length ?? 0) + (key?.length ?? 0) + (headers ? 100 : 0) + 40;

function sum(numbers: readonly number[]): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}

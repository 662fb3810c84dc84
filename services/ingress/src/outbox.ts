/**
 * Where accepted records go: to Kafka; to the spool when Kafka does not take them in time, and behind what is spooled
 * as long as anything is. So a sender that waits for its answers sees its records in the order in which it sent them.
 * No number depends on that order (facts are a set, ordered by occurredAt), which is why a spool that is full or
 * broken does not stand in the way: then Kafka is tried again, ahead of what is spooled.
 */
import type { OutMessage, Producer } from '@adherence/runtime/broker/broker.ts';
import { type Clock, type Timer, within } from '@adherence/runtime/clock.ts';
import { asError, DeadlineError, isOperational } from '@adherence/runtime/errors.ts';
import type { Log } from '@adherence/runtime/log.ts';
import type { Spool, SpooledMessages } from './spool/spool.ts';

export interface Outbox {
  /** Resolves when all messages are durable, here or there; rejects with an OperationalError. */
  publish(messages: readonly OutMessage[]): Promise<void>;
  /** Ends the draining after the send that is under way; what is spooled stays. */
  stop(): Promise<void>;
}

export interface OutboxOptions {
  /** Rejects with an OperationalError when Kafka does not take the messages in time. */
  readonly direct: (messages: readonly OutMessage[]) => Promise<void>;
  readonly spool: Spool;
  readonly producer: Pick<Producer, 'send'>;
  /** For an append, so that there is an answer in time when the disk hangs. */
  readonly appendLimitMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** Between two tries to drain while Kafka is away. */
const retryMs = 300;

/** Begins to drain what an earlier process left. */
export function createOutbox({ direct, spool, producer, appendLimitMs, clock, log }: OutboxOptions): Outbox {
  let stopped = false;
  let draining: Promise<void> | null = null;
  let pause: { readonly timer: Timer; readonly end: () => void } | null = null;

  const append = async (messages: readonly OutMessage[]) => {
    const late = () => new DeadlineError('spool', appendLimitMs);
    await within(clock, spool.append(messages), appendLimitMs, late);
    startDraining();
  };

  async function publish(messages: readonly OutMessage[]): Promise<void> {
    if (messages.length === 0) return;
    const inOrder = spool.empty();
    if (inOrder) {
      const refusal = await refusalOf(direct(messages));
      if (refusal === null) return;
      log.debug({ code: refusal.code }, 'to the spool');
    }
    const refusal = await refusalOf(append(messages));
    if (refusal === null) return;
    if (inOrder) throw refusal;
    await direct(messages);
  }

  function startDraining(): void {
    if (stopped || draining !== null) return;
    draining = drain().finally(() => {
      draining = null;
      // What came while the last look was on its way.
      if (!spool.empty()) startDraining();
    });
  }

  async function drain(): Promise<void> {
    let failures = 0;
    let read: SpooledMessages | null = null;
    while (!stopped) {
      try {
        read ??= await spool.next();
        if (read === null) break;
        await producer.send(read.messages);
        await read.drained();
        read = null;
        if (failures > 0) log.info({ failures }, 'the spool is drained again');
        failures = 0;
      } catch (error) {
        failures += 1;
        if (failures === 1) log.warn({ error: asError(error) }, 'the spool waits');
        if (!stopped) await pauseFor(retryMs);
      }
    }
  }

  function pauseFor(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      pause = { timer: clock.setTimer(resolve, delayMs), end: resolve };
    });
  }

  startDraining();
  return {
    publish,
    async stop() {
      stopped = true;
      pause?.timer.clear();
      pause?.end();
      await draining;
    },
  };
}

/** null when it succeeded; whatever is nobody's outage is thrown. */
async function refusalOf(work: Promise<void>) {
  try {
    await work;
    return null;
  } catch (error) {
    if (isOperational(error)) return error;
    throw error;
  }
}

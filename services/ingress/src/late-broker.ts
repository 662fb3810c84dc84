/** A broker that cannot be reached yet: everything fails as in an outage until it is there. */
import type { Broker, Producer } from '@adherence/runtime/broker/broker.ts';
import type { Clock, Timer } from '@adherence/runtime/clock.ts';
import { asError, OperationalError } from '@adherence/runtime/errors.ts';
import type { Log } from '@adherence/runtime/log.ts';

export interface LateBrokerOptions {
  /** Asked until it resolves. */
  readonly open: () => Promise<Broker>;
  readonly clock: Clock;
  readonly log: Log;
}

const retryMs = 1_000;

export function openLateBroker({ open, clock, log }: LateBrokerOptions): Broker {
  let broker: Broker | null = null;
  let closed = false;
  let timer: Timer | null = null;

  const attempt = async () => {
    try {
      const opened = await open();
      if (closed) return opened.close();
      broker = opened;
      log.info({}, 'Kafka is there');
    } catch (error) {
      if (closed) return;
      log.debug({ error: asError(error) }, 'Kafka is still away');
      timer = clock.setTimer(() => void attempt(), retryMs);
    }
  };
  void attempt();

  const reached = (): Broker => {
    if (broker === null) throw new OperationalError('BROKER_AWAY', 'Kafka was not reached yet');
    return broker;
  };
  return {
    producer: async () => lateProducer(reached),
    join: async (options, handlers) => reached().join(options, handlers),
    tail: async (options, onBatch) => reached().tail(options, onBatch),
    endOffsets: async (topic) => reached().endOffsets(topic),
    startOffsets: async (topic) => reached().startOffsets(topic),
    committed: async (groupId, topic) => reached().committed(groupId, topic),
    ensureTopics: async (definitions) => reached().ensureTopics(definitions),
    async close() {
      closed = true;
      timer?.clear();
      await broker?.close();
    },
  };
}

function lateProducer(reached: () => Broker): Producer {
  let opening: Promise<Producer> | null = null;
  return {
    async send(messages) {
      opening ??= reached().producer();
      const producer = await opening.catch((error: unknown) => {
        opening = null;
        throw error;
      });
      await producer.send(messages);
    },
    async close() {
      await (await opening)?.close();
    },
  };
}

/**
 * What this ingress says of its spool on the topic `health`: whenever somebody asks there, naming the question that it
 * has seen. While the broker is away nobody can be told, so only a word given after the question counts: with it,
 * `GET /pipeline` never takes for stored what is still on a volume.
 */
import type { Broker, OutMessage, Producer } from '@adherence/runtime/broker/broker.ts';
import type { Clock } from '@adherence/runtime/clock.ts';
import { asError, isOperational, OperationalError } from '@adherence/runtime/errors.ts';
import type { Log } from '@adherence/runtime/log.ts';
import { topics } from '@adherence/schemas/topics.ts';
import { type Kept, keepOpen } from '../keep-open.ts';
import type { Spool } from './spool.ts';

/** Key of the question; any record under it asks all. */
export const spoolAskedKey = 'spoolAsked';

export interface SpoolWord {
  readonly failed: Promise<never>;
  /** Says what is left behind, or goodbye: then nobody asks for it any more. False when nobody could be told. */
  stop(goodbye: boolean): Promise<boolean>;
}

export interface SpoolWordOptions {
  readonly spool: Spool;
  /** Of the volume, not of the process. */
  readonly spoolId: string;
  /** An earlier process said that it is there: then the broker may be away. */
  readonly announced: boolean;
  readonly broker: Pick<Broker, 'tail'>;
  readonly producer: Pick<Producer, 'send'>;
  readonly clock: Clock;
  readonly log: Log;
}

interface FollowedTopic {
  readonly failed: Promise<never>;
  close(): Promise<void>;
}

const unfollowed = (): FollowedTopic => ({
  failed: Promise.reject(new OperationalError('BROKER_AWAY', 'health is not followed')),
  close: async () => {},
});

/** Resolves once the spool is known to whoever asks: before anything may be put into it. */
export async function createSpoolWord(options: SpoolWordOptions): Promise<SpoolWord> {
  const { spool, spoolId, announced, broker, producer, clock, log } = options;
  const { name: topic } = topics.health;
  const key = `spool|${spoolId}`;
  /** Next offset of the topic to see. */
  let seen = 0;
  let told = 0;
  let telling: Promise<void> | null = null;

  const word = (): OutMessage => {
    const { messages, notifications } = spool.held;
    const value = { messages: messages(), notifications: notifications(), bytes: spool.bytes(), seen };
    return {
      topic,
      partition: 0,
      key,
      value: Buffer.from(JSON.stringify({ ...value, at: clock.now() })),
    };
  };

  /** One at a time, the last one for the newest question. */
  const tell = async () => {
    while (told < seen) {
      const answering = seen;
      try {
        await producer.send([word()]);
        told = answering;
      } catch (error) {
        if (!isOperational(error))
          log.error({ error: asError(error) }, 'the state of the spool was not told');
        // Whoever still wants to know asks again.
        break;
      }
    }
    telling = null;
  };

  const open = async () => {
    const tail = await broker.tail({ topic, from: 'end' }, ({ messages }) => {
      const question = messages.findLast((message) => message.key === spoolAskedKey);
      if (!question) return;
      seen = question.offset + 1;
      telling ??= tell();
    });
    await Promise.race([tail.caughtUp, tail.failed]);
    return tail;
  };
  const tails: Kept<FollowedTopic> = await keepOpen<FollowedTopic>({
    what: topic,
    open,
    close: (tail) => tail.close(),
    meanwhile: announced ? unfollowed() : null,
    clock,
    log,
  });
  try {
    await producer.send([word()]);
  } catch (error) {
    if (!announced || !isOperational(error)) throw error;
  }

  return {
    failed: tails.failed,
    async stop(goodbye) {
      await tails.stop();
      await telling;
      try {
        await producer.send([goodbye ? { ...word(), value: null } : word()]);
        return true;
      } catch (error) {
        log.warn({ error: asError(error) }, 'the last state of the spool was not told');
        return false;
      }
    },
  };
}

/** Single notifications as they came, read from the log of notifications by where they lie in it. */
import type { Broker, Tail } from '@adherence/runtime/broker/broker.ts';
import { type Clock, within } from '@adherence/runtime/clock.ts';
import type { Codec } from '@adherence/runtime/codec.ts';
import { DeadlineError } from '@adherence/runtime/errors.ts';
import type { RawNotification } from '@adherence/schemas/records.ts';
import { topics } from '@adherence/schemas/topics.ts';

export interface Originals {
  /** null when the log has dropped it, or does not come to it in time. */
  readonly read: (partition: number, offset: number) => Promise<RawNotification | null>;
}

const limitMs = 5_000;
const maxKept = 100;

/** One look at a time: each fetches from every partition, and is for a person who looks at a screen. */
export function createOriginals(broker: Broker, codec: Codec, clock: Clock): Originals {
  const kept = new Map<string, RawNotification>();
  let last: Promise<unknown> = Promise.resolve();

  const look = async (partition: number, offset: number): Promise<RawNotification | null> => {
    const key = `${partition}|${offset}`;
    const known = kept.get(key);
    if (known) return known;
    const found = await readOne(broker, codec, clock, partition, offset);
    if (found) {
      kept.set(key, found);
      if (kept.size > maxKept) kept.delete(kept.keys().next().value!);
    }
    return found;
  };

  return {
    read(partition, offset) {
      const turn = last.then(
        () => look(partition, offset),
        () => look(partition, offset),
      );
      last = turn;
      return turn;
    },
  };
}

async function readOne(
  broker: Broker,
  codec: Codec,
  clock: Clock,
  partition: number,
  offset: number,
): Promise<RawNotification | null> {
  const topic = topics.notifications.name;
  const oldest = (await broker.startOffsets(topic)).find((each) => each.partition === partition);
  if (oldest === undefined || offset < oldest.offset) return null;
  const found = Promise.withResolvers<RawNotification | null>();
  let tail: Tail | null = null;
  try {
    tail = await broker.tail({ topic, from: offset }, async (batch) => {
      if (batch.partition !== partition) return;
      const message = batch.messages.find((each) => each.offset >= offset);
      if (!message) return;
      await codec.learn([message.value]);
      const decoded = message.offset === offset ? codec.decode(message.value) : null;
      found.resolve(decoded?.name === 'RawNotification' ? decoded.record : null);
    });
    // A tail that cannot go on has no answer; that is known by then.
    tail.failed.catch(found.reject);
    return await within(clock, found.promise, limitMs, () => new DeadlineError('the notification', limitMs));
  } catch (error) {
    if (error instanceof DeadlineError) return null;
    throw error;
  } finally {
    await tail?.close();
  }
}

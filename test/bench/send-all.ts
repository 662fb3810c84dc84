import type { OutMessage, Producer } from '@adherence/runtime/broker/broker.ts';

/** Messages in one request: below what a broker takes of one partition. */
const atOnce = 2_000;

/** Sends so many messages, made one by one as they are sent, in order. */
export async function sendAll(
  producer: Producer,
  count: number,
  message: (i: number) => OutMessage,
): Promise<void> {
  for (let from = 0; from < count; from += atOnce) {
    const length = Math.min(atOnce, count - from);
    await producer.send(Array.from({ length }, (_, i) => message(from + i)));
  }
}

import type { OutMessage } from './broker.ts';

/** Kafka refuses a batch of over 1 MiB for one partition; below it, with what the protocol adds. */
export const maxPartitionBytes = 900_000;

/** Messages in their order, in parts of which no partition gets more than a broker takes at once, or one message. */
export function partsBySize(
  messages: readonly OutMessage[],
  maxBytes = maxPartitionBytes,
): (readonly OutMessage[])[] {
  if (fitsAtOnce(messages, maxBytes)) return [messages];
  let part: OutMessage[] = [];
  const parts = [part];
  /** By topic and partition. */
  const bytesOf = new Map<string, Map<number, number>>();
  for (const message of messages) {
    const { topic, partition } = message;
    const size = sizeOf(message);
    const before = bytesOf.get(topic)?.get(partition);
    if (before !== undefined && before + size > maxBytes) {
      part = [];
      parts.push(part);
      bytesOf.clear();
    }
    part.push(message);
    const ofTopic = bytesOf.get(topic) ?? new Map<number, number>();
    bytesOf.set(topic, ofTopic.set(partition, (ofTopic.get(partition) ?? 0) + size));
  }
  return parts;
}

/** Most sends are small: no partition can get too much of what is not too much for one. */
function fitsAtOnce(messages: readonly OutMessage[], maxBytes: number): boolean {
  let bytes = 0;
  for (const message of messages) {
    bytes += sizeOf(message);
    if (bytes > maxBytes) return false;
  }
  return true;
}

/** At most three bytes a character of the key, some for the record, and headers as we write them. */
const sizeOf = ({ key, value, headers }: OutMessage): number =>
  (value?.length ?? 0) + 3 * (key?.length ?? 0) + (headers ? 200 : 0) + 40;

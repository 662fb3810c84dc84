/** Messages in their order, in parts that a broker takes at once. */

/** Kafka refuses a batch of over 1 MiB for one partition; all of a part may be for one. */
export const maxPartBytes = 900_000;

interface Sized {
  readonly key: string | null;
  readonly value: Buffer | null;
}

/** Parts of at most `maxBytes`, or of one message that is greater. */
export function chunkBySize<M extends Sized>(messages: readonly M[], maxBytes = maxPartBytes): M[][] {
  const parts: M[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const message of messages) {
    const size = (message.value?.length ?? 0) + (message.key?.length ?? 0) + overheadBytes;
    if (bytes + size > maxBytes) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)!.push(message);
    bytes += size;
  }
  return parts;
}

/** What the protocol adds to a record, with its headers. */
const overheadBytes = 140;

/**
 * A limit on what *we* set aside: a bad deploy must stop its consumer, not send a whole topic to the dead letters.
 * What a sender got wrong does not count here.
 */
export interface DeadLetterLimit {
  /**
   * Counts a batch and the dead letters of it. Throws DeadLetterLimitError past the limit, before the batch counts
   * as taken: no OperationalError, so the consume loop tries once more and then stops with nothing committed.
   */
  note(messages: number, deadLetters: number): void;
}

export class DeadLetterLimitError extends Error {
  constructor(deadLetters: number, messages: number) {
    super(`${deadLetters} dead letters in the last ${messages} messages: stopped rather than set more aside`);
    this.name = 'DeadLetterLimitError';
  }
}

/** At most `atMost` in the last `inMessages`, counted by whole batches. */
export function createDeadLetterLimit(atMost: number, inMessages: number): DeadLetterLimit {
  let batches: { messages: number; deadLetters: number }[] = [];
  return {
    note(messages, deadLetters) {
      const next = [...batches, { messages, deadLetters }];
      let counted = next.reduce((total, batch) => total + batch.messages, 0);
      // The oldest batches go as long as the window stays full without them.
      while (next.length > 1 && counted - next[0]!.messages >= inMessages) counted -= next.shift()!.messages;
      const found = next.reduce((total, batch) => total + batch.deadLetters, 0);
      if (deadLetters > 0 && found > atMost) throw new DeadLetterLimitError(found, counted);
      batches = next;
    },
  };
}

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

/**
 * At most `atMost` in the last `inMessages`, counted by whole batches: an old one goes once the window is full without
 * it. Only batches with dead letters are kept, so that a window of small batches costs nothing.
 */
export function createDeadLetterLimit(atMost: number, inMessages: number): DeadLetterLimit {
  let counted = 0;
  let marked: readonly { readonly end: number; readonly deadLetters: number }[] = [];
  return {
    note(messages, deadLetters) {
      const end = counted + messages;
      if (deadLetters > 0) {
        const inWindow = marked.filter((batch) => end - batch.end < inMessages);
        const next = [...inWindow, { end, deadLetters }];
        const found = next.reduce((total, batch) => total + batch.deadLetters, 0);
        if (found > atMost)
          throw new DeadLetterLimitError(found, Math.min(end, Math.max(messages, inMessages)));
        marked = next;
      }
      counted = end;
    },
  };
}

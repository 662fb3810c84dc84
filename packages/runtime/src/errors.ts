/**
 * Errors that are nobody's bug. Whatever is not an OperationalError is a programmer's error: it is not retried as an
 * outage would be, and it is never dead-lettered.
 */

/** What the world did to us: a server away, slow or refusing for now. Worth another try; `code` says which kind. */
export class OperationalError extends Error {
  readonly code: string;

  constructor(code: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
  }
}

/** No answer within the time that we allowed. What was asked for may still happen. */
export class DeadlineError extends OperationalError {
  constructor(what: string, limitMs: number, cause?: unknown) {
    super('DEADLINE', `${what}: no answer within ${limitMs} ms`, cause);
  }
}

/** A bounded queue is full: nothing was taken. The caller may come again later. */
export class OverloadError extends OperationalError {
  constructor(what: string) {
    super('OVERLOAD', `${what} is full`);
  }
}

/** The generation of a group member is over: its partitions belong to somebody else, it may write nothing more. */
export class FencedError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'FencedError';
  }
}

export const isOperational = (error: unknown): error is OperationalError => error instanceof OperationalError;

export const asError = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error(String(thrown));

/** HTTP as a sender does it that must not lose anything: tries again until there is an answer. */
import type { Clock } from './clock.ts';

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** What the log calls the other side; the URL may be a secret. */
  readonly name: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

export interface World {
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  /** Ends everything at once. */
  readonly signal: AbortSignal;
  /** One line of progress. */
  readonly print: (line: string) => void;
}

/** Answers that say "not now": too many requests, and everything a gateway says of a service that is away. */
const notNow = new Set([429, 502, 503, 504]);
const timeoutMs = 30_000;
const firstPauseMs = 500;
const longestPauseMs = 15_000;
/** A short outage is nobody's business. */
const quietAttempts = 2;

/** Resolves to the first answer that is not "not now"; rejects only when the signal is aborted. */
export async function persistentFetch(world: World, request: HttpRequest): Promise<HttpAnswer> {
  for (let attempt = 1; ; attempt++) {
    const result = await attemptOnce(world, request);
    if (!('reason' in result)) return result;
    world.signal.throwIfAborted();
    if (attempt === quietAttempts + 1) world.print(`${request.name} ${result.reason}; trying again`);
    const backoffMs = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(attempt - 1, 10));
    await world.clock.sleep(result.retryAfterMs ?? backoffMs, world.signal);
  }
}

interface NotNow {
  readonly reason: string;
  readonly retryAfterMs: number | null;
}

async function attemptOnce(world: World, request: HttpRequest): Promise<HttpAnswer | NotNow> {
  const { method, url, headers, body } = request;
  try {
    const signal = AbortSignal.any([world.signal, AbortSignal.timeout(timeoutMs)]);
    // As bytes: for a text `fetch` would add a content type of its own.
    const bytes = body === undefined ? undefined : Buffer.from(body);
    const response = await world.fetch(url, { method, headers, body: bytes, signal, redirect: 'manual' });
    const text = await response.text();
    if (!notNow.has(response.status)) return { status: response.status, body: text };
    return {
      reason: `answered ${response.status}`,
      retryAfterMs: retryAfterMs(response.headers.get('retry-after')),
    };
  } catch (error) {
    // `fetch` rejects with a TypeError when the network fails, with a DOMException when the signal fires.
    if (error instanceof TypeError)
      return { reason: `cannot be reached (${causeOf(error)})`, retryAfterMs: null };
    if (error instanceof DOMException) return { reason: 'does not answer', retryAfterMs: null };
    throw error;
  }
}

/** Seconds only; a date is as good as none here. */
function retryAfterMs(header: string | null): number | null {
  return header !== null && /^\d{1,4}$/.test(header) ? Math.min(longestPauseMs, Number(header) * 1000) : null;
}

function causeOf({ cause, message }: TypeError): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : message;
}

/** HTTP as a sender does it that must not lose anything: again and again until it is answered 2xx. */

export interface Call {
  readonly method: string;
  /** Tried in turn: several instances of the same service. */
  readonly urls: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  /** Earlier attempts, of which any may have taken effect. */
  readonly retries: number;
}

/** Answers of the 4xx kind that end the attempts; a sender of notifications retries those too. */
export type Judge = (status: number) => 'done' | 'again';

export const onlySuccess: Judge = (status) => (status >= 200 && status < 300 ? 'done' : 'again');

export async function persistentCall(
  { method, urls, headers, body }: Call,
  judge: Judge,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<Answer> {
  for (let attempt = 0; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      const response = await fetch(urls[attempt % urls.length]!, {
        method,
        headers,
        ...(body === null ? {} : { body }),
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      const text = await response.text();
      if (judge(response.status) === 'done') return { status: response.status, text, retries: attempt };
    } catch (error) {
      // `fetch` rejects with a TypeError when the network fails, with a DOMException when the signal fires.
      if (!(error instanceof TypeError || error instanceof DOMException)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, Math.min(1_000, 100 * 2 ** attempt)));
  }
}

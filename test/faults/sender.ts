/** Posts a load as the platforms do, several requests at once, and keeps its own ledger of what was accepted. */
import { integrations } from './contact-centre.ts';
import type { Load, Post } from './load.ts';
import { onlySuccess, persistentCall } from './persistent-call.ts';

export interface Ledger {
  /** Indices of the items of the load that got a 2xx. */
  readonly acknowledged: Set<number>;
  requests: number;
  retries: number;
}

export interface SendOptions {
  readonly load: Load;
  readonly posts: readonly Post[];
  readonly ingressUrls: readonly string[];
  /** URL tokens by integration. */
  readonly tokens: ReadonlyMap<string, string>;
  readonly signal: AbortSignal;
  /** The load is spread over so long at least; it takes longer when it is not accepted in time. */
  readonly overMs: number;
  /** Part of the requests that are answered, 0 to 1. */
  readonly onProgress: (part: number) => void;
}

/** Requests under way for one integration. */
const atOnce = 3;
const senderTimeoutMs = 4_000;

export async function send(options: SendOptions): Promise<Ledger> {
  const { posts, overMs } = options;
  const ledger: Ledger = { acknowledged: new Set(), requests: 0, retries: 0 };
  const startedAt = performance.now();
  const dueAt = new Map(posts.map((post, index) => [post, startedAt + (overMs * index) / posts.length]));
  const lanes = integrations.flatMap(({ id }) => {
    const queue = posts.filter(({ integrationId }) => integrationId === id).values();
    return Array.from({ length: atOnce }, async () => {
      for (const post of queue) {
        const wait = dueAt.get(post)! - performance.now();
        if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
        await sendOne(options, post, ledger);
      }
    });
  });
  await Promise.all(lanes);
  return ledger;
}

async function sendOne(options: SendOptions, post: Post, ledger: Ledger): Promise<void> {
  const { load, posts, ingressUrls, tokens, signal, onProgress } = options;
  const { integrationId, contentType, body, items } = post;
  const turn = ledger.requests % ingressUrls.length;
  const urls = [...ingressUrls.slice(turn), ...ingressUrls.slice(0, turn)].map(
    (url) => `${url}/hooks/odigo/${tokens.get(integrationId)}`,
  );
  const headers = { 'content-type': contentType };
  const answer = await persistentCall(
    { method: 'POST', urls, headers, body },
    onlySuccess,
    signal,
    senderTimeoutMs,
  );
  const { accepted, rejected } = JSON.parse(answer.text) as { accepted: number; rejected: number };
  const malformed = items.filter((index) => load.items[index]!.identity === null).length;
  if (accepted !== items.length - malformed || rejected !== malformed) {
    throw new Error(
      `${items.length} items, ${malformed} of them bad, were answered accepted=${accepted} rejected=${rejected}`,
    );
  }
  for (const index of items) ledger.acknowledged.add(index);
  ledger.requests += 1;
  ledger.retries += answer.retries;
  onProgress(ledger.requests / posts.length);
}

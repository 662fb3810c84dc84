/**
 * The stream of the live board. The browser's EventSource comes back by itself after a cut; what it does not see (an
 * answer that is no stream, a connection that is open and dead) is seen here, and the stream opened anew.
 */
import type { Live, LiveItemJson } from '../api/types.ts';
import type { LiveEvent } from './live-state.ts';

export type Connection = 'connecting' | 'live' | 'reconnecting';

export interface LiveStreamOptions {
  readonly url: string;
  /** Events in order, several at a time. */
  readonly onEvents: (events: readonly LiveEvent[]) => void;
  readonly onConnection: (connection: Connection) => void;
  /** The server refused or ended the stream for good: the session may be over. */
  readonly onRefused: () => void;
  readonly open: (url: string) => EventSource;
  /** How long events are gathered before they are handed on; a tenth of a second unless told. */
  readonly paceMs?: () => number;
  /** Calls back after that time; returns how to take it back. */
  readonly after: (delayMs: number, call: () => void) => () => void;
}

/** Returns how to close it. */
export function openLiveStream(options: LiveStreamOptions): () => void {
  const { url, onEvents, onConnection, onRefused, open, after, paceMs = () => batchMs } = options;
  let source: EventSource;
  let waiting: LiveEvent[] = [];
  let flushing = false;
  let closed = false;
  let failures = 0;
  let cancelWatch = () => {};
  let cancelRetry = () => {};

  const flush = () => {
    flushing = false;
    const events = waiting;
    waiting = [];
    if (!closed) onEvents(events);
  };
  const take = (event: LiveEvent) => {
    failures = 0;
    onConnection('live');
    watch();
    waiting.push(event);
    if (flushing) return;
    flushing = true;
    after(paceMs(), flush);
  };
  const watch = () => {
    cancelWatch();
    cancelWatch = after(silenceMs, () => reopen(0));
  };
  const reopen = (delayMs: number) => {
    source.close();
    cancelWatch();
    onConnection('reconnecting');
    cancelRetry = after(delayMs, connect);
  };
  const connect = () => {
    source = open(url);
    watch();
    const listen = (type: LiveEvent['type'] | 'freshness', read: (data: unknown) => LiveEvent) =>
      source.addEventListener(type, (message) =>
        take(read(JSON.parse((message as MessageEvent<string>).data))),
      );
    listen('snapshot', (live) => ({ type: 'snapshot', live: live as Live }));
    listen('update', (item) => ({ type: 'update', item: item as LiveItemJson }));
    const readPing = (data: unknown): LiveEvent => {
      const { eventsUntil = null, silentFeeds } = (data ?? {}) as Partial<Live>;
      return { type: 'ping', eventsUntil, ...(silentFeeds ? { silentFeeds } : {}) };
    };
    listen('ping', readPing);
    listen('freshness', readPing);
    source.onerror = () => {
      onConnection('reconnecting');
      if (source.readyState !== EventSource.CLOSED) return;
      onRefused();
      reopen(Math.min(maxRetryMs, firstRetryMs * 2 ** failures++));
    };
  };

  onConnection('connecting');
  connect();
  return () => {
    closed = true;
    cancelWatch();
    cancelRetry();
    source!.close();
  };
}

/** One paint for all that comes within it. */
const batchMs = 100;
/** Pings come every 15 s. */
const silenceMs = 40_000;
const firstRetryMs = 1_000;
const maxRetryMs = 30_000;

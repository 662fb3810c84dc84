import type { Instant } from '@adherence/domain/model.ts';
import { useEffect, useRef, useState } from 'preact/hooks';
import { apiUrl } from '../api/client.ts';
import { checkSession } from '../session.ts';
import { serverNow } from '../time/clock.ts';
import { applyEvents, emptyLive, type LiveState } from './live-state.ts';
import { type Connection, openLiveStream } from './live-stream.ts';

export interface LiveBoard extends LiveState {
  readonly connection: Connection;
  /** Since when the connection is lost; null while it holds. */
  readonly lostSince: Instant | null;
}

/** The whole tenant's rows while the screen is there: filters are applied here, so that they answer at once. */
export function useLive(): LiveBoard {
  const [live, setLive] = useState<LiveState>(emptyLive);
  const size = useRef(0);
  const [link, setLink] = useState<Link>({ connection: 'connecting', lostSince: null });
  useEffect(
    () =>
      openLiveStream({
        url: apiUrl('/live/events'),
        onEvents: (events) =>
          setLive((state) => {
            const next = applyEvents(state, events);
            size.current = next.items?.size ?? 0;
            return next;
          }),
        paceMs: () => (size.current > manyRows ? manyRowsPaceMs : fewRowsPaceMs),
        onConnection: (connection) => setLink((before) => nextLink(before, connection)),
        onRefused: () => void checkSession(),
        open: (url) => new EventSource(url),
        after(delayMs, call) {
          const timer = setTimeout(call, delayMs);
          return () => clearTimeout(timer);
        },
      }),
    [],
  );
  return { ...live, ...link };
}

/** A large board is drawn anew four times a second: nobody reads faster, and the page stays at hand. */
const manyRows = 1_000;
const manyRowsPaceMs = 250;
const fewRowsPaceMs = 100;

type Link = Pick<LiveBoard, 'connection' | 'lostSince'>;

function nextLink(before: Link, connection: Connection): Link {
  if (connection === before.connection) return before;
  return { connection, lostSince: connection === 'reconnecting' ? serverNow() : null };
}

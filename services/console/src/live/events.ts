/**
 * The live board as Server-Sent Events: `snapshot`, then `update` per changed row with `eventsUntil`, `freshness` when
 * that moves on without a row, `ping` every 15 s. The id of an event names this process and the number of the change,
 * so a browser that comes back gets only what it missed.
 */
import type { TenantTables } from '@adherence/domain/configuration/tables.ts';
import type { Clock, Timer } from '@adherence/runtime/clock.ts';
import type { LiveBoard } from './board.ts';
import type { BoardFreshness } from './freshness.ts';
import { itemOf, type LiveFilter, type LiveItem } from './row.ts';

export interface LiveEventsOptions {
  readonly board: LiveBoard;
  readonly clock: Clock;
  /** Tells the events of this process from those of another one. */
  readonly instanceId: string;
  readonly tenantId: string;
  readonly filter: LiveFilter;
  readonly lastEventId: string | null;
  /** The caller sees some people only: it is told of others no more than that they left its view. */
  readonly limited: boolean;
  /** The caller's tables now; null once it may not watch any more, which ends the stream. */
  readonly tables: () => TenantTables | null;
  readonly snapshot: (tables: TenantTables) => LiveSnapshot;
  /** Told with every ping, and in between when it has changed. */
  readonly freshness: () => BoardFreshness;
  /** Aborted when the client has gone, or the server stops. */
  readonly signal: AbortSignal;
}

export interface LiveSnapshot {
  readonly items: readonly { readonly personId: string }[];
}

export const pingMs = 15_000;
/** How often at most freshness is told by itself. */
const freshnessMs = 1_000;
/** Events that wait for a client that does not read; one that is slower is cut off and comes back for a snapshot. */
const maxWaiting = 10_000;

export function liveEvents(options: LiveEventsOptions): ReadableStream<Uint8Array> {
  const { board, clock, instanceId, tenantId, filter, limited, tables, freshness, signal } = options;
  const encoder = new TextEncoder();
  let cancelled = () => {};

  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        let ping: Timer | null = null;
        let look: Timer | null = null;
        let ended = false;
        let told = '';
        const release = () => {
          ended = true;
          ping?.clear();
          look?.clear();
          unwatch();
          signal.removeEventListener('abort', end);
        };
        const end = () => {
          if (ended) return;
          release();
          controller.close();
        };
        const send = (event: string, position: number, data: object) => {
          if (ended) return;
          if ((controller.desiredSize ?? 0) < -maxWaiting) {
            end();
            return;
          }
          const text = `event: ${event}\nid: ${instanceId}-${position}\ndata: ${JSON.stringify(data)}\n\n`;
          controller.enqueue(encoder.encode(text));
        };
        const shown = new Set<string>();
        const update = (personId: string, position: number) => {
          const known = tables();
          if (!known) {
            end();
            return;
          }
          const item = itemIn(board, known, tenantId, personId, filter);
          const wasShown = limited && shown.delete(personId);
          if (limited && item) shown.add(personId);
          if (limited && !item && !wasShown) return;
          // As GET /live has it; `state: null` takes a person off the board.
          const { eventsUntil } = freshness();
          send('update', position, { ...(item ?? { personId, state: null }), eventsUntil });
        };
        const sendSnapshot = () => {
          const known = tables();
          if (!known) return;
          const snapshot = options.snapshot(known);
          if (limited) for (const { personId } of snapshot.items) shown.add(personId);
          send('snapshot', board.position(), snapshot);
        };
        const beat = () => {
          if (!tables()) {
            end();
            return;
          }
          send('ping', board.position(), freshness());
          ping = clock.setTimer(beat, pingMs);
        };
        const tell = () => {
          const { asOf: _, ...fresh } = freshness();
          const text = JSON.stringify(fresh);
          if (told !== '' && text !== told) send('freshness', board.position(), fresh);
          told = text;
          if (!ended) look = clock.setTimer(tell, freshnessMs);
        };
        const unwatch = board.watch(tenantId, update);
        cancelled = release;
        signal.addEventListener('abort', end);
        // Whom a limited caller was shown before is not known here, so it begins anew.
        const missed = limited ? null : missedSince(board, instanceId, tenantId, options.lastEventId);
        if (missed) for (const personId of missed) update(personId, board.position());
        else sendSnapshot();
        ping = clock.setTimer(beat, pingMs);
        tell();
        if (signal.aborted) end();
      },
      cancel: () => cancelled(),
    },
    new CountQueuingStrategy({ highWaterMark: 0 }),
  );
}

function itemIn(
  board: LiveBoard,
  tables: TenantTables,
  tenantId: string,
  personId: string,
  filter: LiveFilter,
): LiveItem | null {
  const row = board.row(tenantId, personId);
  return row && itemOf(row, tables, filter);
}

function missedSince(
  board: LiveBoard,
  instanceId: string,
  tenantId: string,
  lastEventId: string | null,
): readonly string[] | null {
  const [, instance, position] = /^(.+)-(\d{1,15})$/.exec(lastEventId ?? '') ?? [];
  return instance === instanceId ? board.changedSince(tenantId, Number(position)) : null;
}

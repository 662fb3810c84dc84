/**
 * The live board as Server-Sent Events: `snapshot`, then `update` per changed row, `ping` every 15 s. The id of an
 * event names this process and the number of the change, so a browser that comes back gets only what it missed.
 */
import type { TenantTables } from '@adherence/domain/configuration/tables.ts';
import type { Clock, Timer } from '@adherence/runtime/clock.ts';
import type { LiveBoard } from './board.ts';
import { itemOf, type LiveFilter } from './row.ts';

export interface LiveEventsOptions {
  readonly board: LiveBoard;
  readonly clock: Clock;
  /** Tells the events of this process from those of another one. */
  readonly instanceId: string;
  readonly tenantId: string;
  readonly filter: LiveFilter;
  readonly lastEventId: string | null;
  /** The caller's tables now; null once it may not watch any more, which ends the stream. */
  readonly tables: () => TenantTables | null;
  readonly snapshot: () => object;
  /** Told with every ping. */
  readonly freshness: () => object;
  /** Aborted when the client has gone, or the server stops. */
  readonly signal: AbortSignal;
}

export const pingMs = 15_000;
/** Events that wait for a client that does not read; one that is slower is cut off and comes back for a snapshot. */
const maxWaiting = 10_000;

export function liveEvents(options: LiveEventsOptions): ReadableStream<Uint8Array> {
  const { board, clock, instanceId, tenantId, filter, tables, freshness, signal } = options;
  const encoder = new TextEncoder();
  let cancelled = () => {};

  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        let ping: Timer | null = null;
        let ended = false;
        const release = () => {
          ended = true;
          ping?.clear();
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
        const update = (personId: string, position: number) => {
          const known = tables();
          if (!known) end();
          else send('update', position, updateOf(board, known, tenantId, personId, filter));
        };
        const beat = () => {
          if (!tables()) {
            end();
            return;
          }
          send('ping', board.position(), freshness());
          ping = clock.setTimer(beat, pingMs);
        };
        const unwatch = board.watch(tenantId, update);
        cancelled = release;
        signal.addEventListener('abort', end);
        const missed = missedSince(board, instanceId, tenantId, options.lastEventId);
        if (missed) for (const personId of missed) update(personId, board.position());
        else send('snapshot', board.position(), options.snapshot());
        ping = clock.setTimer(beat, pingMs);
        if (signal.aborted) end();
      },
      cancel: () => cancelled(),
    },
    new CountQueuingStrategy({ highWaterMark: 0 }),
  );
}

/** The row as GET /live has it; `state: null` takes a person off the board. */
function updateOf(
  board: LiveBoard,
  tables: TenantTables,
  tenantId: string,
  personId: string,
  filter: LiveFilter,
): object {
  const row = board.row(tenantId, personId);
  const item = row && itemOf(row, tables, filter);
  return item ?? { personId, state: null };
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

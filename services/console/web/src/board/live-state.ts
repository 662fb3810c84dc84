/** The board in the browser: what the stream said last of everybody. Pure; times are epoch milliseconds. */
import type { Instant, State } from '@adherence/domain/model.ts';
import type { Actual, Live, LiveItemJson, SilentFeed } from '../api/types.ts';

export interface LiveItem {
  readonly personId: string;
  readonly name: string;
  readonly team: string | null;
  readonly planningUnitId: string | undefined;
  readonly scheduledActivityId: string | null;
  readonly scheduledUntil: Instant | null;
  /** null when the schedule does not change any more, or nobody said. */
  readonly nextScheduled: { readonly at: Instant; readonly activityId: string | null } | null;
  readonly actual: Actual;
  readonly state: State;
  readonly since: Instant;
  readonly inBuffer: boolean;
  readonly bufferEndsAt: Instant | null;
}

export interface LiveState {
  /** null until the first snapshot. */
  readonly items: ReadonlyMap<string, LiveItem> | null;
  /** Up to when events are in. */
  readonly eventsUntil: Instant | null;
  readonly silentFeeds: readonly SilentFeed[];
}

export type LiveEvent =
  | { readonly type: 'snapshot'; readonly live: Live }
  /** `state: null` takes the person off the board. */
  | { readonly type: 'update'; readonly item: (LiveItemJson | { personId: string; state: null }) & Fresh }
  /** A ping, or that something of it changed in between. */
  | {
      readonly type: 'ping';
      readonly eventsUntil: string | number | null;
      readonly silentFeeds?: readonly SilentFeed[];
    };

interface Fresh {
  readonly eventsUntil?: string | null;
}

export const emptyLive: LiveState = { items: null, eventsUntil: null, silentFeeds: [] };

/** Takes a batch of events in order; one copy of the table for all of them. */
export function applyEvents(state: LiveState, events: readonly LiveEvent[]): LiveState {
  let { eventsUntil, silentFeeds } = state;
  let items = state.items;
  let own: Map<string, LiveItem> | null = null;
  for (const event of events) {
    if (event.type === 'snapshot') {
      own = new Map(event.live.items.map((item) => [item.personId, itemOf(item)]));
      eventsUntil = laterOf(eventsUntil, event.live.eventsUntil);
      silentFeeds = event.live.silentFeeds ?? [];
    } else if (event.type === 'update') {
      // An update before any snapshot has nothing to change: a snapshot always comes first on a new stream.
      if (!own && !items) continue;
      eventsUntil = laterOf(eventsUntil, event.item.eventsUntil);
      own ??= new Map(items);
      if (event.item.state === null) own.delete(event.item.personId);
      else own.set(event.item.personId, itemOf(event.item));
    } else {
      eventsUntil = laterOf(eventsUntil, event.eventsUntil);
      silentFeeds = event.silentFeeds ?? silentFeeds;
    }
    if (own) items = own;
  }
  return { items, eventsUntil, silentFeeds };
}

function itemOf(json: LiveItemJson): LiveItem {
  return {
    personId: json.personId,
    name: json.name,
    team: json.team,
    planningUnitId: json.planningUnitId,
    scheduledActivityId: json.scheduledActivityId,
    scheduledUntil: instantOrNull(json.scheduledUntil),
    nextScheduled: json.nextScheduled
      ? { at: Date.parse(json.nextScheduled.at), activityId: json.nextScheduled.activityId }
      : null,
    actual: json.actual,
    state: json.state,
    since: Date.parse(json.since),
    inBuffer: json.inBuffer,
    bufferEndsAt: instantOrNull(json.bufferEndsAt),
  };
}

const instantOrNull = (text: string | null): Instant | null => (text === null ? null : Date.parse(text));

function laterOf(known: Instant | null, said: string | number | null | undefined): Instant | null {
  if (said === null || said === undefined) return known;
  const at = typeof said === 'number' ? said : Date.parse(said);
  return known === null ? at : Math.max(known, at);
}

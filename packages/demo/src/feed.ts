/**
 * All deliveries of the contact centre as one stream in the order of sending: the shifts of all agents, heartbeats,
 * and the daily restart of each platform, during which its events are lost and after which it sends a snapshot.
 */
import { addDays, instantOf, isoDate } from '@adherence/domain/calendar.ts';
import type { Instant, Interval } from '@adherence/domain/model.ts';
import type { AgentEvent } from './agent-event.ts';
import { behaviourOf } from './behaviour.ts';
import type { Centre, IntegrationSetup } from './centre.ts';
import { type Delivery, deliveriesOf, heartbeatDelivery, withRepeats } from './habits.ts';

const minute = 60_000;

export interface Feed {
  /** Deliveries with `from < at <= to`, ascending. */
  between(from: Instant, to: Instant): Delivery[];
  /** When the first delivery after an instant is due; there is always one within a minute or so. */
  nextAfter(at: Instant): Instant;
}

/** Keeps the last few days that were asked for, a few megabytes each. */
export function feedOf(centre: Centre, seed: string): Feed {
  const days = new Map<string, readonly Delivery[]>();
  const dayOf = (date: string) => {
    const known = days.get(date);
    if (known) return known;
    const day = deliveriesOfDate(centre, seed, date);
    days.set(date, day);
    if (days.size > daysKept) days.delete(days.keys().next().value!);
    return day;
  };
  const between = (from: Instant, to: Instant): Delivery[] => {
    const found: Delivery[] = [];
    // A shift ends, and its last late delivery comes, on its own date (UTC) or the next one.
    for (let date = addDays(isoDate(from), -1); date <= isoDate(to); date = addDays(date, 1)) {
      const day = dayOf(date);
      for (let i = firstAfter(day, from); i < day.length && day[i]!.at <= to; i++) found.push(day[i]!);
    }
    return found.sort(bySending);
  };
  return {
    between,
    nextAfter: (at) => {
      for (let to = at + minute; ; to += minute) {
        const next = between(at, to)[0];
        if (next) return next.at;
      }
    },
  };
}

const daysKept = 3;

/** Ascending by time of sending; `sort` is stable, so equal times keep the order of the directory. */
const bySending = (a: Delivery, b: Delivery): number => a.at - b.at;

/** What belongs to a shift date of all agents, and the heartbeats of that day (UTC). */
function deliveriesOfDate(centre: Centre, seed: string, date: string): Delivery[] {
  const restarts = restartsAround(centre, date);
  const ofAgents = centre.agents.flatMap((agent) =>
    deliveriesOf(seed, throughRestarts(withRepeats(behaviourOf(seed, agent, date)), restarts)),
  );
  const heartbeats = centre.integrations.flatMap((integration) =>
    heartbeatsOf(integration, date)
      .filter(({ occurredAt }) => !isDown(restarts.get(integration.id)!, occurredAt))
      .map((event) => heartbeatDelivery(seed, event)),
  );
  return [...ofAgents, ...heartbeats].sort(bySending);
}

function heartbeatsOf(integration: IntegrationSetup, date: string): AgentEvent[] {
  const start = Date.parse(`${date}T00:00:07Z`);
  return Array.from({ length: 24 * 60 }, (_, i) => ({
    integrationId: integration.id,
    externalUserId: integration.heartbeatUserId,
    eventType: 'HEARTBEAT',
    status: null,
    breakType: null,
    occurredAt: start + i * minute,
    sequence: null,
  }));
}

/** Restarts by integration that may fall into a shift of the date. */
export function restartsAround(centre: Centre, date: string): Map<string, readonly Interval[]> {
  const dates = [-1, 0, 1].map((days) => addDays(date, days));
  return new Map(centre.integrations.map((i) => [i.id, dates.map((day) => restartOf(i, day))]));
}

function restartOf({ restart, timeZone }: IntegrationSetup, date: string): Interval {
  const wallClock = Date.parse(`${date}T00:00:00Z`) + restart.minuteOfDay * minute;
  const from = instantOf(timeZone, wallClock).instant;
  return { from, to: from + restart.lengthMinutes * minute };
}

/** A restart ends with an instant of its own, that of the snapshot. */
const isDown = (restarts: readonly Interval[], at: Instant): boolean =>
  restarts.some(({ from, to }) => at >= from && at <= to);

/** One agent's events without what a restart swallowed, with what its snapshot says. */
function throughRestarts(
  events: readonly AgentEvent[],
  restarts: ReadonlyMap<string, readonly Interval[]>,
): AgentEvent[] {
  const kept = events.filter((event) => !isDown(restarts.get(event.integrationId)!, event.occurredAt));
  const snapshots = [
    ...Map.groupBy(events, (e) => `${e.integrationId} ${e.externalUserId}`).values(),
  ].flatMap((ofUser) =>
    restarts.get(ofUser[0]!.integrationId)!.flatMap(({ to }) => {
      const running = ofUser.findLast(({ occurredAt }) => occurredAt <= to);
      const isOver = ofUser.at(-1)!.occurredAt <= to;
      if (!running || isOver || running.status === null) return [];
      return [{ ...running, eventType: 'SNAPSHOT' as const, occurredAt: to, sequence: null }];
    }),
  );
  return [...kept, ...snapshots].sort((a, b) => a.occurredAt - b.occurredAt);
}

/** Index of the first delivery after an instant. */
function firstAfter(deliveries: readonly Delivery[], at: Instant): number {
  let low = 0;
  let high = deliveries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (deliveries[middle]!.at <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

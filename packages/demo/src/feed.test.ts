import { describe, expect, test } from 'vitest';
import { americas, centre, emea } from './centre.ts';
import { feedOf, restartsAround } from './feed.ts';
import type { DeliveredEvent, Delivery } from './habits.ts';

const hour = 60 * 60_000;
const from = Date.parse('2026-11-23T06:00:00Z');
const to = from + 30 * hour;
const day = feedOf(centre, 'a').between(from, to);
const events = day.flatMap(({ at, item }) => (item.kind === 'event' ? [{ at, ...item }] : []));

describe('feedOf', () => {
  test('pieces of a stretch are the stretch, in order of sending, wherever it is cut and whatever was asked before', () => {
    const feed = feedOf(centre, 'a');
    const pieces: Delivery[] = [...feed.between(to - hour, to)].slice(0, 0);
    for (let at = from; at < to; at += 1_234_567)
      pieces.push(...feed.between(at, Math.min(to, at + 1_234_567)));
    expect(pieces).toEqual(day);
    expect(day.every(({ at }, i) => at > from && at <= to && (i === 0 || at >= day[i - 1]!.at))).toBe(true);
  });

  test('the next delivery is the first one after', () => {
    const feed = feedOf(centre, 'a');
    expect(feed.nextAfter(from)).toBe(day[0]!.at);
    expect(feed.nextAfter(day[0]!.at)).toBe(day.find(({ at }) => at > day[0]!.at)!.at);
  });

  test('nothing is told before it happened', () => {
    expect(events.filter(({ at, event }) => at < event.occurredAt)).toEqual([]);
  });

  test('each habit has about the share that a real sender was said to have', () => {
    const statuses = events.filter(({ event }) => event.eventType === 'STATUS');
    const keys = statuses.map(({ event }) => JSON.stringify(event));
    const overtaken = events.filter((e, i) => i > 0 && e.event.occurredAt < events[i - 1]!.event.occurredAt);
    expect(within(keys.length - new Set(keys).size, statuses, 0.01, 0.03)).toBe(true);
    expect(within(lateBy(statuses, 60_000), statuses, 0.02, 0.05)).toBe(true);
    expect(within(lateBy(statuses, hour), statuses, 0.003, 0.02)).toBe(true);
    expect(within(overtaken.length, statuses, 0.03, 0.2)).toBe(true);
    expect(within(statuses.filter(isUnknownUser).length, statuses, 0.001, 0.08)).toBe(true);
    expect(
      within(statuses.filter(({ event }) => event.status === 'CONSULTATION').length, statuses, 0.002, 0.02),
    ).toBe(true);
    expect(within(day.filter(({ item }) => item.kind === 'malformed').length, statuses, 0.0005, 0.004)).toBe(
      true,
    );
  });

  test('a heartbeat a minute keeps each feed alive, but for the restart of its platform', () => {
    const restarts = restartsAround(centre, '2026-11-23');
    for (const { id, feedGapSeconds } of centre.integrations) {
      const times = events
        .filter(({ event }) => event.integrationId === id && event.occurredAt >= from)
        .map(({ event }) => event.occurredAt)
        .sort((a, b) => a - b);
      const gaps = times
        .slice(1)
        .flatMap((at, i) => (at - times[i]! > feedGapSeconds * 1000 ? [times[i]!] : []));
      expect(gaps).toHaveLength(1);
      expect(restarts.get(id)!.some((restart) => Math.abs(restart.from - gaps[0]!) < 61_000)).toBe(true);
    }
  });

  test('after a restart a snapshot tells the status of whoever is logged in', () => {
    const snapshots = events.filter(({ event }) => event.eventType === 'SNAPSHOT');
    for (const id of [emea, americas]) {
      const ofOne = snapshots.filter(({ event }) => event.integrationId === id);
      expect(ofOne.length).toBeGreaterThan(2);
      expect(ofOne.every(({ event }) => event.status !== null)).toBe(true);
    }
  });
});

type Told = DeliveredEvent & { readonly at: number };

const known = new Set(
  centre.agents.flatMap(({ logins }) => logins.filter((l) => l.mapped).map((l) => l.externalUserId)),
);
const isUnknownUser = ({ event }: Told): boolean => !known.has(event.externalUserId);
const lateBy = (told: readonly Told[], ms: number): number =>
  told.filter(({ at, event }) => at - event.occurredAt > ms).length;
const within = (count: number, all: readonly unknown[], least: number, most: number): boolean =>
  count >= least * all.length && count <= most * all.length;

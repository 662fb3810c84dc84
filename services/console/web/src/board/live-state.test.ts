import { describe, expect, it } from 'vitest';
import type { LiveItemJson } from '../api/types.ts';
import { applyEvents, emptyLive, type LiveEvent } from './live-state.ts';

const json = (personId: string, changes: Partial<LiveItemJson> = {}): LiveItemJson => ({
  personId,
  name: personId,
  team: 'Sales',
  planningUnitId: 'paris',
  scheduledActivityId: 'calls',
  scheduledUntil: '2026-11-18T11:00:00.000Z',
  actual: {
    kind: 'activity',
    activityId: 'calls',
    externalStatus: 'TALKING',
    breakType: null,
    estimated: false,
  },
  state: 'IN_ADHERENCE',
  since: '2026-11-18T10:00:00.000Z',
  inBuffer: false,
  bufferEndsAt: null,
  ...changes,
});

const snapshot = (...items: LiveItemJson[]): LiveEvent => ({
  type: 'snapshot',
  live: { asOf: '2026-11-18T10:42:07.000Z', eventsUntil: '2026-11-18T10:42:07.000Z', items },
});

describe('applyEvents', () => {
  it('a snapshot replaces everything', () => {
    const before = applyEvents(emptyLive, [snapshot(json('ada'), json('bob'))]);
    const after = applyEvents(before, [snapshot(json('cem'))]);
    expect([...after.items!.keys()]).toEqual(['cem']);
  });

  it('an update changes one row, and leaves the former state as it was', () => {
    const before = applyEvents(emptyLive, [snapshot(json('ada'), json('bob'))]);
    const after = applyEvents(before, [{ type: 'update', item: json('ada', { state: 'NOT_PRESENT' }) }]);
    expect(after.items!.get('ada')!.state).toBe('NOT_PRESENT');
    expect(before.items!.get('ada')!.state).toBe('IN_ADHERENCE');
    expect(after.items!.get('bob')).toBe(before.items!.get('bob'));
  });

  it('state null takes a person off, and an update brings a new one', () => {
    const state = applyEvents(emptyLive, [
      snapshot(json('ada')),
      { type: 'update', item: { personId: 'ada', state: null } },
      { type: 'update', item: json('bob') },
    ]);
    expect([...state.items!.keys()]).toEqual(['bob']);
  });

  it('ignores updates until there is a snapshot', () => {
    expect(applyEvents(emptyLive, [{ type: 'update', item: json('ada') }]).items).toBeNull();
  });

  it('a ping moves the freshness and copies nothing', () => {
    const before = applyEvents(emptyLive, [snapshot(json('ada'))]);
    const after = applyEvents(before, [{ type: 'ping', eventsUntil: '2026-11-18T10:43:00.000Z' }]);
    expect(after.eventsUntil).toBe(Date.parse('2026-11-18T10:43:00Z'));
    expect(after.items).toBe(before.items);
  });

  it('an update tells up to when events are in, and what is told of silent feeds holds until it is told anew', () => {
    const since = '2026-11-18T10:40:00.000Z';
    const silent = { integrationId: 'i', name: 'Odigo', since };
    const states = [
      snapshot(json('ada')),
      { type: 'ping', eventsUntil: null, silentFeeds: [silent] },
      { type: 'update', item: { ...json('ada'), eventsUntil: '2026-11-18T10:42:09.000Z' } },
      { type: 'ping', eventsUntil: null },
    ] as const;
    const state = applyEvents(emptyLive, states);
    expect(state.eventsUntil).toBe(Date.parse('2026-11-18T10:42:09Z'));
    expect(state.silentFeeds).toEqual([silent]);
    expect(applyEvents(state, [{ type: 'ping', eventsUntil: null, silentFeeds: [] }]).silentFeeds).toEqual(
      [],
    );
  });

  it('freshness never goes back', () => {
    const before = applyEvents(emptyLive, [{ type: 'ping', eventsUntil: 2_000 }]);
    expect(applyEvents(before, [{ type: 'ping', eventsUntil: 1_000 }]).eventsUntil).toBe(2_000);
    expect(applyEvents(before, [{ type: 'ping', eventsUntil: null }]).eventsUntil).toBe(2_000);
  });

  it('reads times', () => {
    const state = applyEvents(emptyLive, [
      snapshot(
        json('ada', { inBuffer: true, bufferEndsAt: '2026-11-18T10:45:00.000Z', scheduledUntil: null }),
      ),
    ]);
    expect(state.items!.get('ada')).toMatchObject({
      since: Date.parse('2026-11-18T10:00:00Z'),
      bufferEndsAt: Date.parse('2026-11-18T10:45:00Z'),
      scheduledUntil: null,
    });
  });
});

import { describe, expect, it } from 'vitest';
import type { MappedStatus, UnknownUser } from '../../api/setup-types.ts';
import type { IntegrationHealth } from '../../api/types.ts';
import { type GuideState, stepStates, toRevisit } from './guide-steps.ts';

const silent: IntegrationHealth = {
  lastNotificationAt: null,
  accepted: 0,
  rejected: 0,
  feed: { state: 'waiting', gapSince: null },
};
const heard: IntegrationHealth = { ...silent, lastNotificationAt: '2026-11-18T10:00:00.000Z', accepted: 2 };
const token = { id: 'url-1', createdAt: '2026-11-18T09:00:00.000Z', lastUsedAt: null };
const user: UnknownUser = { externalUserId: 'x', count: 1, firstSeen: '', lastSeen: '', suggestions: [] };
const status: MappedStatus = {
  status: 'TALKING',
  breakType: null,
  activityId: null,
  count: 1,
  firstSeen: null,
  lastSeen: null,
};
const nothing: GuideState = {
  health: silent,
  tokens: [],
  users: [],
  statuses: [],
  mappedPeople: 0,
  onBoard: 0,
};
const of = (changes: Partial<GuideState>) => Object.values(stepStates({ ...nothing, ...changes })).join(' ');

describe('the steps of the guide', () => {
  it.each<[string, Partial<GuideState>, string]>([
    ['a new integration needs a token', {}, 'done now later later later later'],
    ['a token waits for a notification', { tokens: [token] }, 'done done now later later later'],
    [
      'what came has to be mapped',
      { tokens: [token], health: heard, users: [user], statuses: [status] },
      'done done done now later later',
    ],
    [
      'users are done when none is left and somebody has one',
      { tokens: [token], health: heard, statuses: [status], mappedPeople: 1 },
      'done done done done now later',
    ],
    [
      'everything is done with people on the board',
      { tokens: [token], health: heard, mappedPeople: 1, onBoard: 1 },
      'done done done done done done',
    ],
    [
      'a revoked token is missed even when all else is there',
      { health: heard, mappedPeople: 1, onBoard: 1 },
      'done now done done done done',
    ],
    [
      'who may not see tokens knows of one by what came',
      { tokens: null, health: heard, mappedPeople: 1, onBoard: 1 },
      'done done done done done done',
    ],
  ])('%s', (_, changes, states) => {
    expect(of(changes)).toBe(states);
  });

  it('names what to revisit', () => {
    const lunch: MappedStatus = { ...status, breakType: 'lunch', activityId: 'break', byFallback: true };
    expect(toRevisit([status, lunch, { ...lunch, revisit: true }])).toHaveLength(1);
  });
});

import { describe, expect, it } from 'vitest';
import type { IntegrationHealth, Person, Pipeline } from '../api/types.ts';
import { type IntegrationState, missingOf } from './missing.ts';

const health: IntegrationHealth = {
  lastNotificationAt: '2026-11-18T10:42:07.000Z',
  accepted: 10,
  rejected: 0,
  feed: { state: 'alive', gapSince: null },
};
const state = (changes: Partial<IntegrationState>): IntegrationState => ({
  integration: { id: 'emea', name: 'EMEA', timeZone: 'UTC', breakDetail: null, feedGapSeconds: 300 },
  health,
  tokens: [],
  users: [],
  statuses: [],
  mappedPeople: 1,
  onBoard: 0,
  ...changes,
});
const person: Person = {
  id: 'ada',
  name: 'Ada',
  team: null,
  planningUnitId: 'default',
  externalUsers: [{ integrationId: 'emea', externalUserId: 'ada' }],
};
const pipeline: Pipeline = {
  accepted: 10,
  stored: 10,
  quarantined: 0,
  pending: 0,
  recomputationsPending: 0,
  gaps: 0,
  duplicates: 0,
  eventsUntil: null,
};
const keys = (...args: Parameters<typeof missingOf>) => missingOf(...args).map(({ key }) => key);
const text = (at: string) => at;

describe('missingOf', () => {
  it('says nothing when nothing is missing', () => {
    expect(missingOf([state({})], [person], pipeline, text)).toEqual([]);
  });

  it('an empty tenant lacks an integration and people', () => {
    expect(keys([], [], pipeline, text)).toEqual(['setup.noIntegration', 'setup.noPeople']);
  });

  it('an integration that was never heard is not called silent', () => {
    const never: IntegrationHealth = {
      ...health,
      lastNotificationAt: null,
      feed: { state: 'waiting', gapSince: null },
    };
    expect(keys([state({ health: never })], [person], pipeline, text)).toEqual(['setup.neverHeard']);
  });

  it('counts what is unmapped, silent, in quarantine and unaccounted for', () => {
    const silent: IntegrationHealth = {
      ...health,
      feed: { state: 'gap', gapSince: health.lastNotificationAt },
    };
    const user = { externalUserId: 'x', count: 1, firstSeen: '', lastSeen: '', suggestions: [] };
    const status = {
      status: 'CONSULTATION',
      breakType: null,
      activityId: null,
      count: 3,
      firstSeen: null,
      lastSeen: null,
    };
    const missing = missingOf(
      [state({ health: silent, users: [user], statuses: [status] })],
      [{ ...person, externalUsers: [] }],
      { ...pipeline, quarantined: 2, gaps: 1 },
      text,
    );
    expect(missing.map(({ key, values, weight }) => ({ key, values, weight }))).toEqual([
      { key: 'setup.silent', values: { name: 'EMEA', time: health.lastNotificationAt }, weight: 'wrong' },
      { key: 'setup.unmappedUsers', values: { n: 1, name: 'EMEA' }, weight: 'wrong' },
      { key: 'setup.unmappedStatuses', values: { n: 1, name: 'EMEA' }, weight: 'wrong' },
      { key: 'setup.withoutUsers', values: { n: 1 }, weight: 'wrong' },
      { key: 'setup.rejected', values: { n: 2 }, weight: 'look' },
      { key: 'setup.gaps', values: { n: 1 }, weight: 'wrong' },
    ]);
    expect(missing.find(({ key }) => key === 'setup.unmappedUsers')?.href).toBe(
      '/setup/users?integration=emea',
    );
  });
});

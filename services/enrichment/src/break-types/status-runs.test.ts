import type { ActivityEvent } from '@adherence/schemas/records.ts';
import { expect, test } from 'vitest';
import { createStatusRuns } from './status-runs.ts';

let number = 0;
const event = (externalUserId: string) => {
  number += 1;
  const content = { dedupKey: `d${number}`, contentHash: 'h', sequence: null, occurredAt: number };
  return { tenantId: 't', integrationId: 'i', externalUserId, status: 'PAUSE', ...content } as ActivityEvent;
};

test('a bounded number of users is kept, and those that were silent longest are let go', () => {
  const ended: string[] = [];
  const runs = createStatusRuns(({ externalUserId }) => ended.push(externalUserId), 3);
  const notes = ['a', 'b', 'c', 'a', 'd', 'e'].map((user) => runs.note(event(user), true)!);
  expect(ended).toEqual(['b', 'c']);
  expect(notes.map((run) => runs.isCurrent(run))).toEqual([true, false, false, true, true, true]);
});

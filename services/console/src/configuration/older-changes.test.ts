import type { Change } from '@adherence/domain/configuration/command.ts';
import { describe, expect, it } from 'vitest';
import { olderChanges } from './older-changes.ts';

const command = (tenantId: string, entity: string, id: string, document: unknown) => ({
  ...{ commandId: 'c', tenantId, entity, id, action: 'put', document, ifMatch: null, writtenBy: 'operator' },
  writtenAt: 0,
});
const log = [
  command('t1', 'tenant', 't1', { name: 'One', timeZone: 'UTC' }),
  command('t2', 'tenant', 't2', { name: 'Two', timeZone: 'UTC' }),
  ...Array.from({ length: 20 }, (_, i) =>
    command(i % 2 ? 't2' : 't1', 'activity', `a${i}`, { name: 'A', type: 'Break' }),
  ),
  command('t1', 'activity', 'a0', { name: 'A', type: 'Break' }),
  null,
].map((each, offset) => ({ key: `k${offset}`, offset, command: each }));
const env = { configuration: { readLog: async () => log } } as unknown as Parameters<typeof olderChanges>[0];

const idsOf = (changes: readonly Change[]) => changes.map(({ id }) => id);

describe('older changes', () => {
  it('are the newest below an offset, of the tenant only, without what changed nothing', async () => {
    expect(idsOf(await olderChanges(env, 't1', 100, 3, () => true))).toEqual(['a18', 'a16', 'a14']);
    expect(idsOf(await olderChanges(env, 't1', 6, 3, () => true))).toEqual(['a2', 'a0', 't1']);
    const before = (change: Change) => change.id < 'a2';
    expect(idsOf(await olderChanges(env, 't2', 100, 3, before))).toEqual(['a19', 'a17', 'a15']);
  });
});

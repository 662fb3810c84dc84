import type { Outcome } from '@adherence/domain/configuration/command.ts';
import { describe, expect, it } from 'vitest';
import { createJournal } from './journal.ts';

const changed = (offset: number, id = 'a'): Outcome => ({
  ok: true,
  created: true,
  firstToken: null,
  change: {
    entity: 'activity',
    id,
    tenantId: 't1',
    before: null,
    after: { name: 'A', type: 'Break' },
    revived: null,
    offset,
    writtenBy: 'operator',
    writtenAt: 0,
  },
});

const settings = { entity: 'settings', id: 'settings', tenantId: 't1', before: null, after: {} };

describe('journal', () => {
  it('pages through the newest first, each tenant its own', () => {
    const journal = createJournal();
    for (const offset of [1, 2, 3]) journal.record(changed(offset));
    expect(journal.newest('t1', Number.POSITIVE_INFINITY, 2).map((c) => c.offset)).toEqual([3, 2]);
    expect(journal.newest('t1', 2, 2).map((c) => c.offset)).toEqual([1]);
    expect(journal.newest('t2', Number.POSITIVE_INFINITY, 2)).toEqual([]);
  });

  it('takes no note of refusals and of what changed nothing', () => {
    const journal = createJournal();
    journal.record({ ok: false, problem: 'stale', errors: [] });
    journal.record({ ok: true, change: null, offset: 1 });
    expect(journal.newest('t1', Number.POSITIVE_INFINITY, 9)).toEqual([]);
  });

  it('keeps the newest when there are too many', () => {
    const journal = createJournal(3);
    for (let offset = 0; offset < 100; offset++) journal.record(changed(offset));
    const kept = journal.newest('t1', Number.POSITIVE_INFINITY, 100).map((c) => c.offset);
    expect(kept.slice(0, 3)).toEqual([99, 98, 97]);
    expect(kept.length).toBeLessThan(6);
  });

  it('keeps each kind for itself, and says from where on it has all', () => {
    const journal = createJournal(3);
    journal.record({ ...changed(0), change: { ...settings, offset: 0 } } as Outcome);
    for (let offset = 1; offset < 7; offset++) journal.record(changed(offset));
    expect(journal.newest('t1', Number.POSITIVE_INFINITY, 2).map((c) => c.offset)).toEqual([6, 5]);
    expect(journal.newest('t1', 4, 9).map((c) => c.offset)).toEqual([0]);
    expect(journal.keptFrom('t1')).toBe(4);
    expect([journal.keptFrom('t1', 'settings'), journal.keptFrom('t2')]).toEqual([0, 0]);
  });
});

import { erasedUserHash } from '@adherence/domain/configuration/erased.ts';
import { command, given, tenant } from '@adherence/domain/configuration/given.testing.ts';
import { describe, expect, it } from 'vitest';
import type { Owner } from '../owner.ts';
import { newPartition, partitionOfPerson } from '../partition.ts';
import { createErasures, tablesOfPeople, tablesOfUsers } from './erase.ts';

const erasure = {
  personId: 'ada',
  users: [{ hash: erasedUserHash('t1', 'odigo', "a'da"), from: null, to: 500 }],
  rejected: ['3-17'],
};
const { state } = given(tenant, command('erasure', 'e1', erasure));
const home = partitionOfPerson('t1', 'ada');

/** An owner of some partitions over a database that keeps the ledger of erasures, and does as it is told. */
function ownerOf(
  partitions: readonly number[],
  ledger: number[],
  commands: string[],
  isStored = true,
): Owner {
  const db = {
    command: async (sql: string) => void commands.push(sql),
    insertRows: async (_: string, __: readonly string[], rows: readonly (readonly unknown[])[]) =>
      void ledger.push(...rows.map(([, , number]) => number as number)),
    query: async (sql: string) => {
      if (sql.includes('FROM erasures')) return ledger.map((partition) => ({ partition }));
      if (sql.includes('DISTINCT')) return [{ integration: 'odigo', external_user: "a'da" }];
      return isStored ? [{ facts: 7 }] : [];
    },
  };
  return {
    db,
    clock: { now: () => 1_000 },
    configuration: { state: () => state },
    partitions: new Map(partitions.map((number) => [number, newPartition(number, 0, 0, 0)])),
  } as unknown as Owner;
}

describe('erasures', () => {
  it('delete what is stored, by the columns of every table that has some', async () => {
    const commands: string[] = [];
    const removed: string[] = [];
    const results = new Map([
      ['t1|ada|2026-01-01', 1],
      ['t1|adam|2026-01-01', 2],
    ]);
    const owner = ownerOf([home], [], commands);
    const erasures = createErasures(owner, { remove: (_, key) => void removed.push(key) }, [results]);
    await erasures.obey(2);
    expect(tablesOfPeople).toEqual(expect.arrayContaining(['person_days', 'schedules', 'recomputations']));
    expect(tablesOfUsers).toEqual(['facts', 'break_details']);
    const user = "(integration = 'odigo' AND external_user = 'a\\'da' AND occurred_at < 500)";
    expect(commands).toEqual([
      ...tablesOfUsers.map((table) => `ALTER TABLE ${table} DELETE WHERE tenant = 't1' AND (${user})`),
      ...tablesOfPeople.map((table) => `ALTER TABLE ${table} DELETE WHERE tenant = 't1' AND person = 'ada'`),
      "ALTER TABLE rejected DELETE WHERE tenant = 't1' AND (rejected_partition, rejected_offset) IN ((3, 17))",
    ]);
    expect(removed).toEqual(['t1|ada']);
    expect([...results.keys()]).toEqual(['t1|adam|2026-01-01']);
  });

  it('are obeyed once for each partition, and again by whoever takes over before that is recorded', async () => {
    const [ledger, commands]: [number[], string[]] = [[], []];
    const board = { remove: () => {} };
    const first = createErasures(ownerOf([1, 2], ledger, commands), board, []);
    await first.obey(2);
    await first.obey(3);
    const once = commands.length;
    expect(ledger).toEqual([1, 2]);

    const later = createErasures(ownerOf([1, 2], ledger, commands), board, []);
    later.assigned(1, 0);
    later.assigned(2, 0);
    await later.obey(3);
    expect([commands.length, ledger]).toEqual([once, [1, 2]]);

    // The one before ended between deleting and recording.
    ledger.length = 0;
    const again = createErasures(ownerOf([1, 2, 3], ledger, commands), board, []);
    again.assigned(3, 2);
    await again.obey(3);
    expect([commands.length, ledger]).toEqual([2 * once, [1, 2]]);
  });

  it('delete nothing where nothing is left', async () => {
    const [ledger, commands]: [number[], string[]] = [[], []];
    const erasures = createErasures(ownerOf([1], ledger, commands, false), { remove: () => {} }, []);
    await erasures.obey(2);
    expect([commands, ledger]).toEqual([[], [1]]);
  });

  it('wait until the configuration has come to them', async () => {
    const commands: string[] = [];
    const erasures = createErasures(ownerOf([1], [], commands), { remove: () => {} }, []);
    await erasures.obey(1);
    expect(commands).toEqual([]);
    await erasures.obey(2);
    expect(commands.length).toBeGreaterThan(0);
  });
});

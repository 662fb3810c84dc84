/** What adherence does of a tenant that was deleted; on real servers it is in test/day-two. */
import { expect, it } from 'vitest';
import type { Owner } from '../owner.ts';
import { newPartition } from '../partition.ts';
import type { Decoded } from '../take/take.ts';
import { deleteRowsOfTenants, forgetDeletedTenants, withoutDeletedTenants } from './deleted-tenants.ts';

const deletedTenants = new Map([['gone', 5]]);
const partition = () => newPartition(3, 0, 0, 0, null);
const ownerOf = (of: ReturnType<typeof partition>): Owner =>
  ({
    configuration: { state: () => ({ deletedTenants }) },
    partitions: new Map([[of.number, of]]),
    feeds: new Map([
      ['gone|odigo', 1],
      ['stays|odigo', 1],
    ]),
  }) as unknown as Owner;

it('leaves out what is on its way, and keeps the place of each notification in the ledger', () => {
  const own = partition();
  const names = ['ActivityEvent', 'BreakDetail', 'FeedMarks', 'RecomputationAsked', 'ScheduleSet'];
  const records = ['gone', 'stays'].flatMap((tenantId) =>
    names.map(
      (name, i) =>
        ({ name, record: { tenantId, sourcePartition: 7, sourceOffset: i } }) as unknown as Decoded,
    ),
  );
  const kept = withoutDeletedTenants(ownerOf(own), own, records);
  expect(kept).toEqual(records.slice(names.length));
  expect(own.unsettled.received).toEqual([[7, 0, '', '', 'erased']]);
});

it('takes its people out of memory and off the board, and nobody else', () => {
  const own = partition();
  for (const key of ['gone|ann', 'gone2|ann', 'stays|ann']) {
    own.people.set(key, {} as never);
    own.written.set(key, {} as never);
  }
  const rows = new Map(['gone|ann|2026-01-01', 'stays|ann|2026-01-01'].map((key) => [key, 1]));
  const removed: string[] = [];
  const owner = ownerOf(own);
  forgetDeletedTenants(owner, { remove: (_of, key) => void removed.push(key) }, [rows]);
  expect(removed).toEqual(['gone|ann']);
  const left = [own.people, own.written, rows, owner.feeds].map((map) => [...map.keys()]);
  expect(left).toEqual([
    ['gone2|ann', 'stays|ann'],
    ['gone2|ann', 'stays|ann'],
    ['stays|ann|2026-01-01'],
    ['stays|odigo'],
  ]);
});

it('deletes rows where there are any and no deletion is under way; the ledger keeps its places', async () => {
  const filled = ['facts', 'received', 'schedules'];
  const commands: string[] = [];
  const db = {
    query: async (sql: string) => {
      const isOpen = sql.includes('system.mutations') && sql.includes("'schedules'");
      const has = filled.some((table) => sql.includes(`FROM ${table} WHERE tenant IN ('gone')`));
      return isOpen || has ? [{ one: 1 }] : [];
    },
    command: async (sql: string) => void commands.push(sql),
  } as unknown as Owner['db'];
  expect(await deleteRowsOfTenants(db, { deletedTenants })).toBe(3);
  expect(commands).toEqual([
    "ALTER TABLE facts DELETE WHERE tenant IN ('gone')",
    "ALTER TABLE received UPDATE tenant = '', integration = '' WHERE tenant IN ('gone')",
  ]);
  expect(await deleteRowsOfTenants(db, { deletedTenants: new Map() })).toBe(0);
});

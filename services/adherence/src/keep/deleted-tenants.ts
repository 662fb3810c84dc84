/**
 * Obeys the deletion of a tenant: what is on its way is not stored any more, its people leave memory and the board, and
 * its rows are looked for again and again, since whoever learned of it later may have stored some.
 */
import type { ConfigurationState } from '@adherence/domain/configuration/tables.ts';
import type { ActivityEvent } from '@adherence/schemas/records.ts';
import { tablesOfTenants } from '@adherence/schemas/tables.ts';
import { literal } from '@adherence/store/queries.ts';
import type { BoardPublisher } from '../board/board-publisher.ts';
import type { Owner } from '../owner.ts';
import type { Partition } from '../partition.ts';
import type { Decoded } from '../take/take.ts';

/** The records of others; of events the ledger keeps the place, and no tenant. */
export function withoutDeletedTenants(
  { configuration }: Pick<Owner, 'configuration'>,
  { unsettled }: Partition,
  records: readonly Decoded[],
): readonly Decoded[] {
  const { deletedTenants } = configuration.state();
  if (deletedTenants.size === 0) return records;
  return records.filter(({ name, record }) => {
    if (!deletedTenants.has((record as { tenantId: string }).tenantId)) return true;
    if (name === 'ActivityEvent') {
      const { sourcePartition, sourceOffset } = record as ActivityEvent;
      unsettled.received.push([sourcePartition, sourceOffset, '', '', 'erased']);
    }
    return false;
  });
}

/** Takes their people out of memory and off the board; `results` are rows not yet stored, by tenant, person and day. */
export function forgetDeletedTenants(
  { configuration, partitions, feeds }: Pick<Owner, 'configuration' | 'partitions' | 'feeds'>,
  board: Pick<BoardPublisher, 'remove'>,
  results: readonly Map<string, unknown>[],
): void {
  for (const tenantId of configuration.state().deletedTenants.keys()) {
    const isOwn = (key: string) => key.startsWith(`${tenantId}|`);
    for (const kept of [...results, feeds]) for (const key of kept.keys()) if (isOwn(key)) kept.delete(key);
    for (const partition of partitions.values()) {
      for (const queue of [partition.rebuilds, partition.rebuildsToCome])
        for (const key of queue.keys()) if (isOwn(key)) queue.delete(key);
      for (const key of [...partition.people.keys()].filter(isOwn)) {
        partition.people.delete(key);
        partition.written.delete(key);
        board.remove(partition, key);
      }
    }
  }
}

/**
 * Deletes rows of deleted tenants. Does nothing where there are none or a deletion is under way, so that it may be called
 * at any time, by anybody. The ledger keeps its places, or they would be taken for lost events. Answers how many tables had any.
 */
export async function deleteRowsOfTenants(
  db: Pick<Owner['db'], 'query' | 'command'>,
  { deletedTenants }: Pick<ConfigurationState, 'deletedTenants'>,
): Promise<number> {
  if (deletedTenants.size === 0) return 0;
  const theirs = `tenant IN (${[...deletedTenants.keys()].map(literal).join(', ')})`;
  let found = 0;
  for (const table of tablesOfTenants) {
    const rows = await db.query(`SELECT 1 AS one FROM ${table} WHERE ${theirs} LIMIT 1`);
    if (rows.length === 0) continue;
    found += 1;
    const open = await db.query(
      `SELECT 1 AS one FROM system.mutations WHERE NOT is_done AND database = currentDatabase() AND table = '${table}' LIMIT 1`,
    );
    if (open.length > 0) continue;
    const change = table === 'received' ? `UPDATE tenant = '', integration = ''` : 'DELETE';
    await db.command(`ALTER TABLE ${table} ${change} WHERE ${theirs}`);
  }
  return found;
}

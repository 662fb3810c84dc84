/** Quarantined notifications, newest first. */
import type { Sql } from './sql.ts';

export interface RejectedRow {
  readonly rejected_partition: number;
  readonly rejected_offset: number;
  readonly integration: string;
  readonly stage: string;
  readonly reason: string;
  readonly detail: string;
  readonly received_at: number;
  readonly request_id: string;
  readonly item_index: number;
  readonly format: string;
  readonly body_base64: string;
  /** Empty when there was none. */
  readonly envelope: string;
  readonly source_topic: string;
  readonly source_partition: number | null;
  readonly source_offset: number | null;
  /** How often it was read again; of the last time: when, by whom, what it gave and why not all. */
  readonly replays: number;
  readonly last_replayed_at: number;
  readonly last_replayed_by: string;
  readonly last_items: number;
  readonly last_fault: string;
  /** Of all times together. */
  readonly sent_items: number;
}

export interface RejectedFilter {
  readonly integrationId?: string | undefined;
  readonly stage?: string | undefined;
  readonly reason?: string | undefined;
  /** Times of receipt, half-open. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Text within the original bytes, or within what was found wrong; case does not matter. */
  readonly search?: string | undefined;
  /** Whether any notification of it went on its way again. */
  readonly replayed?: boolean | undefined;
  /** Partitions and offsets of single ones. */
  readonly coordinates?: readonly (readonly [partition: number, offset: number])[] | undefined;
}

const columns = `rejected_partition, rejected_offset, integration, stage, reason, detail, received_at, request_id,
  item_index, format, body_base64, envelope, source_topic, source_partition, source_offset`;

/** Where a page ended: time of receipt, partition and offset of its last item. */
export type RejectedCursor = readonly [receivedAt: number, partition: number, offset: number];

export function rejectedPage(
  tenantId: string,
  { integrationId, stage, reason, from, to, search, replayed, coordinates }: RejectedFilter,
  after: RejectedCursor | null,
  limit: number,
): Sql {
  const conditions = ['tenant = {tenant:String}'];
  const parameters: Record<string, string | number> = { tenant: tenantId, limit };
  const add = (condition: string, name: string, value: string | number | undefined) => {
    if (value === undefined) return;
    conditions.push(condition);
    parameters[name] = value;
  };
  add('integration = {integration:String}', 'integration', integrationId);
  add('stage = {stage:String}', 'stage', stage);
  add('reason = {reason:String}', 'reason', reason);
  add('received_at >= {from:Int64}', 'from', from);
  add('received_at < {to:Int64}', 'to', to);
  add(
    `(positionCaseInsensitiveUTF8(base64Decode(body_base64), {search:String}) > 0
  OR positionCaseInsensitiveUTF8(detail, {search:String}) > 0)`,
    'search',
    search,
  );
  if (replayed !== undefined) {
    conditions.push(`(rejected_partition, rejected_offset) ${replayed ? '' : 'NOT '}IN (
  SELECT rejected_partition, rejected_offset FROM rejected_replays WHERE tenant = {tenant:String} AND items > 0)`);
  }
  if (coordinates) {
    const list = coordinates.map(([partition, offset]) => `(${Number(partition)}, ${Number(offset)})`);
    conditions.push(`(rejected_partition, rejected_offset) IN (${list.join(', ')})`);
  }
  if (after) {
    conditions.push(
      '(received_at, rejected_partition, rejected_offset) < ({afterAt:Int64}, {afterPartition:UInt16}, {afterOffset:UInt64})',
    );
    [parameters.afterAt, parameters.afterPartition, parameters.afterOffset] = after;
  }
  return {
    text: `SELECT ${columns}, replays, last_replayed_at, last_replayed_by, last_items, last_fault, sent_items
FROM (SELECT ${columns} FROM rejected FINAL WHERE ${conditions.join(' AND ')}) AS rejected
LEFT JOIN (SELECT rejected_partition, rejected_offset, count() AS replays,
    max(replayed_at) AS last_replayed_at, argMax(replayed_by, replayed_at) AS last_replayed_by,
    argMax(items, replayed_at) AS last_items, argMax(fault, replayed_at) AS last_fault, sum(items) AS sent_items
  FROM rejected_replays FINAL WHERE tenant = {tenant:String}
  GROUP BY rejected_partition, rejected_offset) AS marks USING (rejected_partition, rejected_offset)
ORDER BY received_at DESC, rejected_partition DESC, rejected_offset DESC
LIMIT {limit:UInt32}`,
    parameters,
  };
}

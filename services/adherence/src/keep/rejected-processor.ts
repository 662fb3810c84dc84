/** The topic `rejected` -> the table `rejected`: dead letters are kept with their bytes and can be replayed. */
import type { InMessage } from '@adherence/runtime/broker/broker.ts';
import type { Codec } from '@adherence/runtime/codec.ts';
import type { Processor } from '@adherence/runtime/consume.ts';
import { undecodableRecord } from '@adherence/runtime/undecodable-record.ts';
import type { RejectedNotification, RejectedReplayed } from '@adherence/schemas/records.ts';
import { topics } from '@adherence/schemas/topics.ts';
import type { Database } from '@adherence/store/load.ts';
import { type Row, receivedColumns } from '@adherence/store/rows.ts';

export const rejectedColumns = [
  'tenant',
  'rejected_partition',
  'rejected_offset',
  'integration',
  'stage',
  'reason',
  'detail',
  'received_at',
  'request_id',
  'item_index',
  'format',
  'body_base64',
  'envelope',
  'source_topic',
  'source_partition',
  'source_offset',
] as const;

const replayColumns = [
  'tenant',
  'rejected_partition',
  'rejected_offset',
  'replayed_at',
  'replayed_by',
  'items',
  'fault',
] as const;

/** Of tenants that were deleted nothing is kept but the place in the ledger. */
export function rejectedProcessor(
  db: Database,
  codec: Codec,
  isDeleted: (tenantId: string) => boolean = () => false,
): Processor {
  const positions = new Map<number, number>();
  let rows: Row[] = [];
  let ledger: Row[] = [];
  let replays: Row[] = [];

  return {
    async assigned() {
      positions.clear();
    },
    async take({ partition, messages }) {
      await codec.learn(messages.map(({ value }) => value));
      for (const message of messages) {
        const record = recordOf(codec, message);
        const gone = isDeleted(record.tenantId);
        if ('replayedAt' in record) {
          if (!gone) replays.push(replayRow(record));
          continue;
        }
        if (!gone) rows.push(rejectedRow(record, message));
        if (record.sourceTopic === topics.notifications.name) {
          const { sourcePartition, sourceOffset, tenantId, integrationId } = record;
          const owner = gone ? ['', ''] : [tenantId, integrationId ?? ''];
          ledger.push([sourcePartition, sourceOffset, ...owner, 'quarantined']);
        }
      }
      positions.set(partition, messages.at(-1)!.offset + 1);
    },
    async settle() {
      const offsets = [...positions].map(([partition, offset]) => ({ partition, offset }));
      const [ownRows, ownLedger, ownReplays] = [rows, ledger, replays];
      await db.insertRows('rejected', rejectedColumns, ownRows);
      await db.insertRows('received', receivedColumns, ownLedger);
      await db.insertRows('rejected_replays', replayColumns, ownReplays);
      rows = rows.slice(ownRows.length);
      ledger = ledger.slice(ownLedger.length);
      replays = replays.slice(ownReplays.length);
      return offsets;
    },
    revoked() {
      positions.clear();
      rows = [];
      ledger = [];
      replays = [];
    },
  };
}

/** What cannot be read even here is kept as it is. */
function recordOf(codec: Codec, message: InMessage): RejectedNotification | RejectedReplayed {
  try {
    const { name, record } = codec.decode(message.value);
    if (name === 'RejectedNotification' || name === 'RejectedReplayed') return record;
    return unreadable(message, `a ${name} on the topic of rejected notifications`);
  } catch (error) {
    return unreadable(message, error instanceof Error ? error.message : String(error));
  }
}

const unreadable = (message: InMessage, detail: string): RejectedNotification =>
  undecodableRecord(message, { stage: 'adherence', tenantId: '', integrationId: null }, detail);

const rejectedRow = (record: RejectedNotification, { partition, offset }: InMessage): Row => [
  record.tenantId,
  partition,
  offset,
  record.integrationId ?? '',
  record.stage,
  record.reason,
  record.detail,
  record.receivedAt,
  record.requestId,
  record.itemIndex,
  record.format,
  record.body.toString('base64'),
  record.envelope ?? '',
  record.sourceTopic ?? '',
  record.sourcePartition,
  record.sourceOffset,
];

const replayRow = (record: RejectedReplayed): Row => [
  record.tenantId,
  record.rejectedPartition,
  record.rejectedOffset,
  record.replayedAt,
  record.replayedBy,
  record.items,
  record.fault ?? '',
];

/** The topic `rejected` -> the table `rejected`: dead letters are kept with their bytes and can be replayed. */
import type { InMessage } from '@adherence/runtime/broker/broker.ts';
import type { Codec } from '@adherence/runtime/codec.ts';
import type { Processor } from '@adherence/runtime/consume.ts';
import { undecodableRecord } from '@adherence/runtime/undecodable-record.ts';
import type { RejectedNotification } from '@adherence/schemas/records.ts';
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
  'source_topic',
  'source_partition',
  'source_offset',
] as const;

export function rejectedProcessor(db: Database, codec: Codec): Processor {
  const positions = new Map<number, number>();
  let rows: Row[] = [];
  let ledger: Row[] = [];

  return {
    async assigned() {
      positions.clear();
    },
    async take({ partition, messages }) {
      await codec.learn(messages.map(({ value }) => value));
      for (const message of messages) {
        const record = rejectedOf(codec, message);
        rows.push(rejectedRow(record, message));
        if (record.sourceTopic === topics.notifications.name) {
          const { sourcePartition, sourceOffset, tenantId, integrationId } = record;
          ledger.push([sourcePartition, sourceOffset, tenantId, integrationId ?? '', 'quarantined']);
        }
      }
      positions.set(partition, messages.at(-1)!.offset + 1);
    },
    async settle() {
      const offsets = [...positions].map(([partition, offset]) => ({ partition, offset }));
      const [ownRows, ownLedger] = [rows, ledger];
      await db.insertRows('rejected', rejectedColumns, ownRows);
      await db.insertRows('received', receivedColumns, ownLedger);
      rows = rows.slice(ownRows.length);
      ledger = ledger.slice(ownLedger.length);
      return offsets;
    },
    revoked() {
      positions.clear();
      rows = [];
      ledger = [];
    },
  };
}

/** What cannot be read even here is kept as it is. */
function rejectedOf(codec: Codec, message: InMessage): RejectedNotification {
  try {
    const { name, record } = codec.decode(message.value);
    if (name === 'RejectedNotification') return record;
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
  record.sourceTopic ?? '',
  record.sourcePartition,
  record.sourceOffset,
];

import type { RejectReason } from '@adherence/domain/notifications/reject-reasons.ts';
import type { RejectedNotification } from '@adherence/schemas/records.ts';
import type { InMessage } from './broker/broker.ts';

/** What a record on one of our topics becomes that is none of ours: kept with its bytes, its place and its time there. */
export function undecodableRecord(
  message: InMessage,
  where: Pick<RejectedNotification, 'stage' | 'tenantId' | 'integrationId'>,
  detail: string,
): RejectedNotification {
  return {
    ...where,
    reason: 'record-undecodable' satisfies RejectReason,
    detail,
    receivedAt: message.timestamp,
    requestId: '',
    itemIndex: 0,
    format: 'unknown',
    body: message.value ?? Buffer.alloc(0),
    sourceTopic: message.topic,
    sourcePartition: message.partition,
    sourceOffset: message.offset,
  };
}

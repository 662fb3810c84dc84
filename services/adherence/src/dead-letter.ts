/** A record of activity.events that is none of ours, for the topic `rejected`. */
import type { InMessage, OutMessage } from '@adherence/runtime/broker/broker.ts';
import type { Codec } from '@adherence/runtime/codec.ts';
import { topics } from '@adherence/schemas/topics.ts';

export const deadLetter = (codec: Codec, message: InMessage, error: Error): OutMessage => ({
  topic: topics.rejected.name,
  partition: message.partition % topics.rejected.partitions,
  key: message.key,
  value: codec.encode('RejectedNotification', {
    tenantId: message.key?.split('|')[0] ?? '',
    integrationId: null,
    stage: 'adherence',
    reason: 'undecodable',
    detail: error.message,
    receivedAt: message.timestamp,
    requestId: '',
    itemIndex: 0,
    format: 'unknown',
    body: message.value ?? Buffer.alloc(0),
    sourceTopic: message.topic,
    sourcePartition: message.partition,
    sourceOffset: message.offset,
  }),
});

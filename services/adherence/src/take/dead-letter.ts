/** Records of activity.events; those that are none of ours become dead letters for the topic `rejected`. */
import type { InMessage, OutMessage } from '@adherence/runtime/broker/broker.ts';
import { type Codec, UndecodableError } from '@adherence/runtime/codec.ts';
import { undecodableRecord } from '@adherence/runtime/undecodable-record.ts';
import { topics } from '@adherence/schemas/topics.ts';
import type { Decoded } from './take.ts';

/** What is no record of ours has no other meaning to lose: it is put on `dead`. */
export function decodeRecords(codec: Codec, messages: readonly InMessage[], dead: OutMessage[]): Decoded[] {
  const decoded: Decoded[] = [];
  for (const message of messages) {
    try {
      const { name, record } = codec.decode(message.value);
      decoded.push({ message, name, record });
    } catch (error) {
      if (!(error instanceof UndecodableError)) throw error;
      dead.push(deadLetter(codec, message, error));
    }
  }
  return decoded;
}

const deadLetter = (codec: Codec, message: InMessage, error: Error): OutMessage => ({
  topic: topics.rejected.name,
  partition: message.partition % topics.rejected.partitions,
  key: message.key,
  value: codec.encode(
    'RejectedNotification',
    undecodableRecord(
      message,
      { stage: 'adherence', tenantId: message.key?.split('|')[0] ?? '', integrationId: null },
      error.message,
    ),
  ),
});

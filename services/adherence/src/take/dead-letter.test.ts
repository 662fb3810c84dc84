import type { InMessage, OutMessage } from '@adherence/runtime/broker/broker.ts';
import { createLocalCodec } from '@adherence/runtime/codec.ts';
import { personKey, topics } from '@adherence/schemas/topics.ts';
import { expect, it } from 'vitest';
import { decodeRecords } from './dead-letter.ts';

it('sets aside what is no record of ours, with its bytes and its place', () => {
  const codec = createLocalCodec();
  const ours = codec.encode('FeedMarks', { tenantId: 't1', integrationId: 'odigo', marks: [] });
  const at = { topic: topics.activityEvents.name, partition: 3, timestamp: 1_000, headers: {} };
  const messages: InMessage[] = [
    { ...at, offset: 4, key: personKey('t1', 'anna'), value: Buffer.from('no record') },
    { ...at, offset: 5, key: null, value: ours },
  ];
  const dead: OutMessage[] = [];
  expect(decodeRecords(codec, messages, dead).map(({ message }) => message.offset)).toEqual([5]);
  expect(dead).toHaveLength(1);
  expect(dead[0]).toMatchObject({ topic: topics.rejected.name, key: personKey('t1', 'anna') });
  expect(codec.decode(dead[0]!.value).record).toMatchObject({
    tenantId: 't1',
    stage: 'adherence',
    reason: 'record-undecodable',
    receivedAt: 1_000,
    body: Buffer.from('no record'),
    sourceTopic: topics.activityEvents.name,
    sourcePartition: 3,
    sourceOffset: 4,
  });
});

import { createLocalCodec } from '@adherence/runtime/codec.ts';
import type { RejectedNotification, RejectedReplayed } from '@adherence/schemas/records.ts';
import { topics } from '@adherence/schemas/topics.ts';
import { expect, it } from 'vitest';
import { rejectedProcessor } from './rejected-processor.ts';

const codec = createLocalCodec();
const letter: RejectedNotification = {
  tenantId: 't1',
  integrationId: 'odigo',
  stage: 'ingress',
  reason: 'status-missing',
  detail: '',
  receivedAt: 1_000,
  requestId: 'r',
  itemIndex: 0,
  format: 'json',
  body: Buffer.from('{}'),
  envelope: '{"eventType":"LOGOUT"}',
  sourceTopic: null,
  sourcePartition: null,
  sourceOffset: null,
};
const replayed: RejectedReplayed = {
  tenantId: 't1',
  rejectedPartition: 3,
  rejectedOffset: 7,
  replayedAt: 2_000,
  replayedBy: 'token:admin',
  items: 1,
  fault: null,
};

it('keeps dead letters, and beside them what was read again; both only once they are stored', async () => {
  const stored: Record<string, unknown[]> = {};
  let isAway = true;
  const db = {
    insertRows: async (table: string, _columns: readonly string[], rows: readonly unknown[]) => {
      if (isAway && table === 'rejected_replays') throw new Error('away');
      stored[table] = [...rows];
    },
    query: async <T>(): Promise<T[]> => [],
    queryBlocks: async () => [],
  };
  const processor = rejectedProcessor(db, codec);
  await processor.assigned([]);
  const values = [codec.encode('RejectedNotification', letter), codec.encode('RejectedReplayed', replayed)];
  const messages = values.map((value, index) => ({
    ...{ topic: topics.rejected.name, partition: 3, key: 't1|odigo', value, timestamp: 0, headers: {} },
    offset: 7 + index,
  }));
  await processor.take({ partition: 3, messages, highWatermark: 9 });
  await expect(processor.settle('asked')).rejects.toThrow('away');
  isAway = false;
  expect(await processor.settle('asked')).toEqual([{ partition: 3, offset: 9 }]);
  expect(stored.rejected).toEqual([
    expect.arrayContaining(['t1', 3, 7, 'odigo', 'status-missing', letter.envelope]),
  ]);
  expect(stored.rejected_replays).toEqual([['t1', 3, 7, 2_000, 'token:admin', 1, '']]);
});

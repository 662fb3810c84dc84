import { expect, it } from 'vitest';
import type { RejectedRow } from '../queries/rejected.ts';
import { replayOf } from './replay.ts';

const letter: RejectedRow = {
  ...{ rejected_partition: 0, rejected_offset: 1, integration: 'odigo', stage: 'ingress' },
  ...{ reason: 'agent-missing', detail: '', received_at: 1_000, request_id: 'r', item_index: 3 },
  ...{ format: 'json', body_base64: '', envelope: '' },
  ...{ source_topic: '', source_partition: null, source_offset: null, replays: 0, last_replayed_at: 0 },
  ...{ last_replayed_by: '', last_items: 0, last_fault: '', sent_items: 0 },
};
const replayed = (text: string, more: Partial<RejectedRow> = {}) =>
  replayOf('t', { ...letter, ...more }, Buffer.from(text), 2_000);

it('reads an item again with what its envelope said, at the time and place it came', () => {
  const envelope = '{"eventType":"LOGOUT","timestamp":1}';
  const item = '{"login":"a"}';
  const where = { receivedAt: 1_000, replayedAt: 2_000, requestId: 'r', itemIndex: 3 };
  expect(replayed(item, { envelope })).toEqual({
    fault: null,
    records: [
      {
        ...where,
        ...{ tenantId: 't', integrationId: 'odigo', externalUserId: 'a' },
        ...{ format: 'json', body: Buffer.from(item), envelope },
      },
    ],
  });
  expect(replayed(item)).toMatchObject({ records: [], fault: expect.stringContaining('status-missing') });
});

it('finds the envelopes in a whole body that could not be split before', () => {
  const body = '{"eventType":"LOGOUT","agents":[{"login":"a"},{"login":"b"}]}';
  const { records } = replayed(body, { format: 'unknown' });
  const envelope = '{"eventType":"LOGOUT"}';
  expect(records).toMatchObject([
    { externalUserId: 'a', itemIndex: 0, envelope },
    { externalUserId: 'b', itemIndex: 1, envelope },
  ]);
});

it('tells why nothing of it can be read', () => {
  expect(replayed('{', { format: 'unknown' })).toMatchObject({ records: [], fault: expect.any(String) });
  expect(replayOf('t', { ...letter, format: 'unknown' }, 'body-encoding', 2_000)).toEqual({
    records: [],
    fault: 'The body could not be decompressed.',
  });
  expect(replayed('{}', { integration: '' })).toEqual({ records: [], fault: 'it belongs to no integration' });
});

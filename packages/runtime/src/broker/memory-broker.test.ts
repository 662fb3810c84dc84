import { expect, test } from 'vitest';
import { FencedError, OperationalError } from '../errors.ts';
import { brokerContract, definition, record } from './contract.ts';
import { createMemoryBroker } from './memory-broker.ts';
import { recordedMember } from './recorder.ts';

brokerContract('memory broker', async () => createMemoryBroker());

test('an injected fault has no effect before, and its full effect after', async () => {
  const broker = createMemoryBroker({
    fault: (operation, nth) => (operation === 'send' ? ([null, 'before', 'after'] as const)[nth - 1]! : null),
  });
  await broker.ensureTopics([definition('t', 1)]);
  const producer = await broker.producer();
  await producer.send([record('t', 0, 'a')]);
  await expect(producer.send([record('t', 0, 'b')])).rejects.toThrow(OperationalError);
  await expect(producer.send([record('t', 0, 'c')])).rejects.toThrow(OperationalError);
  expect(broker.records('t').map(({ key }) => key)).toEqual(['a', 'c']);
});

test('a member that timed out is fenced, and joins again once it notices', async () => {
  const broker = createMemoryBroker();
  await broker.ensureTopics([definition('t', 2)]);
  const first = await recordedMember(broker, 'g', 't');
  const second = await recordedMember(broker, 'g', 't');
  await first.until(() => first.owned().length === 1);
  broker.expel('g', 't', 0);
  await second.until(() => second.owned().length === 2);
  expect(first.owned()).toHaveLength(1);
  await expect(first.membership.commit([{ partition: first.owned()[0]!, offset: 0 }])).rejects.toThrow(
    FencedError,
  );
  await first.until((events) => events.at(-1)!.kind === 'assigned');
  await second.until(() => second.owned().length === 1);
  expect([...first.owned(), ...second.owned()].sort()).toEqual([0, 1]);
});

test('a compacted topic keeps the last record of each key, others their newest records', async () => {
  const broker = createMemoryBroker({ keepRecords: 10 });
  await broker.ensureTopics([
    definition('compacted', 1, { 'cleanup.policy': 'compact' }),
    definition('kept', 1),
  ]);
  const producer = await broker.producer();
  for (let i = 0; i < 5_000; i += 1) {
    await producer.send([record('compacted', 0, `k${i % 3}`), record('kept', 0, String(i))]);
  }
  expect(broker.records('compacted').length).toBeLessThan(2_000);
  expect(new Set(broker.records('compacted').map(({ key }) => key)).size).toBe(3);
  expect(broker.records('kept').length).toBeLessThanOrEqual(20);
  expect(broker.records('kept').at(-1)).toMatchObject({ key: '4999', offset: 4_999 });
  expect(await broker.endOffsets('kept')).toEqual([{ partition: 0, offset: 5_000 }]);
});

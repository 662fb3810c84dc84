/** What every implementation of the port must do; run against the memory and the real broker. */
import type { TopicDefinition } from '@adherence/schemas/topics.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { FencedError } from '../errors.ts';
import type { Batch, Broker, OutMessage } from './broker.ts';
import { type MemberEvent, ownedBy, recordedMember, recordedTail, valuesOf } from './recorder.ts';

export function brokerContract(name: string, open: () => Promise<Broker>): void {
  describe(`${name}: the contract of the port`, () => {
    let broker: Broker;
    let topic: string;
    let group: string;
    let count = 0;

    beforeAll(async () => {
      broker = await open();
    });
    afterAll(() => broker.close());
    beforeEach(async () => {
      count += 1;
      topic = `contract-${count}`;
      group = `group-${count}`;
      await broker.ensureTopics([definition(topic, 4)]);
    });

    const send = async (...records: readonly (readonly [partition: number, value: string])[]) => {
      const producer = await broker.producer();
      await producer.send(records.map(([partition, value]) => record(topic, partition, value)));
      await producer.close();
    };

    test('a topic is made once, and refused when its partition count would change', async () => {
      await broker.ensureTopics([definition(topic, 4)]);
      expect(await broker.endOffsets(topic)).toHaveLength(4);
      await expect(broker.ensureTopics([definition(topic, 5)])).rejects.toThrow(/partitions/);
    });

    test('a record comes out as it went in: partition, key, value, headers, tombstone', async () => {
      const producer = await broker.producer();
      await producer.send([
        {
          topic,
          partition: 2,
          key: 'ké',
          value: Buffer.from([0, 255, 10]),
          headers: { trace: 'a', other: 'b' },
        },
        { topic, partition: 2, key: null, value: null },
      ]);
      const { tail, batches } = await recordedTail(broker, { topic, from: 'beginning' });
      await tail.caughtUp;
      await tail.close();
      expect(batches.flatMap(({ messages }) => messages)).toMatchObject([
        { topic, partition: 2, offset: 0, key: 'ké', headers: { trace: 'a', other: 'b' } },
        { topic, partition: 2, offset: 1, key: null, value: null, headers: {} },
      ]);
      expect(batches[0]!.messages[0]!.value).toEqual(Buffer.from([0, 255, 10]));
      expect(Math.abs(batches[0]!.messages[0]!.timestamp - Date.now())).toBeLessThan(3_600_000);
    });

    test('what a partition does not have is refused, not lost', async () => {
      const producer = await broker.producer();
      await expect(producer.send([record(topic, 9, 'a')])).rejects.toThrow();
    });

    test('a tail from the beginning catches up with what was there and goes on', async () => {
      await send([0, 'a'], [1, 'b'], [0, 'c']);
      const { tail, until, values } = await recordedTail(broker, { topic, from: 'beginning' });
      await tail.caughtUp;
      expect([...values()].sort()).toEqual(['0:a', '0:c', '1:b']);
      expect([0, 1, 2].map(tail.position)).toEqual([2, 1, 0]);
      await send([0, 'd']);
      await until((batches) => batches.flatMap(valuesOf).includes('0:d'));
      await tail.close();
      await send([0, 'e']);
      expect(values()).not.toContain('0:e');
    });

    test('a tail from the end or from an offset starts there', async () => {
      await send([0, 'a'], [0, 'b'], [0, 'c']);
      const end = await recordedTail(broker, { topic, from: 'end' });
      const offset = await recordedTail(broker, { topic, from: 1 });
      await Promise.all([end.tail.caughtUp, offset.tail.caughtUp]);
      await send([0, 'd']);
      await Promise.all([end, offset].map(({ until }) => until((b) => b.flatMap(valuesOf).includes('0:d'))));
      expect(end.values()).toEqual(['0:d']);
      expect(offset.values()).toEqual(['0:b', '0:c', '0:d']);
      await Promise.all([end.tail.close(), offset.tail.close()]);
    });

    test('a tail whose handler throws has failed', async () => {
      await send([0, 'a']);
      const tail = await broker.tail({ topic, from: 'beginning' }, () => {
        throw new Error('handler');
      });
      await expect(tail.failed).rejects.toThrow('handler');
      await tail.close();
    });

    test('offsets: the oldest, the next, and none committed yet', async () => {
      await send([1, 'a'], [1, 'b']);
      expect((await broker.endOffsets(topic)).map(({ offset }) => offset)).toEqual([0, 2, 0, 0]);
      expect((await broker.startOffsets(topic)).map(({ offset }) => offset)).toEqual([0, 0, 0, 0]);
      expect(await broker.committed(group, topic)).toEqual([]);
    });

    test('a first member gets every partition, from the oldest record', async () => {
      await send([0, 'a'], [3, 'b']);
      const member = await recordedMember(broker, group, topic);
      await member.until((events) => events.flatMap(batchValues).length === 2);
      expect(member.events[0]).toMatchObject({
        kind: 'assigned',
        partitions: [0, 1, 2, 3].map((partition) => ({ partition, offset: null, metadata: null })),
      });
      expect([...member.values()].sort()).toEqual(['0:a', '3:b']);
      await member.membership.close();
    });

    test('the next member goes on from what was committed, and sees its metadata', async () => {
      await send([0, 'a'], [0, 'b'], [0, 'c']);
      const first = await recordedMember(broker, group, topic);
      await first.until((events) => events.flatMap(batchValues).length === 3);
      await first.membership.commit([{ partition: 0, offset: 1, metadata: '{"asked":7}' }]);
      await first.membership.commit([{ partition: 2, offset: 0, metadata: 'quiet' }]);
      await first.membership.close();
      expect(byPartition(await broker.committed(group, topic))).toEqual([
        { partition: 0, offset: 1, metadata: '{"asked":7}' },
        { partition: 2, offset: 0, metadata: 'quiet' },
      ]);
      const second = await recordedMember(broker, group, topic);
      await second.until((events) => events.flatMap(batchValues).length === 2);
      expect(second.values()).toEqual(['0:b', '0:c']);
      expect(second.events[0]).toMatchObject({
        partitions: expect.arrayContaining([
          expect.objectContaining({ partition: 0, offset: 1, metadata: '{"asked":7}' }),
        ]),
      });
      await second.membership.close();
    });

    test('a commit before the first record of a generation holds too', async () => {
      const member = await recordedMember(broker, group, topic);
      await member.until(isAssigned);
      await member.membership.commit([{ partition: 1, offset: 0, metadata: 'early' }]);
      expect(await broker.committed(group, topic)).toEqual([{ partition: 1, offset: 0, metadata: 'early' }]);
      await member.membership.close();
    });

    test('two members share the partitions; each is told before anything else', async () => {
      const first = await recordedMember(broker, group, topic);
      await first.until(isAssigned);
      const second = await recordedMember(broker, group, topic);
      await Promise.all([first, second].map(({ until }) => until((events) => ownedBy(events).length === 2)));
      expect([...first.owned(), ...second.owned()].sort()).toEqual([0, 1, 2, 3]);
      const kinds = first.events.map(({ kind }) => kind).filter((kind) => kind !== 'batch');
      expect(kinds).toEqual(alternating(kinds.length));
      await second.membership.close();
      await first.until((events) => ownedBy(events).length === 4);
      await first.membership.close();
    });

    test('who stays keeps what it had and is told so; what moved is owned anew', async () => {
      const first = await recordedMember(broker, group, topic);
      await first.until(isAssigned);
      const alone = tenuresOf(first.events);
      const second = await recordedMember(broker, group, topic);
      await Promise.all([first, second].map(({ until }) => until((events) => ownedBy(events).length === 2)));
      for (const [partition, tenure] of tenuresOf(first.events)) expect(alone.get(partition)).toBe(tenure);
      const two = [first, second].map(({ events }) => tenuresOf(events));
      const third = await recordedMember(broker, group, topic);
      const all = [first, second, third];
      const shared = () => all.flatMap(({ owned }) => owned()).length === 4 && third.owned().length === 1;
      await Promise.race(all.map(({ until }) => until(shared)));
      const three = [first, second].map(({ events }) => tenuresOf(events));
      for (const [n, now] of three.entries())
        for (const [p, tenure] of now) expect(two[n]!.get(p)).toBe(tenure);
      const [moved] = third.owned();
      await third.membership.close();
      await Promise.all([first, second].map(({ until }) => until((events) => ownedBy(events).length === 2)));
      for (const [n, { events }] of [first, second].entries()) {
        const now = tenuresOf(events);
        for (const [partition, tenure] of three[n]!) expect(now.get(partition)).toBe(tenure);
        const earlier = n === 0 ? [...alone.values()] : [...two[1]!.values()];
        if (now.has(moved!)) expect(earlier).not.toContain(now.get(moved!));
      }
      await Promise.all([first, second].map(({ membership }) => membership.close()));
    });

    test('a member that left, and one that does not own the partition, cannot commit', async () => {
      const first = await recordedMember(broker, group, topic);
      const second = await recordedMember(broker, group, topic);
      await Promise.all([first, second].map(({ until }) => until((events) => ownedBy(events).length === 2)));
      const foreign = second.owned()[0]!;
      await expect(first.membership.commit([{ partition: foreign, offset: 0 }])).rejects.toThrow(FencedError);
      await second.membership.close();
      await expect(second.membership.commit([{ partition: foreign, offset: 0 }])).rejects.toThrow(
        FencedError,
      );
      await first.membership.close();
    });

    test('a member that is closed while it joins does not come back', async () => {
      const stays = await recordedMember(broker, group, topic);
      const gone = await Promise.all([1, 2, 3].map(() => recordedMember(broker, group, topic)));
      await Promise.all(gone.map(({ membership }) => membership.close()));
      const whole = await recordedMember(broker, `${group}-other`, topic);
      await Promise.all([stays, whole].map(({ until }) => until((events) => ownedBy(events).length === 4)));
      await Promise.all([stays.membership.close(), whole.membership.close()]);
    });

    test('nothing more is handed over while a batch is in hand', async () => {
      await send([0, 'a'], [1, 'b'], [2, 'c']);
      const gate = Promise.withResolvers<void>();
      const member = await recordedMember(broker, group, topic, () => gate.promise);
      await member.until((events) => events.some(({ kind }) => kind === 'batch'));
      await send([3, 'd']);
      expect(member.events.filter(({ kind }) => kind === 'batch')).toHaveLength(1);
      gate.resolve();
      await member.until((events) => events.flatMap(batchValues).length === 4);
      await member.membership.close();
    });

    test('a rebalance does not wait for a batch in hand, whose member is told at once', async () => {
      await send([0, 'a']);
      const gate = Promise.withResolvers<void>();
      const slow = await recordedMember(broker, group, topic, () => gate.promise);
      await slow.until((events) => events.some(({ kind }) => kind === 'batch'));
      const other = await recordedMember(broker, group, topic);
      await slow.until((events) => events.some(({ kind }) => kind === 'revoked'));
      await other.until((events) => ownedBy(events).length === 2);
      expect(slow.owned()).toEqual([]);
      gate.resolve();
      await slow.until((events) => ownedBy(events).length === 2);
      await Promise.all([slow.membership.close(), other.membership.close()]);
    });

    test('what was not committed comes again after a rebalance', async () => {
      await send([0, 'a'], [1, 'b']);
      const first = await recordedMember(broker, group, topic);
      await first.until((events) => events.flatMap(batchValues).length === 2);
      await first.membership.commit([{ partition: 0, offset: 1 }]);
      const second = await recordedMember(broker, group, topic);
      const seenAgain = (events: readonly MemberEvent[]) => events.flatMap(batchValues).includes('1:b');
      const lateEvents = () => {
        const revoked = first.events.findIndex(({ kind }) => kind === 'revoked');
        return revoked < 0 ? [] : first.events.slice(revoked);
      };
      await Promise.race([second.until(seenAgain), first.until(() => seenAgain(lateEvents()))]);
      // Once for each generation that there was: joining may take more than one.
      expect(new Set([...lateEvents(), ...second.events].flatMap(batchValues))).toEqual(new Set(['1:b']));
      await Promise.all([first.membership.close(), second.membership.close()]);
    });

    test('a handler that rejects ends the membership; others take over', async () => {
      await send([0, 'a']);
      const broken = await recordedMember(broker, group, topic, () => Promise.reject(new TypeError('bug')));
      await broken.until((events) => events.some(({ kind }) => kind === 'crashed'));
      expect(broken.events.at(-1)).toMatchObject({ kind: 'crashed', error: { message: 'bug' } });
      const other = await recordedMember(broker, group, topic);
      await other.until((events) => events.flatMap(batchValues).includes('0:a'));
      await other.membership.close();
    });

    test('many records of one partition keep their order', async () => {
      const values = Array.from({ length: 3_000 }, (_, i) => String(i));
      const producer = await broker.producer();
      for (let i = 0; i < values.length; i += 1_000) {
        await producer.send(values.slice(i, i + 1_000).map((value) => record(topic, 1, value)));
      }
      const member = await recordedMember(broker, group, topic);
      await member.until((events) => events.flatMap(batchValues).length === values.length);
      expect(member.values()).toEqual(values.map((value) => `1:${value}`));
      const last = member.events.findLast(({ kind }) => kind === 'batch') as { batch: Batch };
      expect(last.batch.highWatermark).toBe(3_000);
      await member.membership.close();
    });
  });
}

export const definition = (
  name: string,
  partitions: number,
  config: Record<string, string> = {},
): TopicDefinition => ({ name, partitions, config, value: 'json', key: 'any', producers: [], consumers: [] });

export const record = (topic: string, partition: number, value: string): OutMessage => ({
  topic,
  partition,
  key: value,
  value: Buffer.from(value),
});

const batchValues = (event: MemberEvent): string[] => (event.kind === 'batch' ? valuesOf(event.batch) : []);
/** Of the last generation told. */
function tenuresOf(events: readonly MemberEvent[]): ReadonlyMap<number, number | undefined> {
  const told = events.findLast(({ kind }) => kind === 'assigned');
  const partitions = told?.kind === 'assigned' ? told.partitions : [];
  return new Map(partitions.map(({ partition, tenure }) => [partition, tenure]));
}
const isAssigned = (events: readonly MemberEvent[]): boolean => ownedBy(events).length > 0;
const alternating = (length: number): string[] =>
  Array.from({ length }, (_, i) => (i % 2 === 0 ? 'assigned' : 'revoked'));
const byPartition = <T extends { readonly partition: number }>(offsets: readonly T[]): T[] =>
  [...offsets].sort((a, b) => a.partition - b.partition);

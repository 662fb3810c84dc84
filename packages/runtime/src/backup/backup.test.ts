/** Nothing is left out, offsets are kept, what is not whole is refused; on the real servers: test/day-two/day-two.stack.test.ts. */
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tables } from '@adherence/schemas/tables.ts';
import { consumerGroups, topics } from '@adherence/schemas/topics.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { schemaText } from '../avro-types.ts';
import type { ExactWriter } from '../broker/kafka-exact-writer.ts';
import { createMemoryBroker } from '../broker/memory-broker.ts';
import { systemClock } from '../clock.ts';
import { createLocalCodec } from '../codec.ts';
import type { Registry } from '../registry.ts';
import { backedUpTopics, backUp, positions } from './backup.ts';
import { type Manifest, packLines, readManifest, writeManifest } from './manifest.ts';
import { restore } from './restore.ts';
import { backedUpTables, openTableStore, type TableStore } from './table-rows.ts';
import { importTopic } from './topic-records.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'adherence-backup-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Ends by partition, and what was done to reach them. */
function recordingWriter(ends: Record<number, number> = {}) {
  const done: string[] = [];
  const written: Buffer[] = [];
  const writer: ExactWriter = {
    endOffsets: async () => new Map(Object.entries(ends).map(([p, end]) => [Number(p), end])),
    async write(topic, partition, records) {
      done.push(`write ${topic} ${partition}: ${records.map(({ offset }) => offset).join(' ')}`);
      written.push(...records.flatMap(({ value }) => value ?? []));
    },
    async fill(topic, partition, from, to) {
      done.push(`fill ${topic} ${partition}: ${from} to ${to}`);
    },
    async deleteBefore(topic, offsets) {
      done.push(`delete ${topic} before ${offsets.map(({ offset }) => offset).join(' ')}`);
    },
    close: async () => undefined,
  };
  return { writer, done, written };
}

const noTables: TableStore = {
  columnsOf: async () => ['tenant'],
  chunksOf: async (name) => (name === 'facts' ? ['1'] : []),
  rowsOf: async () => [Buffer.from('["t1"]\n')] as unknown as AsyncIterable<Buffer>,
  insert: async () => undefined,
  deletionsDone: async () => undefined,
  close: async () => undefined,
};
const registryWith = (text: string, newId: number): Registry => ({
  register: async () => newId,
  schemaOf: async () => text,
  setCompatibility: async () => undefined,
});
const say = () => undefined;

test('every table is backed up; of the topics those that nothing else can be computed to', () => {
  const made = tables.filter(({ ddl }) => ddl.startsWith('CREATE TABLE')).map(({ name }) => name);
  expect(backedUpTables.map(({ name }) => name).sort()).toEqual(made.sort());
  const derivable = [topics.live, topics.scheduleOutcomes, topics.health];
  expect([...backedUpTopics, ...derivable].map(({ name }) => name).sort()).toEqual(
    Object.values(topics)
      .map(({ name }) => name)
      .sort(),
  );
  expect(positions.map(({ groupId }) => groupId).sort()).toEqual(Object.values(consumerGroups).sort());
});

describe('records of a topic', () => {
  const lines = [5, 6, 9].map((offset) => Buffer.from(`[0,${offset},1,"k","${btoa('v')}"]\n`));
  const backupOf = async () => ({
    ...(await packLines(folder, 'topic.gz', lines as unknown as AsyncIterable<Buffer>)),
    partitions: [{ partition: 0, start: 5, end: 12 }],
  });
  const same = (value: Buffer) => value;

  test('come to their offsets, over what was compacted away', async () => {
    const { writer, done } = recordingWriter();
    await importTopic(writer, topics.configuration, await backupOf(), folder, same);
    const name = 'configuration 0:';
    expect(done).toEqual([
      `fill ${name} 0 to 5`,
      `write ${name} 5 6`,
      `fill ${name} 7 to 9`,
      `write ${name} 9`,
      `fill ${name} 10 to 12`,
    ]);
  });

  test('go on after what an interrupted run has written, and older offsets are deleted again', async () => {
    const { writer, done } = recordingWriter({ 0: 6 });
    await importTopic(writer, topics.rejected, await backupOf(), folder, same);
    expect(done).toEqual([
      'write rejected 0: 6',
      'fill rejected 0: 7 to 9',
      'write rejected 0: 9',
      'fill rejected 0: 10 to 12',
      'delete rejected before 5',
    ]);
  });

  test('are refused where there are more than theirs', async () => {
    const { writer } = recordingWriter({ 0: 13 });
    const into = importTopic(writer, topics.rejected, await backupOf(), folder, same);
    await expect(into).rejects.toThrow('partition 0 of rejected holds more than the backup');
  });
});

describe('a whole backup', () => {
  async function backedUp(): Promise<Manifest> {
    const broker = createMemoryBroker();
    await broker.ensureTopics(Object.values(topics));
    const producer = await broker.producer();
    const value = createLocalCodec().encode('FeedMarks', { tenantId: 't', integrationId: 'i', marks: [] });
    await producer.send([{ topic: topics.activityEvents.name, partition: 3, key: 'k', value }]);
    const member = await broker.join(
      { groupId: consumerGroups.adherence, topic: topics.activityEvents.name },
      { assigned: async () => commit(), revoked: say, batch: async () => undefined, crashed: say },
    );
    const committed = Promise.withResolvers<void>();
    function commit(): void {
      queueMicrotask(() =>
        member
          .commit([{ partition: 3, offset: 1, metadata: '{"configurationAsked":4}' }])
          .then(committed.resolve, committed.reject),
      );
    }
    await committed.promise;
    const registry = registryWith(schemaText('FeedMarks'), 4);
    return backUp(folder, { broker, registry, tables: noTables, clock: systemClock, say });
  }
  async function restored(newId: number) {
    const broker = createMemoryBroker();
    const { writer, done, written } = recordingWriter();
    const migrate = () => broker.ensureTopics(Object.values(topics));
    const registry = registryWith('', newId);
    await restore(folder, { broker, writer, registry, tables: noTables, migrate, say });
    return { broker, done, written };
  }

  test('is brought back with the ids of the new registry and what consumers had noted', async () => {
    await backedUp();
    const { broker, written } = await restored(77);
    expect(written.map((value) => value.readUInt32BE(1))).toEqual([77]);
    expect(await broker.committed(consumerGroups.adherence, topics.activityEvents.name)).toEqual([
      { partition: 3, offset: 1, metadata: '{"configurationAsked":4}' },
    ]);
  });

  test('is not written over, and one that was interrupted is finished', async () => {
    const manifest = await backedUp();
    await expect(backedUp()).rejects.toThrow('holds a backup that is finished');
    await writeManifest(folder, { ...manifest, finishedAt: null, topics: {} });
    await expect(restored(1)).rejects.toThrow('was interrupted');
    await backedUp();
    expect(await readManifest(folder)).toMatchObject({ startedAt: manifest.startedAt });
  });

  test('is refused when a file of it is cut, missing or another one', async () => {
    const { tables: kept } = await backedUp();
    const { file } = kept.facts!.chunks['1']!;
    await truncate(join(folder, file), 10);
    await expect(restored(1)).rejects.toThrow(`${file} is not what was written`);
    await rm(join(folder, file));
    await expect(restored(1)).rejects.toThrow(`${file} cannot be read`);
    await rm(join(folder, 'manifest.json'));
    await expect(restored(1)).rejects.toThrow('holds no backup');
    await writeFile(join(folder, 'manifest.json'), '{"format":2}');
    await expect(restored(1)).rejects.toThrow('format 2 is not known');
  });
});

describe('rows of a table', () => {
  let server: Server;
  const answering = async (body: string) => {
    server = createServer((_, response) => response.end(body)).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const store = openTableStore({ url }, systemClock);
    const packed = packLines(folder, 'rows.gz', await store.rowsOf('facts', ['tenant'], '0', '0'));
    return packed.finally(() => store.close());
  };
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  test('are whole', async () => {
    expect(await answering('["a"]\n["b"]\n')).toMatchObject({ lines: 2 });
  });

  test.each(['["a"]\nCode: 241. DB::Exception: memory limit exceeded\n', '["a"]\n["b', 'Code: 241\n'])(
    'are refused when the server fails in the middle: %j',
    async (body) => {
      await expect(answering(body)).rejects.toThrow('cut its answer short while facts was read');
    },
  );
});

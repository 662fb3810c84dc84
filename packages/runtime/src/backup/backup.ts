/**
 * Everything that cannot be computed again, as files: tables, topics, writers' schemas, positions of the consumers. The
 * services may run. What was consumed is noted first and topics are read last, so that a restored installation does
 * again what the tables may lack, which changes nothing else.
 */
import { consumerGroups, type TopicDefinition, topics } from '@adherence/schemas/topics.ts';
import type { Broker } from '../broker/broker.ts';
import type { Clock } from '../clock.ts';
import type { Registry } from '../registry.ts';
import { BackupError, type Manifest, packLines, readManifest, writeManifest } from './manifest.ts';
import { backedUpTables, type TableStore } from './table-rows.ts';
import { exportTopic } from './topic-records.ts';

/** The configuration last: nothing else may know of a change that it lacks. */
export const backedUpTopics: readonly TopicDefinition[] = [
  topics.rejected,
  topics.notifications,
  topics.activityEvents,
  topics.configuration,
];

export const positions = [
  { groupId: consumerGroups.enrichment, topic: topics.notifications.name },
  { groupId: consumerGroups.adherence, topic: topics.activityEvents.name },
  { groupId: consumerGroups.rejected, topic: topics.rejected.name },
] as const;

export interface BackupResources {
  readonly broker: Broker;
  readonly registry: Registry;
  readonly tables: TableStore;
  readonly clock: Clock;
  /** Told one line for each part that is done. */
  readonly say: (line: string) => void;
}

/** Writes to `folder`, which is new or holds an interrupted backup: that one is gone on with. */
export async function backUp(folder: string, resources: BackupResources): Promise<Manifest> {
  const manifest = (await readManifest(folder)) ?? (await begin(resources));
  if (manifest.finishedAt !== null) throw new BackupError(`${folder} holds a backup that is finished`);
  await writeManifest(folder, manifest);
  for (const { name, chunk } of backedUpTables) await backUpTable(folder, manifest, name, chunk, resources);
  for (const topic of backedUpTopics) await backUpTopic(folder, manifest, topic, resources);
  manifest.finishedAt = new Date(resources.clock.now()).toISOString();
  await writeManifest(folder, manifest);
  return manifest;
}

async function begin({ broker, clock }: BackupResources): Promise<Manifest> {
  const groups = await Promise.all(
    positions.map(async ({ groupId, topic }) => ({
      groupId,
      topic,
      partitions: await broker.committed(groupId, topic),
    })),
  );
  const startedAt = new Date(clock.now()).toISOString();
  return { format: 1, startedAt, finishedAt: null, groups, tables: {}, topics: {}, schemas: {} };
}

async function backUpTable(
  folder: string,
  manifest: Manifest,
  name: string,
  chunk: string,
  { tables, clock, say }: BackupResources,
): Promise<void> {
  manifest.tables[name] ??= { columns: await tables.columnsOf(name), chunks: {}, complete: false };
  const table = manifest.tables[name];
  if (table.complete) return;
  for (const value of await tables.chunksOf(name, chunk)) {
    if (table.chunks[value]) continue;
    const rows = await tables.rowsOf(name, table.columns, chunk, value);
    table.chunks[value] = await packLines(folder, `table-${name}-${value}.gz`, rows);
    await writeManifest(folder, manifest);
  }
  // Rows whose erasure is recorded as obeyed must not be read any more.
  if (name === 'erasures') await tables.deletionsDone(clock);
  table.complete = true;
  await writeManifest(folder, manifest);
  say(`table ${name}: ${rowsOf(Object.values(table.chunks))} rows`);
}

const rowsOf = (files: readonly { readonly lines: number }[]): number =>
  files.reduce((sum, { lines }) => sum + lines, 0);

async function backUpTopic(
  folder: string,
  manifest: Manifest,
  topic: TopicDefinition,
  { broker, registry, say }: BackupResources,
): Promise<void> {
  if (manifest.topics[topic.name]) return;
  const ids = new Set<number>();
  const exported = await exportTopic(broker, topic, folder, (value) => {
    if (topic.value === 'avro' && value.length >= 5 && value[0] === 0) ids.add(value.readUInt32BE(1));
  });
  for (const id of ids) {
    const schema = await registry.schemaOf(id);
    if (schema !== null) manifest.schemas[id] = schema;
  }
  manifest.topics[topic.name] = exported;
  await writeManifest(folder, manifest);
  say(`topic ${topic.name}: ${exported.lines} records`);
}

/** Brings a backup into new, empty servers, before any service has run there. */
import { subjectOf } from '@adherence/schemas/records.ts';
import { avroTypeOf, avroTypes, recordNameOf, schemaText } from '../avro-types.ts';
import type { AssignedPartition, Broker } from '../broker/broker.ts';
import type { ExactWriter } from '../broker/kafka-exact-writer.ts';
import type { Registry } from '../registry.ts';
import { backedUpTopics, positions } from './backup.ts';
import {
  BackupError,
  type GroupPosition,
  type Manifest,
  type PackedFile,
  readManifest,
  unpackLines,
  verifyFile,
} from './manifest.ts';
import { backedUpTables, type TableStore } from './table-rows.ts';
import { importTopic } from './topic-records.ts';

export interface RestoreResources {
  readonly broker: Broker;
  readonly writer: ExactWriter;
  readonly registry: Registry;
  readonly tables: TableStore;
  /** Makes topics, schemas and tables; called once the schemas of the backup have their ids. */
  readonly migrate: () => Promise<void>;
  /** Told one line for each part that is done. */
  readonly say: (line: string) => void;
}

/**
 * Positions of the consumers are written last: without them a run was interrupted, and the same command goes on with
 * it; with them nothing is touched. Throws BackupError, before anything is written, on a backup that is not whole.
 */
export async function restore(folder: string, resources: RestoreResources): Promise<Manifest> {
  const { registry, migrate, say } = resources;
  const manifest = await readManifest(folder);
  if (manifest === null) throw new BackupError(`${folder} holds no backup`);
  if (manifest.finishedAt === null)
    throw new BackupError(`the backup in ${folder} was interrupted: finish it first`);
  const files = [
    ...Object.values(manifest.tables).flatMap(({ chunks }) => Object.values(chunks)),
    ...Object.values(manifest.topics),
  ];
  for (const file of files) await verifyFile(folder, file);
  say(`${files.length} files are what was written`);
  const ids = await registerSchemas(manifest, registry);
  await migrate();
  await requireUnused(resources.broker);
  for (const { name } of backedUpTables) await restoreTable(folder, manifest, name, resources);
  for (const topic of backedUpTopics) {
    const backup = manifest.topics[topic.name]!;
    const rewrite = topic.value === 'avro' ? withNewId(ids) : (value: Buffer) => value;
    await importTopic(resources.writer, topic, backup, folder, rewrite);
    say(`topic ${topic.name}: ${backup.lines} records`);
  }
  for (const group of manifest.groups) await commitPosition(resources.broker, group);
  say('positions of the consumers');
  return manifest;
}

/** Old ids -> those of this registry, in the order of the old ones, so that an empty registry gives the same. */
async function registerSchemas(manifest: Manifest, registry: Registry): Promise<Map<number, number>> {
  const ids = new Map<number, number>();
  for (const [id, schema] of Object.entries(manifest.schemas)) {
    const type = avroTypeOf(schema);
    const name = recordNameOf(type);
    if (!name) continue;
    const isOurs = JSON.stringify(type) === JSON.stringify(avroTypes.get(name));
    ids.set(Number(id), await registry.register(subjectOf(name), isOurs ? schemaText(name) : schema));
  }
  return ids;
}

/** The wire format names its schema by the number in bytes 1 to 4. */
function withNewId(ids: ReadonlyMap<number, number>) {
  return (value: Buffer): Buffer => {
    const id = value.length >= 5 && value[0] === 0 ? ids.get(value.readUInt32BE(1)) : undefined;
    if (id !== undefined) value.writeUInt32BE(id, 1);
    return value;
  };
}

async function requireUnused(broker: Broker): Promise<void> {
  for (const { groupId, topic } of positions) {
    if ((await broker.committed(groupId, topic)).length === 0) continue;
    throw new BackupError(
      `services have run here (group ${groupId}): a backup is brought into new servers, before any service is started`,
    );
  }
}

async function restoreTable(
  folder: string,
  manifest: Manifest,
  name: string,
  { tables, say }: RestoreResources,
): Promise<void> {
  const table = manifest.tables[name];
  if (!table) return;
  const here = new Set(await tables.columnsOf(name));
  const unknown = table.columns.filter((column) => !here.has(column));
  if (unknown.length > 0) {
    throw new BackupError(`${name} has no column ${unknown.join(', ')}: the backup is of a newer version`);
  }
  const chunks: PackedFile[] = Object.values(table.chunks);
  for (const chunk of chunks) {
    for await (const lines of unpackLines(folder, chunk)) await tables.insert(name, table.columns, lines);
  }
  say(`table ${name}: ${chunks.reduce((sum, { lines }) => sum + lines, 0)} rows`);
}

/** As the only member of the group, with what its members noted beside their offsets. */
async function commitPosition(broker: Broker, { groupId, topic, partitions }: GroupPosition): Promise<void> {
  if (partitions.length === 0) return;
  const assigned = Promise.withResolvers<readonly AssignedPartition[]>();
  const held = Promise.withResolvers<void>();
  const membership = await broker.join(
    { groupId, topic },
    {
      async assigned(list) {
        assigned.resolve(list);
        await held.promise;
      },
      revoked: () => assigned.reject(new Error(`${groupId} has other members`)),
      batch: async () => undefined,
      crashed: assigned.reject,
    },
  );
  try {
    const mine = await assigned.promise;
    if (mine.length < partitions.length)
      throw new BackupError(`${groupId} has other members: stop the services`);
    await membership.commit(
      partitions.map(({ partition, offset, metadata }) => ({
        partition,
        offset,
        ...(metadata === null ? {} : { metadata }),
      })),
    );
  } finally {
    await membership.close();
    held.resolve();
  }
}

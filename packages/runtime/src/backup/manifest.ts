/** What a backup is: a folder of packed files with their checksums, listed in `manifest.json`. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import type { CommittedOffset } from '../broker/broker.ts';

export interface Manifest {
  readonly format: 1;
  /** ISO times; `finishedAt` null: it was interrupted, and the same command goes on with it. */
  readonly startedAt: string;
  finishedAt: string | null;
  /** What was consumed before anything else was read: a restored installation goes on from there. */
  readonly groups: readonly GroupPosition[];
  readonly tables: Record<string, TableBackup>;
  readonly topics: Record<string, TopicBackup>;
  /** Writers' schemas of the records, as the ids in them say. */
  readonly schemas: Record<string, string>;
}

export interface GroupPosition {
  readonly groupId: string;
  readonly topic: string;
  readonly partitions: readonly CommittedOffset[];
}

export interface TableBackup {
  readonly columns: readonly string[];
  /** By the value of the table's chunk expression. */
  readonly chunks: Record<string, PackedFile>;
  complete: boolean;
}

export interface TopicBackup extends PackedFile {
  readonly partitions: readonly TopicPartition[];
}

export interface TopicPartition {
  readonly partition: number;
  /** Oldest offset that was there, and the one that the next record would have got. */
  readonly start: number;
  readonly end: number;
}

export interface PackedFile {
  readonly file: string;
  /** Rows or records in it. */
  readonly lines: number;
  /** Of the file as it lies there. */
  readonly sha256: string;
}

/** The backup cannot be used as it is; the message says why. */
export class BackupError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BackupError';
  }
}

const manifestName = 'manifest.json';

/** null: there is none. Throws BackupError on one of another format. */
export async function readManifest(folder: string): Promise<Manifest | null> {
  const text = await readFile(join(folder, manifestName), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  const manifest = JSON.parse(text) as Manifest;
  if (manifest.format !== 1) throw new BackupError(`format ${manifest.format} is not known to this version`);
  return manifest;
}

/** Replaces the old one as a whole. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = join(folder, `${manifestName}.new`);
  const file = await open(draft, 'w', 0o600);
  await file.writeFile(`${JSON.stringify(manifest, null, 2)}\n`);
  await file.sync();
  await file.close();
  await rename(draft, join(folder, manifestName));
}

/** Packs lines (each with its newline) into `name`; the file has its name only once it is whole and on the disk. */
export async function packLines(
  folder: string,
  name: string,
  lines: AsyncIterable<Buffer>,
): Promise<PackedFile> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = join(folder, `${name}.new`);
  const file = await open(draft, 'w', 0o600);
  const hash = createHash('sha256');
  let count = 0;
  try {
    await pipeline(
      async function* counted() {
        for await (const chunk of lines) {
          for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count += 1;
          yield chunk;
        }
      },
      createGzip({ level: 3 }),
      async (packed: AsyncIterable<Buffer>) => {
        for await (const chunk of packed) {
          hash.update(chunk);
          await file.appendFile(chunk);
        }
      },
    );
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, join(folder, name));
  return { file: name, lines: count, sha256: hash.digest('hex') };
}

/** Throws BackupError when the file is not the one that was written. */
export async function verifyFile(folder: string, { file, sha256 }: PackedFile): Promise<void> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(join(folder, file))) hash.update(chunk as Buffer);
  } catch (error) {
    throw new BackupError(`${file} cannot be read: ${(error as Error).message}`);
  }
  if (hash.digest('hex') !== sha256)
    throw new BackupError(`${file} is not what was written: checksum differs`);
}

/** Lines of a packed file without their newlines, some thousands at a time. */
export async function* unpackLines(folder: string, { file }: PackedFile): AsyncGenerator<Buffer[]> {
  const unpacked = createReadStream(join(folder, file)).pipe(createGunzip());
  let rest: Buffer = Buffer.alloc(0);
  let lines: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of unpacked as AsyncIterable<Buffer>) {
    const data: Buffer = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    let from = 0;
    for (let at = data.indexOf(10); at >= 0; at = data.indexOf(10, from)) {
      lines.push(data.subarray(from, at));
      bytes += at - from;
      from = at + 1;
    }
    rest = data.subarray(from);
    if (lines.length >= linesAtOnce || bytes >= bytesAtOnce) {
      yield lines;
      lines = [];
      bytes = 0;
    }
  }
  if (rest.length > 0) throw new BackupError(`${file} ends in the middle of a line`);
  if (lines.length > 0) yield lines;
}
const linesAtOnce = 5_000;
const bytesAtOnce = 4 * 1024 * 1024;

/** What the spool asks of a folder on a volume; the files are named by their place in the order. */
import { mkdir, open, readdir, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Disk {
  /** Names of all files. */
  list(): Promise<readonly string[]>;
  /** A new file, durable in its folder before this resolves. */
  create(name: string): Promise<AppendFile>;
  /** Bytes from `from` to `to` (exclusive); fewer where the file ends. */
  read(name: string, from: number, to: number): Promise<Buffer>;
  remove(name: string): Promise<void>;
  /** Replaces a small file as a whole; after a power cut the old one may be back. */
  replace(name: string, content: string): Promise<void>;
  readText(name: string): Promise<string | null>;
}

export interface AppendFile {
  /** Resolves when the bytes survive a power cut. */
  append(bytes: Buffer): Promise<void>;
  close(): Promise<void>;
}

/** Makes the folder when it is missing. Notifications name people: nobody else may read them. */
export async function openDisk(folder: string): Promise<Disk> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = (name: string) => join(folder, name);
  return {
    list: () => readdir(folder),
    async create(name) {
      const file = await open(path(name), 'ax', 0o600);
      try {
        await syncFolder(folder);
      } catch (error) {
        await file.close();
        throw error;
      }
      return {
        async append(bytes) {
          await writeAll(file, bytes);
          await file.datasync();
        },
        close: () => file.close(),
      };
    },
    async read(name, from, to) {
      const file = await open(path(name), 'r');
      try {
        return await readRange(file, from, to);
      } finally {
        await file.close();
      }
    },
    remove: (name) => unlink(path(name)),
    async replace(name, content) {
      await writeFile(path(`${name}.new`), content, { mode: 0o600 });
      await rename(path(`${name}.new`), path(name));
    },
    readText: (name) => readFile(path(name), 'utf8').catch(nullIfMissing),
  };
}

type FileHandle = Awaited<ReturnType<typeof open>>;

async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten;
}

async function readRange(file: FileHandle, from: number, to: number): Promise<Buffer> {
  const end = Math.min(to, (await file.stat()).size);
  const bytes = Buffer.allocUnsafe(Math.max(0, end - from));
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, from + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

/** A new name is on the disk only once its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function nullIfMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}

/** The spool of a configured folder, of this process alone until it is closed. */
import { randomUUID } from 'node:crypto';
import { asError } from '@adherence/runtime/errors.ts';
import type { Log } from '@adherence/runtime/log.ts';
import { type Disk, openDisk } from './disk.ts';
import { lockFolder } from './folder-lock.ts';
import { openSpool, type Spool, type SpoolOptions } from './spool.ts';

export interface Volume {
  readonly spool: Spool;
  readonly disk: Disk;
  /** Stays with the folder. */
  readonly id: string;
  close(): Promise<void>;
}

const idFile = 'id';

/** Rejects with OperationalError while another process has the folder, with an error of the disk when it is unusable. */
export async function openVolume(folder: string, options: Omit<SpoolOptions, 'disk'>): Promise<Volume> {
  const lock = lockFolder(folder);
  try {
    const disk = await openDisk(folder);
    const id = (await disk.readText(idFile)) || (await newId(disk, options.log));
    const spool = await openSpool({ ...options, disk });
    return {
      spool,
      disk,
      id,
      async close() {
        await spool.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function newId(disk: Disk, log: Log): Promise<string> {
  const id = randomUUID();
  try {
    await disk.replace(idFile, id);
  } catch (error) {
    // A disk that is full now need not stay so, and Kafka may be there.
    log.error({ error: asError(error) }, 'the spool cannot be written');
  }
  return id;
}
